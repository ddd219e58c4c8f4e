/** Columns that are a plain function of a static target: they would tell the answer, so no model sees them. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { type Column, isValid } from "./data/column.js";
import type { Database } from "./data/database.js";
import { keyColumns } from "./data/schema.js";

/** A plan that hides more, and what the user should know of it. */
export interface HiddenFunctions {
  readonly plan: TrainingTablePlan;
  readonly warnings: readonly string[];
}

/**
 * Hides the columns beside a static target that are a plain function of it: equal targets always stand beside equal values
 * (a missing one counts as a value), or the values rise or fall strictly with the target.
 *
 * @param db - the database.
 * @param plan - the plan of a query.
 * @returns the plan, with those columns among its task's `hiddenColumns`.
 * @see RelBench autocomplete tasks, which list by hand the columns that give a target away.
 */
export function hideFunctions(db: Database, plan: TrainingTablePlan): HiddenFunctions {
  const { target, task } = plan;
  if (target.kind !== "column" || task.given) return { plan, warnings: [] };
  const { table, column } = target;
  const hidden = new Set(task.hiddenColumns.map((other) => `${other.table}.${other.column}`));
  const keys = keyColumns(table);
  const groups = groupRows(db.table(table.name).column(column.name));
  const leaking = table.columns.filter(
    ({ name }) =>
      name !== table.timeColumn &&
      !keys.has(name) &&
      !hidden.has(`${table.name}.${name}`) &&
      isFunction(groups, groupRows(db.table(table.name).column(name))),
  );
  if (leaking.length === 0) return { plan, warnings: [] };
  const names = leaking.map(({ name }) => `\`${table.name}.${name}\``).join(", ");
  const more = leaking.map(({ name }) => ({ table: table.name, column: name }));
  const warning = `hidden from the model, because plain functions of the target: ${names}`;
  const hiddenColumns = [...task.hiddenColumns, ...more];
  return { plan: { ...plan, task: { ...task, hiddenColumns } }, warnings: [warning] };
}

/** Rows by their value. */
interface Groups {
  /** int32 `[rows]`: the group of each row; -1 = missing. Groups of numbers and times ascend with them. */
  readonly of: Int32Array;
  readonly count: number;
  readonly ordered: boolean;
}

/** Fewer rows prove nothing. */
const LEAST_ROWS = 20;
/** Fewer rows beside the most frequent value prove nothing either. */
const LEAST_OTHERS = 10;

function groupRows(column: Column): Groups | null {
  switch (column.kind) {
    case "number":
    case "timestamp":
    case "boolean":
      return groupNumbers(column, column.values);
    case "string":
      return groupNumbers(column, column.codes);
    case "list":
    case "vector":
      return null;
  }
}

function groupNumbers(column: Column, values: ArrayLike<number>): Groups {
  const present: number[] = [];
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row) && !Number.isNaN(values[row]!)) present.push(values[row]!);
  }
  const distinct = Float64Array.from(new Set(present)).sort();
  const index = new Map(Array.from(distinct, (value, i) => [value, i]));
  const of = Int32Array.from({ length: column.length }, (_, row) =>
    isValid(column, row) ? (index.get(values[row]!) ?? -1) : -1,
  );
  return { of, count: distinct.length, ordered: column.kind !== "string" };
}

/** Tells whether the groups of a column follow from those of the target. */
function isFunction(target: Groups | null, column: Groups | null): boolean {
  if (!target || !column || column.count === 0) return false;
  return isSameForEqual(target, column) || isMonotone(target, column);
}

/** Equal targets stand beside equal values; and so often that it is no accident. */
function isSameForEqual(target: Groups, column: Groups): boolean {
  const found = new Int32Array(target.count).fill(-2);
  const rowsOf = new Int32Array(target.count);
  const rowsOfValue = new Int32Array(column.count + 1);
  let rows = 0;
  for (let row = 0; row < target.of.length; row++) {
    const group = target.of[row]!;
    if (group < 0) continue;
    const value = column.of[row]!;
    if (found[group] === -2) found[group] = value;
    else if (found[group] !== value) return false;
    rowsOf[group]!++;
    rowsOfValue[value + 1]!++;
    rows++;
  }
  // A target that occurs once proves nothing; nor does a column that is nearly constant.
  let repeated = 0;
  for (const n of rowsOf) if (n > 1) repeated += n;
  const others = rows - rowsOfValue.reduce((a, b) => Math.max(a, b), 0);
  return rows >= LEAST_ROWS && repeated >= rows / 2 && others >= LEAST_OTHERS;
}

/** The values rise, or fall, strictly with the target wherever both are there. */
function isMonotone(target: Groups, column: Groups): boolean {
  if (!target.ordered || !column.ordered) return false;
  const found = new Int32Array(target.count).fill(-1);
  for (let row = 0; row < target.of.length; row++) {
    const group = target.of[row]!;
    const value = column.of[row]!;
    if (group < 0 || value < 0) continue;
    if (found[group] !== -1 && found[group] !== value) return false;
    found[group] = value;
  }
  const values = found.filter((value) => value >= 0);
  if (values.length < LEAST_ROWS) return false;
  const sign = Math.sign(values[1]! - values[0]!);
  return values.every((value, i) => i === 0 || Math.sign(value - values[i - 1]!) === sign);
}

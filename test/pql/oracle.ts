/** The rules of training tables written out row by row, slow and plain: what the executor must equal. */
import type { Aggregation, Condition, Constant, PredictiveQuery, Target } from "../../pql/ast.js";
import type { NullLogic } from "../../pql/bound.js";
import { addTime } from "../../src/core/time.js";

/** A row as plain values; times are milliseconds. */
export type Row = Readonly<Record<string, number | string | boolean | null>>;

/** Tables as lists of rows, with the roles of their columns. */
export interface PlainTable {
  readonly rows: readonly Row[];
  readonly time: string | null;
  readonly end: string | null;
  /** The column that holds the key of the entity, or the key itself in the entity table. */
  readonly key: string;
  /** Column to the column with the time it became known at. */
  readonly knownFrom: Readonly<Record<string, string>>;
}

/** All tables by name. */
export type PlainDatabase = Readonly<Record<string, PlainTable>>;

/** One expected row. */
export interface ExpectedRow {
  readonly entity: number;
  readonly anchor: number;
  readonly target: number | string;
}

type Value = number | string | boolean | null;

/** Computes the labelled rows of a query, one entity and one anchor at a time. */
export function expectedRows(
  db: PlainDatabase,
  query: PredictiveQuery,
  anchors: readonly number[],
  logic: NullLogic,
): ExpectedRow[] {
  const entities = db[query.entity.key.table]!;
  const found: ExpectedRow[] = [];
  for (const anchor of [...new Set(anchors)].sort((a, b) => a - b)) {
    entities.rows.forEach((row, entity) => {
      const key = row[entities.key]!;
      if (key === null) return;
      if (entities.rows.findIndex((other) => other[entities.key] === key) !== entity) return;
      const created = entities.time === null ? -Infinity : (row[entities.time] as number | null);
      if (created === null || created > anchor) return;
      const ended = entities.end === null ? null : (row[entities.end] as number | null);
      if (ended !== null && ended <= anchor) return;
      const see = (moment: number) => (node: Operand) =>
        operand(db, node, query.entity.key.table, row, anchor, moment, logic);
      if (query.where && truth(query.where, logic, see(anchor)) !== true) return;
      if (query.assuming && truth(query.assuming, logic, see(Infinity)) !== true) return;
      const target = label(query.target, logic, see(Infinity));
      if (target === null) return;
      found.push({ entity, anchor, target: typeof target === "boolean" ? Number(target) : target });
    });
  }
  return found;
}

type Operand =
  | Aggregation
  | { readonly kind: "column"; readonly table: string; readonly column: string }
  | { readonly kind: "wildcard"; readonly table: string };
type See = (node: Operand) => Value | Value[];

function label(target: Target, logic: NullLogic, see: See): Value {
  if (target.kind === "column" || target.kind === "aggregation" || target.kind === "wildcard") {
    return see(target) as Value;
  }
  if (logic === "kumo" && !(target.kind === "comparison" && target.right.kind === "null")) {
    for (const node of operands(target)) if (see(node) === null) return null;
  }
  return truth(target, logic, see);
}

function operands(node: Condition): Operand[] {
  if (node.kind === "comparison") return [node.left];
  if (node.kind === "not") return operands(node.operand);
  return [...operands(node.left), ...operands(node.right)];
}

/** Three-valued: `null` is unknown. */
function truth(node: Condition, logic: NullLogic, see: See): boolean | null {
  switch (node.kind) {
    case "comparison": {
      const result = compare(see(node.left), node.operator, node.right);
      return result === null && logic === "kumo" ? false : result;
    }
    case "not": {
      const inner = truth(node.operand, logic, see);
      return inner === null ? null : !inner;
    }
    case "and": {
      const both = [truth(node.left, logic, see), truth(node.right, logic, see)];
      if (both.includes(false)) return false;
      return both.includes(null) ? null : true;
    }
    case "or": {
      const both = [truth(node.left, logic, see), truth(node.right, logic, see)];
      if (both.includes(true)) return true;
      return both.includes(null) ? null : false;
    }
  }
}

function compare(left: Value | Value[], operator: string, constant: Constant): boolean | null {
  if (constant.kind === "null") return (left === null) === (operator === "=");
  if (left === null) return null;
  if (constant.kind === "list") {
    return constant.items.some((item) => compare(left, "=", item) === true);
  }
  const right = constant.value as number | string | boolean;
  if (Array.isArray(left)) {
    const has = left.includes(right);
    return operator === "CONTAINS" ? has : !has;
  }
  if (typeof left === "boolean") return (Number(left) === Number(right)) === (operator === "=");
  const text = String(left);
  switch (operator) {
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "CONTAINS":
      return text.includes(String(right));
    case "NOT CONTAINS":
      return !text.includes(String(right));
    case "LIKE":
      return like(text, String(right));
    case "NOT LIKE":
      return !like(text, String(right));
    case "STARTS WITH":
      return text.startsWith(String(right));
    case "ENDS WITH":
      return text.endsWith(String(right));
    default:
      throw new Error(`operator ${operator}`);
  }
}

function like(text: string, pattern: string): boolean {
  return new RegExp(`^${pattern.replaceAll("%", ".*")}$`, "s").test(text);
}

function cell(table: PlainTable, row: Row, column: string, moment: number): Value {
  const source = table.knownFrom[column] ?? (table.end === column ? column : undefined);
  if (source !== undefined && moment !== Infinity) {
    const known = row[source] as number | null;
    if (known === null || known > moment) return null;
  }
  return row[column] ?? null;
}

function operand(
  db: PlainDatabase,
  node: Operand,
  entityTable: string,
  entity: Row,
  anchor: number,
  moment: number,
  logic: NullLogic,
): Value | Value[] {
  if (node.kind === "column") return cell(db[entityTable]!, entity, node.column, moment);
  if (node.kind === "wildcard") throw new Error("a wildcard has no value");
  const table = db[node.column.table]!;
  const key = entity[db[entityTable]!.key];
  const rows = table.rows.filter((row) => {
    if (row[table.key] !== key) return false;
    if (node.window) {
      const time = table.time === null ? null : (row[table.time] as number | null);
      if (time === null) return false;
      const { start, end, unit } = node.window;
      if (!(addTime(anchor, start, unit) < time && time <= addTime(anchor, end, unit)))
        return false;
    }
    if (!node.where) return true;
    return (
      truth(node.where, logic, (inner) =>
        cell(table, row, (inner as { column: string }).column, moment),
      ) === true
    );
  });
  return aggregate(node, table, rows, moment);
}

function aggregate(
  node: Aggregation,
  table: PlainTable,
  rows: readonly Row[],
  moment: number,
): Value | Value[] {
  if (node.column.kind === "wildcard") return rows.length;
  const name = node.column.column;
  const inTime =
    table.time === null
      ? [...rows]
      : rows.toSorted((a, b) => (a[table.time!] as number) - (b[table.time!] as number));
  const present = inTime
    .map((row) => cell(table, row, name, moment))
    .filter((value): value is Exclude<Value, null> => value !== null);
  // Sums go in the order of the rows, as the executor's do.
  const numbers: number[] = rows
    .map((row) => cell(table, row, name, moment))
    .filter((value) => value !== null)
    .map(Number);
  const sum = numbers.reduce((total, value) => total + value, 0);
  switch (node.name) {
    case "COUNT":
      return present.length;
    case "COUNT_DISTINCT":
      return new Set(present).size;
    case "SUM":
      return sum;
    case "AVG":
      return present.length === 0 ? null : sum / numbers.length;
    case "MIN":
      return present.toSorted(byValue)[0] ?? null;
    case "MAX":
      return present.toSorted(byValue).at(-1) ?? null;
    case "FIRST":
      return present[0] ?? null;
    case "LAST":
      return present.at(-1) ?? null;
    case "LIST_DISTINCT":
      return present.length === 0 ? null : [...new Set(present)];
  }
}

function byValue(a: Value, b: Value): number {
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

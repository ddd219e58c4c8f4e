/** The dated pairs behind a target that lists items: who had which item, when, and since when that is known. */
import type { Database } from "../../src/data/database.js";
import { allColumns, type BoundAggregation, insideOf } from "../bind/bound.js";
import type { TrainingTablePlan } from "../plan/plan-types.js";
import { findClasses } from "./classes.js";
import { evaluate, evaluateCondition, type RowContext } from "./evaluate.js";
import { type JoinedRows, joinPath, parentsOf } from "./joined-rows.js";
import { type ColumnReader, createColumnReader, type RowValues } from "./values-of-rows.js";

/** Pairs of entities and items in the order of time, then of rows. */
export interface Interactions {
  /** int32 `[pairs]`: rows of the entity table. */
  readonly owners: Int32Array;
  /** int32 `[pairs]`: index into `names`. */
  readonly items: Int32Array;
  /**
   * float64 `[pairs]`: from when on the pair is known; `-Infinity` where no table of the path has a time. Rows whose time is missing
   * are left out.
   */
  readonly times: Float64Array;
  /** The items as the labels name them. */
  readonly names: readonly string[];
}

/**
 * Lists the pairs of a target `LIST_DISTINCT(…)`: what its filter and its argument see, whatever the window.
 *
 * @param plan - of a query whose first target is such a list.
 * @param db - the database.
 * @returns `null` where the target is something else, or computed from other aggregations.
 */
export function listInteractions(plan: TrainingTablePlan, db: Database): Interactions | null {
  const [target] = plan.frames;
  if (target?.kind !== "aggregation" || target.name !== "LIST_DISTINCT") return null;
  const { argument, where } = target;
  if (argument === null || insideOf(target).some(nested)) return null;
  const columns = createColumnReader(db);
  const joined = joinPath(columns, target);
  const context: RowContext = {
    columns,
    logic: plan.nullLogic,
    length: joined.length,
    rows: joined.rows,
    moment: Infinity,
    anchor: Infinity,
    aggregate: () => {
      throw new Error("nested aggregations are left out");
    },
  };
  const classes = findClasses(columns, target);
  const values = evaluate(argument, context);
  const mask = where && evaluateCondition(where, context);
  const times = knownSince(columns, target, joined);
  const pairs = collect(joined, values, mask, times, (data, dictionary) =>
    classes.indexesOf(data, dictionary),
  );
  return { ...inOrder(pairs), names: classes.names };
}

function nested(node: Parameters<typeof allColumns>[0]): boolean {
  if (node === null) return false;
  if (node.kind === "aggregation" || node.kind === "anchor") return true;
  switch (node.kind) {
    case "comparison":
      return nested(node.left);
    case "relation":
    case "arithmetic":
      return nested(node.left) || nested(node.right);
    case "not":
    case "negative":
      return nested(node.operand);
    case "and":
    case "or":
      return node.operands.some(nested);
    case "call":
      return node.args.some(nested);
    default:
      return false;
  }
}

/** The latest of a joined row's own time, the times of its rows and keys, and of every cell that filter and argument read. */
function knownSince(
  columns: ColumnReader,
  aggregation: BoundAggregation,
  joined: JoinedRows,
): Float64Array {
  const { length, times, known, rows } = joined;
  const since = new Float64Array(length).fill(-Infinity);
  const wait = (values: Float64Array | null, at: Int32Array | null): void => {
    if (values === null) return;
    for (let i = 0; i < length; i++) {
      const row = at === null ? i : at[i]!;
      if (row < 0) continue;
      // Written so that a missing time (NaN) enters and stays.
      if (!(values[row]! <= since[i]!))
        since[i] = since[i]! <= Infinity ? values[row]! : Number.NaN;
    }
  };
  wait(times, null);
  wait(known, null);
  for (const { position, steps, column, table } of insideOf(aggregation).flatMap(allColumns)) {
    let at = rows[position] ?? null;
    for (const hop of steps) at = parentsOf(columns.db, hop, at);
    wait(columns.known(table.name, column.name), at);
    if (steps.length > 0) wait(columns.times(table.name), at);
  }
  return since;
}

interface Pairs {
  readonly owners: number[];
  readonly items: number[];
  readonly times: number[];
}

function collect(
  { length, owners }: JoinedRows,
  { data, nulls, list, dictionary }: RowValues,
  mask: Uint8Array | null,
  since: Float64Array,
  indexesOf: (
    values: Float64Array | Int32Array | Uint8Array,
    dictionary: readonly string[] | null,
  ) => Int32Array,
): Pairs {
  const items =
    list === null ? indexesOf(data, dictionary) : indexesOf(list.items, list.dictionary);
  const found: Pairs = { owners: [], items: [], times: [] };
  const add = (i: number, item: number): void => {
    if (item < 0) return;
    found.owners.push(owners[i]!);
    found.items.push(item);
    found.times.push(since[i]!);
  };
  for (let i = 0; i < length; i++) {
    if (owners[i]! < 0 || nulls?.[i] === 1 || (mask !== null && mask[i] !== 1)) continue;
    // A pair that no anchor ever knows of.
    if (!(since[i]! < Infinity)) continue;
    if (list === null) add(i, items[i]!);
    else
      for (let k = list.offsets[data[i]!]!; k < list.offsets[data[i]! + 1]!; k++) add(i, items[k]!);
  }
  return found;
}

function inOrder({ owners, items, times }: Pairs): Omit<Interactions, "names"> {
  const order = Int32Array.from(owners.keys()).sort((a, b) => times[a]! - times[b]! || a - b);
  return {
    owners: order.map((i) => owners[i]!),
    items: order.map((i) => items[i]!),
    times: Float64Array.from(order, (i) => times[i]!),
  };
}

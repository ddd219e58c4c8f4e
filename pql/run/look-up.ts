/** Columns of rows and of their parents, as far as they are known. */
import type { BoundColumn, Hop } from "../bind/bound.js";
import type { ColumnReader, Moment, RowValues } from "./values-of-rows.js";
import { joinNulls, takeValues } from "./values-of-rows.js";

/** What reading a column of a row needs. */
export interface LookUp {
  readonly columns: ColumnReader;
  readonly length: number;
  /** int32 `[length]` per position, negative = none; `null` = each row's own number. */
  readonly rows: readonly (Int32Array | null)[];
  readonly moment: Moment;
}

/**
 * Reads a column for each row: at its position, then up the steps. A cell that is not known yet is null, and so is
 * every cell of a parent that is not there yet or that the row is not yet known to point at.
 *
 * @param node - the column.
 * @param context - the rows.
 */
export function readColumn(node: BoundColumn, context: LookUp): RowValues {
  const { columns, length, moment } = context;
  const table = node.table.name;
  let rows = context.rows[node.position] ?? null;
  for (const hop of node.steps) rows = climb(rows, hop, context);
  const values = columns.values(table, node.column.name);
  const known = moment === Infinity ? null : columns.known(table, node.column.name);
  const taken = rows === null ? values : takeValues(values, rows);
  if (known === null) return taken;
  const hidden = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const row = rows === null ? i : rows[i]!;
    const at = typeof moment === "number" ? moment : moment[i]!;
    if (row >= 0 && !(known[row]! <= at)) hidden[i] = 1;
  }
  return { ...taken, nulls: joinNulls([taken.nulls, hidden]) };
}

/** Goes from rows to their parents. */
function climb(rows: Int32Array | null, hop: Hop, context: LookUp): Int32Array {
  const { columns, length, moment } = context;
  const { parentRows } = columns.db.link(hop.from.name, hop.foreignKey);
  // The full truth holds parents whose time is missing too: only when they came is not known.
  const times = moment === Infinity ? null : columns.times(hop.to.name);
  const known = keyTimes(columns, hop, moment);
  if (rows === null && times === null && known.length === 0) return parentRows;
  const parents = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const row = rows === null ? i : rows[i]!;
    parents[i] = row < 0 ? -1 : parentRows[row]!;
  }
  if (times !== null) {
    for (let i = 0; i < length; i++) {
      const at = typeof moment === "number" ? moment : moment[i]!;
      if (parents[i]! >= 0 && !(times[parents[i]!]! <= at)) parents[i] = -1;
    }
  }
  for (const keys of known) {
    for (let i = 0; i < length; i++) {
      const row = rows === null ? i : rows[i]!;
      const at = typeof moment === "number" ? moment : moment[i]!;
      if (row >= 0 && !(keys[row]! <= at)) parents[i] = -1;
    }
  }
  return parents;
}

/** When the cells of a link's key became known; none where the full truth is seen. */
function keyTimes(
  columns: ColumnReader,
  { from, foreignKey }: Hop,
  moment: Moment,
): Float64Array[] {
  if (moment === Infinity) return [];
  return foreignKey.columns.flatMap((key) => columns.known(from.name, key) ?? []);
}

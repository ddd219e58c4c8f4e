/** The cells that lie around seeds and may be seen from them: of the entity's own row, of its parents, of its latest children. */
import type { Seeds } from "../../graph/seeds.js";
import { type Column, isValid } from "../data/column.js";
import type { Database } from "../data/database.js";
import { isKnownAt, knownTimes } from "../data/known.js";
import { type ForeignKey, keyColumns } from "../data/schema.js";

/** One column as seen from each seed. */
export interface VisibleColumn {
  /** Where it is, for people: `users.plan`, `users → companies.size`, `latest sessions.minutes`. */
  readonly name: string;
  /** float64 `[S]`: numbers, codes, or the time since; NaN where missing or not yet known. */
  readonly values: Float64Array;
  readonly isCode: boolean;
}

/**
 * Walks over the columns around some seeds, one table and column after the other; keys, hidden columns and vectors are left out.
 *
 * @param db - the database.
 * @param entityTable - whose rows the seeds are.
 * @param seeds - rows and times; a row later than `visibleTimes` is not seen.
 * @param hidden - columns that no model sees.
 */
export function* visibleColumns(
  db: Database,
  entityTable: string,
  seeds: Seeds,
  hidden: readonly { readonly table: string; readonly column: string }[],
): Generator<VisibleColumn, void, void> {
  const schema = db.tableSchema(entityTable);
  yield* columnsOf(db, entityTable, seeds.rows, seeds, hidden, `${entityTable}`);
  for (const key of schema.foreignKeys) {
    const { parentRows } = db.link(entityTable, key);
    const rows = seeds.rows.map((row) => parentRows[row]!);
    const seen = onlyVisible(db, key.table, rows, seeds);
    yield* columnsOf(db, key.table, seen, seeds, hidden, `${entityTable} → ${key.table}`);
  }
  for (const table of db.schema.tables) {
    for (const key of table.foreignKeys) {
      if (key.table !== entityTable) continue;
      const rows = latestChildren(db, table.name, key, seeds);
      yield* columnsOf(db, table.name, rows, seeds, hidden, `latest ${table.name}`);
    }
  }
}

function* columnsOf(
  db: Database,
  table: string,
  rows: Int32Array,
  seeds: Seeds,
  hidden: readonly { readonly table: string; readonly column: string }[],
  place: string,
): Generator<VisibleColumn, void, void> {
  const schema = db.tableSchema(table);
  const keys = keyColumns(schema);
  for (const { name, stype } of schema.columns) {
    if (keys.has(name) || name.toUpperCase() === "SPLIT") continue;
    if (hidden.some((other) => other.table === table && other.column === name)) continue;
    const column = db.table(table).column(name);
    const read = cellReader(column, stype === "text");
    if (read === null) continue;
    const known = knownTimes(db, table, name);
    const values = Float64Array.from(rows, (row, i) => {
      if (row < 0 || !isValid(column, row)) return Number.NaN;
      if (!isKnownAt(known, row, seeds.visibleTimes[i]!)) return Number.NaN;
      const value = read(row);
      const anchor = seeds.anchorTimes[i]!;
      return column.kind === "timestamp" && Number.isFinite(anchor) ? anchor - value : value;
    });
    yield { name: `${place}.${name}`, values, isCode: column.kind === "string" };
  }
}

/** Reads a cell as a number; of texts only whether they are there. */
function cellReader(column: Column, isText: boolean): ((row: number) => number) | null {
  switch (column.kind) {
    case "number":
    case "timestamp":
    case "boolean":
      return (row) => column.values[row]!;
    case "string":
      return isText ? () => 0 : (row) => column.codes[row]!;
    case "list":
      return (row) => column.offsets[row + 1]! - column.offsets[row]!;
    case "vector":
      return null;
  }
}

function onlyVisible(db: Database, table: string, rows: Int32Array, seeds: Seeds): Int32Array {
  const times = db.timeColumn(table);
  if (!times) return rows;
  return rows.map((row, i) =>
    row >= 0 && isValid(times, row) && times.values[row]! <= seeds.visibleTimes[i]! ? row : -1,
  );
}

/** The latest row of a child table that each seed may see; without times the last one in the table. */
function latestChildren(db: Database, table: string, key: ForeignKey, seeds: Seeds): Int32Array {
  const { parentRows } = db.link(table, key);
  const times = db.timeColumn(table);
  const wanted = new Set(seeds.rows);
  const children = new Map<number, number[]>();
  for (let row = 0; row < parentRows.length; row++) {
    const parent = parentRows[row]!;
    if (!wanted.has(parent) || (times && !isValid(times, row))) continue;
    const own = children.get(parent);
    if (own) own.push(row);
    else children.set(parent, [row]);
  }
  if (times) {
    for (const own of children.values()) {
      own.sort((a, b) => times.values[a]! - times.values[b]! || a - b);
    }
  }
  return seeds.rows.map((parent, i) => {
    const own = children.get(parent) ?? [];
    if (!times) return own.at(-1) ?? -1;
    let low = 0;
    let high = own.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times.values[own[middle]!]! <= seeds.visibleTimes[i]!) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? -1 : own[low - 1]!;
  });
}

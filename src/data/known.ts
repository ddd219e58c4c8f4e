/** When a cell became known: the one accessor that labels, filters, signals, sampler and encoders read through. */
import { invariant } from "../core/assert.js";
import type { Timestamp } from "../core/time.js";
import { isValid } from "./column.js";
import type { Database } from "./database.js";
import { findColumn } from "./schema.js";

/**
 * The times at which the cells of one column became known, float64 `[rows]`; `+Infinity` = not yet known.
 * `null`: every cell is known from its row's time on.
 */
export type KnownTimes = Float64Array | null;

/**
 * Returns when the cells of a column became known: by `knownFrom` of the schema, or for an end time by its own value.
 *
 * @param db - the database.
 * @param table - the table's name.
 * @param column - the column's name.
 * @returns float64 `[rows]`, or `null` where cells are known from their row's time.
 */
export function knownTimes(db: Database, table: string, column: string): KnownTimes {
  const schema = db.tableSchema(table);
  const source =
    findColumn(schema, column)?.knownFrom ?? (schema.endTimeColumn === column ? column : null);
  if (source === null) return null;
  const times = db.table(table).column(source);
  invariant(times.kind === "timestamp", `knownFrom column ${table}.${source} holds times`);
  const known = new Float64Array(times.length);
  for (let row = 0; row < known.length; row++) {
    known[row] = isValid(times, row) ? times.values[row]! : Infinity;
  }
  return known;
}

/** Tells whether a cell is known at a time, given that its row is. */
export function isKnownAt(known: KnownTimes, row: number, time: Timestamp): boolean {
  return known === null || known[row]! <= time;
}

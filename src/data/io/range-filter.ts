/** A range of times as a filter in the engine's SQL. */
import type { ScanRange } from "../event-scan.js";
import { sqlName } from "./duckdb.js";

/** A column of a relation. */
interface TypedColumn {
  readonly sqlName: string;
  readonly type: string;
}

/** Types whose values are compared with times without a cast of each. */
const COMPARABLE = new Set(["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"]);
/** Times that any of them can hold. */
const LATEST = Date.UTC(2200, 0, 1);
const EARLIEST = Date.UTC(1700, 0, 1);

/** Tells whether a filter over a column spares the engine work. */
export function isComparable({ type }: TypedColumn): boolean {
  return COMPARABLE.has(type);
}

/**
 * Writes a range as a filter; it may let through some milliseconds more.
 *
 * @param column - a comparable column.
 * @param range - the range.
 * @returns what stands after WHERE; `null` where every row passes.
 */
export function rangeFilter(column: TypedColumn, { after, until }: ScanRange): string | null {
  const name = sqlName(column.sqlName);
  const literal = (time: number): string =>
    `TIMESTAMP '${new Date(time).toISOString().slice(0, -1)}'`;
  const parts: string[] = [];
  if (after > EARLIEST && after < LATEST) parts.push(`${name} >= ${literal(Math.floor(after))}`);
  if (until > EARLIEST && until < LATEST) parts.push(`${name} <= ${literal(Math.ceil(until))}`);
  return parts.length === 0 ? null : parts.join(" AND ");
}

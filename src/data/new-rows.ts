/** Which rows are new or have changed: since a time by the times they hold, or against an earlier state of the database cell by cell. */
import type { Timestamp } from "../core/time.js";
import { type Column, cellValue, isValid, type TimestampColumn } from "./column.js";
import type { Database } from "./database.js";
import { knownTimes } from "./known.js";
import type { RowMarks } from "./walks.js";

/** Rows by what their times say. */
export interface RowsSince {
  /** Rows that are new, or of which a cell became known; rows that may be new count as new. */
  readonly marks: RowMarks;
  /** Tables of which every row counts as new: they have no time, and no row with a time points at them. */
  readonly undated: readonly string[];
}

/**
 * Finds the rows of which anything became known in `(since, until]`. A row without a time counts as new unless a row known by `since`
 * refers to it, directly or through others: rows are taken to be there no later than what refers to them.
 *
 * @param since - where the time begins.
 * @param until - where it ends.
 */
export function rowsKnownSince(db: Database, since: Timestamp, until: Timestamp): RowsSince {
  const old = rowsThereBy(db, since);
  const marks = new Map<string, Uint8Array>();
  const undated: string[] = [];
  for (const { name, numRows } of db.tables) {
    const times = db.timeColumn(name);
    const there = old.get(name)!;
    const own =
      times === null
        ? there.map((isOld) => 1 - isOld)
        : marksBetween(rowTimes(times), numRows, since, until);
    for (const { name: column } of db.tableSchema(name).columns) {
      const known = knownTimes(db, name, column);
      if (known === null) continue;
      marksBetween(known, numRows, since, until).forEach((isNew, row) => {
        own[row]! |= isNew;
      });
    }
    marks.set(name, own);
    if (times === null && numRows > 0 && !there.includes(1)) undated.push(name);
  }
  return { marks, undated };
}

/**
 * Finds the rows that are new or differ in a cell from the same row of an earlier state.
 *
 * @param before - the earlier state, with the same tables; its rows have kept their numbers.
 * @param until - rows that became known later are left out.
 * @returns `null` where rows were taken away: then rows have other numbers.
 */
export function rowsChanged(db: Database, before: Database, until: Timestamp): RowMarks | null {
  const marks = new Map<string, Uint8Array>();
  for (const table of db.tables) {
    const { name, numRows } = table;
    const old = before.tables.find((other) => other.name === name);
    const oldRows = old?.numRows ?? 0;
    if (oldRows > numRows) return null;
    const own = new Uint8Array(numRows).fill(1, oldRows);
    if (old !== undefined && old !== table) {
      for (const column of table.columns) {
        const same = old.find(column.name);
        if (same === undefined) own.fill(1);
        else if (same !== column) markDifferent(column, same, own);
      }
    }
    const times = db.timeColumn(name);
    for (let row = 0; times !== null && row < numRows; row++) {
      const wasLater = row >= oldRows || timeOf(before.timeColumn(name), row) > until;
      if (wasLater && timeOf(times, row) > until) own[row] = 0;
    }
    marks.set(name, own);
  }
  return marks;
}

/** Rows with a time up to a moment, and everything that they refer to. */
function rowsThereBy(db: Database, time: Timestamp): RowMarks {
  const marks = new Map(
    db.tables.map(({ name, numRows }) => {
      const times = db.timeColumn(name);
      const there = times && marksBetween(rowTimes(times), numRows, -Infinity, time);
      return [name, there ?? new Uint8Array(numRows)] as const;
    }),
  );
  for (let moved = true; moved; ) {
    moved = false;
    for (const { name } of db.tables) {
      const own = marks.get(name)!;
      for (const key of db.tableSchema(name).foreignKeys) {
        const parents = marks.get(key.table)!;
        db.link(name, key).parentRows.forEach((parent, row) => {
          if (own[row] === 0 || parent < 0 || parents[parent] === 1) return;
          parents[parent] = 1;
          moved = true;
        });
      }
    }
  }
  return marks;
}

function rowTimes(times: TimestampColumn): Float64Array {
  return Float64Array.from({ length: times.length }, (_, row) => timeOf(times, row));
}

/** NaN where a row has no time: it is neither before nor after anything. */
function timeOf(times: TimestampColumn | null, row: number): number {
  return times !== null && isValid(times, row) ? times.values[row]! : Number.NaN;
}

function marksBetween(
  times: Float64Array,
  numRows: number,
  since: Timestamp,
  until: Timestamp,
): Uint8Array {
  const marks = new Uint8Array(numRows);
  for (let row = 0; row < numRows; row++) {
    if (times[row]! > since && times[row]! <= until) marks[row] = 1;
  }
  return marks;
}

/** Marks the rows of the older column's length whose cells differ. */
function markDifferent(column: Column, old: Column, marks: Uint8Array): void {
  const text = (value: unknown): unknown =>
    value instanceof Float32Array
      ? value.join()
      : Array.isArray(value)
        ? JSON.stringify(value)
        : value;
  for (let row = 0; row < old.length; row++) {
    if (marks[row] === 1) continue;
    const [now, then] = [text(cellValue(column, row)), text(cellValue(old, row))];
    if (column.kind !== old.kind || !Object.is(now, then)) marks[row] = 1;
  }
}

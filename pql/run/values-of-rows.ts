/** Values of rows: numbers, codes of texts or lists with null marks, read from columns and gathered by row numbers. */
import type { Timestamp } from "../../src/core/time.js";
import { isValid, type TimestampColumn } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { type KnownTimes, knownTimes } from "../../src/data/known.js";

/** A time for all rows, or one for each; `Infinity` as the moment of a look sees the full truth. */
export type Moment = Timestamp | Float64Array;

/** The values of some rows. */
export interface RowValues {
  /** Numbers, times, 0 and 1, dictionary codes, or numbers of lists; unspecified where null. */
  readonly data: Float64Array | Int32Array | Uint8Array;
  /** uint8 `[rows]`, 1 = null; `null` = no nulls. */
  readonly nulls: Uint8Array | null;
  /** What the codes mean; `null` for other kinds. */
  readonly dictionary: readonly string[] | null;
  /** Whether the dictionary holds digits of integers, ordered as numbers. */
  readonly int64: boolean;
  /** The lists that `data` numbers; `null` for other kinds. */
  readonly list: Lists | null;
}

/** Lists by number: list `n` holds `items[offsets[n] … offsets[n + 1] - 1]`. */
export interface Lists {
  readonly offsets: Int32Array;
  /** Codes of the dictionary, or plain numbers where there is none. */
  readonly items: Int32Array | Float64Array;
  readonly dictionary: readonly string[] | null;
  /** Whether the dictionary holds digits of integers. */
  readonly int64: boolean;
}

/** Reads the columns of a database, keeping what is read more than once. */
export interface ColumnReader {
  readonly db: Database;
  /** The values of a column in full truth. */
  values(table: string, column: string): RowValues;
  /** When the cells of a column became known; `null` = with their row. */
  known(table: string, column: string): KnownTimes;
  /** float64 `[rows]`: when each row of a table became known, NaN = never; `null` = the table has no time. */
  times(table: string): Float64Array | null;
  /** Whether the rows of a table with times are in their order, each with a time. */
  ascends(table: string): boolean;
}

/**
 * Makes a reader.
 *
 * @param db - the database.
 */
export function createColumnReader(db: Database): ColumnReader {
  const times = cached((table) => {
    const column = db.timeColumn(table);
    return column && timesOf(column);
  });
  return {
    db,
    values: cached((table, column) => readValues(db, table, column)),
    known: cached((table, column) => knownTimes(db, table, column)),
    times,
    ascends: (table) => {
      const rows = times(table);
      return rows !== null && db.derived(`ascends ${table}`, () => isAscending(rows));
    },
  };
}

function cached<V>(
  read: (table: string, column: string) => V,
): (table: string, column?: string) => V {
  const held = new Map<string, V>();
  return (table, column = "") => {
    const id = `${table}\u0000${column}`;
    const known = held.get(id);
    if (known !== undefined) return known;
    const value = read(table, column);
    held.set(id, value);
    return value;
  };
}

/** The times of a column, NaN where missing. */
export function timesOf(column: TimestampColumn): Float64Array {
  if (column.validity === null) return column.values;
  const times = column.values.slice();
  for (let row = 0; row < times.length; row++) if (!isValid(column, row)) times[row] = Number.NaN;
  return times;
}

function readValues(db: Database, table: string, name: string): RowValues {
  const column = db.table(table).column(name);
  const nulls = readNulls(db, table, name);
  const plain = { nulls, dictionary: null, int64: false, list: null };
  switch (column.kind) {
    case "number":
    case "timestamp":
    case "boolean":
      return { ...plain, data: column.values };
    case "string":
      return { ...plain, data: column.codes, dictionary: column.dictionary, int64: column.int64 };
    case "list": {
      const { offsets, codes, dictionary } = column;
      const list = { offsets, items: codes, dictionary, int64: false };
      return { ...plain, data: countUp(0, column.length), list };
    }
    case "vector":
      return { ...plain, data: new Uint8Array(column.length) };
  }
}

function readNulls(db: Database, table: string, name: string): Uint8Array | null {
  const column = db.table(table).column(name);
  const { length } = column;
  let nulls: Uint8Array | null = null;
  if (column.validity !== null) {
    nulls = new Uint8Array(length);
    for (let row = 0; row < length; row++) if (!isValid(column, row)) nulls[row] = 1;
  }
  if (
    (column.kind === "number" || column.kind === "timestamp") &&
    db.derived(nanQuestion(table, name), () => holdsNaN(column.values))
  ) {
    const { values } = column;
    for (let row = 0; row < length; row++) {
      const value = values[row]!;
      if (!Number.isNaN(value)) continue;
      nulls ??= new Uint8Array(length);
      nulls[row] = 1;
    }
  }
  return nulls;
}

/** Names the question whether a column holds NaN, for {@link Database.fact}. */
export function nanQuestion(table: string, column: string): string {
  return `NaN ${table}\u0000${column}`;
}

function holdsNaN(values: Float64Array | Int32Array): boolean {
  if (values instanceof Int32Array) return false;
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row]!)) return true;
  return false;
}

/** Tells whether times ascend; `NaN` breaks the order. */
export function isAscending(times: Float64Array): boolean {
  for (let row = 1; row < times.length; row++) if (!(times[row - 1]! <= times[row]!)) return false;
  return times.length === 0 || !Number.isNaN(times[0]!);
}

/** The numbers from `first` on, int32 `[length]`. */
export function countUp(first: number, length: number): Int32Array {
  const numbers = new Int32Array(length);
  for (let i = 0; i < length; i++) numbers[i] = first + i;
  return numbers;
}

/**
 * Takes the values of some rows.
 *
 * @param values - the values of all rows.
 * @param rows - row numbers; negative gives null.
 */
export function takeValues(values: RowValues, rows: Int32Array): RowValues {
  const { data, nulls } = values;
  const taken = emptyLike(data, rows.length);
  let marks: Uint8Array | null = null;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row < 0 || (nulls !== null && nulls[row] === 1)) {
      marks ??= new Uint8Array(rows.length);
      marks[i] = 1;
    } else {
      taken[i] = data[row]!;
    }
  }
  return { ...values, data: taken, nulls: marks };
}

function emptyLike(data: RowValues["data"], length: number): RowValues["data"] {
  if (data instanceof Float64Array) return new Float64Array(length);
  return data instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length);
}

/** Joins null marks: null where any of them is. */
export function joinNulls(marks: readonly (Uint8Array | null)[]): Uint8Array | null {
  let joined: Uint8Array | null = null;
  for (const mark of marks) {
    if (mark === null) continue;
    if (joined === null) joined = mark.slice();
    else for (let row = 0; row < mark.length; row++) if (mark[row] === 1) joined[row] = 1;
  }
  return joined;
}

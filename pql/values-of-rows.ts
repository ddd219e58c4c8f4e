/** Columns as numbers with null marks: what filters compare and aggregations add up. */
import { isValid, type ListColumn } from "../src/data/column.js";
import type { Database } from "../src/data/database.js";
import { knownTimes } from "../src/data/known.js";

/**
 * When cells are looked at: `Infinity` for the full truth, a time for what is known then, or a time for each row.
 * A cell that becomes known later is null.
 */
export type Moment = number | Float64Array;

/** The values of some rows. */
export interface RowValues {
  /** Numbers, times, 0 and 1, or dictionary codes; unspecified where null. */
  readonly data: Float64Array | Int32Array | Uint8Array;
  /** uint8 `[rows]`, 1 = null; `null` = no nulls. */
  readonly nulls: Uint8Array | null;
  /** What the codes mean; `null` for other kinds. */
  readonly dictionary: readonly string[] | null;
  /** Whether the dictionary holds digits of integers, ordered as numbers. */
  readonly int64: boolean;
  /** The lists of a list column; `null` for other kinds. */
  readonly list: ListColumn | null;
}

/**
 * Reads a column as of a moment.
 *
 * @param db - the database.
 * @param table - the table's name.
 * @param name - the column's name; not a vector column.
 * @param moment - when it is looked at.
 */
export function readRows(db: Database, table: string, name: string, moment: Moment): RowValues {
  const column = db.table(table).column(name);
  const nulls = nullsOf(db, table, name, moment);
  const plain = { nulls, dictionary: null, int64: false, list: null };
  switch (column.kind) {
    case "number":
    case "timestamp":
    case "boolean":
      return { ...plain, data: column.values };
    case "string":
      return { ...plain, data: column.codes, dictionary: column.dictionary, int64: column.int64 };
    case "list":
      return { ...plain, data: column.codes, dictionary: column.dictionary, list: column };
    case "vector":
      return { ...plain, data: new Uint8Array(column.length) };
  }
}

/** Marks the rows whose cell is missing, or not known at the moment; `null` = none. */
function nullsOf(db: Database, table: string, name: string, moment: Moment): Uint8Array | null {
  const column = db.table(table).column(name);
  const { length } = column;
  let nulls: Uint8Array | null = null;
  if (column.validity !== null) {
    nulls = new Uint8Array(length);
    for (let row = 0; row < length; row++) if (!isValid(column, row)) nulls[row] = 1;
  }
  if (column.kind === "number" || column.kind === "timestamp") {
    const { values } = column;
    for (let row = 0; row < length; row++) {
      const value = values[row]!;
      if (!Number.isNaN(value)) continue;
      nulls ??= new Uint8Array(length);
      nulls[row] = 1;
    }
  }
  const known = moment === Infinity ? null : knownTimes(db, table, name);
  if (known === null) return nulls;
  nulls ??= new Uint8Array(length);
  for (let row = 0; row < length; row++) {
    const at = typeof moment === "number" ? moment : moment[row]!;
    if (known[row]! > at) nulls[row] = 1;
  }
  return nulls;
}

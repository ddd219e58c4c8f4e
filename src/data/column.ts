/** Column: typed values, validity bits and, for strings, a dictionary. */
import { formatTime } from "../core/time.js";
import { clearBit, countUnset, createBits, getBit } from "./bitset.js";

/** What every column has. `validity` is `null` when no row is null; the value of a null row is unspecified. */
interface ColumnBase {
  readonly name: string;
  readonly length: number;
  /** One bit a row, least significant first, 1 = not null; `null` = no nulls. */
  readonly validity: Uint8Array | null;
}

/** Numbers; integers beyond 2^53 are no numbers but a {@link StringColumn} with `int64`. */
export interface NumberColumn extends ColumnBase {
  readonly kind: "number";
  readonly values: Float64Array | Int32Array;
  /** Whether every value is an integer by its source's type. */
  readonly integer: boolean;
}

/** Truth values, 0 or 1. */
export interface BooleanColumn extends ColumnBase {
  readonly kind: "boolean";
  readonly values: Uint8Array;
}

/** Times in milliseconds UTC; fractions of a millisecond are kept as fractions. */
export interface TimestampColumn extends ColumnBase {
  readonly kind: "timestamp";
  readonly values: Float64Array;
}

/** Strings by dictionary: `dictionary[codes[row]]`. Dictionary entries are distinct. */
export interface StringColumn extends ColumnBase {
  readonly kind: "string";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
  /** Whether the strings are the decimal digits of 64-bit integers, kept exact. */
  readonly int64: boolean;
}

/** Lists of strings: row `r` holds `dictionary[codes[offsets[r] … offsets[r + 1] − 1]]`. */
export interface ListColumn extends ColumnBase {
  readonly kind: "list";
  /** `[length + 1]`, ascending from 0. */
  readonly offsets: Int32Array;
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
  /** Whether the items were numbers in the source, so that writers give numbers back. */
  readonly numeric: boolean;
}

/** Vectors of one dimension, row-major `[length, dimension]`: embeddings supplied by the user. */
export interface VectorColumn extends ColumnBase {
  readonly kind: "vector";
  readonly dimension: number;
  readonly values: Float32Array;
}

/** A column of a table: storage by `kind`, nulls by validity bits. */
export type Column =
  | NumberColumn
  | BooleanColumn
  | TimestampColumn
  | StringColumn
  | ListColumn
  | VectorColumn;

/** The storage kinds. */
export type ColumnKind = Column["kind"];

/** A cell as a plain value: `null` is missing; int64 beyond 2^53 is a string of digits; times are milliseconds. */
export type CellValue = number | boolean | string | readonly string[] | Float32Array | null;

/** Tells whether a row's value is there (not null). */
export function isValid(column: Column, row: number): boolean {
  return column.validity === null || getBit(column.validity, row);
}

/** Counts a column's nulls. */
export function nullCount(column: Column): number {
  return countUnset(column.validity, column.length);
}

/**
 * Reads one cell. For hot loops read `values` or `codes` directly.
 *
 * @param column - the column.
 * @param row - 0-based row.
 * @returns the value, `null` where missing; times as milliseconds.
 */
export function cellValue(column: Column, row: number): CellValue {
  if (!isValid(column, row)) return null;
  switch (column.kind) {
    case "number":
    case "timestamp":
      return column.values[row]!;
    case "boolean":
      return column.values[row] === 1;
    case "string":
      return column.dictionary[column.codes[row]!]!;
    case "list": {
      const items: string[] = [];
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        items.push(column.dictionary[column.codes[i]!]!);
      }
      return items;
    }
    case "vector":
      return column.values.subarray(row * column.dimension, (row + 1) * column.dimension);
  }
}

/**
 * Reads one cell as text for people and for text formats: times as ISO 8601 UTC, lists as JSON, null as `null`.
 *
 * @param column - the column.
 * @param row - 0-based row.
 */
export function cellText(column: Column, row: number): string | null {
  const value = cellValue(column, row);
  if (value === null) return null;
  if (column.kind === "timestamp") return formatTime(value as number);
  if (column.kind === "list") {
    const items = value as readonly string[];
    return column.numeric ? `[${items.join(", ")}]` : JSON.stringify(items);
  }
  if (value instanceof Float32Array) return JSON.stringify([...value]);
  return String(value);
}

/**
 * Makes a number column.
 *
 * @param name - its name.
 * @param values - the numbers; `NaN` counts as null unless `validity` is given.
 * @param options - `validity` bits; `integer` (default: found from the values).
 */
export function numberColumn(
  name: string,
  values: Float64Array | Int32Array | readonly (number | null)[],
  options: { readonly validity?: Uint8Array | null; readonly integer?: boolean } = {},
): NumberColumn {
  const array = Array.isArray(values) ? Float64Array.from(values, (v) => v ?? Number.NaN) : values;
  const typed = array as Float64Array | Int32Array;
  const validity = options.validity === undefined ? nanValidity(typed) : options.validity;
  const integer = options.integer ?? allIntegers(typed);
  return { kind: "number", name, length: typed.length, values: typed, validity, integer };
}

/**
 * Makes a time column.
 *
 * @param name - its name.
 * @param values - milliseconds UTC; `NaN` or null counts as null unless `validity` is given.
 * @param options - `validity` bits.
 */
export function timestampColumn(
  name: string,
  values: Float64Array | readonly (number | null)[],
  options: { readonly validity?: Uint8Array | null } = {},
): TimestampColumn {
  const array =
    values instanceof Float64Array ? values : Float64Array.from(values, (v) => v ?? Number.NaN);
  const validity = options.validity === undefined ? nanValidity(array) : options.validity;
  return { kind: "timestamp", name, length: array.length, values: array, validity };
}

/** Makes a boolean column from truth values; null is missing. */
export function booleanColumn(name: string, values: readonly (boolean | null)[]): BooleanColumn {
  const validity = validityOf(values);
  const bytes = Uint8Array.from(values, (v) => (v ? 1 : 0));
  return { kind: "boolean", name, length: values.length, values: bytes, validity };
}

/**
 * Makes a string column with its dictionary in first-seen order.
 *
 * @param name - its name.
 * @param values - strings; null is missing.
 * @param options - `int64`: the strings are digits of 64-bit integers.
 */
export function stringColumn(
  name: string,
  values: readonly (string | null)[],
  options: { readonly int64?: boolean } = {},
): StringColumn {
  const encoder = createDictionary();
  const codes = Int32Array.from(values, (v) => (v === null ? -1 : encoder.encode(v)));
  return {
    kind: "string",
    name,
    length: values.length,
    codes,
    dictionary: encoder.entries,
    validity: validityOf(values),
    int64: options.int64 ?? false,
  };
}

/**
 * Makes a list column.
 *
 * @param name - its name.
 * @param values - lists of strings; null is missing, an empty list is not.
 * @param options - `numeric`: the items were numbers.
 */
export function listColumn(
  name: string,
  values: readonly (readonly string[] | null)[],
  options: { readonly numeric?: boolean } = {},
): ListColumn {
  const encoder = createDictionary();
  const offsets = new Int32Array(values.length + 1);
  const codes: number[] = [];
  values.forEach((items, row) => {
    for (const item of items ?? []) codes.push(encoder.encode(item));
    offsets[row + 1] = codes.length;
  });
  return {
    kind: "list",
    name,
    length: values.length,
    offsets,
    codes: Int32Array.from(codes),
    dictionary: encoder.entries,
    validity: validityOf(values),
    numeric: options.numeric ?? false,
  };
}

/**
 * Copies rows of a column in a given order.
 *
 * @param column - the column.
 * @param rows - row numbers to take; `−1` gives a null.
 * @returns a new column of `rows.length` rows; dictionaries are shared.
 */
export function takeRows(column: Column, rows: Int32Array): Column {
  const length = rows.length;
  let validity: Uint8Array | null = null;
  for (let i = 0; i < length; i++) {
    if (rows[i]! < 0 || !isValid(column, rows[i]!)) {
      validity ??= createBits(length, true);
      clearBit(validity, i);
    }
  }
  switch (column.kind) {
    case "number": {
      const values =
        column.values instanceof Int32Array ? new Int32Array(length) : new Float64Array(length);
      for (let i = 0; i < length; i++) values[i] = column.values[rows[i]!] ?? 0;
      return { ...column, length, values, validity };
    }
    case "timestamp": {
      const values = new Float64Array(length);
      for (let i = 0; i < length; i++) values[i] = column.values[rows[i]!] ?? 0;
      return { ...column, length, values, validity };
    }
    case "boolean": {
      const values = new Uint8Array(length);
      for (let i = 0; i < length; i++) values[i] = column.values[rows[i]!] ?? 0;
      return { ...column, length, values, validity };
    }
    case "string": {
      const codes = new Int32Array(length);
      for (let i = 0; i < length; i++) codes[i] = column.codes[rows[i]!] ?? -1;
      return { ...column, length, codes, validity };
    }
    case "list": {
      const offsets = new Int32Array(length + 1);
      for (let i = 0; i < length; i++) {
        const row = rows[i]!;
        const size = row < 0 ? 0 : column.offsets[row + 1]! - column.offsets[row]!;
        offsets[i + 1] = offsets[i]! + size;
      }
      const codes = new Int32Array(offsets[length]!);
      for (let i = 0; i < length; i++) {
        if (rows[i]! < 0) continue;
        const from = column.offsets[rows[i]!]!;
        codes.set(column.codes.subarray(from, column.offsets[rows[i]! + 1]!), offsets[i]!);
      }
      return { ...column, length, offsets, codes, validity };
    }
    case "vector": {
      const { dimension } = column;
      const values = new Float32Array(length * dimension);
      for (let i = 0; i < length; i++) {
        if (rows[i]! < 0) continue;
        const from = rows[i]! * dimension;
        values.set(column.values.subarray(from, from + dimension), i * dimension);
      }
      return { ...column, length, values, validity };
    }
  }
}

/**
 * Returns a run of rows.
 *
 * @param column - the column.
 * @param from - the first row.
 * @param to - one past the last row.
 * @returns a column of `to − from` rows; values are shared where their layout allows, validity bits are copied.
 */
export function sliceColumn(column: Column, from: number, to: number): Column {
  const length = to - from;
  let validity: Uint8Array | null = null;
  for (let row = from; row < to; row++) {
    if (isValid(column, row)) continue;
    validity ??= createBits(length, true);
    clearBit(validity, row - from);
  }
  switch (column.kind) {
    case "number":
      return { ...column, length, validity, values: column.values.subarray(from, to) };
    case "timestamp":
      return { ...column, length, validity, values: column.values.subarray(from, to) };
    case "boolean":
      return { ...column, length, validity, values: column.values.subarray(from, to) };
    case "string":
      return { ...column, length, validity, codes: column.codes.subarray(from, to) };
    case "list": {
      const first = column.offsets[from]!;
      const offsets = new Int32Array(length + 1);
      for (let i = 0; i <= length; i++) offsets[i] = column.offsets[from + i]! - first;
      const codes = column.codes.subarray(first, column.offsets[to]!);
      return { ...column, length, validity, offsets, codes };
    }
    case "vector": {
      const { dimension } = column;
      const values = column.values.subarray(from * dimension, to * dimension);
      return { ...column, length, validity, values };
    }
  }
}

/** Returns the column under another name; values are shared. */
export function renameColumn<C extends Column>(column: C, name: string): C {
  return { ...column, name };
}

/** A growing dictionary of distinct strings. */
export interface DictionaryBuilder {
  readonly entries: string[];
  /** Returns the code of a string, adding it when new. */
  encode(value: string): number;
}

/** Makes an empty dictionary in first-seen order; holds up to 2^31 − 1 entries (sharded maps, each below V8's limit). */
export function createDictionary(): DictionaryBuilder {
  const entries: string[] = [];
  const shards: Map<string, number>[] = [new Map()];
  const limit = 16_000_000;
  return {
    entries,
    encode(value) {
      for (const shard of shards) {
        const code = shard.get(value);
        if (code !== undefined) return code;
      }
      let last = shards[shards.length - 1]!;
      if (last.size >= limit) shards.push((last = new Map()));
      last.set(value, entries.length);
      return entries.push(value) - 1;
    },
  };
}

function validityOf(values: readonly unknown[]): Uint8Array | null {
  let bits: Uint8Array | null = null;
  for (let row = 0; row < values.length; row++) {
    if (values[row] !== null && values[row] !== undefined) continue;
    bits ??= createBits(values.length, true);
    clearBit(bits, row);
  }
  return bits;
}

function nanValidity(values: Float64Array | Int32Array): Uint8Array | null {
  let bits: Uint8Array | null = null;
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row])) continue;
    bits ??= createBits(values.length, true);
    clearBit(bits, row);
  }
  return bits;
}

function allIntegers(values: Float64Array | Int32Array): boolean {
  if (values instanceof Int32Array) return true;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value) && !Number.isInteger(value)) return false;
  }
  return true;
}

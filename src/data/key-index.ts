/** Key lookup by open addressing on typed arrays: primary keys to row numbers, single or composite, any type. */
import { invariant } from "../core/assert.js";
import { mix } from "../core/random.js";
import {
  booleanColumn,
  type CellValue,
  type Column,
  numberColumn,
  type StringColumn,
  stringColumn,
} from "./column.js";

/** An index over a table's key columns. Of duplicate keys the first row counts. */
export interface KeyIndex {
  /** Number of rows whose key was already taken by an earlier row. */
  readonly duplicates: number;
  /** Number of rows with a null in their key. */
  readonly nulls: number;
  /** 0-based row of the first duplicate, or `−1`. */
  readonly firstDuplicate: number;
  /**
   * Finds the row of each key held by other columns (a foreign key).
   *
   * @param columns - as many columns as the key has, of any type that can equal it.
   * @returns int32 `[rows]`: the row number, `−1` where the key is null, `−2` where no row has it (dangling).
   */
  lookup(columns: readonly Column[]): Int32Array;
  /** Finds the row of one key given as plain values; `−1` when there is none. */
  find(values: readonly CellValue[]): number;
}

const PRESENT = 0;
const NULL = -1;
const MISSING = -2;

/**
 * Builds an index over key columns.
 *
 * @param columns - the key's columns, of equal length.
 * @returns the index; linear time, two to four machine words a row.
 */
export function buildKeyIndex(columns: readonly Column[]): KeyIndex {
  invariant(columns.length > 0, "a key has at least one column");
  const parts = columns.map(createKeyPart);
  const own = columns.map((column, k) => parts[k]!.encode(column));
  const slots = columns.length === 1 ? singleSlots(own[0]!) : compositeSlots(own);
  const length = columns[0]!.length;

  let duplicates = 0;
  let nulls = 0;
  let firstDuplicate = -1;
  for (let row = 0; row < length; row++) {
    if (stateOf(columns, own, row) !== PRESENT) nulls++;
    else if (!slots.insert(row) && duplicates++ === 0) firstDuplicate = row;
  }

  const lookup = (others: readonly Column[]): Int32Array => {
    invariant(others.length === columns.length, "a foreign key has as many columns as its key");
    const [only] = others;
    if (slots.findIntegers && only!.kind === "number" && only!.validity === null) {
      const { values } = only!;
      if (values instanceof Int32Array) return slots.findIntegers(values);
    }
    const codes = others.map((column, k) => parts[k]!.encode(column));
    const rows = new Int32Array(others[0]!.length);
    slots.find(codes, rows);
    for (let i = 0; i < rows.length; i++) {
      const state = stateOf(others, codes, i);
      if (state !== PRESENT) rows[i] = state;
    }
    return rows;
  };
  const find = (values: readonly CellValue[]): number => {
    if (values.some((value) => value === null)) return -1;
    const row = lookup(values.map(columnOf))[0]!;
    return row < 0 ? -1 : row;
  };
  return { duplicates, nulls, firstDuplicate, lookup, find };
}

function columnOf(value: CellValue): Column {
  if (typeof value === "number") return numberColumn("key", [value]);
  if (typeof value === "boolean") return booleanColumn("key", [value]);
  return stringColumn("key", [String(value)]);
}

/** The rows of a key by its codes. */
interface Slots {
  /** Takes a row in; `false` where an earlier row has its key. */
  insert(row: number): boolean;
  /** Writes the row of each key, {@link MISSING} where there is none; codes that are NaN give any answer. */
  find(codes: readonly Float64Array[], rows: Int32Array): void;
  /** Returns the row of each integer, where the keys are integers that lie close together; none of them is null. */
  readonly findIntegers?: (values: Int32Array) => Int32Array;
}

/** One column: a plain table by code where the codes lie close together, else a hash table. */
function singleSlots(own: Float64Array): Slots {
  let min = Infinity;
  let max = -Infinity;
  let integers = true;
  for (let row = 0; row < own.length; row++) {
    const code = own[row]!;
    if (code < min) min = code;
    if (code > max) max = code;
    if (code % 1 !== 0 && !Number.isNaN(code)) integers = false;
  }
  const span = max - min + 1;
  return integers && span <= Math.max(1024, own.length * 4)
    ? denseSlots(own, min, Math.max(0, span))
    : hashedSlots(own);
}

function denseSlots(own: Float64Array, min: number, span: number): Slots {
  const rowOf = new Int32Array(span).fill(MISSING);
  // Keys that count up with the rows are their rows: no table has to be read.
  const countsUp = span === own.length && own.every((code, row) => code === min + row);
  return {
    insert(row) {
      const at = own[row]! - min;
      if (rowOf[at]! >= 0) return false;
      rowOf[at] = row;
      return true;
    },
    find([codes], rows) {
      for (let i = 0; i < rows.length; i++) {
        const at = codes![i]! - min;
        rows[i] = at >= 0 && at < span && at % 1 === 0 ? rowOf[at]! : MISSING;
      }
    },
    findIntegers(values) {
      const rows = new Int32Array(values.length);
      if (countsUp) {
        for (let i = 0; i < values.length; i++) {
          const at = values[i]! - min;
          rows[i] = at >= 0 && at < span ? at : MISSING;
        }
        return rows;
      }
      for (let i = 0; i < values.length; i++) {
        const at = values[i]! - min;
        rows[i] = at >= 0 && at < span ? rowOf[at]! : MISSING;
      }
      return rows;
    },
  };
}

function hashedSlots(own: Float64Array): Slots {
  const rowOf = new Int32Array(capacityOf(own.length)).fill(-1);
  const mask = rowOf.length - 1;
  return {
    insert(row) {
      const code = own[row]!;
      let slot = mixFloat(SEED, code) & mask;
      while (rowOf[slot]! >= 0) {
        if (own[rowOf[slot]!] === code) return false;
        slot = (slot + 1) & mask;
      }
      rowOf[slot] = row;
      return true;
    },
    find([codes], rows) {
      for (let i = 0; i < rows.length; i++) {
        const code = codes![i]!;
        let slot = mixFloat(SEED, code) & mask;
        while (rowOf[slot]! >= 0 && own[rowOf[slot]!] !== code) slot = (slot + 1) & mask;
        rows[i] = rowOf[slot]! < 0 ? MISSING : rowOf[slot]!;
      }
    },
  };
}

function compositeSlots(own: readonly Float64Array[]): Slots {
  const rowOf = new Int32Array(capacityOf(own[0]!.length)).fill(-1);
  const mask = rowOf.length - 1;
  const slotOf = (codes: readonly Float64Array[], i: number): number => {
    let hash = SEED;
    for (let k = 0; k < codes.length; k++) hash = mixFloat(hash, codes[k]![i]!);
    let slot = hash & mask;
    while (rowOf[slot]! >= 0 && !sameKey(codes, i, rowOf[slot]!)) slot = (slot + 1) & mask;
    return slot;
  };
  const sameKey = (codes: readonly Float64Array[], i: number, row: number): boolean => {
    for (let k = 0; k < codes.length; k++) if (codes[k]![i] !== own[k]![row]) return false;
    return true;
  };
  return {
    insert(row) {
      const slot = slotOf(own, row);
      if (rowOf[slot]! >= 0) return false;
      rowOf[slot] = row;
      return true;
    },
    find(codes, rows) {
      for (let i = 0; i < rows.length; i++) {
        const row = rowOf[slotOf(codes, i)]!;
        rows[i] = row < 0 ? MISSING : row;
      }
    },
  };
}

const SEED = 0x2545f491;

/** Slots for a number of rows, at most half full. */
function capacityOf(rows: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(8, rows * 2)));
}

/** Says whether row `i` of some columns holds a key: `NULL` if a part is null, `MISSING` if no key can equal a part. */
function stateOf(columns: readonly Column[], codes: readonly Float64Array[], i: number): number {
  let state = PRESENT;
  for (let k = 0; k < codes.length; k++) {
    const { validity } = columns[k]!;
    if (validity !== null && (validity[i >> 3]! & (1 << (i & 7))) === 0) return NULL;
    if (Number.isNaN(codes[k]![i]!)) state = MISSING;
  }
  return state;
}

/** Turns the values of one key column, or of a column that refers to it, into float64 codes that are equal iff the values are. */
interface KeyPart {
  encode(column: Column): Float64Array;
}

function createKeyPart(key: Column): KeyPart {
  return key.kind === "string" ? stringPart(key.dictionary) : numericPart();
}

/** Numbers, booleans and times are their own code; strings are read as numbers where they are some. */
function numericPart(): KeyPart {
  const numbers = createMapping(readNumber);
  return {
    encode(column) {
      switch (column.kind) {
        case "number":
        case "timestamp":
          return column.values instanceof Float64Array
            ? column.values
            : new Float64Array(column.values);
        case "boolean":
          return new Float64Array(column.values);
        case "string":
          return codesThrough(column, numbers(column.dictionary));
        case "list":
        case "vector":
          return new Float64Array(column.length).fill(Number.NaN);
      }
    },
  };
}

const DECIMAL = /^\s*[-+]?\d+(?:\.\d+)?\s*$/;

/** Digits beyond 2^53 equal no number: they would only round to one. */
function readNumber(text: string): number {
  if (!DECIMAL.test(text)) return Number.NaN;
  const number = Number(text);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : Number.NaN;
}

/** Maps dictionaries; of one that has grown since, as that of a scan does from chunk to chunk, only what is new. */
function createMapping(
  codeOf: (text: string) => number,
): (texts: readonly string[]) => Float64Array {
  let held: readonly string[] | null = null;
  let known = 0;
  let mapped = new Float64Array(0);
  return (texts) => {
    if (held !== texts) [held, known] = [texts, 0];
    if (texts.length > mapped.length) {
      const larger = new Float64Array(Math.max(texts.length, mapped.length * 2));
      larger.set(mapped);
      mapped = larger;
    }
    for (; known < texts.length; known++) mapped[known] = codeOf(texts[known]!);
    return mapped;
  };
}

/** Maps a string column's codes; a loop, since `from` with a function costs fifty times as much. */
function codesThrough(column: StringColumn, mapped: Float64Array): Float64Array {
  const { codes, length } = column;
  const result = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    const code = codes[row]!;
    result[row] = code < 0 ? Number.NaN : mapped[code]!;
  }
  return result;
}

/** Strings are coded by the key's own dictionary through a hash table; a string that it lacks is missing. */
function stringPart(dictionary: readonly string[]): KeyPart {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(8, dictionary.length * 2)));
  let slots: Int32Array | null = null;
  const slotOf = (table: Int32Array, text: string): number => {
    let slot = hashText(text) & (capacity - 1);
    while (table[slot]! >= 0 && dictionary[table[slot]!] !== text)
      slot = (slot + 1) & (capacity - 1);
    return slot;
  };
  const fill = (): Int32Array => {
    const table = new Int32Array(capacity).fill(-1);
    for (let code = 0; code < dictionary.length; code++) {
      table[slotOf(table, dictionary[code]!)] = code;
    }
    return table;
  };
  const codeOf = (text: string): number => {
    slots ??= fill();
    const code = slots[slotOf(slots, text)]!;
    return code < 0 ? Number.NaN : code;
  };
  const codes = createMapping(codeOf);
  return {
    encode(column) {
      switch (column.kind) {
        case "string":
          return column.dictionary === dictionary
            ? new Float64Array(column.codes)
            : codesThrough(column, codes(column.dictionary));
        case "number":
        case "timestamp":
        case "boolean": {
          const { values, length } = column;
          const result = new Float64Array(length);
          for (let row = 0; row < length; row++) result[row] = codeOf(String(values[row]!));
          return result;
        }
        case "list":
        case "vector":
          return new Float64Array(column.length).fill(Number.NaN);
      }
    },
  };
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash, text.length);
}

function mixFloat(hash: number, value: number): number {
  const integer = value | 0;
  if (integer === value) return mix(hash, integer);
  const high = Math.floor(value / 4294967296);
  const fraction = (value - Math.floor(value)) * 4294967296;
  return mix(mix(mix(hash, value >>> 0), high | 0), fraction >>> 0);
}

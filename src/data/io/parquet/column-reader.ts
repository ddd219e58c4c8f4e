/** One column of a Parquet file, read on and on into arrays of any length. */
import { type CellArray, cellFormat, createCells, mayBeInfinite } from "./cells.js";
import { readHybrid } from "./hybrid.js";
import { countOnes, createPageReader, type Page } from "./pages.js";
import type { ColumnPlan } from "./parquet-plan.js";
import { createTextPages } from "./text-pages.js";

/** Reads a column from its first row to its last. */
export interface ColumnReader {
  /** The texts that codes stand for, in first-seen order; they grow while reading. */
  readonly texts: readonly string[];
  /**
   * Reads the next rows.
   *
   * @param count - how many.
   * @param out - where values go, from 0.
   * @param validity - where bits go, one a row, 1 = not null; left alone where there is no null.
   * @returns whether a row is null, and whether all values fit their kind.
   * @throws Error if the file is damaged or has fewer rows.
   */
  read(
    count: number,
    out: CellArray,
    validity: Uint8Array,
  ): { readonly nulls: boolean; readonly fits: boolean };
}

/** The values of a page, from the first row that was not read yet. */
interface Held extends Page {
  /** Places in the dictionary; `null` = the values themselves stand in the page. */
  readonly indices: Int32Array | null;
  /** Values that were decoded: codes of texts, truth values. */
  readonly codes: Int32Array | null;
}

/**
 * Makes a reader.
 *
 * @param file - descriptor of the open file.
 * @param plan - the column.
 */
export function createColumnReader(file: number, plan: ColumnPlan): ColumnReader {
  const { kind } = plan;
  const nextPage = createPageReader(file, plan);
  const format = kind === "text" ? null : cellFormat(kind, plan);
  const textPages = createTextPages();
  const infinite = mayBeInfinite(kind);
  const filling = kind === "text" ? -1 : 0;
  let dictionary: CellArray = createCells(kind, 0, false);
  let dictionaryIsFinite = true;
  let buffer = new Int32Array(0);
  let held: Held | null = null;
  let [row, value] = [0, 0];

  const readDictionary = (page: Page): void => {
    const { bytes, length, rows } = page;
    if (format === null) {
      dictionary = textPages.encode(bytes, length, rows).slice(0, rows);
      return;
    }
    checkLength(rows * format.bits, length);
    dictionary = createCells(kind, rows, false);
    format.copy(bytes, 0, rows, dictionary, 0);
    dictionaryIsFinite = allFinite(dictionary, rows);
  };
  const open = (page: Page): Held => {
    const { encoding, bytes, length, present } = page;
    if (encoding !== "PLAIN" && buffer.length < present) buffer = new Int32Array(present);
    if (encoding.endsWith("_DICTIONARY")) {
      // The width of the indices stands before them.
      if (present > 0) readHybrid(bytes, 1, length, bytes[0]!, buffer, present);
      return { ...page, indices: buffer, codes: null };
    }
    if (kind === "boolean" && encoding === "RLE") {
      // The length of the runs stands before them.
      readHybrid(bytes, 4, length, 1, buffer, present);
      return { ...page, indices: null, codes: buffer };
    }
    if (encoding !== "PLAIN") throw new Error("a page is written in an unexpected way");
    if (format === null) {
      return { ...page, indices: null, codes: textPages.encode(bytes, length, present) };
    }
    checkLength(present * format.bits, length);
    return { ...page, indices: null, codes: null };
  };
  const advance = (): Held => {
    for (;;) {
      const page = nextPage();
      if (page === null) throw new Error("the file has fewer rows than its footer says");
      if (!page.isDictionary) return open(page);
      readDictionary(page);
    }
  };
  /** Copies values that are not null. */
  const copy = (from: Held, count: number, out: CellArray, at: number): void => {
    if (from.codes) out.set(from.codes.subarray(value, value + count), at);
    else if (from.indices) lookUp(from.indices, value, count, dictionary, out, at);
    else format!.copy(from.bytes, value, count, out, at);
  };

  return {
    texts: textPages.entries,
    read(count, out, validity) {
      let nulls = false;
      let finite = true;
      const clear = (at: number): void => {
        if (!nulls) validity.fill(255);
        nulls = true;
        validity[at >> 3]! &= ~(1 << (at & 7));
      };
      for (let at = 0; at < count; ) {
        if (held === null || row === held.rows) {
          held = advance();
          [row, value] = [0, 0];
        }
        const rows = Math.min(count - at, held.rows - row);
        const { valid } = held;
        const present = valid === null ? rows : countOnes(valid, row, row + rows);
        copy(held, present, out, at);
        finite &&= held.indices !== null && dictionaryIsFinite;
        if (valid !== null && present < rows) {
          // From the last row on, so that no value is written over before it has moved.
          for (let i = rows - 1, from = at + present; i >= 0; i--) {
            if (valid[row + i] === 1) out[at + i] = out[--from]!;
            else {
              out[at + i] = filling;
              clear(at + i);
            }
          }
        }
        row += rows;
        value += present;
        at += rows;
      }
      if (infinite && !finite && !allFinite(out, count)) {
        for (let i = 0; i < count; i++) if (!Number.isFinite(out[i]!)) clear(i);
      }
      return { nulls, fits: kind !== "int64" || allSafe(out, count) };
    },
  };
}

function checkLength(bits: number, length: number): void {
  if (bits > length * 8) throw new Error("a page ends before its last value");
}

/** Copies values of a dictionary; a loop of its own for the common arrays, so that each is compiled for one kind. */
function lookUp(
  indices: Int32Array,
  first: number,
  count: number,
  dictionary: CellArray,
  out: CellArray,
  at: number,
): void {
  const { length } = dictionary;
  let most = 0;
  if (dictionary instanceof Float64Array && out instanceof Float64Array) {
    for (let i = 0; i < count; i++) {
      const index = indices[first + i]! >>> 0;
      if (index > most) most = index;
      out[at + i] = dictionary[index]!;
    }
  } else {
    for (let i = 0; i < count; i++) {
      const index = indices[first + i]! >>> 0;
      if (index > most) most = index;
      out[at + i] = dictionary[index]!;
    }
  }
  if (count > 0 && most >= length) {
    throw new Error("a page names a value that its dictionary lacks");
  }
}

/** A number less itself is 0, and NaN where it is infinite or NaN. */
function allFinite(values: CellArray, count: number): boolean {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]! - values[i]!;
  return sum === 0;
}

function allSafe(values: CellArray, count: number): boolean {
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, Math.abs(values[i]!));
  return most <= Number.MAX_SAFE_INTEGER;
}

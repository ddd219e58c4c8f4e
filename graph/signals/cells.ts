/** Cells as numbers or categories, with what makes them usable: the one place where signals read columns. */
import { MS_PER_DAY } from "../../src/core/time.js";
import { type Column, isValid } from "../../src/data/column.js";
import { rowTimes, type SignalData } from "./steps.js";

/** A column as numbers. */
export interface NumberCells {
  /** Returns the number of a row; NaN or infinite where there is none. */
  readonly read: (row: number) => number;
}

/** A column as categories. */
export interface CategoryCells {
  /** int32 `[rows]`: a code; negative where there is none. */
  readonly codes: Int32Array;
  /** The name of each code. */
  readonly names: readonly string[];
}

/** Beyond so many different numbers a column is not read as categories. */
const MAX_NUMBER_CATEGORIES = 100_000;

/**
 * Reads a column as numbers: numbers and truth values as they are, lists by their number of items, texts by their
 * code points, times in days after the time of their row.
 *
 * @param data - the database.
 * @param table - the column's table.
 * @param column - the column.
 */
export function numberCells(data: SignalData, table: string, column: Column): NumberCells {
  const known = (row: number): boolean => isValid(column, row);
  switch (column.kind) {
    case "number":
    case "boolean": {
      const { values } = column;
      if (column.validity === null) return { read: (row) => values[row]! };
      return { read: (row) => (known(row) ? values[row]! : Number.NaN) };
    }
    case "timestamp": {
      const times = rowTimes(data.graph, table);
      const { values } = column;
      return {
        read: (row) =>
          times !== null && known(row) ? (values[row]! - times[row]!) / MS_PER_DAY : Number.NaN,
      };
    }
    case "list": {
      const { offsets } = column;
      return { read: (row) => (known(row) ? offsets[row + 1]! - offsets[row]! : Number.NaN) };
    }
    case "string": {
      const { codes, dictionary } = column;
      return { read: (row) => (known(row) ? codePoints(dictionary[codes[row]!]!) : Number.NaN) };
    }
    case "vector":
      return { read: () => Number.NaN };
  }
}

/** Counts the code points of a text. */
export function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}

/**
 * Reads a column as categories: strings by their dictionary, numbers and truth values by their text.
 *
 * @param column - the column; lists and vectors have no categories.
 */
export function categoryCells(column: Column): CategoryCells {
  if (column.kind === "string" && column.validity === null) {
    return { codes: column.codes, names: column.dictionary };
  }
  const codes = new Int32Array(column.length).fill(-1);
  if (column.kind === "string") {
    for (let row = 0; row < codes.length; row++) {
      if (isValid(column, row)) codes[row] = column.codes[row]!;
    }
    return { codes, names: column.dictionary };
  }
  const names: string[] = [];
  if (column.kind === "list" || column.kind === "vector") return { codes, names };
  const known = new Map<number, number>();
  for (let row = 0; row < codes.length; row++) {
    if (!isValid(column, row)) continue;
    const value = column.values[row]!;
    let code = known.get(value);
    if (code === undefined) {
      if (names.length >= MAX_NUMBER_CATEGORIES || Number.isNaN(value)) continue;
      code = names.length;
      known.set(value, code);
      names.push(categoryName(column, value));
    }
    codes[row] = code;
  }
  return { codes, names };
}

function categoryName(column: Column, value: number): string {
  return column.kind === "boolean" ? (value === 1 ? "yes" : "no") : String(value);
}

/**
 * Reads whether lists hold an item.
 *
 * @param column - the column; of another kind than lists nothing is held.
 * @param item - the item.
 * @returns int32 `[rows]`: 1 = holds it, 0 = does not; negative where there is no list.
 */
export function itemFlags(column: Column, item: string): Int32Array {
  const flags = new Int32Array(column.length).fill(-1);
  if (column.kind !== "list") return flags;
  const code = column.dictionary.indexOf(item);
  for (let row = 0; row < flags.length; row++) {
    if (!isValid(column, row)) continue;
    flags[row] = 0;
    for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
      if (column.codes[i] === code) flags[row] = 1;
    }
  }
  return flags;
}

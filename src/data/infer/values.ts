/** What inference needs to know about a column's values: nulls, distinct values, and samples of them. */
import { type Column, isValid, type StringColumn, takeRows } from "../column.js";
import { buildKeyIndex } from "../key-index.js";

/** Counts over the cells of one column. */
export interface ValueCounts {
  readonly rows: number;
  readonly nulls: number;
  /** Number of distinct values that occur. */
  readonly distinct: number;
}

/**
 * Counts nulls and distinct values.
 *
 * @param column - any column; lists and vectors count as all distinct.
 */
export function countValues(column: Column): ValueCounts {
  const rows = column.length;
  let nulls = 0;
  switch (column.kind) {
    case "string": {
      const seen = new Uint8Array(column.dictionary.length);
      let distinct = 0;
      for (let row = 0; row < rows; row++) {
        if (!isValid(column, row)) nulls++;
        else if (seen[column.codes[row]!]! === 0) {
          seen[column.codes[row]!] = 1;
          distinct++;
        }
      }
      return { rows, nulls, distinct };
    }
    case "number":
    case "timestamp":
    case "boolean": {
      const index = buildKeyIndex([column]);
      return { rows, nulls: index.nulls, distinct: rows - index.nulls - index.duplicates };
    }
    case "list":
    case "vector": {
      for (let row = 0; row < rows; row++) if (!isValid(column, row)) nulls++;
      return { rows, nulls, distinct: rows - nulls };
    }
  }
}

/** Rows that are enough to judge a column by. */
const SAMPLE_ROWS = 100_000;

/**
 * Returns a column of some of the rows, evenly spread; the column itself where it is small.
 *
 * @param column - any column.
 * @param limit - rows at most.
 */
export function sampleRows<C extends Column>(column: C, limit = SAMPLE_ROWS): C {
  if (column.length <= limit) return column;
  const rows = new Int32Array(limit);
  const step = column.length / limit;
  for (let i = 0; i < limit; i++) rows[i] = Math.floor(i * step);
  return takeRows(column, rows) as C;
}

/**
 * Tells whether the values of a numeric column only grow, and so are all there and distinct.
 *
 * @param column - any column.
 */
export function isStrictlyAscending(column: Column): boolean {
  if (column.kind !== "number" || column.validity !== null) return false;
  const { values, length } = column;
  for (let row = 1; row < length; row++) if (!(values[row]! > values[row - 1]!)) return false;
  return true;
}

/**
 * Returns distinct strings of a column, evenly over its dictionary; entries that no row uses may be among them.
 *
 * @param column - a string column.
 * @param limit - how many at most.
 */
export function sampleTexts(column: StringColumn, limit = 2000): string[] {
  const { dictionary } = column;
  const step = Math.max(1, Math.floor(dictionary.length / limit));
  const texts: string[] = [];
  for (let code = 0; code < dictionary.length && texts.length < limit; code += step) {
    texts.push(dictionary[code]!);
  }
  return texts;
}

/** Column encodings: how each column of a table becomes sparse features, as plain data that a model folder keeps. */
import type { Column } from "../../src/data/column.js";

/** What all encodings share: the column, and its codes `[firstCode, firstCode + width)` in the table's feature space. */
interface EncodingBase {
  readonly column: string;
  readonly firstCode: number;
  readonly width: number;
  /** Index of the table's known-time group that hides this cell until it is known; `−1`: known with its row. */
  readonly group: number;
}

/** How a number is placed: quantile knots, and its standardised value on a plain and on a logarithmic scale. */
export interface NumberScale {
  /** Ascending knots, at least one. */
  readonly knots: readonly number[];
  readonly mean: number;
  readonly scale: number;
  /** The logarithmic scale is `sign(x) log1p(|x| / logUnit)`, standardised by the next two. */
  readonly logUnit: number;
  readonly logMean: number;
  readonly logScale: number;
}

/**
 * A number as a position between quantile knots (two codes), a linear code, a logarithmic code and a null code.
 *
 * @see Gorishniy et al. 2022, On Embeddings for Numerical Features in Tabular Deep Learning, piecewise-linear encoding.
 */
export interface NumericalEncoding extends EncodingBase, NumberScale {
  readonly kind: "numerical";
}

/** Days between a time column and the time of its row, encoded like a number. */
export interface ElapsedEncoding extends EncodingBase, NumberScale {
  readonly kind: "elapsed";
}

/** One code a category, one for all others, one for null. */
export interface CategoricalEncoding extends EncodingBase {
  readonly kind: "categorical";
  readonly categories: readonly string[];
}

/** The mean over a list's items, one code an item, one for all others, one for null; plus a linear code of its size. */
export interface MulticategoricalEncoding extends EncodingBase {
  readonly kind: "multicategorical";
  readonly categories: readonly string[];
  /** How a string column is cut into items; `null` for list columns. */
  readonly delimiter: string | null;
}

/** Month, weekday and part of the day of a time, without its year (a year does not extrapolate); a null code. */
export interface CalendarEncoding extends EncodingBase {
  readonly kind: "calendar";
}

/** Words hashed into buckets, weighted by 1/sqrt(number of words); a null code. */
export interface TextEncoding extends EncodingBase {
  readonly kind: "text";
  readonly buckets: number;
}

/** A vector supplied by the user, each dimension standardised; a null code. */
export interface EmbeddingEncoding extends EncodingBase {
  readonly kind: "embedding";
  readonly means: readonly number[];
  readonly scales: readonly number[];
}

/** How one column becomes sparse features. */
export type ColumnEncoding =
  | NumericalEncoding
  | ElapsedEncoding
  | CategoricalEncoding
  | MulticategoricalEncoding
  | CalendarEncoding
  | TextEncoding
  | EmbeddingEncoding;

/** The features of a table. Code 0 is a constant, so that a table without any column still has a row. */
export interface TableEncoding {
  readonly table: string;
  readonly encodings: readonly ColumnEncoding[];
  /** Number of codes. */
  readonly width: number;
  /** Columns whose known times hide cells (see `knownFrom`), at most 8; a row's state is a bit per group. */
  readonly groups: readonly string[];
}

/** Codes of a calendar encoding: months, weekdays, parts of the day of four hours, null. */
export const CALENDAR_WIDTH = 12 + 7 + 6 + 1;

/**
 * Cuts a multicategorical string into its items.
 *
 * @param text - such as `<a><b>` (delimiter `<>`) or `a;b`.
 * @param delimiter - the delimiter, `<>` for items in angle brackets.
 */
export function splitItems(text: string, delimiter: string): string[] {
  if (delimiter === "<>") return [...text.matchAll(/<([^<>]*)>/g)].map((match) => match[1]!);
  return text
    .split(delimiter)
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/**
 * Names the category of a cell of a column that is read as categories; the same value gives the same name in any storage.
 *
 * @param column - a number, boolean, time or string column.
 * @param row - a row that is not null.
 */
export function categoryName(column: Column, row: number): string {
  switch (column.kind) {
    case "string":
      return column.dictionary[column.codes[row]!]!;
    case "boolean":
      return column.values[row] === 1 ? "true" : "false";
    case "number":
    case "timestamp":
      return String(column.values[row]!);
    case "list":
    case "vector":
      return "";
  }
}

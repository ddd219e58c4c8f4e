/** Fills signals of the root row itself: cells, ages, calendar, texts, vectors, and how stale the view is. */
import { mix } from "../../src/core/random.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { type Column, isValid } from "../../src/data/column.js";
import { visibleLimit } from "../visible.js";
import type { SeedBlock, SignalValues } from "./block.js";
import { placesOf } from "./category-series.js";
import { codePoints, numberCells } from "./cells.js";
import type { SignalIndexes } from "./indexes.js";
import { rootTable } from "./steps.js";
import { type Signal, TEXT_BUCKETS } from "./types.js";

/** Months of the year as categories. */
export const MONTHS: readonly string[] = [
  ...["January", "February", "March", "April", "May", "June", "July", "August"],
  ...["September", "October", "November", "December"],
];

/** Days of the week as categories. */
export const WEEKDAYS: readonly string[] = [
  ...["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];

/** Reads the value of a row; NaN where missing. */
export type RowReader = (row: number, anchor: number) => number;

/**
 * Fills a signal of the root row.
 *
 * @param indexes - the database.
 * @param signal - the signal; its path has no downs.
 * @param block - the seeds.
 * @param out - float32 `[seeds]`.
 * @param readers - readers made before, by signal.
 */
export function fillRow(
  indexes: SignalIndexes,
  signal: Signal,
  block: SeedBlock,
  out: SignalValues,
  readers: Map<string, RowReader>,
): void {
  const { rows, anchors, visible } = block;
  if (signal.primitive.kind === "staleness") {
    for (let i = 0; i < rows.length; i++) out[i] = days(anchors[i]! - visible[i]!);
    return;
  }
  const table = rootTable(signal.path);
  const column = indexes.data.db.table(table).column(signal.column!);
  const known = indexes.known(table, signal.column!);
  let read = readers.get(signal.id);
  if (!read) readers.set(signal.id, (read = rowReader(indexes, signal, table, column)));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const isThere =
      row >= 0 &&
      isValid(column, row) &&
      (known === null || known[row]! <= visibleLimit(visible[i]!));
    const value = isThere ? read(row, anchors[i]!) : Number.NaN;
    out[i] = Number.isFinite(value) ? value : Number.NaN;
  }
}

function rowReader(
  { data, codes: codesOf }: SignalIndexes,
  signal: Signal,
  table: string,
  column: Column,
): RowReader {
  const { primitive, categories } = signal;
  switch (primitive.kind) {
    case "value": {
      if (categories === null) return numberCells(data, table, column).read;
      const { codes, names } = codesOf(table, signal.column!);
      const places = placesOf(names, categories);
      return (row) => places[codes[row]!]!;
    }
    case "length": {
      if (column.kind !== "string") return numberCells(data, table, column).read;
      return (row) => codePoints(column.dictionary[column.codes[row]!]!);
    }
    case "age":
      return (row, anchor) =>
        column.kind === "timestamp" ? days(anchor - column.values[row]!) : Number.NaN;
    case "month":
      return (row) => (column.kind === "timestamp" ? monthOf(column.values[row]!) : Number.NaN);
    case "weekday":
      return (row) => (column.kind === "timestamp" ? weekdayOf(column.values[row]!) : Number.NaN);
    case "hash":
      return (row) =>
        column.kind === "string"
          ? hashText(column.dictionary[column.codes[row]!]!, primitive.bucket)
          : Number.NaN;
    case "dimension": {
      if (column.kind !== "vector") return () => Number.NaN;
      const { values, dimension } = column;
      return (row) =>
        primitive.index < dimension ? values[row * dimension + primitive.index]! : Number.NaN;
    }
    case "contains": {
      if (column.kind !== "list") return () => Number.NaN;
      const { offsets, codes, dictionary } = column;
      const code = dictionary.indexOf(primitive.category);
      return (row) => (codes.subarray(offsets[row]!, offsets[row + 1]!).includes(code) ? 1 : 0);
    }
    default:
      return () => Number.NaN;
  }
}

function days(milliseconds: number): number {
  return Number.isFinite(milliseconds) ? milliseconds / MS_PER_DAY : Number.NaN;
}

function monthOf(time: number): number {
  return Number.isFinite(time) ? new Date(time).getUTCMonth() : Number.NaN;
}

function weekdayOf(time: number): number {
  return Number.isFinite(time) ? (new Date(time).getUTCDay() + 6) % 7 : Number.NaN;
}

/**
 * Hashes the trigrams of a text, in lower case and framed by blanks, to signed buckets, each trigram by `1 / √n`.
 *
 * @param text - the text.
 * @param bucket - the bucket to return, in `0 … TEXT_BUCKETS − 1`.
 * @see Weinberger et al. 2009, Feature Hashing for Large Scale Multitask Learning (signed hashes).
 */
export function hashText(text: string, bucket: number): number {
  const framed = ` ${text.toLowerCase()} `;
  const count = Math.max(1, framed.length - 2);
  let sum = 0;
  for (let i = 0; i + 2 < framed.length; i++) {
    let hash = 7;
    for (let k = 0; k < 3; k++) hash = mix(hash, framed.charCodeAt(i + k));
    if ((hash >>> 1) % TEXT_BUCKETS === bucket) sum += (hash & 1) === 0 ? 1 : -1;
  }
  return sum / Math.sqrt(count);
}

/** Fits a table's encodings: knots, categories and scales from the rows that were known by a cutoff time, and no others. */
import { MS_PER_DAY, type Timestamp } from "../../src/core/time.js";
import { type Column, isValid } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { isKnownAt, type KnownTimes, knownTimes } from "../../src/data/known.js";
import { findColumn, keyColumns, type TableSchema } from "../../src/data/schema.js";
import {
  CALENDAR_WIDTH,
  type ColumnEncoding,
  categoryName,
  splitItems,
  type TableEncoding,
} from "./encoding.js";

/** Options of {@link fitTableEncoding}. */
export interface EncodingOptions {
  /** Columns never shown to a model, such as the target's. */
  readonly hidden?: ReadonlySet<string>;
  /** Quantile bins of a number. */
  readonly bins?: number;
  /** Rows read at most for statistics, spread evenly over the table. */
  readonly maxRows?: number;
  /** Categories kept at most; rarer ones share a code. */
  readonly maxCategories?: number;
  /** Occurrences a category needs for a code of its own; by default 5, or 2 among fewer than 100 rows. */
  readonly minFrequency?: number;
  /** Buckets of hashed words. */
  readonly textBuckets?: number;
}

/** A row's state is a byte with a bit per group; columns of further groups are left out. */
const MAX_GROUPS = 8;

/** A column's part before its codes are placed. */
type Draft = ColumnEncoding extends infer E
  ? E extends ColumnEncoding
    ? Omit<E, "firstCode" | "group">
    : never
  : never;

/**
 * Fits the encodings of one table.
 *
 * @param db - the database.
 * @param name - the table.
 * @param cutoff - rows and cells known later are not looked at.
 * @param options - sizes and hidden columns.
 * @returns the encodings in the order of the columns; keys and `id` columns have none.
 */
export function fitTableEncoding(
  db: Database,
  name: string,
  cutoff: Timestamp,
  options: EncodingOptions = {},
): TableEncoding {
  const table = db.table(name);
  const schema = db.tableSchema(name);
  const keys = keyColumns(schema);
  const rows = knownRows(db, name, cutoff, options.maxRows ?? 100_000);
  const groups: string[] = [];
  const encodings: ColumnEncoding[] = [];
  let width = 1;
  for (const column of table.columns) {
    if (keys.has(column.name) || options.hidden?.has(column.name)) continue;
    const known = knownTimes(db, name, column.name);
    const visible = rows.filter((row) => isValid(column, row) && isKnownAt(known, row, cutoff));
    const drafts = draftColumn(db, schema, column, visible, options);
    const group = known === null || drafts.length === 0 ? -1 : groupOf(groups, schema, column.name);
    if (group === null) continue;
    for (const draft of drafts) {
      encodings.push({ ...draft, firstCode: width, group } as ColumnEncoding);
      width += draft.width;
    }
  }
  return { table: name, encodings, width, groups };
}

/** Returns the known times behind each group of a table's encoding; `−1`-group cells need none. */
export function groupTimes(db: Database, encoding: TableEncoding): readonly KnownTimes[] {
  return encoding.groups.map((column) => knownTimes(db, encoding.table, column));
}

/**
 * Finds or adds the group of a column; columns that share a source of known times share a group.
 *
 * @returns `null` when there are {@link MAX_GROUPS} already.
 */
function groupOf(groups: string[], schema: TableSchema, column: string): number | null {
  const source = (name: string): string => findColumn(schema, name)?.knownFrom ?? name;
  const at = groups.findIndex((other) => source(other) === source(column));
  if (at >= 0) return at;
  return groups.length < MAX_GROUPS ? groups.push(column) - 1 : null;
}

function draftColumn(
  db: Database,
  schema: TableSchema,
  column: Column,
  rows: Int32Array,
  options: EncodingOptions,
): Draft[] {
  const stype = findColumn(schema, column.name)?.stype;
  if (stype === undefined || stype === "id" || rows.length === 0) return [];
  switch (stype) {
    case "numerical": {
      if (column.kind !== "number" && column.kind !== "boolean") return [];
      if (countsTime(db, schema, column, rows)) return [];
      const values = Float64Array.from(rows, (row) => column.values[row]!);
      const draft = numericalDraft("numerical", column.name, values, options.bins ?? 16);
      return draft ? [draft] : [];
    }
    case "categorical": {
      const categories = frequent(countNames(column, rows), rows.length, options);
      return categories.length === 0
        ? []
        : [{ kind: "categorical", column: column.name, categories, width: categories.length + 2 }];
    }
    case "multicategorical":
      return multicategoricalDraft(column, rows, options);
    case "timestamp":
      return column.kind === "timestamp" ? timestampDrafts(db, schema, column, rows, options) : [];
    case "text": {
      const buckets = options.textBuckets ?? 512;
      return column.kind === "string" && isProse(column, rows)
        ? [{ kind: "text", column: column.name, buckets, width: buckets + 1 }]
        : [];
    }
    case "embedding":
      return column.kind === "vector" ? [embeddingDraft(column, rows)] : [];
  }
}

function timestampDrafts(
  db: Database,
  schema: TableSchema,
  column: Column & { readonly kind: "timestamp" },
  rows: Int32Array,
  options: EncodingOptions,
): Draft[] {
  const drafts: Draft[] = [{ kind: "calendar", column: column.name, width: CALENDAR_WIDTH }];
  const rowTimes = db.timeColumn(schema.name);
  if (rowTimes && schema.timeColumn !== column.name) {
    const days = Float64Array.from(
      rows.filter((row) => isValid(rowTimes, row)),
      (row) => (column.values[row]! - rowTimes.values[row]!) / MS_PER_DAY,
    );
    const draft = numericalDraft("elapsed", column.name, days, options.bins ?? 16);
    if (draft) drafts.push(draft);
  }
  return drafts;
}

function numericalDraft(
  kind: "numerical" | "elapsed",
  column: string,
  values: Float64Array,
  bins: number,
): Draft | null {
  const finite = values.filter((value) => Number.isFinite(value)).sort();
  if (finite.length === 0) return null;
  const knots: number[] = [];
  for (let i = 0; i <= bins; i++) {
    const knot = finite[Math.round((i / bins) * (finite.length - 1))]!;
    if (knots.length === 0 || knot > knots[knots.length - 1]!) knots.push(knot);
  }
  const sizes = finite.map((value) => Math.abs(value)).filter((size) => size > 0);
  const logUnit = (sizes.sort()[sizes.length >> 1] ?? 2) / 2;
  const { mean, scale } = momentsOf(finite);
  const logs = momentsOf(finite.map((x) => Math.sign(x) * Math.log1p(Math.abs(x) / logUnit)));
  const logScales = { logUnit, logMean: logs.mean, logScale: logs.scale };
  return { kind, column, knots, mean, scale, ...logScales, width: knots.length + 3 };
}

function momentsOf(values: Float64Array): { mean: number; scale: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, scale: Math.sqrt(squares / values.length) || 1 };
}

function multicategoricalDraft(
  column: Column,
  rows: Int32Array,
  options: EncodingOptions,
): Draft[] {
  const counts = new Map<string, number>();
  let delimiter: string | null = null;
  if (column.kind === "list") {
    for (const row of rows) {
      for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
        const item = column.dictionary[column.codes[i]!]!;
        counts.set(item, (counts.get(item) ?? 0) + 1);
      }
    }
  } else if (column.kind === "string") {
    const texts = new Set(Array.from(rows, (row) => column.dictionary[column.codes[row]!]!));
    delimiter = findDelimiter([...texts]);
    for (const row of rows) {
      for (const item of splitItems(column.dictionary[column.codes[row]!]!, delimiter)) {
        counts.set(item, (counts.get(item) ?? 0) + 1);
      }
    }
  } else return [];
  const categories = frequent(counts, rows.length, options);
  const width = categories.length + 3;
  return [{ kind: "multicategorical", column: column.name, categories, delimiter, width }];
}

function findDelimiter(texts: readonly string[]): string {
  const sample = texts.slice(0, 1000);
  if (sample.some((text) => /^(<[^<>]+>)+$/.test(text))) return "<>";
  const share = (mark: string): number => sample.filter((text) => text.includes(mark)).length;
  const marks = ["|", ";", ","];
  return marks.reduce((best, mark) => (share(mark) > share(best) ? mark : best));
}

function embeddingDraft(column: Column & { readonly kind: "vector" }, rows: Int32Array): Draft {
  const { dimension, values } = column;
  const root = Math.sqrt(dimension);
  const moments = Array.from({ length: dimension }, (_, k) => {
    const finite = Float64Array.from(rows, (row) => values[row * dimension + k]!).filter((value) =>
      Number.isFinite(value),
    );
    return finite.length === 0 ? { mean: 0, scale: 1 } : momentsOf(finite);
  });
  return {
    kind: "embedding",
    column: column.name,
    means: moments.map(({ mean }) => mean),
    scales: moments.map(({ scale }) => scale * root),
    width: dimension + 1,
  };
}

function countNames(column: Column, rows: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  if (column.kind === "string") {
    const byCode = new Int32Array(column.dictionary.length);
    for (const row of rows) byCode[column.codes[row]!]!++;
    byCode.forEach((count, code) => {
      if (count > 0) counts.set(column.dictionary[code]!, count);
    });
    return counts;
  }
  for (const row of rows) {
    const name = categoryName(column, row);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * Tells whether a number only counts time, as a year or a running number does. Such a number does not extrapolate: all
 * rows to predict lie beyond those seen in training.
 */
function countsTime(db: Database, schema: TableSchema, column: Column, rows: Int32Array): boolean {
  const times = db.timeColumn(schema.name);
  if (!times || column.kind !== "number" || rows.length < 20) return false;
  const at = rows.filter((row) => isValid(times, row));
  const x = Float64Array.from(at, (row) => times.values[row]!);
  const y = Float64Array.from(at, (row) => column.values[row]!);
  return Math.abs(correlation(x, y)) > 0.98;
}

function correlation(x: Float64Array, y: Float64Array): number {
  const mean = (values: Float64Array): number => values.reduce((s, v) => s + v, 0) / values.length;
  const mx = mean(x);
  const my = mean(y);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mx) * (y[i]! - my);
    xx += (x[i]! - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/**
 * Tells whether a text column holds sentences rather than names. Names tell a row apart from all others, so a network
 * would learn rows by heart.
 */
function isProse(column: Column & { readonly kind: "string" }, rows: Int32Array): boolean {
  let words = 0;
  for (const row of rows) words += wordCount(column.dictionary[column.codes[row]!]!);
  return words >= 4 * rows.length;
}

function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}

/** The most frequent names, most frequent first, ties by name. */
function frequent(
  counts: ReadonlyMap<string, number>,
  numRows: number,
  options: EncodingOptions,
): string[] {
  const least = options.minFrequency ?? (numRows < 100 ? 2 : 5);
  return [...counts]
    .filter(([, count]) => count >= least)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, options.maxCategories ?? 2048)
    .map(([name]) => name);
}

/** Rows known by the cutoff, at most `maxRows` of them, evenly spread. */
function knownRows(db: Database, name: string, cutoff: Timestamp, maxRows: number): Int32Array {
  const times = db.timeColumn(name);
  const { numRows } = db.table(name);
  const isKnown = (row: number): boolean =>
    times === null || (isValid(times, row) && times.values[row]! <= cutoff);
  let count = 0;
  for (let row = 0; row < numRows; row++) if (isKnown(row)) count++;
  const kept = Math.min(count, maxRows);
  const rows = new Int32Array(kept);
  for (let row = 0, seen = 0, at = 0; row < numRows && at < kept; row++) {
    if (!isKnown(row)) continue;
    if (Math.floor((seen * kept) / count) === at) rows[at++] = row;
    seen++;
  }
  return rows;
}

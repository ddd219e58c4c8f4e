/** What a person can see behind an attribution: the value now, how it moved, and words for it. */
import { formatNumber } from "../../src/core/pretty.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { capitalize, humanize, percent, singular, withoutUnit } from "../../src/core/words.js";
import { type Column, cellText, isValid } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { isKnownAt, type KnownTimes, knownTimes } from "../../src/data/known.js";
import { findColumn } from "../../src/data/schema.js";
import type { HeteroBatch } from "../batch.js";
import type { ModelSpec } from "../spec.js";
import { AGE_OF, SEASON } from "./attribute.js";

/** A signal in words, with its value. */
export interface Description {
  /** Stable name of the signal, the same for every entity. */
  readonly key: string;
  readonly label: string;
  /** The value now; `null` where there is none, as of a category. */
  readonly value: number | null;
  readonly display: string;
  /** How `value` is written, for comparisons. */
  readonly format: "number" | "percent";
  /** Signals of one family are about the same thing. */
  readonly family: string;
}

/** What descriptions are made from. */
export interface DescribeContext {
  readonly db: Database;
  readonly spec: ModelSpec;
  /** Length of the recent window in milliseconds; it is compared with the one before it. */
  readonly recent: number;
  /** Words for tables that are not the user's own, such as past targets: by table, and by `table.column`. */
  readonly words: Readonly<Record<string, string>>;
}

/** The rows of one path that one seed saw. */
interface SeenRows {
  /** Places in the position's sample. */
  readonly at: readonly number[];
  /** Age of each in milliseconds; NaN without time. */
  readonly ages: readonly number[];
  readonly visibleTime: number;
}

/**
 * Describes a column of the entity's own row, one of its ages, or the season.
 *
 * @param context - names and data.
 * @param batch - the neighbourhood.
 * @param seed - index of the seed in the batch.
 * @param column - a column, or a pseudo-column of the attribution.
 */
export function describeSeedColumn(
  context: DescribeContext,
  batch: HeteroBatch,
  seed: number,
  column: string,
): Description {
  const { db, spec } = context;
  const tableName = spec.context.table;
  const row = batch.seeds.rows[seed]!;
  const anchor = batch.seeds.anchorTimes[seed]!;
  const noun = singular(humanize(tableName));
  if (column === SEASON) {
    const month = Number.isFinite(anchor)
      ? new Date(anchor).toLocaleString("en", { month: "long", timeZone: "UTC" })
      : "none";
    return {
      key: "season",
      label: "Season",
      value: null,
      display: month,
      format: "number",
      family: "season",
    };
  }
  const name = column.startsWith(AGE_OF) ? column.slice(AGE_OF.length) : column;
  const source = db.table(tableName).column(name);
  const isKnown =
    isValid(source, row) &&
    isKnownAt(knownTimes(db, tableName, name), row, batch.seeds.visibleTimes[seed]!);
  const key = `seed ${column}`;
  const family = `${tableName}.${name}`.toLowerCase();
  if (column.startsWith(AGE_OF) && source.kind === "timestamp") {
    const days = isKnown ? (anchor - source.values[row]!) / MS_PER_DAY : Number.NaN;
    const display = Number.isFinite(days) ? `${formatNumber(Math.round(days))} days` : "unknown";
    const label = `Days since ${humanize(name)}`;
    return {
      key,
      label,
      value: Number.isFinite(days) ? days : null,
      display,
      format: "number",
      family,
    };
  }
  const label = `${capitalize(noun)} ${humanize(name)}`;
  const text = (isKnown ? cellText(source, row) : null) ?? "none";
  const value = source.kind === "number" && isKnown ? source.values[row]! : null;
  return { key, label, value, display: text, format: "number", family };
}

/**
 * Describes a column of a path's rows, or of a parent fused into them.
 *
 * @param pooled - the pooled position.
 * @param place - `position`: where the column stands, at the pooled position or one fused into it; `column`: its name;
 *   `sign`: which way it moved the prediction, so that a trend is shown only where it goes the same way.
 */
export function describePathColumn(
  context: DescribeContext,
  batch: HeteroBatch,
  seed: number,
  pooled: number,
  place: { readonly position: number; readonly column: string; readonly sign: number },
): Description {
  const { position, column, sign } = place;
  const { db, spec } = context;
  const { positions } = spec.layout;
  const tableName = positions[position]!.table;
  const schema = findColumn(db.tableSchema(tableName), column);
  const source = db.table(tableName).column(column);
  const seen = seenRows(context, batch, seed, pooled);
  const rows = rowsAt(batch, pooled, position, seen);
  const known = knownTimes(db, tableName, column);
  const words = withoutUnit(humanize(column), schema?.unit ?? null);
  const subject =
    context.words[`${tableName}.${column}`] ?? `${singular(humanize(tableName))} ${words}`;
  const where = pathWords(positions[pooled]!.label, context);
  const base = {
    key: `${positions[position]!.id} ${column}`,
    family: `${tableName}.${column}`.toLowerCase(),
  };
  const usable = (i: number): boolean => {
    const row = rows[i]!;
    return row >= 0 && isValid(source, row) && isKnownAt(known, row, seen.visibleTime);
  };
  const values = measurable(source, rows, usable);
  if (values === null) {
    const isRowTime = db.tableSchema(tableName).timeColumn === column;
    return describeCategory(base, subject + where, source, rows, usable, { known, isRowTime });
  }
  const { recent, previous } = windowMeans(values, seen.ages, context.recent);
  const window = windowName(context.recent);
  const trend = recent === null || previous === null ? 0 : recent / previous - 1;
  if (trend !== 0 && Number.isFinite(trend) && trend * sign >= 0) {
    return {
      ...base,
      key: `${base.key} trend`,
      label: `${capitalize(subject)} trend (${window})${where}`,
      value: trend,
      display: percent(trend),
      format: "percent",
    };
  }
  const present = values.filter((value) => !Number.isNaN(value));
  const mean = recent ?? (present.length === 0 ? null : average(present));
  const display =
    mean === null ? "none" : `${formatNumber(mean, 3)}${present.length > 1 ? " avg" : ""}`;
  return {
    ...base,
    label: `${capitalize(subject)}${where}`,
    value: mean,
    display,
    format: "number",
  };
}

/**
 * Describes how many rows of a path there are, and how recent they are.
 *
 * @param pooled - the pooled position.
 */
export function describeActivity(
  context: DescribeContext,
  batch: HeteroBatch,
  seed: number,
  pooled: number,
): Description {
  const { spec } = context;
  const { label, id, table } = spec.layout.positions[pooled]!;
  const seen = seenRows(context, batch, seed, pooled);
  const base = {
    key: `${id} activity`,
    family: `${table} activity`.toLowerCase(),
    format: "number" as const,
  };
  const where = pathWords(label, context);
  const noun = context.words[table] ?? humanize(table);
  const timed = seen.ages.filter((age) => !Number.isNaN(age));
  if (timed.length === 0) {
    const display = `${seen.at.length} rows`;
    return { ...base, label: `Number of ${noun}${where}`, value: seen.at.length, display };
  }
  const window = windowName(context.recent);
  const now = timed.filter((age) => age <= context.recent).length;
  const before = timed.filter((age) => age > context.recent && age <= 2 * context.recent).length;
  const newest = Math.floor(Math.min(...timed) / MS_PER_DAY);
  // Beyond the fan-out only the newest rows were read, so a full window says "at least".
  const atLeast = now === seen.at.length && now >= 16 ? "at least " : "";
  if (now === 0) {
    const display = `${formatNumber(newest)} days`;
    const label = `Days since last ${singular(noun)}${where}`;
    return { ...base, key: `${id} recency`, label, value: newest, display };
  }
  const display = `${atLeast}${now}, before ${before}`;
  return { ...base, label: `${capitalize(noun)} in ${window}${where}`, value: now, display };
}

function describeCategory(
  base: { readonly key: string; readonly family: string },
  words: string,
  source: Column,
  rows: readonly number[],
  usable: (i: number) => boolean,
  { known, isRowTime }: { readonly known: KnownTimes; readonly isRowTime: boolean },
): Description {
  const label = capitalize(words);
  const present = rows.filter((row) => row >= 0).length;
  if (source.kind === "timestamp" && isRowTime) {
    const days = rows.flatMap((row, i) => (usable(i) ? [weekday(source.values[row]!)] : []));
    const display = mostFrequent(days) ?? "none";
    return { ...base, label: `${label}, weekday`, value: null, display, format: "number" };
  }
  if (source.kind === "timestamp") {
    const missing = rows.filter((row, i) => row >= 0 && !usable(i)).length;
    const display = missing > 0 ? `${missing} of ${present} open` : `${present} set`;
    return { ...base, label, value: known === null ? null : missing, display, format: "number" };
  }
  const texts = rows.flatMap((row, i) => (usable(i) ? [cellText(source, row) ?? ""] : []));
  const display = mostFrequent(texts) ?? "none";
  return { ...base, label, value: null, display, format: "number" };
}

/** The most frequent text with its share, such as `core (88 %)`; ties by name, `null` of nothing. */
function mostFrequent(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const [top] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (!top) return null;
  const share = texts.length > 1 ? ` (${Math.round((100 * top[1]) / texts.length)} %)` : "";
  return `${top[0].length > 40 ? `${top[0].slice(0, 39)}…` : top[0]}${share}`;
}

function weekday(time: number): string {
  return new Date(time).toLocaleString("en", { weekday: "long", timeZone: "UTC" });
}

/** Numbers of a column's cells, NaN where missing; truth values are 0 or 1, lists count their items; `null` for others. */
function measurable(
  source: Column,
  rows: readonly number[],
  usable: (i: number) => boolean,
): number[] | null {
  switch (source.kind) {
    case "number":
    case "boolean":
      return rows.map((row, i) => (usable(i) ? source.values[row]! : Number.NaN));
    case "list":
      return rows.map((row, i) =>
        usable(i) ? source.offsets[row + 1]! - source.offsets[row]! : Number.NaN,
      );
    case "string":
    case "timestamp":
    case "vector":
      return null;
  }
}

function windowMeans(
  values: readonly number[],
  ages: readonly number[],
  window: number,
): { recent: number | null; previous: number | null } {
  const inside = (from: number, to: number): number[] =>
    values.filter((value, i) => !Number.isNaN(value) && ages[i]! > from && ages[i]! <= to);
  const recent = inside(-Infinity, window);
  const previous = inside(window, 2 * window);
  return {
    recent: recent.length === 0 ? null : average(recent),
    previous: previous.length === 0 ? null : average(previous),
  };
}

function seenRows(
  context: DescribeContext,
  batch: HeteroBatch,
  seed: number,
  pooled: number,
): SeenRows {
  const sample = batch.samples[pooled]!;
  const times = context.db.timeColumn(context.spec.layout.positions[pooled]!.table);
  const at: number[] = [];
  const ages: number[] = [];
  for (let e = sample.seedOffsets[seed]!; e < sample.seedOffsets[seed + 1]!; e++) {
    at.push(e);
    const time = times ? times.values[sample.rows[e]!]! : Number.NaN;
    ages.push(batch.seeds.anchorTimes[seed]! - time);
  }
  return { at, ages, visibleTime: batch.seeds.visibleTimes[seed]! };
}

/** The row of `position` behind each seen row of the pooled position; `−1` where there is none. */
function rowsAt(batch: HeteroBatch, pooled: number, position: number, seen: SeenRows): number[] {
  const places = batch.positions.find((p) => p.position === pooled)!;
  const index =
    position === pooled
      ? places.index
      : places.fused.find((fused) => fused.position === position)!.index;
  const table = batch.tables.find((t) => t.places.includes(position));
  return seen.at.map((e) => (index[e]! < 0 || !table ? -1 : table.rows[index[e]!]!));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function windowName(window: number): string {
  const days = window / MS_PER_DAY;
  return days >= 1 ? `${formatNumber(Math.round(days))}d` : `${formatNumber(days * 24, 2)}h`;
}

/** Where a path leads beyond its own table, as in ` of other users of the same companies`. */
function pathWords(label: string, context: DescribeContext): string {
  const rest = label.startsWith("other ") ? 0 : label.indexOf(" of ");
  if (rest < 0) return "";
  const known = Object.entries(context.words).reduce(
    (text, [name, words]) => text.replaceAll(name, words),
    label.slice(rest),
  );
  return rest === 0 ? ` (${lowerIdentifiers(known)})` : lowerIdentifiers(known);
}

function lowerIdentifiers(text: string): string {
  return text
    .split(" ")
    .map((word) =>
      /^\(?[A-Z][A-Z0-9_]*\)?$/.test(word) ? word.toLowerCase().replaceAll("_", " ") : word,
    )
    .join(" ");
}

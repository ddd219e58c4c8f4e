/** What chooses signals: top categories, distinct counts, cadence; from rows that were known at a cutoff only. */
import type { Timestamp } from "../../src/core/time.js";
import { isValid } from "../../src/data/column.js";
import { isKnownAt, knownTimes } from "../../src/data/known.js";
import type { Adjacency } from "../adjacency.js";
import { visibleLimit } from "../visible.js";
import { type CategoryCells, categoryCells, numberCells } from "./cells.js";
import { rowTimes, type SignalData } from "./steps.js";

/** The categories of a column. */
export interface CategoryFacts {
  /** The most frequent first, ties by name; {@link MOST_NAMES} at most. */
  readonly top: readonly string[];
  readonly distinct: number;
  /** Share of the cells that the first eight hold. */
  readonly coverage: number;
  /** Share of the cells that all of `top` hold. */
  readonly topCoverage: number;
}

/** How many names {@link CategoryFacts} lists. */
export const MOST_NAMES = 64;

/** Neighbours that are counted before the most frequent ones are clear. */
const MOST_BIGRAMS = 1_000_000;

/** Statistics of a database as it was known at a cutoff. */
export interface SignalStatistics {
  categories(table: string, column: string): CategoryFacts;
  /** The most frequent items of a list column, ties by name. */
  items(table: string, column: string): readonly string[];
  /** Whether a column holds two different numbers, and does not just tell the year of its row. */
  varies(table: string, column: string): boolean;
  /** The most frequent pairs of two columns' categories; both of few categories. */
  pairs(
    table: string,
    column: string,
    other: string,
    limit: number,
  ): readonly (readonly [string, string])[];
  /** The categories that most often follow each other among the children of a row. */
  bigrams(edge: Adjacency, column: string, limit: number): readonly (readonly [string, string])[];
  /** Mean milliseconds between rows of one parent; 0 = unknown. */
  cadence(edge: Adjacency): number;
  /** Milliseconds from the first row of some tables to the cutoff. */
  span(tables: readonly string[]): number;
}

/**
 * Makes statistics; each is computed when first asked for.
 *
 * @param data - the database.
 * @param cutoff - rows and cells known later take no part.
 */
export function createStatistics(data: SignalData, cutoff: Timestamp): SignalStatistics {
  const limit = visibleLimit(cutoff);
  const facts = new Map<string, CategoryFacts>();
  const codes = new Map<string, CategoryCells>();
  const { db } = data;
  // A key may hold a row that comes later: until then its children hang from nothing.
  const knownRows = (table: string): ((row: number) => boolean) => {
    const times = rowTimes(data.graph, table);
    return (row) => times === null || times[row]! <= limit;
  };
  const usable = (table: string, column: string): ((row: number) => boolean) => {
    const times = rowTimes(data.graph, table);
    const known = knownTimes(db, table, column);
    return (row) => (times === null || times[row]! <= limit) && isKnownAt(known, row, limit);
  };
  const codesOf = (table: string, column: string): CategoryCells => {
    const key = JSON.stringify([table, column]);
    const found = codes.get(key) ?? categoryCells(db.table(table).column(column));
    codes.set(key, found);
    return found;
  };
  return {
    categories(table, column) {
      const key = JSON.stringify([table, column]);
      const found =
        facts.get(key) ?? countCategories(codesOf(table, column), usable(table, column));
      facts.set(key, found);
      return found;
    },
    items(table, name) {
      const column = db.table(table).column(name);
      if (column.kind !== "list") return [];
      const counts = new Float64Array(column.dictionary.length);
      const isUsable = usable(table, name);
      for (let row = 0; row < column.length; row++) {
        if (!isValid(column, row) || !isUsable(row)) continue;
        for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++)
          counts[column.codes[i]!]!++;
      }
      return mostFrequent(counts, column.dictionary, 8);
    },
    varies(table, name) {
      const column = db.table(table).column(name);
      const { read } = numberCells(data, table, column);
      const isUsable = usable(table, name);
      const times = rowTimes(data.graph, table);
      let first = Number.NaN;
      let doesVary = false;
      // A model never learned from the year it predicts in: it could only be misled by it.
      let isYear = times !== null;
      for (let row = 0; row < column.length; row++) {
        const value = read(row);
        if (!Number.isFinite(value) || !isUsable(row)) continue;
        if (Number.isNaN(first)) first = value;
        if (value !== first) doesVary = true;
        if (isYear && !isYearOf(value, times![row]!)) isYear = false;
        if (doesVary && !isYear) return true;
      }
      return false;
    },
    pairs(table, column, other, most) {
      const [a, b] = [codesOf(table, column), codesOf(table, other)];
      const [isUsable, otherUsable] = [usable(table, column), usable(table, other)];
      const counts = new Float64Array(a.names.length * b.names.length);
      for (let row = 0; row < a.codes.length; row++) {
        if (a.codes[row]! < 0 || b.codes[row]! < 0 || !isUsable(row) || !otherUsable(row)) continue;
        counts[a.codes[row]! * b.names.length + b.codes[row]!]!++;
      }
      return topPairs(counts, a.names, b.names, most);
    },
    bigrams({ forward, offsets, children, childTimes }, column, most) {
      const { codes: own, names } = codesOf(forward.source, column);
      const isUsable = usable(forward.source, column);
      const isThere = knownRows(forward.target);
      const counts = new Float64Array(names.length * names.length);
      let seen = 0;
      for (let parent = 0; parent + 1 < offsets.length && childTimes !== null; parent++) {
        if (!isThere(parent)) continue;
        if (seen >= MOST_BIGRAMS) break;
        let before = -1;
        for (let i = offsets[parent]!; i < offsets[parent + 1]!; i++) {
          const code = own[children[i]!]!;
          if (code < 0 || !isUsable(children[i]!)) continue;
          if (before >= 0) counts[before * names.length + code]!++;
          if (before >= 0) seen++;
          before = code;
        }
      }
      return topPairs(counts, names, names, most);
    },
    cadence({ forward, offsets, childTimes }) {
      const isThere = knownRows(forward.target);
      let sum = 0;
      let gaps = 0;
      for (let parent = 0; parent + 1 < offsets.length && childTimes !== null; parent++) {
        if (!isThere(parent)) continue;
        const from = offsets[parent]!;
        let to = offsets[parent + 1]!;
        while (to > from && childTimes[to - 1]! > limit) to--;
        if (to - from < 2) continue;
        sum += childTimes[to - 1]! - childTimes[from]!;
        gaps += to - from - 1;
      }
      return gaps > 0 ? sum / gaps : 0;
    },
    span(tables) {
      let min = Infinity;
      let max = -Infinity;
      for (const table of tables) {
        for (const time of rowTimes(data.graph, table) ?? []) {
          if (time < min) min = time;
          if (time <= limit && time > max) max = time;
        }
      }
      return max > min ? max - min : 0;
    },
  };
}

/** Whether a number is the year of a time, or of the season that it falls into. */
function isYearOf(value: number, time: Timestamp): boolean {
  return Math.abs(value - new Date(time).getUTCFullYear()) <= 1;
}

function countCategories(
  { codes, names }: CategoryCells,
  usable: (row: number) => boolean,
): CategoryFacts {
  const counts = new Float64Array(names.length);
  let all = 0;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! < 0 || !usable(row)) continue;
    counts[codes[row]!]!++;
    all++;
  }
  let distinct = 0;
  for (const count of counts) if (count > 0) distinct++;
  const top = mostFrequent(counts, names, MOST_NAMES);
  const sorted = counts.sort().reverse();
  const share = (most: number): number => {
    let sum = 0;
    for (let i = 0; i < most && i < sorted.length; i++) sum += sorted[i]!;
    return all === 0 ? 0 : sum / all;
  };
  return { top, distinct, coverage: share(8), topCoverage: share(MOST_NAMES) };
}

/** Names by count, ties by name; a name that never occurs is left out. */
function mostFrequent(counts: Float64Array, names: readonly string[], limit: number): string[] {
  const least = counts.slice().sort().at(-limit) ?? 0;
  const found: number[] = [];
  for (let code = 0; code < counts.length; code++) {
    if (counts[code]! > 0 && counts[code]! >= least) found.push(code);
  }
  found.sort((a, b) => counts[b]! - counts[a]! || byName(names[a]!, names[b]!));
  return found.slice(0, limit).map((code) => names[code]!);
}

function topPairs(
  counts: Float64Array,
  first: readonly string[],
  second: readonly string[],
  limit: number,
): (readonly [string, string])[] {
  return [...counts]
    .map((count, pair) => ({
      names: [first[Math.floor(pair / second.length)]!, second[pair % second.length]!] as const,
      count,
    }))
    .filter(({ count }) => count > 0)
    .sort(
      (a, b) =>
        b.count - a.count || byName(a.names[0], b.names[0]) || byName(a.names[1], b.names[1]),
    )
    .slice(0, limit)
    .map(({ names }) => names);
}

/** By code units, the same on every machine. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Fills signals of categories along lists: shares, counts, entropy, pairs, and the order of the last rows. */
import type { SeedBlock, SignalValues } from "./block.js";
import {
  type CategorySeries,
  codeOf,
  neighbourSeries,
  placesIn,
  runCount,
  runDistinct,
} from "./category-series.js";
import type { SignalIndexes } from "./indexes.js";
import { LAST_EVENTS, type Signal } from "./types.js";

const NONE: readonly string[] = [];

/**
 * Fills a signal of a category column, a list column, or the tables of a union.
 *
 * @param indexes - the database.
 * @param signal - the signal.
 * @param block - the seeds at the path's roots.
 * @param out - float32 `[seeds]`.
 */
export function fillCategory(
  indexes: SignalIndexes,
  signal: Signal,
  block: SeedBlock,
  out: SignalValues,
): void {
  const { primitive, window } = signal;
  if (primitive.kind === "pair") {
    const { series, first, second } = indexes.pairs(signal.path, signal.column!, primitive.other);
    const [a, b] = [first.get(primitive.category), second.get(primitive.otherCategory)];
    const code = a === undefined || b === undefined ? -1 : a * second.size + b;
    fillCount(series, code, block, signal, out);
    return;
  }
  if (primitive.kind === "contains") {
    const series = indexes.items(signal.path, signal.column!, primitive.category);
    fillShare(series, 1, block, signal, out);
    return;
  }
  const series = seriesOf(indexes, signal);
  const { ordering, codes, names } = series;
  const starts = block.starts(ordering);
  const ends = block.ends(ordering);
  const begins = block.begins(ordering, window);
  const size = out.length;
  switch (primitive.kind) {
    case "share":
      fillShare(series, codeOf(series, primitive.category), block, signal, out);
      return;
    case "countOf":
      fillCount(series, codeOf(series, primitive.category), block, signal, out);
      return;
    case "entropy": {
      const wanted = primitive.of.map((name) => codeOf(series, name));
      fillEntropy(series, wanted, block, signal, out);
      return;
    }
    case "distinct":
      for (let i = 0; i < size; i++) {
        out[i] = begins[i]! < 0 ? Number.NaN : runDistinct(series, begins[i]!, ends[i]!);
      }
      return;
    case "nth": {
      const places = placesIn(series, signal.categories ?? NONE);
      for (let i = 0; i < size; i++) {
        const at = ends[i]! - primitive.k;
        out[i] = starts[i]! >= 0 && at >= starts[i]! ? places[codes[at]!]! : Number.NaN;
      }
      return;
    }
    case "position": {
      const code = codeOf(series, primitive.category);
      for (let i = 0; i < size; i++) out[i] = position(codes, code, starts[i]!, ends[i]!);
      return;
    }
    case "bigram": {
      const [a, b] = [codeOf(series, primitive.before), codeOf(series, primitive.category)];
      const code = a < 0 || b < 0 ? -1 : a * names.length + b;
      const neighbours = neighbourSeries(series);
      for (let i = 0; i < size; i++) {
        const lo = begins[i]!;
        // The first row of the window has its neighbour outside.
        out[i] =
          lo < 0 ? Number.NaN : runCount(neighbours, code, Math.min(lo + 1, ends[i]!), ends[i]!);
      }
      return;
    }
    default:
      out.fill(Number.NaN);
  }
}

function seriesOf(indexes: SignalIndexes, { path, column, primitive }: Signal): CategorySeries {
  if (path.union.length > 0) return indexes.unionTables(path);
  if (primitive.kind === "distinct" && column === null) return indexes.sideRows(path);
  return indexes.categories(path, column!);
}

function fillCount(
  series: CategorySeries,
  code: number,
  block: SeedBlock,
  { window }: Signal,
  out: SignalValues,
): void {
  const counts = block.counts(series, code, window);
  for (let i = 0; i < out.length; i++) out[i] = counts[i]! < 0 ? Number.NaN : counts[i]!;
}

function fillShare(
  series: CategorySeries,
  code: number,
  block: SeedBlock,
  { window }: Signal,
  out: SignalValues,
): void {
  const begins = block.begins(series.ordering, window);
  const ends = block.ends(series.ordering);
  const counts = block.counts(series, code, window);
  for (let i = 0; i < out.length; i++) {
    const all = ends[i]! - begins[i]!;
    out[i] = begins[i]! < 0 || all === 0 ? Number.NaN : counts[i]! / all;
  }
}

/** The entropy of shares: of each code, and of what is left of all rows. */
function fillEntropy(
  series: CategorySeries,
  wanted: readonly number[],
  block: SeedBlock,
  { window }: Signal,
  out: SignalValues,
): void {
  const begins = block.begins(series.ordering, window);
  const ends = block.ends(series.ordering);
  const counts = wanted.map((code) => block.counts(series, code, window));
  for (let i = 0; i < out.length; i++) {
    const all = ends[i]! - begins[i]!;
    let rest = all;
    let sum = begins[i]! < 0 || all === 0 ? Number.NaN : 0;
    for (const count of counts) {
      rest -= count[i]!;
      if (count[i]! > 0) sum -= (count[i]! / all) * Math.log(count[i]! / all);
    }
    out[i] = rest > 0 ? sum - (rest / all) * Math.log(rest / all) : sum;
  }
}

function position(codes: ArrayLike<number>, code: number, start: number, end: number): number {
  if (start < 0) return Number.NaN;
  const last = Math.max(start, end - LAST_EVENTS);
  for (let i = end - 1; i >= last; i--) if (codes[i] === code) return end - i;
  return Number.NaN;
}

/** Fills signals of categories along lists: shares, counts, entropy, pairs, and the order of the last rows. */
import type { SeedBlock } from "./block.js";
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
  out: Float32Array,
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
      for (let i = 0; i < size; i++) out[i] = entropy(series, wanted, begins[i]!, ends[i]!);
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
  out: Float32Array,
): void {
  const begins = block.begins(series.ordering, window);
  const ends = block.ends(series.ordering);
  for (let i = 0; i < out.length; i++) {
    out[i] = begins[i]! < 0 ? Number.NaN : runCount(series, code, begins[i]!, ends[i]!);
  }
}

function fillShare(
  series: CategorySeries,
  code: number,
  block: SeedBlock,
  { window }: Signal,
  out: Float32Array,
): void {
  const begins = block.begins(series.ordering, window);
  const ends = block.ends(series.ordering);
  for (let i = 0; i < out.length; i++) {
    const [lo, hi] = [begins[i]!, ends[i]!];
    out[i] = lo < 0 || hi === lo ? Number.NaN : runCount(series, code, lo, hi) / (hi - lo);
  }
}

function entropy(
  series: CategorySeries,
  wanted: readonly number[],
  lo: number,
  hi: number,
): number {
  if (lo < 0 || hi === lo) return Number.NaN;
  const all = hi - lo;
  let rest = all;
  let sum = 0;
  for (const code of wanted) {
    const count = runCount(series, code, lo, hi);
    rest -= count;
    if (count > 0) sum -= (count / all) * Math.log(count / all);
  }
  return rest > 0 ? sum - (rest / all) * Math.log(rest / all) : sum;
}

function position(codes: Int32Array, code: number, start: number, end: number): number {
  if (start < 0) return Number.NaN;
  const last = Math.max(start, end - LAST_EVENTS);
  for (let i = end - 1; i >= last; i--) if (codes[i] === code) return end - i;
  return Number.NaN;
}

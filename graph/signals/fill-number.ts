/** Fills signals of numbers along lists: totals, means, spreads, extremes, trends, and the last values. */
import type { SeedBlock, SignalValues } from "./block.js";
import { symmetricTrend } from "./fill-activity.js";
import type { SignalIndexes } from "./indexes.js";
import { type NumberSeries, runMax, runMin, runSpread, runSum } from "./number-series.js";
import type { Signal } from "./types.js";

/**
 * Fills a signal of a number column.
 *
 * @param indexes - the database.
 * @param signal - the signal.
 * @param block - the seeds at the path's roots.
 * @param out - float32 `[seeds]`.
 */
export function fillNumber(
  indexes: SignalIndexes,
  signal: Signal,
  block: SeedBlock,
  out: SignalValues,
): void {
  const { primitive, window } = signal;
  const series = indexes.numbers(signal.path, signal.column!);
  const { ordering, values } = series;
  const starts = block.starts(ordering);
  const ends = block.ends(ordering);
  const begins = block.begins(ordering, window);
  const size = out.length;
  switch (primitive.kind) {
    case "sum":
    case "mean": {
      const sums = block.sums(series, window);
      const isMean = primitive.kind === "mean";
      for (let i = 0; i < size; i++) {
        if (begins[i]! < 0) out[i] = Number.NaN;
        else out[i] = isMean ? sums[i]! / (ends[i]! - begins[i]!) : sums[i]!;
      }
      return;
    }
    case "std": {
      const sums = block.sums(series, window);
      for (let i = 0; i < size; i++) {
        out[i] = deviation(series, starts[i]!, begins[i]!, ends[i]!, sums[i]!);
      }
      return;
    }
    case "min":
    case "max": {
      const extreme = primitive.kind === "min" ? runMin : runMax;
      for (let i = 0; i < size; i++) {
        const [lo, hi] = [begins[i]!, ends[i]!];
        out[i] = lo < 0 || hi === lo ? Number.NaN : extreme(series, starts[i]!, lo, hi);
      }
      return;
    }
    case "trend": {
      const sums = block.sums(series, window);
      const before = block.begins(ordering, window, 2);
      const sumsBefore = block.sums(series, window, 2);
      for (let i = 0; i < size; i++) {
        const now = sums[i]! / (ends[i]! - begins[i]!);
        const then = sumsBefore[i]! / (begins[i]! - before[i]!);
        out[i] = before[i]! < 0 ? Number.NaN : symmetricTrend(now, then);
      }
      return;
    }
    case "first":
      for (let i = 0; i < size; i++) {
        out[i] = ends[i]! > starts[i]! ? values[starts[i]!]! : Number.NaN;
      }
      return;
    case "last":
    case "lag": {
      const k = primitive.kind === "last" ? 1 : primitive.k;
      for (let i = 0; i < size; i++) {
        out[i] = ends[i]! - k >= starts[i]! ? values[ends[i]! - k]! : Number.NaN;
      }
      return;
    }
    case "change":
      for (let i = 0; i < size; i++) {
        const hi = ends[i]!;
        out[i] = hi - starts[i]! >= 2 ? values[hi - 1]! - values[hi - 2]! : Number.NaN;
      }
      return;
    case "lastMean":
      for (let i = 0; i < size; i++) {
        const hi = ends[i]!;
        const lo = Math.max(starts[i]!, hi - primitive.k);
        out[i] = hi > lo ? runSum(series, starts[i]!, lo, hi) / (hi - lo) : Number.NaN;
      }
      return;
    case "slope":
      for (let i = 0; i < size; i++) {
        out[i] = slope(values, Math.max(starts[i]!, ends[i]! - primitive.k), ends[i]!);
      }
      return;
    default:
      out.fill(Number.NaN);
  }
}

/** The standard deviation of a run, by its number of values; NaN of nothing. */
function deviation(
  series: NumberSeries,
  start: number,
  lo: number,
  hi: number,
  sum: number,
): number {
  if (lo < 0 || hi === lo) return Number.NaN;
  const count = hi - lo;
  return Math.sqrt(runSpread(series, start, lo, hi, sum / count) / count);
}

/** The slope of the least-squares line through a run, a step a row; NaN of fewer than two values. */
function slope(values: Float64Array, lo: number, hi: number): number {
  const count = hi - lo;
  if (count < 2) return Number.NaN;
  const middle = (count - 1) / 2;
  let mean = 0;
  for (let i = lo; i < hi; i++) mean += values[i]! / count;
  let product = 0;
  let square = 0;
  for (let i = lo; i < hi; i++) {
    const x = i - lo - middle;
    product += x * (values[i]! - mean);
    square += x * x;
  }
  return product / square;
}

/** NumberSeries: numbers along an ordering, with sums, spreads and extremes of any run from blocks of 32. */
import type { Ordering } from "./ordering.js";

const BITS = 5;
const BLOCK = 1 << BITS;

/** Blocks of one size: entry `(start >> bits) + b` is block `b` of the list that starts at `start`. */
interface Level {
  readonly sums: Float64Array;
  /** Sums of squared distances from the block's mean. */
  readonly spreads: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
}

/**
 * Numbers along an ordering; every position holds one. Blocks begin anew with each list, so a run's value depends only on
 * the rows before its end: not even the rounding of a sum knows the future. Nothing is subtracted, so nothing cancels.
 */
export interface NumberSeries {
  readonly ordering: Ordering;
  /** float64 `[links]`, finite. */
  readonly values: Float64Array;
  readonly levels: readonly Level[];
  /** Runs of the last cut: level, from, to of each. */
  readonly runs: Float64Array;
}

/**
 * Builds a series.
 *
 * @param ordering - lists of rows that all hold a number.
 * @param read - the number of a row.
 */
export function buildNumberSeries(ordering: Ordering, read: (row: number) => number): NumberSeries {
  const { rows, offsets } = ordering;
  const values = new Float64Array(rows.length);
  for (let i = 0; i < values.length; i++) values[i] = read(rows[i]!);
  let longest = 0;
  for (let root = 0; root + 1 < offsets.length; root++) {
    longest = Math.max(longest, offsets[root + 1]! - offsets[root]!);
  }
  const levels: Level[] = [];
  for (let bits = BITS; longest >> bits > 0; bits += BITS) {
    levels.push(buildLevel(values, offsets, levels.at(-1) ?? null, bits));
  }
  return { ordering, values, levels, runs: new Float64Array(6 * (levels.length + 1)) };
}

function buildLevel(
  values: Float64Array,
  offsets: Int32Array,
  below: Level | null,
  bits: number,
): Level {
  const size = (values.length >> bits) + 1;
  const level: Level = {
    sums: new Float64Array(size),
    spreads: new Float64Array(size),
    mins: new Float64Array(size),
    maxs: new Float64Array(size),
  };
  const sums = below?.sums ?? values;
  const mins = below?.mins ?? values;
  const maxs = below?.maxs ?? values;
  const inner = 2 ** (bits - BITS);
  for (let root = 0; root + 1 < offsets.length; root++) {
    const start = offsets[root]!;
    const blocks = (offsets[root + 1]! - start) >> bits;
    for (let b = 0; b < blocks; b++) {
      const from = (start >> (bits - BITS)) + b * BLOCK;
      let sum = 0;
      let min = Infinity;
      let max = -Infinity;
      for (let i = from; i < from + BLOCK; i++) {
        sum += sums[i]!;
        if (mins[i]! < min) min = mins[i]!;
        if (maxs[i]! > max) max = maxs[i]!;
      }
      const mean = sum / (inner * BLOCK);
      let spread = 0;
      for (let i = from; i < from + BLOCK; i++) {
        const distance = sums[i]! / inner - mean;
        spread += inner * distance * distance + (below === null ? 0 : below.spreads[i]!);
      }
      const at = (start >> bits) + b;
      level.sums[at] = sum;
      level.spreads[at] = spread;
      level.mins[at] = min;
      level.maxs[at] = max;
    }
  }
  return level;
}

/**
 * Cuts a run into whole blocks and what is left at its ends; the result lies in `series.runs`.
 *
 * @param series - the series.
 * @param start - where the list starts.
 * @param lo - the run's first position.
 * @param hi - one past its last.
 * @returns the number of runs.
 */
function cut(series: NumberSeries, start: number, lo: number, hi: number): number {
  const { runs, levels } = series;
  let count = 0;
  let level = 0;
  let a = lo - start;
  let b = hi - start;
  for (; level < levels.length; level++) {
    const above = (a + BLOCK - 1) >> BITS;
    const below = b >> BITS;
    if (above >= below) break;
    const base = start >> (BITS * level);
    if (a < above << BITS) count = put(runs, count, level, base + a, base + (above << BITS));
    if (below << BITS < b) count = put(runs, count, level, base + (below << BITS), base + b);
    a = above;
    b = below;
  }
  const base = start >> (BITS * level);
  return put(runs, count, level, base + a, base + b);
}

function put(runs: Float64Array, count: number, level: number, from: number, to: number): number {
  runs[3 * count] = level;
  runs[3 * count + 1] = from;
  runs[3 * count + 2] = to;
  return count + 1;
}

/** Sums a run of a list that starts at `start`; 0 of nothing. */
export function runSum(series: NumberSeries, start: number, lo: number, hi: number): number {
  const { values, levels, runs } = series;
  let sum = 0;
  if (hi - lo < BLOCK) {
    for (let i = lo; i < hi; i++) sum += values[i]!;
    return sum;
  }
  const count = cut(series, start, lo, hi);
  for (let r = 0; r < count; r++) {
    const level = runs[3 * r]!;
    const source = level === 0 ? values : levels[level - 1]!.sums;
    const to = runs[3 * r + 2]!;
    for (let i = runs[3 * r + 1]!; i < to; i++) sum += source[i]!;
  }
  return sum;
}

/** Sums the squared distances of a run from a number. */
export function runSpread(
  series: NumberSeries,
  start: number,
  lo: number,
  hi: number,
  mean: number,
): number {
  const { values, levels, runs } = series;
  const count = cut(series, start, lo, hi);
  let spread = 0;
  for (let r = 0; r < count; r++) {
    const level = runs[3 * r]!;
    const to = runs[3 * r + 2]!;
    const size = 2 ** (BITS * level);
    for (let i = runs[3 * r + 1]!; i < to; i++) {
      const sum = level === 0 ? values[i]! : levels[level - 1]!.sums[i]!;
      const distance = sum / size - mean;
      spread += size * distance * distance + (level === 0 ? 0 : levels[level - 1]!.spreads[i]!);
    }
  }
  return spread;
}

/** Returns the least number of a run; `Infinity` of nothing. */
export function runMin(series: NumberSeries, start: number, lo: number, hi: number): number {
  const { values, levels, runs } = series;
  const count = cut(series, start, lo, hi);
  let min = Infinity;
  for (let r = 0; r < count; r++) {
    const level = runs[3 * r]!;
    const source = level === 0 ? values : levels[level - 1]!.mins;
    const to = runs[3 * r + 2]!;
    for (let i = runs[3 * r + 1]!; i < to; i++) if (source[i]! < min) min = source[i]!;
  }
  return min;
}

/** Returns the greatest number of a run; `-Infinity` of nothing. */
export function runMax(series: NumberSeries, start: number, lo: number, hi: number): number {
  const { values, levels, runs } = series;
  const count = cut(series, start, lo, hi);
  let max = -Infinity;
  for (let r = 0; r < count; r++) {
    const level = runs[3 * r]!;
    const source = level === 0 ? values : levels[level - 1]!.maxs;
    const to = runs[3 * r + 2]!;
    for (let i = runs[3 * r + 1]!; i < to; i++) if (source[i]! > max) max = source[i]!;
  }
  return max;
}

/** Counts the bytes of a series without its ordering. */
export function numberSeriesBytes({ values, levels }: NumberSeries): number {
  return levels.reduce((sum, { sums }) => sum + 4 * sums.byteLength, values.byteLength);
}

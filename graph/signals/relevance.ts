/** Correlations of columns with missing values, and how much a column tells about a target. */

/** Bins of a numerical column, by quantiles. */
const BINS = 16;

/**
 * Ranks values from 0 on; ties share the mean of their places, missing values come first and share theirs.
 *
 * @param values - numbers; NaN = missing.
 */
export function ranks(values: Float64Array): Float64Array {
  const result = values.slice();
  for (let i = 0; i < result.length; i++) if (Number.isNaN(result[i]!)) result[i] = -Infinity;
  const sorted = result.slice().sort();
  for (let i = 0; i < result.length; i++) {
    const value = result[i]!;
    result[i] = (countBelow(sorted, value, false) + countBelow(sorted, value, true) - 1) / 2;
  }
  return result;
}

/** Counts sorted values below a value, or up to it. */
function countBelow(sorted: Float64Array, value: number, isIncluded: boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const isBelow = isIncluded ? sorted[middle]! <= value : sorted[middle]! < value;
    if (isBelow) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Centres values at their mean and scales them to unit length; missing values become 0, constants all 0.
 *
 * @param values - numbers; NaN = missing.
 */
export function centred(values: Float64Array): Float64Array {
  const result = values.slice();
  let sum = 0;
  let count = 0;
  for (let i = 0; i < result.length; i++) {
    if (Number.isNaN(result[i]!)) continue;
    sum += result[i]!;
    count++;
  }
  const mean = sum / count;
  let square = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = Number.isNaN(result[i]!) ? 0 : result[i]! - mean;
    square += result[i]! * result[i]!;
  }
  if (square === 0) return result;
  const scale = 1 / Math.sqrt(square);
  for (let i = 0; i < result.length; i++) result[i]! *= scale;
  return result;
}

/** Correlates two centred columns of unit length. */
export function correlation(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * Tells which part of a target's variance, in ranks, lies between the bins of a column; what chance gives is taken off.
 * Missing values are a bin of their own, so it sees curves and gaps that a correlation does not.
 *
 * @param column - the column and its {@link ranks}; NaN = missing.
 * @param isCategory - whether each value is a bin.
 * @param target - the target in ranks, centred and of unit length ({@link centred}).
 * @see Pearson 1905 (correlation ratio).
 */
export function relevance(
  column: { readonly values: Float64Array; readonly ranks: Float64Array },
  isCategory: boolean,
  target: Float64Array,
): number {
  const size = target.length;
  const bins = new Map<number, { sum: number; count: number }>();
  for (let i = 0; i < size; i++) {
    const value = column.values[i]!;
    const place = isCategory ? value : Math.floor((BINS * column.ranks[i]!) / size);
    const key = Number.isNaN(value) ? -1 : place;
    const bin = bins.get(key);
    if (bin) {
      bin.sum += target[i]!;
      bin.count++;
    } else bins.set(key, { sum: target[i]!, count: 1 });
  }
  let between = 0;
  for (const { sum, count } of bins.values()) between += (sum * sum) / count;
  return between - (bins.size - 1) / Math.max(1, size - 1);
}

/** Rank-Gauss: maps a signal to a standard normal by its rank, so that a linear model meets no outliers and no odd scales. */

/** The map of one signal, as plain data: ascending values and the normal scores at them. */
export interface RankGauss {
  readonly values: readonly number[];
  readonly scores: readonly number[];
}

/** Values kept at most; between two of them scores are interpolated. */
const KNOTS = 64;

/**
 * Fits the map on the values that are there.
 *
 * @param column - float32 `[rows]`; NaN is missing.
 * @returns the map; without any value it maps everything to 0.
 * @see rank-based inverse normal transformation (van der Waerden scores), ties at their middle rank.
 */
export function fitRankGauss(column: Float32Array): RankGauss {
  const sorted = column.filter((value) => Number.isFinite(value)).sort();
  const count = sorted.length;
  const values: number[] = [];
  const scores: number[] = [];
  let nextRank = 0;
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && sorted[to] === sorted[from]) to++;
    // Runs of one value become one knot at the middle of their ranks; others are thinned out evenly.
    if (from >= nextRank || to === count || to - from > count / KNOTS) {
      values.push(sorted[from]!);
      scores.push(normalQuantile((from + to) / 2 / count));
      nextRank = Math.max(nextRank, from) + count / KNOTS;
    }
    from = to;
  }
  return { values, scores };
}

/**
 * Applies the map; a missing value scores 0, the middle.
 *
 * @returns float64 `[rows]`, within the scores seen when it was fitted.
 */
export function applyRankGauss({ values, scores }: RankGauss, column: Float32Array): Float64Array {
  const out = new Float64Array(column.length);
  const last = values.length - 1;
  if (last < 0) return out;
  for (let i = 0; i < out.length; i++) {
    const value = column[i]!;
    if (Number.isNaN(value)) continue;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    const right = values[low]!;
    if (value >= right || low === 0) out[i] = scores[low]!;
    else {
      const left = values[low - 1]!;
      const part = (value - left) / (right - left);
      out[i] = scores[low - 1]! + part * (scores[low]! - scores[low - 1]!);
    }
  }
  return out;
}

/**
 * The quantile of the standard normal distribution.
 *
 * @param p - in 0 … 1; the ends are drawn in to ±4.
 * @see Acklam's rational approximation, relative error below 1.2e-9.
 */
export function normalQuantile(p: number): number {
  if (!(p > 3.2e-5)) return -4;
  if (!(p < 1 - 3.2e-5)) return 4;
  if (p > 1 - TAIL) return -normalQuantile(1 - p);
  if (p < TAIL) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(TAIL_ABOVE, q) / (polynomial(TAIL_BELOW, q) * q + 1);
  }
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(MIDDLE_ABOVE, r) * q) / (polynomial(MIDDLE_BELOW, r) * r + 1);
}

const TAIL = 0.02425;
const MIDDLE_ABOVE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
  -3.066479806614716e1, 2.506628277459239,
];
const MIDDLE_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
  -1.328068155288572e1,
];
const TAIL_ABOVE = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_BELOW = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416,
];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

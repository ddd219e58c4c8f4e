/** How an approach is measured: absolute error, rank correlation, and how well it tells who comes last. */
import { rocAuc } from "../task/binary-metrics.js";
import { quantileOf } from "../task/bootstrap.js";

/** The measures of one approach on some rows. */
export interface ApproachScores {
  readonly rows: number;
  /** Mean absolute error in the target's unit; `null` without rows. */
  readonly mae: number | null;
  /** Rank correlation of prediction and truth (Spearman), ties shared; `null` where either does not vary. */
  readonly rankCorrelation: number | null;
  /** AUROC of being in the lowest tenth of the truth, ties at its edge included; `null` where all or none are. */
  readonly lowestTenth: number | null;
}

/**
 * Measures predictions.
 *
 * @param predictions - float64 `[rows]`; rows that are NaN do not count.
 * @param targets - float64 `[rows]`.
 * @param mask - uint8 `[rows]`, 1 = counts; absent: all rows.
 */
export function measureApproach(
  predictions: Float64Array,
  targets: Float64Array,
  mask?: Uint8Array,
): ApproachScores {
  const counts = (row: number): boolean =>
    (mask === undefined || mask[row] === 1) && !Number.isNaN(predictions[row]!);
  const kept = (values: Float64Array): Float64Array => values.filter((_, row) => counts(row));
  const guessed = kept(predictions);
  const truth = kept(targets);
  const rows = truth.length;
  if (rows === 0) return { rows, mae: null, rankCorrelation: null, lowestTenth: null };
  let error = 0;
  for (let row = 0; row < rows; row++) error += Math.abs(guessed[row]! - truth[row]!);
  const edge = quantileOf(truth.slice().sort(), 0.1);
  const isLow = truth.map((value) => (value <= edge ? 1 : 0));
  return {
    rows,
    mae: error / rows,
    rankCorrelation: correlation(ranksOf(guessed), ranksOf(truth)),
    lowestTenth: rocAuc(
      guessed.map((value) => -value),
      isLow,
    ),
  };
}

/** Ranks from 1; equal values share their mean rank. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's correlation; `null` where either side does not vary. */
export function correlation(a: Float64Array, b: Float64Array): number | null {
  const n = a.length;
  const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / n;
  const [meanA, meanB] = [mean(a), mean(b)];
  let both = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? null : both / Math.sqrt(squaresA * squaresB);
}

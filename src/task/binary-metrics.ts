/** Metrics of scores against truth values (0 or 1): ranking quality, thresholded decisions, calibration. */
import { invariant } from "../core/assert.js";

/**
 * Computes the area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half.
 *
 * @param scores - `[rows]`, any monotone score.
 * @param labels - `[rows]`, 0 or 1.
 * @returns a fraction in `[0, 1]`; `null` when only one of the two labels occurs.
 * @see Mann and Whitney 1947; scikit-learn `roc_auc_score`.
 */
export function rocAuc(scores: Float64Array, labels: Float64Array): number | null {
  const { positives, negatives } = sortedByLabel(scores, labels);
  if (positives.length === 0 || negatives.length === 0) return null;
  let wins = 0;
  let below = 0;
  let upTo = 0;
  for (let i = 0; i < positives.length; i++) {
    const score = positives[i]!;
    while (below < negatives.length && negatives[below]! < score) below++;
    if (upTo < below) upTo = below;
    while (upTo < negatives.length && negatives[upTo]! <= score) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / (positives.length * negatives.length);
}

/**
 * Computes average precision: precision at every distinct threshold, weighted by the recall gained there, without
 * interpolation.
 *
 * @param scores - `[rows]`, any monotone score.
 * @param labels - `[rows]`, 0 or 1.
 * @returns a fraction in `(0, 1]`; `null` when no row is positive.
 * @see scikit-learn `average_precision_score`.
 */
export function averagePrecision(scores: Float64Array, labels: Float64Array): number | null {
  const { positives, negatives } = sortedByLabel(scores, labels);
  if (positives.length === 0) return null;
  let sum = 0;
  let p = positives.length - 1;
  let n = negatives.length - 1;
  while (p >= 0) {
    const threshold = positives[p]!;
    const before = p;
    while (p >= 0 && positives[p]! === threshold) p--;
    while (n >= 0 && negatives[n]! >= threshold) n--;
    const hits = positives.length - 1 - p;
    const misses = negatives.length - 1 - n;
    sum += ((before - p) * hits) / (hits + misses);
  }
  return sum / positives.length;
}

/**
 * Computes the share of rows decided rightly, a score above 0.5 being a yes.
 *
 * @param probabilities - `[rows]`.
 * @param labels - `[rows]`, 0 or 1.
 * @returns a fraction; `null` for no rows.
 * @see relbench `metrics.accuracy` (strictly above 0.5).
 */
export function accuracy(probabilities: Float64Array, labels: Float64Array): number | null {
  if (labels.length === 0) return null;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    if (probabilities[i]! > 0.5 === (labels[i] === 1)) right++;
  }
  return right / labels.length;
}

/**
 * Computes the harmonic mean of precision and recall, a score of 0.5 or more being a yes.
 *
 * @param probabilities - `[rows]`.
 * @param labels - `[rows]`, 0 or 1.
 * @returns a fraction; `null` when no row is positive in truth or in prediction.
 * @see relbench `metrics.f1` (0.5 counts as a yes, unlike in {@link accuracy}).
 */
export function f1(probabilities: Float64Array, labels: Float64Array): number | null {
  let hits = 0;
  let yes = 0;
  for (let i = 0; i < labels.length; i++) {
    const predicted = probabilities[i]! >= 0.5 ? 1 : 0;
    hits += predicted * labels[i]!;
    yes += predicted + labels[i]!;
  }
  return yes === 0 ? null : (2 * hits) / yes;
}

/**
 * Computes the mean negative log likelihood, in nats; probabilities are kept off 0 and 1 by 2.2e-16.
 *
 * @param probabilities - `[rows]`, in `[0, 1]`.
 * @param labels - `[rows]`, 0 or 1.
 * @returns at least 0; `null` for no rows.
 * @see scikit-learn `log_loss`.
 */
export function logLoss(probabilities: Float64Array, labels: Float64Array): number | null {
  if (labels.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probabilities[i]!));
    sum -= labels[i] === 1 ? Math.log(p) : Math.log1p(-p);
  }
  return sum / labels.length;
}

/**
 * Computes the Brier score: the mean squared difference of probability and label.
 *
 * @param probabilities - `[rows]`, in `[0, 1]`.
 * @param labels - `[rows]`, 0 or 1.
 * @returns a number in `[0, 1]`; `null` for no rows.
 * @see Brier 1950.
 */
export function brier(probabilities: Float64Array, labels: Float64Array): number | null {
  if (labels.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2;
  return sum / labels.length;
}

/** Splits scores by label and sorts both parts: two native sorts of numbers in place of one sort of row numbers. */
function sortedByLabel(
  scores: Float64Array,
  labels: Float64Array,
): { positives: Float64Array; negatives: Float64Array } {
  invariant(scores.length === labels.length, `${scores.length} scores, ${labels.length} labels`);
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) count++;
  const positives = new Float64Array(count);
  const negatives = new Float64Array(labels.length - count);
  for (let i = 0, p = 0, n = 0; i < labels.length; i++) {
    if (labels[i] === 1) positives[p++] = scores[i]!;
    else negatives[n++] = scores[i]!;
  }
  return { positives: positives.sort(), negatives: negatives.sort() };
}

/** Losses of numbers: squared, absolute, Huber's, and the pinball loss of quantiles. */
import { weightedQuantile } from "../quantile.js";
import type { TreeLabels } from "../types.js";
import { type Loss, weightedMean, weightsOf } from "./loss.js";

/** `(y − s)² / 2`. */
export function squaredLoss(labels: TreeLabels): Loss {
  const { targets } = labels;
  const weights = weightsOf(labels);
  return {
    outputs: 1,
    baseScores: () => Float64Array.of(weightedMean(weights, (i) => targets[i]!)),
    derive(scores, gradients, hessians) {
      for (let i = 0; i < targets.length; i++) {
        gradients[i] = weights[i]! * (scores[i]! - targets[i]!);
        hessians[i] = weights[i]!;
      }
    },
    mean: (scores) => weightedMean(weights, (i) => (targets[i]! - scores[i]!) ** 2 / 2),
  };
}

/** `|y − s|`; the best leaf is the median of what is left. */
export function absoluteLoss(labels: TreeLabels): Loss {
  const pinball = pinballLoss(labels, 0.5);
  return {
    ...pinball,
    derive(scores, gradients, hessians) {
      pinball.derive(scores, gradients, hessians);
      for (let i = 0; i < gradients.length; i++) gradients[i]! *= 2;
    },
    mean: (scores) => 2 * pinball.mean(scores),
  };
}

/**
 * `alpha · (y − s)` above the score, `(1 − alpha) · (s − y)` below; the best leaf is the quantile of what is left.
 *
 * @see Koenker and Bassett 1978.
 */
export function pinballLoss(labels: TreeLabels, alpha: number): Loss {
  const { targets } = labels;
  const weights = weightsOf(labels);
  return {
    outputs: 1,
    baseScores: () => Float64Array.of(weightedQuantile(targets.slice(), alpha, labels.weights)),
    derive(scores, gradients, hessians) {
      for (let i = 0; i < targets.length; i++) {
        const over = scores[i]! - targets[i]!;
        gradients[i] = weights[i]! * (over > 0 ? 1 - alpha : over < 0 ? -alpha : 0);
        hessians[i] = weights[i]!;
      }
    },
    mean: (scores) =>
      weightedMean(weights, (i) => {
        const under = targets[i]! - scores[i]!;
        return under > 0 ? alpha * under : (alpha - 1) * under;
      }),
    leafValue: (rows, scores) => {
      const left = residuals(targets, scores, rows);
      return weightedQuantile(left, alpha, labels.weights && pick(weights, rows));
    },
  };
}

/**
 * `r² / 2` for residuals up to `delta`, `delta · (|r| − delta / 2)` beyond. A leaf is the median and, from there, the mean
 * of the residuals clipped at `delta`.
 *
 * @see Huber 1964; Friedman 2001, algorithm 4.
 */
export function huberLoss(labels: TreeLabels, delta: number): Loss {
  const { targets } = labels;
  const weights = weightsOf(labels);
  const clip = (value: number): number => Math.max(-delta, Math.min(delta, value));
  return {
    outputs: 1,
    baseScores: () => Float64Array.of(weightedQuantile(targets.slice(), 0.5, labels.weights)),
    derive(scores, gradients, hessians) {
      for (let i = 0; i < targets.length; i++) {
        gradients[i] = weights[i]! * clip(scores[i]! - targets[i]!);
        hessians[i] = weights[i]!;
      }
    },
    mean: (scores) =>
      weightedMean(weights, (i) => {
        const size = Math.abs(targets[i]! - scores[i]!);
        return size <= delta ? size ** 2 / 2 : delta * (size - delta / 2);
      }),
    leafValue: (rows, scores) => {
      const left = residuals(targets, scores, rows);
      const own = pick(weights, rows);
      const median = weightedQuantile(left.slice(), 0.5, labels.weights && own);
      return median + weightedMean(own, (k) => clip(left[k]! - median));
    },
  };
}

function residuals(targets: Float64Array, scores: Float64Array, rows: Int32Array): Float64Array {
  const left = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) left[k] = targets[rows[k]!]! - scores[rows[k]!]!;
  return left;
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) picked[k] = values[rows[k]!]!;
  return picked;
}

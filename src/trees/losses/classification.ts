/** Losses of classes: log loss of two, cross entropy of several. */
import type { TreeLabels } from "../types.js";
import { type Loss, weightedMean, weightsOf } from "./loss.js";

/** First probabilities keep this distance from 0 and 1. */
const LEAST_SHARE = 1e-6;

/** `log(1 + exp(s)) − y · s`; the score is the log-odds. */
export function logisticLoss(labels: TreeLabels): Loss {
  const { targets } = labels;
  const weights = weightsOf(labels);
  return {
    outputs: 1,
    baseScores() {
      const mean = weightedMean(weights, (i) => targets[i]!);
      const share = Math.max(LEAST_SHARE, Math.min(1 - LEAST_SHARE, mean));
      return Float64Array.of(targets.length > 0 ? Math.log(share / (1 - share)) : 0);
    },
    derive(scores, gradients, hessians) {
      for (let i = 0; i < targets.length; i++) {
        const share = 1 / (1 + Math.exp(-scores[i]!));
        gradients[i] = weights[i]! * (share - targets[i]!);
        hessians[i] = weights[i]! * share * (1 - share);
      }
    },
    mean: (scores) =>
      weightedMean(weights, (i) => {
        const score = scores[i]!;
        return Math.log1p(Math.exp(-Math.abs(score))) + Math.max(score, 0) - targets[i]! * score;
      }),
  };
}

/**
 * `−log softmax(s)[y]`, a score per class.
 *
 * @see Friedman, Hastie and Tibshirani 2000 for the factor `K / (K − 1)` of the hessian.
 */
export function softmaxLoss(labels: TreeLabels, classes: number): Loss {
  const { targets } = labels;
  const rows = targets.length;
  const weights = weightsOf(labels);
  const factor = classes / (classes - 1);
  return {
    outputs: classes,
    baseScores: () =>
      Float64Array.from({ length: classes }, (_, k) => {
        const share = weightedMean(weights, (i) => (targets[i] === k ? 1 : 0));
        return rows > 0 ? Math.log(Math.max(share, LEAST_SHARE)) : 0;
      }),
    derive(scores, gradients, hessians) {
      for (let i = 0; i < rows; i++) {
        const normal = logSumExp(scores, i, rows, classes);
        for (let k = 0; k < classes; k++) {
          const at = k * rows + i;
          const share = Math.exp(scores[at]! - normal);
          gradients[at] = weights[i]! * (share - (targets[i] === k ? 1 : 0));
          hessians[at] = weights[i]! * factor * share * (1 - share);
        }
      }
    },
    mean: (scores) =>
      weightedMean(
        weights,
        (i) => logSumExp(scores, i, rows, classes) - scores[targets[i]! * rows + i]!,
      ),
  };
}

function logSumExp(scores: Float64Array, row: number, rows: number, classes: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) most = Math.max(most, scores[k * rows + row]!);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += Math.exp(scores[k * rows + row]! - most);
  return most + Math.log(sum);
}

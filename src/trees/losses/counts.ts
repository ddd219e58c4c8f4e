/** Losses of counts and amounts, on the log of the mean: Poisson and Tweedie. */
import type { TreeLabels } from "../types.js";
import { type Loss, weightedMean, weightsOf } from "./loss.js";

/** The least mean that a first score stands for. */
const LEAST_MEAN = 1e-6;
/** Makes the hessian larger, so that a leaf of zeros takes a bounded step (LightGBM's `poisson_max_delta_step`). */
const POISSON_STEP = Math.exp(0.7);

/** `exp(s) − y · s`: the part of the Poisson deviance that depends on the score. */
export function poissonLoss(labels: TreeLabels): Loss {
  const { targets } = labels;
  const weights = weightsOf(labels);
  return {
    outputs: 1,
    baseScores: () => logMean(labels),
    derive(scores, gradients, hessians) {
      for (let i = 0; i < targets.length; i++) {
        const mean = Math.exp(scores[i]!);
        gradients[i] = weights[i]! * (mean - targets[i]!);
        hessians[i] = weights[i]! * mean * POISSON_STEP;
      }
    },
    mean: (scores) => weightedMean(weights, (i) => Math.exp(scores[i]!) - targets[i]! * scores[i]!),
  };
}

/**
 * `exp((2 − p) s) / (2 − p) − y · exp((1 − p) s) / (1 − p)`: zero often, else a positive amount.
 *
 * @param power - `p` in (1, 2): near 1 Poisson, near 2 gamma.
 * @see Tweedie 1984; Yang, Qian and Zou 2018 (boosting).
 */
export function tweedieLoss(labels: TreeLabels, power: number): Loss {
  const { targets } = labels;
  const weights = weightsOf(labels);
  return {
    outputs: 1,
    baseScores: () => logMean(labels),
    derive(scores, gradients, hessians) {
      for (let i = 0; i < targets.length; i++) {
        const amount = targets[i]! * Math.exp((1 - power) * scores[i]!);
        const mean = Math.exp((2 - power) * scores[i]!);
        gradients[i] = weights[i]! * (mean - amount);
        hessians[i] = weights[i]! * ((2 - power) * mean - (1 - power) * amount);
      }
    },
    mean: (scores) =>
      weightedMean(weights, (i) => {
        const mean = Math.exp((2 - power) * scores[i]!) / (2 - power);
        return mean - (targets[i]! * Math.exp((1 - power) * scores[i]!)) / (1 - power);
      }),
  };
}

function logMean(labels: TreeLabels): Float64Array {
  const mean = weightedMean(weightsOf(labels), (i) => labels.targets[i]!);
  return Float64Array.of(Math.log(Math.max(mean, LEAST_MEAN)));
}

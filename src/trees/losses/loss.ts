/** What a loss tells the boosting loop: a first score, derivatives, its value, and leaves of its own where it has them. */
import type { TreeLabels } from "../types.js";

/** A loss bound to targets. Scores and derivatives are [outputs × rows]: one output after the other. */
export interface Loss {
  /** Raw scores per row. */
  readonly outputs: number;
  /** Returns the best constant scores, [outputs]. */
  baseScores(): Float64Array;
  /** Writes the first and second derivative of each row's loss by each score, times the row's weight. */
  derive(scores: Float64Array, gradients: Float64Array, hessians: Float64Array): void;
  /** Returns the mean loss, weighted. */
  mean(scores: Float64Array): number;
  /**
   * Returns the value of a leaf that holds these rows; left out where a Newton step does.
   *
   * @see Friedman 2001, TreeBoost for absolute and Huber loss.
   */
  readonly leafValue?: (rows: Int32Array, scores: Float64Array) => number;
}

/** Returns the weight of each row. */
export function weightsOf({ targets, weights }: TreeLabels): Float64Array {
  return weights ?? new Float64Array(targets.length).fill(1);
}

/** Returns the weighted mean of a function of rows, 0 if there is no weight. */
export function weightedMean(weights: Float64Array, of: (row: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    sum += weights[i]! * of(i);
    total += weights[i]!;
  }
  return total > 0 ? sum / total : 0;
}

/** Predictions of a model on the scale of scores. */

import { ConfigError } from "../core/errors.js";
import type { PredictionTable } from "../task/prediction-table.js";
import { TIERS, type TierConfig, tierOf } from "./config.js";

/** Options of {@link predictionsToScores}. */
export interface ScaleOptions {
  /** Whether high predictions are bad, such as chances of churn. */
  readonly lowerIsBetter?: boolean | undefined;
}

/**
 * Puts predictions on the scale of scores: each gets the score that has as many entities below it.
 *
 * @param predictions - float64 `[rows]`, such as the targets of a prediction table: the higher the better.
 * @param options - which way is better.
 * @returns float64 `[rows]`, 0 to 100; equal predictions get equal scores, missing ones none (NaN).
 */
export function predictionsToScores(
  predictions: Float64Array,
  { lowerIsBetter = false }: ScaleOptions = {},
): Float64Array {
  const values = lowerIsBetter ? predictions.map((value) => -value) : predictions;
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const below = (value: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const most = Math.max(1, sorted.length - 1);
  return values.map((value) => (Number.isNaN(value) ? Number.NaN : (100 * below(value)) / most));
}

/** Predictions as scores. */
export interface PredictedScores {
  /** float64 `[rows]`, 0 to 100; NaN where nothing is predicted. */
  readonly scores: Float64Array;
  /** uint8 `[rows]`: index into the tiers. */
  readonly tiers: Uint8Array;
}

/**
 * Puts a model's predictions on the scale of scores, with tiers as of the point model.
 *
 * @param predictions - numbers, such as minutes of use, or chances, such as of churn (`lowerIsBetter`).
 * @param options - which way is better, the tiers.
 * @throws {@link ConfigError} CFG243 if they are neither numbers nor chances.
 */
export function scorePredictions(
  { values }: Pick<PredictionTable, "values">,
  options: ScaleOptions & { readonly tiers?: readonly TierConfig[] | undefined } = {},
): PredictedScores {
  const { tiers = TIERS } = options;
  if (values.kind !== "regression" && values.kind !== "binary") {
    throw new ConfigError(
      "CFG243",
      `predictions of kind ${values.kind} have no order to score by`,
      {
        hint: "predict a number, or whether something happens",
      },
    );
  }
  const numbers = values.kind === "binary" ? values.probability : values.point;
  const scores = predictionsToScores(numbers, options);
  return { scores, tiers: Uint8Array.from(scores, (score) => tierOf(score, tiers)) };
}

/** Predictions of a model on the scale of scores. */

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

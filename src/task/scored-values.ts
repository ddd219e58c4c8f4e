/** Answers of any kind beside labelled rows, as the flat numbers that resampled metrics take. */
import { invariant } from "../core/assert.js";
import type { ScoredRows } from "./bootstrap.js";
import { alignedValues } from "./evaluate-labels.js";
import type { MetricName } from "./metrics.js";
import type { PredictionValues } from "./prediction-table.js";
import { rankingRowScores } from "./ranking-metrics.js";
import type { TrainingTable } from "./training-table.js";

/**
 * Puts answers beside the truth.
 *
 * @param labels - labelled rows.
 * @param values - answers for the same rows, as `evaluateLabels` takes them.
 */
export function scoredRows(labels: TrainingTable, values: PredictionValues): ScoredRows {
  const aligned = alignedValues(labels, values);
  const { entityRows } = labels;
  if (aligned.kind === "numbers") {
    const { predictions, targets } = aligned;
    return { predictions, targets, entityRows };
  }
  const { recommended, truth, k } = aligned;
  const { precision, recall, map } = rankingRowScores(recommended, truth, k);
  const perRow = new Map<MetricName, Float64Array>([
    ["precision_at_k", precision],
    ["recall_at_k", recall],
    ["map_at_k", map],
  ]);
  return { predictions: new Float64Array(0), targets: labels.targets, entityRows, perRow };
}

/**
 * Returns answers that are one number a row, or `[rows, classes]` of classes.
 *
 * @param values - not recommended lists.
 */
export function flatValues(values: PredictionValues): Float64Array {
  invariant(values.kind !== "ranking", "lists are no flat numbers");
  switch (values.kind) {
    case "binary":
      return values.probability;
    case "regression":
    case "forecast":
      return values.point;
    case "multiclass":
    case "multilabel":
      return values.scores;
  }
}

/** Scores of predictions of any task type against labelled rows: numbers, classes, lists and forecasts. */
import { invariant } from "../core/assert.js";
import { evaluateMetrics, evaluateRanking, type Metrics, type ValueTaskType } from "./metrics.js";
import type { PredictionValues, RankingValues } from "./prediction-table.js";
import type { ItemLists } from "./ranking-metrics.js";
import type { TrainingTable } from "./training-table.js";

/** Options of {@link evaluateLabels}. */
export interface EvaluateLabelsOptions {
  /** How many places of a ranking count; by default those that the query asks for, else as many as the longest list has. */
  readonly k?: number;
  /** The standard deviation of the training targets, which adds NMAE to the scores of numbers. */
  readonly deviation?: number | null;
}

/**
 * Computes all metrics of a task type, whichever it is.
 *
 * @param labels - labelled rows.
 * @param values - predictions of the same rows in the same order; a forecast has a row for each entity and anchor in the order in
 *   which the labels first name them, and a number for each of its windows.
 * @param options - `k` of a ranking.
 * @returns every metric of the task type, null with a reason where it cannot be computed.
 */
export function evaluateLabels(
  labels: TrainingTable,
  values: PredictionValues,
  options: EvaluateLabelsOptions = {},
): Metrics {
  const { taskType, top } = labels.task;
  const aligned = alignedValues(labels, values, options.k ?? top);
  if (aligned.kind === "lists") {
    return evaluateRanking(aligned.recommended, aligned.truth, aligned.k);
  }
  const { deviation } = options;
  return evaluateMetrics(taskType as ValueTaskType, aligned.predictions, aligned.targets, {
    classes: labels.classes?.length ?? 1,
    ...(deviation !== undefined && taskType === "regression" && { deviation }),
  });
}

/** Answers and truth in the same order: flat numbers as `evaluateMetrics` takes them, or lists of items. */
export type AlignedValues =
  | {
      readonly kind: "numbers";
      readonly predictions: Float64Array;
      readonly targets: Float64Array;
    }
  | {
      readonly kind: "lists";
      readonly recommended: ItemLists;
      readonly truth: ItemLists;
      readonly k: number;
    };

/**
 * Puts answers in the order of labelled rows and their classes or items.
 *
 * @param labels - labelled rows.
 * @param values - predictions of the same rows, see {@link evaluateLabels}.
 * @param k - how many places of a ranking count; by default those that the query asks for, else as many as the longest list has.
 */
export function alignedValues(
  labels: TrainingTable,
  values: PredictionValues,
  k: number | undefined = labels.task.top,
): AlignedValues {
  const { taskType } = labels.task;
  const wrong = (): never => {
    invariant(false, `predictions of kind ${values.kind} do not answer a task of ${taskType}`);
  };
  const numbers = (predictions: Float64Array, targets = labels.targets): AlignedValues => {
    return { kind: "numbers", predictions, targets };
  };
  switch (taskType) {
    case "regression":
      return values.kind === "regression" ? numbers(values.point) : wrong();
    case "binary_classification":
      return values.kind === "binary" ? numbers(values.probability) : wrong();
    case "multiclass_classification": {
      if (values.kind !== "multiclass") return wrong();
      return numbers(inClassesOf(labels, values.classes, values.scores));
    }
    case "multilabel_classification": {
      if (values.kind !== "multilabel") return wrong();
      return numbers(inClassesOf(labels, values.classes, values.scores), labelMatrix(labels));
    }
    case "forecasting":
      if (values.kind !== "forecast") return wrong();
      return numbers(forecastOf(labels, values.point, values.steps));
    case "multilabel_ranking":
    case "temporal_link_prediction":
    case "static_link_prediction": {
      if (values.kind !== "ranking") return wrong();
      const longest = values.offsets.reduce(
        (most, offset, row) => Math.max(most, row === 0 ? 0 : offset - values.offsets[row - 1]!),
        1,
      );
      const recommended = recommendedItems(labels, values);
      return { kind: "lists", recommended, truth: trueItems(labels), k: k ?? longest };
    }
  }
}

/** Scores in the order of the labels' classes; a class that was not predicted scores 0. */
function inClassesOf(
  { classes }: TrainingTable,
  predicted: readonly string[],
  scores: Float64Array,
): Float64Array {
  const names = classes ?? [];
  if (names.length === predicted.length && names.every((name, c) => name === predicted[c])) {
    return scores;
  }
  const places = names.map((name) => predicted.indexOf(name));
  const rows = predicted.length === 0 ? 0 : scores.length / predicted.length;
  return Float64Array.from({ length: rows * names.length }, (_, cell) => {
    const place = places[cell % names.length]!;
    const row = Math.floor(cell / names.length);
    return place < 0 ? 0 : scores[row * predicted.length + place]!;
  });
}

/** The lists of labels as a matrix `[rows, classes]` of 0 and 1. */
function labelMatrix({ lists, classes, targets }: TrainingTable): Float64Array {
  invariant(lists, "labels of several classes are lists");
  const width = classes?.length ?? 0;
  const matrix = new Float64Array(targets.length * width);
  for (let row = 0; row < targets.length; row++) {
    for (let i = lists.offsets[row]!; i < lists.offsets[row + 1]!; i++) {
      matrix[row * width + lists.items[i]!] = 1;
    }
  }
  return matrix;
}

/** The predicted number of each labelled window. */
function forecastOf(
  { entityRows, anchorTimes, steps, targets }: TrainingTable,
  point: Float64Array,
  count: number,
): Float64Array {
  let row = -1;
  return Float64Array.from(targets, (_, i) => {
    const isNew =
      i === 0 || entityRows[i] !== entityRows[i - 1] || anchorTimes[i] !== anchorTimes[i - 1];
    if (isNew) row++;
    return point[row * count + (steps?.[i] ?? 1) - 1] ?? Number.NaN;
  });
}

function trueItems({ lists }: TrainingTable): ItemLists {
  invariant(lists, "labels of a ranking are lists");
  return lists;
}

/** Recommended items by the labels' codes; an item that no label names gets a code of its own. */
function recommendedItems(
  { classes }: TrainingTable,
  { items, codes, offsets }: RankingValues,
): ItemLists {
  const known = new Map((classes ?? []).map((name, code) => [name, code]));
  const own = items.map((name, i) => known.get(name) ?? known.size + i);
  return { offsets, items: codes.map((code) => own[code]!) };
}

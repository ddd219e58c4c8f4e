/** The metrics of each task type, with a reason in place of a value that cannot be computed. */
import { assertNever, invariant } from "../core/assert.js";
import { accuracy, averagePrecision, brier, f1, logLoss, rocAuc } from "./binary-metrics.js";
import {
  macroF1,
  microF1,
  mrr,
  multiclassAccuracy,
  multilabelAveragePrecision,
  multilabelF1,
  multilabelRocAuc,
} from "./multiclass-metrics.js";
import { type ItemLists, rankingScores } from "./ranking-metrics.js";
import { mae, r2, rmse } from "./regression-metrics.js";
import type { TaskType } from "./task.js";

export { accuracy, averagePrecision, brier, f1, logLoss, rocAuc } from "./binary-metrics.js";
export { argmaxRows, macroF1, microF1, mrr, multiclassAccuracy } from "./multiclass-metrics.js";
export { mae, r2, rmse } from "./regression-metrics.js";

/** The metrics by name, as they stand in JSON. */
export type MetricName =
  | "mae"
  | "rmse"
  | "r2"
  | "nmae"
  | "roc_auc"
  | "average_precision"
  | "accuracy"
  | "f1"
  | "log_loss"
  | "brier"
  | "macro_f1"
  | "micro_f1"
  | "mrr"
  | "macro_roc_auc"
  | "micro_roc_auc"
  | "macro_average_precision"
  | "micro_average_precision"
  | "precision_at_k"
  | "recall_at_k"
  | "map_at_k";

/**
 * Metric values, as they stand in JSON: `{ "roc_auc": 0.81, "r2": null, "reasons": { "r2": "…" } }`. A metric that
 * cannot be computed is null and has its reason; `reasons` is absent when every metric has a value.
 */
export type Metrics = { readonly [name in MetricName]?: number | null } & {
  readonly reasons?: { readonly [name in MetricName]?: string };
};

/** The metric that models are chosen by. */
export interface PrimaryMetric {
  readonly name: MetricName;
  readonly higherIsBetter: boolean;
}

/**
 * Returns the metric by which models of a task type are chosen and ranked.
 *
 * @see relbench's board: AUROC, MAE, accuracy, MAP.
 */
export function primaryMetric(taskType: TaskType): PrimaryMetric {
  switch (taskType) {
    case "binary_classification":
      return { name: "roc_auc", higherIsBetter: true };
    case "multiclass_classification":
      return { name: "accuracy", higherIsBetter: true };
    case "multilabel_classification":
      return { name: "macro_average_precision", higherIsBetter: true };
    case "regression":
    case "forecasting":
      return { name: "mae", higherIsBetter: false };
    case "multilabel_ranking":
    case "temporal_link_prediction":
    case "static_link_prediction":
      return { name: "map_at_k", higherIsBetter: true };
    default:
      return assertNever(taskType);
  }
}

/** Task types whose targets and predictions are flat numbers; lists go to {@link evaluateRanking}. */
export type ValueTaskType = Exclude<
  TaskType,
  "multilabel_ranking" | "temporal_link_prediction" | "static_link_prediction"
>;

/**
 * Computes all metrics of a task type.
 *
 * @param taskType - the kind of answer.
 * @param predictions - numbers `[rows]`; probabilities `[rows]` for binary; scores `[rows, classes]`, row-major, for
 *   multiclass and multilabel; `[rows, steps]` for forecasts.
 * @param targets - `[rows]`: numbers, 0 or 1, class indices; `[rows, classes]` 0 or 1 for multilabel; `[rows, steps]`
 *   for forecasts.
 * @param options - `classes`: number of classes of a multilabel task; `deviation`: the standard deviation of the training targets,
 *   which adds NMAE, the mean absolute error in units of it.
 * @returns every metric of the task type, null with a reason where it cannot be computed.
 */
export function evaluateMetrics(
  taskType: ValueTaskType,
  predictions: Float64Array,
  targets: Float64Array,
  options: { readonly classes?: number; readonly deviation?: number | null } = {},
): Metrics {
  const broken = unusable(predictions, targets);
  const computed = compute(taskType, predictions, targets, broken !== null, options.classes ?? 1);
  const { deviation } = options;
  if (deviation !== undefined) {
    const error = computed.find(([name]) => name === "mae")?.[1] ?? null;
    const nmae = error === null || !deviation ? null : error / deviation;
    computed.push(["nmae", nmae, "the training targets do not vary"]);
  }
  const values: { [name in MetricName]?: number | null } = {};
  const reasons: { [name in MetricName]?: string } = {};
  for (const [name, value, reason] of computed) {
    values[name] = value;
    if (value === null) reasons[name] = broken ?? reason;
  }
  return Object.keys(reasons).length === 0 ? values : { ...values, reasons };
}

/**
 * Computes the standard deviation (n − 1) of targets, in whose units NMAE is told.
 *
 * @param targets - of the training rows.
 * @returns `null` for fewer than two rows.
 * @see relbench 3 `metrics.nmae`.
 */
export function targetDeviation(targets: Float64Array): number | null {
  if (targets.length < 2) return null;
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += targets[i]!;
  const mean = sum / targets.length;
  let squares = 0;
  for (let i = 0; i < targets.length; i++) squares += (targets[i]! - mean) ** 2;
  return Math.sqrt(squares / (targets.length - 1));
}

/**
 * Computes the metrics of recommended lists.
 *
 * @param recommended - best first.
 * @param truth - the true items of the same rows; rows without any are left out.
 * @param k - how many recommendations count.
 * @returns precision, recall and mean average precision at k.
 */
export function evaluateRanking(recommended: ItemLists, truth: ItemLists, k: number): Metrics {
  const { precision, recall, map } = rankingScores(recommended, truth, k);
  const values = { precision_at_k: precision, recall_at_k: recall, map_at_k: map };
  if (map !== null) return values;
  const reason = "no row has a true item";
  return {
    ...values,
    reasons: { precision_at_k: reason, recall_at_k: reason, map_at_k: reason },
  };
}

/**
 * Summarises the metrics of several runs, such as one per seed.
 *
 * @param runs - metrics of the same task type.
 * @returns the mean and the standard deviation (n − 1) of each metric; null with a reason where a run has none, and for
 *   the deviation of a single run.
 */
export function summarizeMetrics(runs: readonly Metrics[]): { mean: Metrics; std: Metrics } {
  const mean: Draft = {};
  const std: Draft = {};
  for (const name of metricNames(runs)) {
    const values = runs.map((run) => run[name] ?? null);
    const missing = values.indexOf(null);
    if (missing >= 0) {
      const reason = runs[missing]!.reasons?.[name] ?? "a run lacks this metric";
      setReason(mean, name, reason);
      setReason(std, name, reason);
      continue;
    }
    const numbers = values as number[];
    const average = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    mean[name] = average;
    if (numbers.length < 2) setReason(std, name, "one run has no spread");
    else {
      const squares = numbers.reduce((sum, value) => sum + (value - average) ** 2, 0);
      std[name] = Math.sqrt(squares / (numbers.length - 1));
    }
  }
  return { mean, std };
}

type Draft = { [name in MetricName]?: number | null } & {
  reasons?: { [name in MetricName]?: string };
};

function setReason(draft: Draft, name: MetricName, reason: string): void {
  draft[name] = null;
  draft.reasons = { ...draft.reasons, [name]: reason };
}

function metricNames(runs: readonly Metrics[]): MetricName[] {
  const names = new Set(runs.flatMap((run) => Object.keys(run)));
  names.delete("reasons");
  return [...names] as MetricName[];
}

/** A metric, its value, and why it would be null. */
type Computed = readonly [name: MetricName, value: number | null, reason: string];

function compute(
  taskType: ValueTaskType,
  predictions: Float64Array,
  targets: Float64Array,
  broken: boolean,
  classes: number,
): Computed[] {
  const value = <T>(make: () => T): T | null => (broken ? null : make());
  const named = (name: MetricName, metric: Metric, reason = "there are no rows"): Computed => [
    name,
    value(() => metric(predictions, targets)),
    reason,
  ];
  switch (taskType) {
    case "regression":
    case "forecasting":
      return [
        named("mae", mae),
        named("rmse", rmse),
        named("r2", r2, "all targets are equal, so there is no variance to explain"),
      ];
    case "binary_classification": {
      const positives = targets.reduce((sum, label) => sum + label, 0);
      const oneLabel = `only one label occurs (${positives} of ${targets.length} rows are positive)`;
      return [
        named("roc_auc", rocAuc, oneLabel),
        named("average_precision", averagePrecision, "no row is positive"),
        named("accuracy", accuracy),
        named("f1", f1, "no row is positive, in truth or in prediction"),
        named("log_loss", logLoss),
        named("brier", brier),
      ];
    }
    case "multiclass_classification":
      return [
        named("accuracy", multiclassAccuracy),
        named("macro_f1", macroF1),
        named("micro_f1", microF1),
        named("mrr", mrr),
      ];
    case "multilabel_classification": {
      const auc = value(() => multilabelRocAuc(predictions, targets, classes));
      const precision = value(() => multilabelAveragePrecision(predictions, targets, classes));
      const harmonic = value(() => multilabelF1(predictions, targets, classes));
      const oneLabel = "a class has no positive or no negative row";
      const noPositive = "a class has no positive row";
      const unnamed = "no class occurs, in truth or in prediction";
      return [
        ["macro_average_precision", precision?.macro ?? null, noPositive],
        ["micro_average_precision", precision?.micro ?? null, "no row is positive"],
        ["macro_roc_auc", auc?.macro ?? null, oneLabel],
        ["micro_roc_auc", auc?.micro ?? null, "only one label occurs"],
        ["macro_f1", harmonic?.macro ?? null, unnamed],
        ["micro_f1", harmonic?.micro ?? null, unnamed],
      ];
    }
    default:
      return assertNever(taskType);
  }
}

type Metric = (predictions: Float64Array, targets: Float64Array) => number | null;

/** Says why no metric at all can be computed, or `null` when nothing stands against it. */
function unusable(predictions: Float64Array, targets: Float64Array): string | null {
  if (targets.length === 0) return "there are no rows";
  const message = `${predictions.length} predictions for ${targets.length} targets`;
  invariant(predictions.length % targets.length === 0 && predictions.length > 0, message);
  let bad = 0;
  for (let i = 0; i < predictions.length; i++) if (!Number.isFinite(predictions[i])) bad++;
  return bad === 0 ? null : `${bad} of ${predictions.length} predictions are not finite numbers`;
}

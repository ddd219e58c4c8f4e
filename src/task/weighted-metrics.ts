/** Metrics as functions of row weights, prepared once, so that thousands of resamples of the same rows cost one pass each. */
import { assertNever } from "../core/assert.js";
import type { MetricName, ValueTaskType } from "./metrics.js";
import { argmaxRows } from "./multiclass-metrics.js";

/** A metric of fixed predictions under weights `[rows]`, at least 0; `null` where it is not defined. */
export type WeightedMetric = (weights: Float64Array) => number | null;

/** Prepared metrics by name, in the order in which they are reported. */
export type WeightedMetrics = ReadonlyMap<MetricName, WeightedMetric>;

/**
 * Prepares all metrics of a task type. Weights that are whole numbers count each row so many times; with all weights 1 the
 * values are those of `evaluateMetrics`.
 *
 * @param taskType - the kind of answer.
 * @param predictions - as `evaluateMetrics` takes them, all finite.
 * @param targets - as `evaluateMetrics` takes them.
 * @param classes - number of classes of a multilabel task.
 */
export function prepareMetrics(
  taskType: ValueTaskType,
  predictions: Float64Array,
  targets: Float64Array,
  classes = 1,
): WeightedMetrics {
  switch (taskType) {
    case "regression":
    case "forecasting":
      return numberMetrics(predictions, targets);
    case "binary_classification":
      return binaryMetrics(predictions, targets);
    case "multiclass_classification":
      return classMetrics(predictions, targets);
    case "multilabel_classification":
      return labelMetrics(predictions, targets, classes);
    default:
      return assertNever(taskType);
  }
}

/**
 * Prepares the mean of a number per row.
 *
 * @param values - `[rows]`; rows that are NaN are left out.
 */
export function weightedMean(values: Float64Array): WeightedMetric {
  return (weights) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < values.length; row++) {
      const value = values[row]!;
      if (Number.isNaN(value)) continue;
      sum += weights[row]! * value;
      total += weights[row]!;
    }
    return total === 0 ? null : sum / total;
  };
}

function numberMetrics(predictions: Float64Array, targets: Float64Array): WeightedMetrics {
  const squares = targets.map((target, row) => (predictions[row]! - target) ** 2);
  const meanSquare = weightedMean(squares);
  const mean = weightedMean(targets);
  return new Map<MetricName, WeightedMetric>([
    ["mae", weightedMean(targets.map((target, row) => Math.abs(predictions[row]! - target)))],
    [
      "rmse",
      (weights) => {
        const value = meanSquare(weights);
        return value === null ? null : Math.sqrt(value);
      },
    ],
    [
      "r2",
      (weights) => {
        const center = mean(weights);
        if (center === null) return null;
        let error = 0;
        let total = 0;
        let first = Number.NaN;
        let varies = false;
        for (let row = 0; row < targets.length; row++) {
          const weight = weights[row]!;
          if (weight === 0) continue;
          if (Number.isNaN(first)) first = targets[row]!;
          else if (targets[row] !== first) varies = true;
          error += weight * squares[row]!;
          total += weight * (targets[row]! - center) ** 2;
        }
        return varies && total > 0 ? 1 - error / total : null;
      },
    ],
  ]);
}

function binaryMetrics(scores: Float64Array, labels: Float64Array): WeightedMetrics {
  const ranked = rankRows(scores, labels);
  const right = labels.map((label, row) => (scores[row]! > 0.5 === (label === 1) ? 1 : 0));
  const losses = labels.map((label, row) => {
    const p = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, scores[row]!));
    return label === 1 ? -Math.log(p) : -Math.log1p(-p);
  });
  return new Map<MetricName, WeightedMetric>([
    ["roc_auc", (weights) => rankedAuc(ranked, weights)],
    ["average_precision", (weights) => rankedPrecision(ranked, weights)],
    ["accuracy", weightedMean(right)],
    ["f1", (weights) => harmonic(scores, labels, weights, 1)?.micro ?? null],
    ["log_loss", weightedMean(losses)],
    ["brier", weightedMean(labels.map((label, row) => (scores[row]! - label) ** 2))],
  ]);
}

function classMetrics(scores: Float64Array, targets: Float64Array): WeightedMetrics {
  const classes = targets.length === 0 ? 1 : scores.length / targets.length;
  const predicted = argmaxRows(scores, classes);
  const accuracy = weightedMean(targets.map((target, row) => (predicted[row] === target ? 1 : 0)));
  const reciprocal = targets.map((target, row) => {
    const score = scores[row * classes + target]!;
    let rank = 1;
    for (let c = 0; c < classes; c++) if (scores[row * classes + c]! > score) rank++;
    return 1 / rank;
  });
  return new Map<MetricName, WeightedMetric>([
    ["accuracy", accuracy],
    ["macro_f1", (weights) => macroF1(predicted, targets, weights, classes)],
    ["micro_f1", accuracy],
    ["mrr", weightedMean(reciprocal)],
  ]);
}

function macroF1(
  predicted: Int32Array,
  targets: Float64Array,
  weights: Float64Array,
  classes: number,
): number | null {
  const hits = new Float64Array(classes);
  const named = new Float64Array(classes);
  for (let row = 0; row < targets.length; row++) {
    const weight = weights[row]!;
    const truth = targets[row]!;
    named[truth]! += weight;
    named[predicted[row]!]! += weight;
    if (predicted[row] === truth) hits[truth]! += weight;
  }
  return meanHarmonic(hits, named);
}

function meanHarmonic(hits: Float64Array, named: Float64Array): number | null {
  let sum = 0;
  let present = 0;
  for (let c = 0; c < named.length; c++) {
    if (named[c] === 0) continue;
    sum += (2 * hits[c]!) / named[c]!;
    present++;
  }
  return present === 0 ? null : sum / present;
}

function labelMetrics(
  scores: Float64Array,
  labels: Float64Array,
  classes: number,
): WeightedMetrics {
  const rows = labels.length / classes;
  const spread = (weights: Float64Array): Float64Array =>
    Float64Array.from(labels, (_, cell) => weights[Math.floor(cell / classes)]!);
  const all = rankRows(scores, labels);
  const each = Array.from({ length: classes }, (_, c) => {
    const of = (values: Float64Array): Float64Array =>
      Float64Array.from({ length: rows }, (_row, row) => values[row * classes + c]!);
    return rankRows(of(scores), of(labels));
  });
  const macro =
    (metric: (ranked: Ranked, weights: Float64Array) => number | null): WeightedMetric =>
    (weights) => {
      let sum = 0;
      for (const ranked of each) {
        const value = metric(ranked, weights);
        if (value === null) return null;
        sum += value;
      }
      return classes === 0 ? null : sum / classes;
    };
  return new Map<MetricName, WeightedMetric>([
    ["macro_average_precision", macro(rankedPrecision)],
    ["micro_average_precision", (weights) => rankedPrecision(all, spread(weights))],
    ["macro_roc_auc", macro(rankedAuc)],
    ["micro_roc_auc", (weights) => rankedAuc(all, spread(weights))],
    ["macro_f1", (weights) => harmonic(scores, labels, weights, classes)?.macro ?? null],
    ["micro_f1", (weights) => harmonic(scores, labels, weights, classes)?.micro ?? null],
  ]);
}

/** F1 of yes-or-no cells `[rows, classes]`; `null` where nothing is named. */
function harmonic(
  scores: Float64Array,
  labels: Float64Array,
  weights: Float64Array,
  classes: number,
): { micro: number; macro: number } | null {
  const hits = new Float64Array(classes);
  const named = new Float64Array(classes);
  for (let cell = 0; cell < labels.length; cell++) {
    const weight = classes === 1 ? weights[cell]! : weights[Math.floor(cell / classes)]!;
    const predicted = scores[cell]! >= 0.5 ? 1 : 0;
    hits[cell % classes]! += weight * predicted * labels[cell]!;
    named[cell % classes]! += weight * (predicted + labels[cell]!);
  }
  const macro = meanHarmonic(hits, named);
  if (macro === null) return null;
  const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
  return { micro: (2 * sum(hits)) / sum(named), macro };
}

/** Rows by ascending score. */
interface Ranked {
  readonly order: Int32Array;
  /** uint8 `[rows]`, along the order: whether the row is positive, and whether a new score begins. */
  readonly positive: Uint8Array;
  readonly starts: Uint8Array;
}

function rankRows(scores: Float64Array, labels: Float64Array): Ranked {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const positive = Uint8Array.from(order, (row) => (labels[row] === 1 ? 1 : 0));
  const starts = Uint8Array.from(order, (row, i) =>
    i === 0 || scores[row] !== scores[order[i - 1]!] ? 1 : 0,
  );
  return { order, positive, starts };
}

function rankedAuc({ order, positive, starts }: Ranked, weights: Float64Array): number | null {
  let wins = 0;
  let below = 0;
  let positives = 0;
  let groupPositive = 0;
  let groupNegative = 0;
  for (let i = 0; i < order.length; i++) {
    if (starts[i] === 1) {
      wins += groupPositive * (below + groupNegative / 2);
      below += groupNegative;
      positives += groupPositive;
      groupPositive = 0;
      groupNegative = 0;
    }
    if (positive[i] === 1) groupPositive += weights[order[i]!]!;
    else groupNegative += weights[order[i]!]!;
  }
  wins += groupPositive * (below + groupNegative / 2);
  below += groupNegative;
  positives += groupPositive;
  return positives === 0 || below === 0 ? null : wins / (positives * below);
}

function rankedPrecision(
  { order, positive, starts }: Ranked,
  weights: Float64Array,
): number | null {
  let sum = 0;
  let hits = 0;
  let seen = 0;
  let group = 0;
  for (let i = order.length - 1; i >= 0; i--) {
    const weight = weights[order[i]!]!;
    seen += weight;
    if (positive[i] === 1) group += weight;
    if (starts[i] === 0) continue;
    hits += group;
    if (group > 0) sum += (group * hits) / seen;
    group = 0;
  }
  return hits === 0 ? null : sum / hits;
}

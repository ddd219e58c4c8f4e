/** Metrics of class scores: one true class a row (multiclass), or any number of them (multilabel). */
import { invariant } from "../core/assert.js";
import { averagePrecision, rocAuc } from "./binary-metrics.js";

/**
 * Finds the class with the highest score of each row; the first of equals.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param classes - number of classes, at least 1.
 * @returns int32 `[rows]`.
 */
export function argmaxRows(scores: Float64Array, classes: number): Int32Array {
  const best = new Int32Array(scores.length / classes);
  for (let row = 0, at = 0; row < best.length; row++, at += classes) {
    let winner = 0;
    for (let c = 1; c < classes; c++) if (scores[at + c]! > scores[at + winner]!) winner = c;
    best[row] = winner;
  }
  return best;
}

/**
 * Computes the share of rows whose highest score is that of the true class. For one class a row this is micro F1 too.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param targets - `[rows]`, class indices.
 * @returns a fraction; `null` for no rows.
 */
export function multiclassAccuracy(scores: Float64Array, targets: Float64Array): number | null {
  if (targets.length === 0) return null;
  const predicted = argmaxRows(scores, classCount(scores, targets));
  let right = 0;
  for (let i = 0; i < targets.length; i++) if (predicted[i] === targets[i]) right++;
  return right / targets.length;
}

/**
 * Computes F1 over all decisions together, which for one class a row is the accuracy.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param targets - `[rows]`, class indices.
 * @returns a fraction; `null` for no rows.
 * @see scikit-learn `f1_score(average="micro")`.
 */
export function microF1(scores: Float64Array, targets: Float64Array): number | null {
  return multiclassAccuracy(scores, targets);
}

/**
 * Computes the plain mean of every class's F1, over the classes that occur in truth or prediction.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param targets - `[rows]`, class indices.
 * @returns a fraction; `null` for no rows.
 * @see scikit-learn `f1_score(average="macro")`.
 */
export function macroF1(scores: Float64Array, targets: Float64Array): number | null {
  if (targets.length === 0) return null;
  const classes = classCount(scores, targets);
  const predicted = argmaxRows(scores, classes);
  const hits = new Float64Array(classes);
  const named = new Float64Array(classes);
  for (let i = 0; i < targets.length; i++) {
    const truth = targets[i]!;
    named[truth]!++;
    named[predicted[i]!]!++;
    if (predicted[i] === truth) hits[truth]!++;
  }
  let sum = 0;
  let present = 0;
  for (let c = 0; c < classes; c++) {
    if (named[c] === 0) continue;
    sum += (2 * hits[c]!) / named[c]!;
    present++;
  }
  return sum / present;
}

/**
 * Computes the mean reciprocal rank of the true class; classes with equal scores share the best rank.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param targets - `[rows]`, class indices.
 * @returns a fraction in `(0, 1]`; `null` for no rows.
 * @see relbench `metrics.mrr`.
 */
export function mrr(scores: Float64Array, targets: Float64Array): number | null {
  if (targets.length === 0) return null;
  const classes = classCount(scores, targets);
  let sum = 0;
  for (let row = 0, at = 0; row < targets.length; row++, at += classes) {
    const score = scores[at + targets[row]!]!;
    let rank = 1;
    for (let c = 0; c < classes; c++) if (scores[at + c]! > score) rank++;
    sum += 1 / rank;
  }
  return sum / targets.length;
}

/**
 * Computes F1 of independent yes-or-no labels, a score of 0.5 or more being a yes.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param labels - `[rows, classes]`, 0 or 1.
 * @param classes - number of classes.
 * @returns over all cells (`micro`), and the mean over the classes named at least once (`macro`); `null` when none is.
 */
export function multilabelF1(
  scores: Float64Array,
  labels: Float64Array,
  classes: number,
): { micro: number | null; macro: number | null } {
  const hits = new Float64Array(classes);
  const named = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    const predicted = scores[i]! >= 0.5 ? 1 : 0;
    hits[i % classes]! += predicted * labels[i]!;
    named[i % classes]! += predicted + labels[i]!;
  }
  let allHits = 0;
  let allNamed = 0;
  let sum = 0;
  let present = 0;
  for (let c = 0; c < classes; c++) {
    allHits += hits[c]!;
    allNamed += named[c]!;
    if (named[c] === 0) continue;
    sum += (2 * hits[c]!) / named[c]!;
    present++;
  }
  if (present === 0) return { micro: null, macro: null };
  return { micro: (2 * allHits) / allNamed, macro: sum / present };
}

/**
 * Computes the area under the ROC curve of independent labels.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param labels - `[rows, classes]`, 0 or 1.
 * @param classes - number of classes.
 * @returns over all cells (`micro`), and the mean over classes (`macro`), `null` if any class has one label only.
 */
export function multilabelRocAuc(
  scores: Float64Array,
  labels: Float64Array,
  classes: number,
): { micro: number | null; macro: number | null } {
  return { micro: rocAuc(scores, labels), macro: meanOverClasses(rocAuc, scores, labels, classes) };
}

/**
 * Computes average precision of independent labels.
 *
 * @param scores - `[rows, classes]`, row-major.
 * @param labels - `[rows, classes]`, 0 or 1.
 * @param classes - number of classes.
 * @returns over all cells (`micro`), and the mean over classes (`macro`), `null` if any class has no positive row.
 */
export function multilabelAveragePrecision(
  scores: Float64Array,
  labels: Float64Array,
  classes: number,
): { micro: number | null; macro: number | null } {
  return {
    micro: averagePrecision(scores, labels),
    macro: meanOverClasses(averagePrecision, scores, labels, classes),
  };
}

function meanOverClasses(
  metric: (scores: Float64Array, labels: Float64Array) => number | null,
  scores: Float64Array,
  labels: Float64Array,
  classes: number,
): number | null {
  const rows = labels.length / classes;
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const of = (values: Float64Array): Float64Array =>
      Float64Array.from({ length: rows }, (_, row) => values[row * classes + c]!);
    const value = metric(of(scores), of(labels));
    if (value === null) return null;
    sum += value;
  }
  return classes === 0 ? null : sum / classes;
}

function classCount(scores: Float64Array, targets: Float64Array): number {
  const classes = scores.length / targets.length;
  const message = `${scores.length} scores are no whole number of classes for ${targets.length} rows`;
  invariant(Number.isInteger(classes) && classes > 0, message);
  return classes;
}

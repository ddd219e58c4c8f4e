/** How well one column alone tells the target: bins of it and their mean targets, learned on some rows, scored on others. */
import { assertNever } from "../core/assert.js";
import { rocAuc } from "./binary-metrics.js";
import type { ValueTaskType } from "./metrics.js";
import { r2 } from "./regression-metrics.js";

/** One number per row: NaN = missing; codes from 0 on where `isCode`. */
export interface SignalValues {
  readonly learn: Float64Array;
  readonly judge: Float64Array;
  readonly isCode: boolean;
}

/** The truth of the same rows. */
export interface SignalTargets {
  readonly learn: Float64Array;
  readonly judge: Float64Array;
  /** Number of classes of a multiclass task; 1 otherwise. */
  readonly classes: number;
}

/** Bins of numbers at most. */
const MOST_BINS = 64;
/** Labels of everyone that a bin's own are drawn towards. */
const PRIOR = 2;

/**
 * Scores one column alone.
 *
 * @param taskType - the kind of answer.
 * @param values - of the rows to learn from and of those to judge.
 * @param targets - of the same rows.
 * @returns AUROC, R2 or accuracy of the judged rows; `null` where it is not defined.
 * @see models of one feature as a search for leaks: Kaufman et al. 2012, Leakage in data mining.
 */
export function scoreSignal(
  taskType: ValueTaskType,
  values: SignalValues,
  targets: SignalTargets,
): number | null {
  if (targets.learn.length === 0 || targets.judge.length === 0) return null;
  const bin = values.isCode ? codeBins() : numberBins(values.learn);
  switch (taskType) {
    case "binary_classification":
      return rocAuc(predictMeans(bin, values, targets.learn), targets.judge);
    case "regression":
    case "forecasting":
      return r2(predictMeans(bin, values, targets.learn), targets.judge);
    case "multiclass_classification":
      return accuracyOf(bin, values, targets);
    case "multilabel_classification":
      return null;
    default:
      return assertNever(taskType);
  }
}

/**
 * Scores one column alone as {@link scoreSignal} does, and by the judged rows alone, one half learning for the other: what became
 * known of late says nothing about earlier rows.
 *
 * @returns the better of both scores.
 */
export function bestSignalScore(
  taskType: ValueTaskType,
  values: SignalValues,
  targets: SignalTargets,
): number | null {
  const half = (of: Float64Array, odd: number): { learn: Float64Array; judge: Float64Array } => ({
    learn: of.filter((_, row) => row % 2 !== odd),
    judge: of.filter((_, row) => row % 2 === odd),
  });
  const halves = [0, 1].map((odd) => {
    const cells = { ...values, ...half(values.judge, odd) };
    return scoreSignal(taskType, cells, { ...targets, ...half(targets.judge, odd) }) ?? 0;
  });
  const whole = scoreSignal(taskType, values, targets);
  return whole === null ? null : Math.max(whole, Math.min(...halves));
}

/** Whether a value is there, as a column of its own. */
export function missingSignal({ learn, judge }: SignalValues): SignalValues {
  const flags = (values: Float64Array): Float64Array =>
    values.map((value) => (Number.isNaN(value) ? 0 : 1));
  return { learn: flags(learn), judge: flags(judge), isCode: true };
}

type Binning = (value: number) => number;

/** Missing values are bin 0. */
function codeBins(): Binning {
  return (value) => (Number.isNaN(value) ? 0 : value + 1);
}

function numberBins(values: Float64Array): Binning {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const edges =
    distinct.length <= MOST_BINS
      ? distinct
      : new Float64Array(
          new Set(
            Array.from(
              { length: MOST_BINS },
              (_, b) => sorted[Math.floor((b * sorted.length) / MOST_BINS)]!,
            ),
          ),
        );
  return (value) => {
    if (Number.isNaN(value)) return 0;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

/** The mean target of each judged row's bin, drawn a little towards everyone's. */
function predictMeans(bin: Binning, values: SignalValues, targets: Float64Array): Float64Array {
  const sums = new Map<number, { sum: number; count: number }>();
  let all = 0;
  for (let row = 0; row < targets.length; row++) {
    const key = bin(values.learn[row]!);
    const group = sums.get(key) ?? { sum: 0, count: 0 };
    group.sum += targets[row]!;
    group.count++;
    sums.set(key, group);
    all += targets[row]!;
  }
  const mean = all / targets.length;
  return values.judge.map((value) => {
    const group = sums.get(bin(value));
    return group ? (group.sum + PRIOR * mean) / (group.count + PRIOR) : mean;
  });
}

function accuracyOf(bin: Binning, values: SignalValues, targets: SignalTargets): number {
  const { classes } = targets;
  const counts = new Map<number, Float64Array>();
  const overall = new Float64Array(classes);
  for (let row = 0; row < targets.learn.length; row++) {
    const key = bin(values.learn[row]!);
    const group = counts.get(key) ?? new Float64Array(classes);
    group[targets.learn[row]!]!++;
    overall[targets.learn[row]!]!++;
    counts.set(key, group);
  }
  const most = (group: Float64Array): number => group.indexOf(Math.max(...group));
  let right = 0;
  for (let row = 0; row < targets.judge.length; row++) {
    const group = counts.get(bin(values.judge[row]!)) ?? overall;
    if (most(group) === targets.judge[row]) right++;
  }
  return right / targets.judge.length;
}

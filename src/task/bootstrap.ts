/** How sure a score is: the bootstrap over entities, for one model and for the difference of two. */
import { invariant } from "../core/assert.js";
import type { Rng } from "../core/random.js";
import type { MetricName, ValueTaskType } from "./metrics.js";
import type { TaskType } from "./task.js";
import { prepareMetrics, type WeightedMetrics, weightedMean } from "./weighted-metrics.js";

/** Predictions of one run on some rows, with the truth. A model of several seeds or folds has several runs. */
export interface ScoredRows {
  /** As `evaluateMetrics` takes them. */
  readonly predictions: Float64Array;
  readonly targets: Float64Array;
  /** int32 `[rows]`: whose row each is. */
  readonly entityRows: Int32Array;
  /** Metrics that are means over rows, `[rows]` each and NaN where a row does not count, in place of predictions: of recommended lists. */
  readonly perRow?: ReadonlyMap<MetricName, Float64Array>;
}

/** Options of {@link bootstrapMetrics} and {@link comparePaired}. */
export interface BootstrapOptions {
  /** Draws the entities; the same stream draws the same entities. */
  readonly rng: Rng;
  /** How often the entities are drawn anew, 1,000 by default; fewer where rows are very many. */
  readonly resamples?: number;
  /** Share of the resamples inside an interval, 0.95 by default. */
  readonly level?: number;
  /** Number of classes of a multilabel task. */
  readonly classes?: number;
}

/** Between which values a score lies, in its own unit. */
export interface ScoreInterval {
  readonly low: number;
  readonly high: number;
  /** Standard error: the deviation over the resamples. */
  readonly se: number;
}

/** Intervals by metric; `null` where most resamples leave the metric undefined. */
export type MetricIntervals = { readonly [name in MetricName]?: ScoreInterval | null };

/** Two models on the same rows. */
export interface PairedComparison {
  readonly metric: MetricName;
  /** Score of the first less that of the second. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly se: number;
  /** Share of the resamples in which the first is better; equal scores count half. */
  readonly better: number;
  readonly resamples: number;
}

/** More row visits than this are not worth the wait; the resamples are cut down, never below {@link FEWEST}. */
const MOST_VISITS = 60_000_000;
const FEWEST = 200;

/**
 * Computes percentile intervals of all metrics by drawing entities with replacement, each with all of its rows: rows of one
 * entity resemble each other, so that drawing rows would promise too much.
 *
 * @param taskType - the kind of answer.
 * @param runs - one per seed or fold; a metric is the mean over them, all with the same drawn entities.
 * @param options - stream, number of resamples, level.
 * @returns intervals, empty where there are no rows or some prediction is not finite; and the number of resamples.
 * @see Efron and Tibshirani 1993, chapter 13 (percentile intervals); Field and Welsh 2007 (clusters).
 */
export function bootstrapMetrics(
  taskType: TaskType,
  runs: readonly ScoredRows[],
  options: BootstrapOptions,
): { readonly intervals: MetricIntervals; readonly resamples: number } {
  const { level = 0.95, classes = 1 } = options;
  if (!isUsable(runs)) return { intervals: {}, resamples: 0 };
  const prepared = runs.map((run) => prepare(taskType, run, classes));
  const names = [...prepared[0]!.keys()];
  const values = names.map((): number[] => []);
  const resamples = forEachResample(runs, options, (weights) => {
    names.forEach((name, i) => {
      const value = meanOver(prepared, name, weights);
      if (value !== null) values[i]!.push(value);
    });
  });
  const intervals: { [name in MetricName]?: ScoreInterval | null } = {};
  names.forEach((name, i) => {
    intervals[name] = values[i]!.length * 2 > resamples ? intervalOf(values[i]!, level) : null;
  });
  return { intervals, resamples };
}

/**
 * Compares two models on the same rows by one metric, both always with the same drawn entities.
 *
 * @param taskType - the kind of answer.
 * @param metric - the metric.
 * @param a - the runs of the first model.
 * @param b - those of the second, of the same rows in the same order: as many runs, or one for all.
 * @param options - stream, number of resamples, level; whether more is better.
 * @returns `null` where the metric is not defined.
 */
export function comparePaired(
  taskType: TaskType,
  metric: MetricName,
  a: readonly ScoredRows[],
  b: readonly ScoredRows[],
  options: BootstrapOptions & { readonly higherIsBetter: boolean },
): PairedComparison | null {
  const { level = 0.95, classes = 1, higherIsBetter } = options;
  invariant(b.length === a.length || b.length === 1, "compared models have the same runs");
  const others = a.map((_, i) => b[b.length === 1 ? 0 : i]!);
  for (const [i, run] of a.entries()) {
    invariant(run.targets.length === others[i]!.targets.length, "compared models have equal rows");
  }
  if (!isUsable(a) || !isUsable(others)) return null;
  const [first, second] = [a, others].map((runs) =>
    runs.map((run) => prepare(taskType, run, classes)),
  ) as [WeightedMetrics[], WeightedMetrics[]];
  const difference = (weights: readonly Float64Array[]): number | null => {
    const [x, y] = [meanOver(first, metric, weights), meanOver(second, metric, weights)];
    return x === null || y === null ? null : x - y;
  };
  const plain = difference(a.map((run) => new Float64Array(run.entityRows.length).fill(1)));
  if (plain === null) return null;
  const values: number[] = [];
  const resamples = forEachResample(a, options, (weights) => {
    const value = difference(weights);
    if (value !== null) values.push(value);
  });
  if (values.length * 2 <= resamples) return null;
  const sign = higherIsBetter ? 1 : -1;
  const wins = values.reduce((sum, value) => sum + (Math.sign(value * sign) + 1) / 2, 0);
  const { low, high, se } = intervalOf(values, level);
  return { metric, difference: plain, low, high, se, better: wins / values.length, resamples };
}

function prepare(taskType: TaskType, run: ScoredRows, classes: number): WeightedMetrics {
  const { perRow, predictions, targets } = run;
  if (perRow) return new Map([...perRow].map(([name, values]) => [name, weightedMean(values)]));
  return prepareMetrics(taskType as ValueTaskType, predictions, targets, classes);
}

function isUsable(runs: readonly ScoredRows[]): boolean {
  return (
    runs.length > 0 &&
    runs.every(
      ({ targets, predictions }) => targets.length > 0 && predictions.every(Number.isFinite),
    )
  );
}

/** The mean of a metric over runs; `null` where one of them has none. */
function meanOver(
  prepared: readonly WeightedMetrics[],
  name: MetricName,
  weights: readonly Float64Array[],
): number | null {
  let sum = 0;
  for (const [i, metrics] of prepared.entries()) {
    const value = metrics.get(name)?.(weights[i]!) ?? null;
    if (value === null) return null;
    sum += value;
  }
  return sum / prepared.length;
}

/**
 * Draws all entities with replacement again and again and hands on how often each row is in.
 *
 * @returns the number of resamples.
 */
function forEachResample(
  runs: readonly ScoredRows[],
  { rng, resamples = 1000 }: BootstrapOptions,
  visit: (weights: readonly Float64Array[]) => void,
): number {
  const index = new Map<number, number>();
  const places = runs.map(({ entityRows }) =>
    Int32Array.from(entityRows, (entity) => {
      const known = index.get(entity) ?? index.size;
      index.set(entity, known);
      return known;
    }),
  );
  const rows = runs.reduce((sum, run) => sum + run.targets.length, 0);
  const affordable = Math.max(FEWEST, Math.floor(MOST_VISITS / rows));
  const times = Math.min(resamples, affordable);
  const counts = new Float64Array(index.size);
  const weights = places.map((place) => new Float64Array(place.length));
  const stream = rng.split("resamples");
  for (let k = 0; k < times; k++) {
    counts.fill(0);
    for (let i = 0; i < counts.length; i++) counts[stream.int(counts.length)]!++;
    places.forEach((place, run) => {
      const own = weights[run]!;
      for (let row = 0; row < place.length; row++) own[row] = counts[place[row]!]!;
    });
    visit(weights);
  }
  return times;
}

function intervalOf(values: readonly number[], level: number): ScoreInterval {
  const sorted = Float64Array.from(values).sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    low: quantileOf(sorted, (1 - level) / 2),
    high: quantileOf(sorted, (1 + level) / 2),
    se: sorted.length < 2 ? 0 : Math.sqrt(squares / (sorted.length - 1)),
  };
}

/**
 * Returns the quantile of sorted values, between two of them by linear interpolation.
 *
 * @param sorted - ascending, at least one.
 * @param share - in [0, 1].
 * @see Hyndman and Fan 1996, definition 7 (numpy's default).
 */
export function quantileOf(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const value = sorted[low]!;
  return low + 1 < sorted.length ? value + (at - low) * (sorted[low + 1]! - value) : value;
}

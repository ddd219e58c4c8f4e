/** Runs to a result: mean and spread over seeds or folds, intervals over entities, comparisons with other models. */
import { createRng } from "../core/random.js";
import type { JudgedPart, PartMetrics } from "../judge.js";
import {
  bootstrapMetrics,
  comparePaired,
  type MetricIntervals,
  type ScoredRows,
} from "../task/bootstrap.js";
import { type Metrics, primaryMetric, summarizeMetrics } from "../task/metrics.js";
import { scoredRows } from "../task/scored-values.js";
import type { TaskType } from "../task/task.js";
import type { Comparison, ModelResult } from "./result.js";
import type { JudgedParts } from "./run.js";

/** A run as far as its scores go. */
export interface ScoredRun {
  readonly seed: number;
  readonly fold?: number;
  readonly seconds: number | null;
  readonly parts: JudgedParts;
}

const LEVEL = 0.95;

/**
 * Puts the runs of a model together.
 *
 * @param taskType - the kind of answer.
 * @param runs - one per seed or fold.
 * @param seed - of the drawn entities; the same for all models, so that their intervals tell of the same draws.
 */
export function summarizeRuns(
  taskType: TaskType,
  runs: readonly ScoredRun[],
  seed: number,
): ModelResult {
  const of = (part: JudgedPart): { mean: Metrics; std: Metrics } =>
    summarizeMetrics(runs.map(({ parts }) => parts[part].metrics));
  const intervals = (part: JudgedPart): { intervals: MetricIntervals; resamples: number } => {
    const rng = createRng(seed).split("intervals", part);
    const classes = classesOf(runs);
    return bootstrapMetrics(taskType, rowsOf(runs, part), { rng, level: LEVEL, classes });
  };
  const [val, test] = [of("val"), of("test")];
  const [valRange, testRange] = [intervals("val"), intervals("test")];
  return {
    mean: { val: val.mean, test: test.mean },
    std: { val: val.std, test: test.std },
    seeds: runs.map(({ seed: own, fold, parts, seconds }) => ({
      seed: own,
      ...(fold !== undefined && { fold }),
      val: parts.val.metrics,
      test: parts.test.metrics,
      seconds,
    })),
    interval: {
      level: LEVEL,
      resamples: { val: valRange.resamples, test: testRange.resamples },
      val: valRange.intervals,
      test: testRange.intervals,
    },
  };
}

/** The rows that a part's scores rest on. */
export function rowsOf(
  runs: readonly { readonly parts: JudgedParts }[],
  part: JudgedPart,
): ScoredRows[] {
  return runs.map(({ parts }) => scoredRows(parts[part].labels, parts[part].values));
}

function classesOf(runs: readonly { readonly parts: JudgedParts }[]): number {
  return runs[0]?.parts.test.labels.classes?.length ?? 1;
}

/** Another model, by its runs: as many as the model has, or one for all seeds. */
export interface Rival {
  readonly to: string;
  readonly kind: Comparison["kind"];
  readonly runs: readonly { readonly parts: JudgedParts }[];
}

/**
 * Compares a model with others on the test rows.
 *
 * @param taskType - the kind of answer.
 * @param runs - the model's.
 * @param rivals - the others.
 * @param seed - of the drawn entities.
 */
export function compareWith(
  taskType: TaskType,
  runs: readonly ScoredRun[],
  rivals: readonly Rival[],
  seed: number,
): Comparison[] {
  const { name, higherIsBetter } = primaryMetric(taskType);
  const rng = createRng(seed).split("intervals", "test");
  return rivals.flatMap(({ to, kind, runs: other }) => {
    const found = comparePaired(taskType, name, rowsOf(runs, "test"), rowsOf(other, "test"), {
      rng,
      level: LEVEL,
      classes: classesOf(runs),
      higherIsBetter,
    });
    return found ? [{ to, kind, ...found }] : [];
  });
}

/**
 * Picks the baseline that is best on validation by the primary metric; on test where there is no validation score.
 *
 * @param taskType - the kind of answer.
 * @param baselines - scores by name.
 * @returns its name; `null` where none has a score.
 */
export function bestBaseline(
  taskType: TaskType,
  baselines: Readonly<Record<string, PartMetrics>>,
): string | null {
  const { name: metric, higherIsBetter } = primaryMetric(taskType);
  let best: string | null = null;
  let bestScore = -Infinity;
  for (const [name, { val, test }] of Object.entries(baselines)) {
    const value = val[metric] ?? test[metric];
    if (value === null || value === undefined) continue;
    const score = higherIsBetter ? value : -value;
    if (score <= bestScore) continue;
    best = name;
    bestScore = score;
  }
  return best;
}

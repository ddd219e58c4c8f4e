/** Judging: a fitted expert and the naive baselines on the held-out parts of labelled rows. */
import type { WorkOptions } from "./core/progress.js";
import type { Database } from "./data/database.js";
import type { FittedExpert } from "./experts/expert.js";
import { baselineNames, predictBaseline } from "./task/baselines.js";
import { evaluateMetrics, type Metrics, type ValueTaskType } from "./task/metrics.js";
import { splitRows, type TrainingTable, takeTrainingRows } from "./task/training-table.js";

/** A part of a split that a model is judged on. */
export type JudgedPart = "val" | "test";

/** Metrics of the two parts that are judged. */
export interface PartMetrics {
  readonly val: Metrics;
  readonly test: Metrics;
}

/** What an expert says about a part. */
export interface PartOutputs {
  /** The part's rows, in the order of the outputs. */
  readonly labels: TrainingTable;
  /** float64 `[rows]`, or `[rows, classes]` for classes. */
  readonly outputs: Float64Array;
  readonly metrics: Metrics;
}

/**
 * Predicts and scores one part.
 *
 * @param labels - all rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 */
export function judgePart(
  db: Database,
  expert: FittedExpert,
  labels: TrainingTable,
  part: JudgedPart,
  visibleTimes: Float64Array,
  options: WorkOptions = {},
): PartOutputs {
  const rows = splitRows(labels, part);
  const judged = takeTrainingRows(labels, rows);
  const seeds = {
    rows: judged.entityRows,
    anchorTimes: judged.anchorTimes,
    visibleTimes: Float64Array.from(rows, (row) => visibleTimes[row]!),
  };
  const outputs = expert.predict(db, seeds, { signal: options.signal });
  const taskType = labels.task.taskType as ValueTaskType;
  return { labels: judged, outputs, metrics: evaluateMetrics(taskType, outputs, judged.targets) };
}

/**
 * Scores the naive baselines of a task.
 *
 * @returns metrics by the baseline's name.
 */
export function judgeBaselines(
  labels: TrainingTable,
  visibleTimes: Float64Array,
): Record<string, PartMetrics> {
  const taskType = labels.task.taskType as ValueTaskType;
  const results: Record<string, PartMetrics> = {};
  for (const name of baselineNames(labels.task)) {
    const judged = (part: JudgedPart): Metrics => {
      const targets = Float64Array.from(splitRows(labels, part), (row) => labels.targets[row]!);
      return evaluateMetrics(taskType, predictBaseline(name, labels, part, visibleTimes), targets);
    };
    results[name] = { val: judged("val"), test: judged("test") };
  }
  return results;
}

/** Counts the rows of each part. */
export function countParts(labels: TrainingTable): {
  readonly train: number;
  readonly val: number;
  readonly test: number;
} {
  const count = (part: "train" | JudgedPart): number => splitRows(labels, part).length;
  return { train: count("train"), val: count("val"), test: count("test") };
}

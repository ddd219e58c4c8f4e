/** Judging: a fitted expert and the naive baselines on the held-out parts of labelled rows. */
import type { Seeds } from "../graph/seeds.js";
import type { WorkOptions } from "./core/progress.js";
import type { Database } from "./data/database.js";
import type { FittedExpert } from "./experts/expert.js";
import { baselineNames, predictBaseline } from "./task/baselines.js";
import { evaluateLabels } from "./task/evaluate-labels.js";
import { listBaselineNames, predictListBaseline } from "./task/list-baselines.js";
import {
  evaluateMetrics,
  type Metrics,
  targetDeviation,
  type ValueTaskType,
} from "./task/metrics.js";
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
  const judged = takeTrainingRows(labels, splitRows(labels, part));
  const seeds = partSeeds(labels, part, visibleTimes);
  const outputs = expert.predict(db, seeds, { signal: options.signal });
  return { labels: judged, outputs, metrics: scoreRows(labels, judged.targets, outputs) };
}

/**
 * Scores outputs, numbers also in units of the deviation of the training targets.
 *
 * @param labels - all rows, split.
 * @param targets - of the judged rows.
 * @param outputs - of the judged rows.
 */
export function scoreRows(
  labels: TrainingTable,
  targets: Float64Array,
  outputs: Float64Array,
): Metrics {
  const taskType = labels.task.taskType as ValueTaskType;
  if (taskType !== "regression") return evaluateMetrics(taskType, outputs, targets);
  const train = splitRows(labels, "train");
  const deviation = targetDeviation(Float64Array.from(train, (row) => labels.targets[row]!));
  return evaluateMetrics(taskType, outputs, targets, { deviation });
}

/**
 * Lists the rows of a part as seeds.
 *
 * @param labels - all rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 */
export function partSeeds(
  labels: TrainingTable,
  part: JudgedPart,
  visibleTimes: Float64Array,
): Seeds {
  const rows = splitRows(labels, part);
  return {
    rows: Int32Array.from(rows, (row) => labels.entityRows[row]!),
    anchorTimes: Float64Array.from(rows, (row) => labels.anchorTimes[row]!),
    visibleTimes: Float64Array.from(rows, (row) => visibleTimes[row]!),
  };
}

/**
 * Predicts and scores both parts by each naive baseline of a task.
 *
 * @param labels - all rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @returns outputs and metrics by the baseline's name.
 */
export function runBaselines(
  labels: TrainingTable,
  visibleTimes: Float64Array,
): Record<string, { readonly val: PartOutputs; readonly test: PartOutputs }> {
  const parts = {
    val: takeTrainingRows(labels, splitRows(labels, "val")),
    test: takeTrainingRows(labels, splitRows(labels, "test")),
  };
  return Object.fromEntries(
    baselineNames(labels.task).map((name) => {
      const judged = (part: JudgedPart): PartOutputs => {
        const outputs = predictBaseline(name, labels, part, visibleTimes);
        const metrics = scoreRows(labels, parts[part].targets, outputs);
        return { labels: parts[part], outputs, metrics };
      };
      return [name, { val: judged("val"), test: judged("test") }];
    }),
  );
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
  return Object.fromEntries(
    Object.entries(runBaselines(labels, visibleTimes)).map(([name, { val, test }]) => [
      name,
      { val: val.metrics, test: test.metrics },
    ]),
  );
}

/**
 * Scores the naive baselines of a task whose targets are lists.
 *
 * @param labels - all rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param k - how many places count; by default those that the query asks for, else 10.
 * @returns metrics by the baseline's name.
 */
export function judgeListBaselines(
  labels: TrainingTable,
  visibleTimes: Float64Array,
  k: number = labels.task.top ?? 10,
): Record<string, PartMetrics> {
  return Object.fromEntries(
    listBaselineNames(labels).map((name) => {
      const judged = (part: JudgedPart): Metrics => {
        const rows = takeTrainingRows(labels, splitRows(labels, part));
        return evaluateLabels(rows, predictListBaseline(name, labels, part, visibleTimes, k), {
          k,
        });
      };
      return [name, { val: judged("val"), test: judged("test") }];
    }),
  );
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

/** Judging: a fitted expert and the naive baselines on the held-out parts of labelled rows. */
import type { Seeds } from "../graph/seeds.js";
import type { WorkOptions } from "./core/progress.js";
import type { Database } from "./data/database.js";
import type { TaskModel } from "./model.js";
import { predictionValues } from "./prediction-values.js";
import { baselineNames, predictBaseline } from "./task/baselines.js";
import { evaluateLabels } from "./task/evaluate-labels.js";
import { forecastValues } from "./task/forecast-values.js";
import { listBaselineNames, predictListBaseline } from "./task/list-baselines.js";
import { type Metrics, targetDeviation } from "./task/metrics.js";
import type { PredictionValues } from "./task/prediction-table.js";
import { predictShares, SHARE_BASELINES } from "./task/share-baselines.js";
import { hasLists } from "./task/task.js";
import { splitRows, type TrainingTable, takeTrainingRows } from "./task/training-table.js";

/** A part of a split that a model is judged on. */
export type JudgedPart = "val" | "test";

/** Metrics of the two parts that are judged. */
export interface PartMetrics {
  readonly val: Metrics;
  readonly test: Metrics;
}

/** What a model says about a part. */
export interface PartAnswers {
  /** The part's rows, in the order of the answers. */
  readonly labels: TrainingTable;
  readonly values: PredictionValues;
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
  model: Pick<TaskModel, "predict">,
  labels: TrainingTable,
  part: JudgedPart,
  visibleTimes: Float64Array,
  options: WorkOptions = {},
): PartAnswers {
  const seeds = partSeeds(labels, part, visibleTimes);
  const values = model.predict(db, seeds, { signal: options.signal });
  return judgeAnswers(labels, part, values);
}

/**
 * Scores what a model said about one part.
 *
 * @param labels - all rows, split.
 * @param values - of the part's rows.
 */
export function judgeAnswers(
  labels: TrainingTable,
  part: JudgedPart,
  values: PredictionValues,
): PartAnswers {
  const judged = takeTrainingRows(labels, splitRows(labels, part));
  return { labels: judged, values, metrics: scoreAnswers(labels, judged, values) };
}

/**
 * Scores answers, numbers also in units of the deviation of the training targets.
 *
 * @param labels - all rows, split.
 * @param judged - the judged rows.
 * @param values - of the judged rows.
 */
export function scoreAnswers(
  labels: TrainingTable,
  judged: TrainingTable,
  values: PredictionValues,
): Metrics {
  if (labels.task.taskType !== "regression") return evaluateLabels(judged, values);
  const train = splitRows(labels, "train");
  const deviation = targetDeviation(Float64Array.from(train, (row) => labels.targets[row]!));
  return evaluateLabels(judged, values, { deviation });
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
  const rows = firstOfForecasts(labels, splitRows(labels, part));
  return {
    rows: Int32Array.from(rows, (row) => labels.entityRows[row]!),
    anchorTimes: Float64Array.from(rows, (row) => labels.anchorTimes[row]!),
    visibleTimes: Float64Array.from(rows, (row) => visibleTimes[row]!),
  };
}

/**
 * Picks the rows that answers stand for: a forecast has a labelled row for each window, and is asked for once.
 *
 * @param rows - of the labels; the windows of one entity and anchor stand together.
 */
export function firstOfForecasts(
  { steps, entityRows, anchorTimes }: TrainingTable,
  rows: Int32Array,
): Int32Array {
  if (!steps) return rows;
  return rows.filter(
    (row, i) =>
      i === 0 ||
      entityRows[row] !== entityRows[rows[i - 1]!] ||
      anchorTimes[row] !== anchorTimes[rows[i - 1]!],
  );
}

/**
 * Predicts and scores both parts by each naive baseline of a task.
 *
 * @param labels - all rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @returns answers and metrics by the baseline's name.
 */
export function runBaselines(
  labels: TrainingTable,
  visibleTimes: Float64Array,
): Record<string, { readonly val: PartAnswers; readonly test: PartAnswers }> {
  if (hasLists(labels.task)) return runListBaselines(labels, visibleTimes);
  if (labels.task.taskType === "multilabel_classification") return runShares(labels);
  return Object.fromEntries(
    baselineNames(labels.task).map((name) => {
      const judged = (part: JudgedPart): PartAnswers => {
        const outputs = predictBaseline(name, labels, part, visibleTimes);
        const values = labels.steps
          ? forecastValues(takeTrainingRows(labels, splitRows(labels, part)), outputs)
          : predictionValues(labels.task, outputs, labels.classes);
        return judgeAnswers(labels, part, values);
      };
      return [name, { val: judged("val"), test: judged("test") }];
    }),
  );
}

/** What share of the rows before had each class: of everybody, and of the entity. */
function runShares(
  labels: TrainingTable,
): Record<string, { readonly val: PartAnswers; readonly test: PartAnswers }> {
  return Object.fromEntries(
    SHARE_BASELINES.map((name) => {
      const judged = (part: JudgedPart): PartAnswers => {
        const classes = labels.classes ?? [];
        const scores = predictShares(name, labels, part);
        return judgeAnswers(labels, part, { kind: "multilabel", classes, scores });
      };
      return [name, { val: judged("val"), test: judged("test") }];
    }),
  );
}

/** As many places as the query asks for, else 10. */
function runListBaselines(
  labels: TrainingTable,
  visibleTimes: Float64Array,
): Record<string, { readonly val: PartAnswers; readonly test: PartAnswers }> {
  const k = labels.task.top ?? 10;
  return Object.fromEntries(
    listBaselineNames(labels).map((name) => {
      const judged = (part: JudgedPart): PartAnswers =>
        judgeAnswers(labels, part, predictListBaseline(name, labels, part, visibleTimes, k));
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

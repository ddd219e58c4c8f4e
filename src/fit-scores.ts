/** What a fit is worth: scores of validation and test rows. */
import type { WorkOptions } from "./core/progress.js";
import type { Database } from "./data/database.js";
import { countParts, type JudgedPart, judgeBaselines, judgePart, scoreAnswers } from "./judge.js";
import type { ModelFit, TaskModel } from "./model.js";
import type { ValidationScores } from "./model-folder.js";
import type { PredictorEvaluation } from "./prediction-options.js";
import type { Metrics } from "./task/metrics.js";
import { splitRows, type TrainingTable, takeTrainingRows } from "./task/training-table.js";

/** Scores of a fit. */
export interface FitScores {
  /** On the test rows; `null` without any. */
  readonly scores: Metrics | null;
  readonly validation: ValidationScores | null;
}

/**
 * Scores what was said about the validation rows before they were learned from, and the held-out test rows.
 *
 * @param fit - what was fitted.
 * @param labels - all rows, split or not.
 */
export function judgeFit(
  db: Database,
  { model, heldOut }: ModelFit,
  labels: TrainingTable,
  options: WorkOptions = {},
): FitScores {
  const scores =
    labels.split === null || countParts(labels).test === 0
      ? null
      : judgePart(db, model, labels, "test", labels.anchorTimes, options).metrics;
  if (heldOut === null) return { scores, validation: null };
  const judged = takeTrainingRows(labels, splitRows(labels, "val"));
  const newest = judged.anchorTimes.reduce((a, b) => Math.max(a, b), -Infinity);
  const validation = {
    until: Number.isFinite(newest) ? newest : null,
    metrics: scoreAnswers(labels, judged, heldOut.values),
  };
  return { scores, validation };
}

/**
 * Scores a model beside the naive baselines, each row seeing everything up to its own anchor.
 *
 * @param own - the model, with what it scored on the validation rows that it learned from in the end.
 * @param labels - all rows, split.
 */
export function evaluateModel(
  db: Database,
  { model, validation }: Pick<FitScores, "validation"> & { readonly model: TaskModel },
  labels: TrainingTable,
  options: WorkOptions = {},
): PredictorEvaluation {
  const visible = labels.anchorTimes;
  const judged = (part: JudgedPart): Metrics =>
    judgePart(db, model, labels, part, visible, options).metrics;
  const newest = splitRows(labels, "val").reduce(
    (latest, row) => Math.max(latest, labels.anchorTimes[row]!),
    -Infinity,
  );
  // Rows that were learned from in the end are scored by what was said about them before.
  const isLearned = validation !== null && newest <= (validation.until ?? Infinity);
  return {
    rows: countParts(labels),
    model: { val: isLearned ? validation.metrics : judged("val"), test: judged("test") },
    baselines: judgeBaselines(labels, visible),
  };
}

/** What a fit is worth: intervals from validation rows, scores of validation and test rows. */
import type { WorkOptions } from "./core/progress.js";
import type { Database } from "./data/database.js";
import type { Fit } from "./fit.js";
import { countParts, judgePart, scoreRows } from "./judge.js";
import type { ValidationScores } from "./model-folder.js";
import { fitPredictionIntervals, type PredictionIntervals } from "./prediction-intervals.js";
import type { Metrics } from "./task/metrics.js";
import { splitRows, type TrainingTable } from "./task/training-table.js";

/** Intervals and scores of a fit. */
export interface FitScores {
  /** Of numbers, where there were validation rows. */
  readonly intervals: PredictionIntervals | null;
  /** On the test rows; `null` without any. */
  readonly scores: Metrics | null;
  readonly validation: ValidationScores | null;
}

/**
 * Fits intervals on what was said about the validation rows before they were learned from, and scores the held-out test rows.
 *
 * @param fit - what was fitted.
 * @param labels - all rows, split or not.
 * @param options - `interval`: the level of intervals of numbers.
 * @throws {@link ConfigError} CFG111 if that level is not between 0 and 1.
 */
export function judgeFit(
  db: Database,
  { expert, heldOut }: Fit,
  labels: TrainingTable,
  options: WorkOptions & { readonly interval?: number | undefined } = {},
): FitScores {
  const scores =
    labels.split === null || countParts(labels).test === 0
      ? null
      : judgePart(db, expert, labels, "test", labels.anchorTimes, options).metrics;
  if (heldOut === null) return { intervals: null, scores, validation: null };
  const rows = splitRows(labels, "val");
  const targets = Float64Array.from(rows, (row) => labels.targets[row]!);
  const newest = rows.reduce((a, row) => Math.max(a, labels.anchorTimes[row]!), -Infinity);
  const validation = {
    until: Number.isFinite(newest) ? newest : null,
    metrics: scoreRows(labels, targets, heldOut.outputs),
  };
  if (labels.task.taskType !== "regression") return { intervals: null, scores, validation };
  const intervals = fitPredictionIntervals(heldOut, labels, options.interval);
  return { intervals, scores, validation };
}

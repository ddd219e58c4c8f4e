/** Whether a model knows how sure it is: intervals of numbers and probabilities of a yes, on the test rows. */
import type { PartOutputs } from "../judge.js";
import { type CalibrationReport, calibrationReport } from "../task/calibration-report.js";
import { type Coverage, intervalCoverage } from "../task/coverage.js";
import { applyIntervals, fitIntervals, type IntervalModel } from "../task/intervals.js";
import type { JudgedParts } from "./run.js";

/** A run as far as its predictions go. */
export interface PredictedRun {
  readonly parts: JudgedParts;
}

/**
 * Fits the intervals of a run on its validation rows, as a predictor does.
 *
 * @param run - a run of a task of numbers.
 * @param level - the share of true values that shall fall inside.
 * @returns `null` where there are no validation rows.
 */
export function runIntervals({ parts }: PredictedRun, level = 0.8): IntervalModel | null {
  const { outputs, labels } = parts.val;
  if (labels.targets.length === 0) return null;
  const lowest = labels.targets.reduce((a, b) => Math.min(a, b), Infinity);
  const support = { min: lowest >= 0 ? 0 : null, max: null };
  return fitIntervals(outputs, labels.targets, { level, support });
}

/**
 * Counts how often the intervals of all runs hold the truth of the test rows.
 *
 * @param runs - of a task of numbers.
 * @param level - the share of true values that shall fall inside.
 * @returns `null` where no run has validation rows.
 */
export function coverageOf(runs: readonly PredictedRun[], level = 0.8): Coverage | null {
  const parts = runs.flatMap((run) => {
    const model = runIntervals(run, level);
    if (!model) return [];
    const { outputs, labels } = run.parts.test;
    return [{ ...applyIntervals(model, outputs), targets: labels.targets }];
  });
  if (parts.length === 0) return null;
  const all = (of: "lower" | "upper" | "targets"): Float64Array =>
    Float64Array.from(parts.flatMap((part) => [...part[of]]));
  return intervalCoverage(all("lower"), all("upper"), all("targets"), level);
}

/**
 * Reports the calibration of the probabilities of all runs on the test rows; of classes, that of the most likely one.
 *
 * @param runs - of a task of truth values or classes.
 */
export function calibrationOf(runs: readonly PredictedRun[]): CalibrationReport {
  const said = runs.map(({ parts }) => confidenceOf(parts.test));
  return calibrationReport(
    Float64Array.from(said.flatMap(({ probabilities }) => [...probabilities])),
    Float64Array.from(said.flatMap(({ targets }) => [...targets])),
  );
}

function confidenceOf({ outputs, labels }: PartOutputs): {
  readonly probabilities: Float64Array;
  readonly targets: Float64Array;
} {
  const { targets, classes } = labels;
  if (classes === null) return { probabilities: outputs, targets };
  const width = classes.length;
  const most = Int32Array.from(targets, (_, row) => {
    const scores = outputs.subarray(row * width, (row + 1) * width);
    return scores.indexOf(Math.max(...scores));
  });
  return {
    probabilities: Float64Array.from(most, (c, row) => outputs[row * width + c]!),
    targets: targets.map((target, row) => (target === most[row] ? 1 : 0)),
  };
}

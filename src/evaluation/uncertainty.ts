/** Whether a model knows how sure it is: intervals of numbers and probabilities of a yes, on the test rows. */
import { invariant } from "../core/assert.js";
import type { PartAnswers } from "../judge.js";
import { type CalibrationReport, calibrationReport } from "../task/calibration-report.js";
import { type Coverage, intervalCoverage } from "../task/coverage.js";
import type { ModelRun } from "./run.js";

/**
 * Counts how often the intervals of all runs hold the truth of the test rows.
 *
 * @param runs - of a task of numbers.
 * @param level - the share of true values that shall fall inside.
 * @returns `null` where no run has intervals.
 */
export function coverageOf(runs: readonly Pick<ModelRun, "parts">[], level = 0.8): Coverage | null {
  const parts = runs.flatMap(({ parts: { test } }) => {
    const { values, labels } = test;
    if (values.kind !== "regression" || values.lower === null || values.upper === null) return [];
    return [{ lower: values.lower, upper: values.upper, targets: labels.targets }];
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
export function calibrationOf(runs: readonly Pick<ModelRun, "parts">[]): CalibrationReport {
  const said = runs.map(({ parts }) => confidenceOf(parts.test));
  return calibrationReport(
    Float64Array.from(said.flatMap(({ probabilities }) => [...probabilities])),
    Float64Array.from(said.flatMap(({ targets }) => [...targets])),
  );
}

function confidenceOf({ values, labels }: PartAnswers): {
  readonly probabilities: Float64Array;
  readonly targets: Float64Array;
} {
  const { targets } = labels;
  if (values.kind === "binary") return { probabilities: values.probability, targets };
  invariant(values.kind === "multiclass", "chances are of a yes or of classes");
  const { scores, classes } = values;
  const width = classes.length;
  const most = Int32Array.from(targets, (_, row) => {
    const own = scores.subarray(row * width, (row + 1) * width);
    return own.indexOf(Math.max(...own));
  });
  return {
    probabilities: Float64Array.from(most, (c, row) => scores[row * width + c]!),
    targets: targets.map((target, row) => (target === most[row] ? 1 : 0)),
  };
}

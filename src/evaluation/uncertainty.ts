/** Whether a model knows how sure it is: intervals of numbers and probabilities of a yes, on the test rows. */
import type { PartOutputs } from "../judge.js";
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
export function coverageOf(
  runs: readonly Pick<ModelRun, "parts" | "bounds">[],
  level = 0.8,
): Coverage | null {
  const parts = runs.flatMap(({ bounds, parts: { test } }) =>
    bounds ? [{ ...bounds.test, targets: test.labels.targets }] : [],
  );
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

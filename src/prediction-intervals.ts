/** Intervals of predicted numbers: conformal around the quantiles of an expert, or around its predictions where it has none. */
import { invariant } from "./core/assert.js";
import type { Quantiles } from "./experts/expert.js";
import type { HeldOutOutputs } from "./experts/fit-members.js";
import {
  applyConformal,
  type ConformalModel,
  fitConformal,
  fitTerciles,
  tercileOf,
} from "./task/conformal.js";
import { applyIntervals, fitIntervals, type IntervalModel } from "./task/intervals.js";
import { splitRows, type TrainingTable } from "./task/training-table.js";

/** Fitted intervals; plain data that a model folder keeps. */
export type PredictionIntervals =
  | {
      readonly kind: "quantiles";
      readonly model: ConformalModel;
      /** Edges of small, middle and large predictions, which are calibrated among themselves. */
      readonly terciles: readonly [number, number];
    }
  | { readonly kind: "residuals"; readonly model: IntervalModel };

/**
 * Fits intervals to what was said about the validation rows before they were learned from; the latest windows count most.
 *
 * @param heldOut - outputs and quantiles of the validation rows.
 * @param labels - all rows, split.
 * @param level - the share of true values that shall fall inside, in (0, 1).
 * @throws {@link ConfigError} CFG111 if the level is not between 0 and 1.
 */
export function fitPredictionIntervals(
  { outputs, quantiles }: HeldOutOutputs,
  labels: TrainingTable,
  level = 0.8,
): PredictionIntervals {
  const rows = splitRows(labels, "val");
  const targets = Float64Array.from(rows, (row) => labels.targets[row]!);
  const lowest = labels.targets.reduce((a, b) => Math.min(a, b), Infinity);
  const support = { min: lowest >= 0 ? 0 : null, max: null };
  if (quantiles === null || targets.length === 0) {
    return { kind: "residuals", model: fitIntervals(outputs, targets, { level, support }) };
  }
  const terciles = fitTerciles(outputs);
  const model = fitConformal(quantiles, targets, {
    level,
    support,
    groups: Int32Array.from(outputs, (point) => tercileOf(terciles, point)),
    times: Float64Array.from(rows, (row) => labels.anchorTimes[row]!),
  });
  return { kind: "quantiles", model, terciles };
}

/**
 * Puts intervals around predictions.
 *
 * @param intervals - as fitted.
 * @param points - float64 `[S]`: predictions.
 * @param quantiles - of the same rows; needed where intervals were fitted around quantiles.
 * @returns float64 `[S]` each; infinite where nothing bounds them.
 */
export function boundOutputs(
  intervals: PredictionIntervals,
  points: Float64Array,
  quantiles: Quantiles | null,
): { readonly lower: Float64Array; readonly upper: Float64Array } {
  if (intervals.kind === "residuals") return applyIntervals(intervals.model, points);
  const { model, terciles } = intervals;
  invariant(quantiles !== null, "intervals around quantiles need quantiles");
  const groups = Int32Array.from(points, (point) => tercileOf(terciles, point));
  return applyConformal(model, quantiles, { groups, points });
}

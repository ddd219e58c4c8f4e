/** Targets as the network sees them: standardised, and for skewed amounts on a logarithmic scale. */
import type { TaskType } from "../src/task/task.js";

/** A target's scale, as plain data. Classification targets are not changed: the network speaks in logits. */
export type TargetScale =
  | { readonly kind: "logit" }
  | {
      /** `linear`: `(y − center) / scale`; `log`: the same of `log1p(y / unit)`. */
      readonly kind: "linear" | "log";
      readonly unit: number;
      readonly center: number;
      readonly scale: number;
      /** Predictions are kept within these bounds, the 0.5th and 99.5th percentile of the training targets. */
      readonly low: number;
      readonly high: number;
    };

/**
 * Fits the scale of a target. Amounts that are never negative and have a long upper tail get the logarithmic scale, on
 * which parts of a prediction multiply; the median is the same on either scale, so absolute errors lose nothing.
 *
 * @param taskType - the kind of answer.
 * @param targets - float64 `[rows]`: training targets.
 */
export function fitTargetScale(taskType: TaskType, targets: Float64Array): TargetScale {
  if (taskType !== "regression") return { kind: "logit" };
  const sorted = targets.slice().sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const positive = sorted.filter((y) => y > 0);
  const middle = positive[positive.length >> 1] ?? 0;
  const longTail = at(0.95) - at(0.5) > 2 * (at(0.5) - at(0.05)) && at(0.95) > 0;
  const kind = (sorted[0] ?? 0) >= 0 && longTail ? "log" : "linear";
  // A floor, so that no target divided by the unit overflows.
  const floor = (sorted.at(-1) ?? 0) * 1e-12;
  const unit = kind === "log" ? Math.max(middle / 2, floor) || 1 : 1;
  const moved = Float64Array.from(sorted, (y) => (kind === "log" ? Math.log1p(y / unit) : y));
  const center = moved[moved.length >> 1] ?? 0;
  let spread = 0;
  for (const z of moved) spread += Math.abs(z - center) / Math.max(1, moved.length);
  return { kind, unit, center, scale: spread || 1, low: at(0.005), high: at(0.995) };
}

/**
 * Turns logits of classes into shares that add up to 1.
 *
 * @param logits - `[K]`, one per class.
 * @returns float64 `[K]`.
 */
export function classShares(logits: ArrayLike<number>): Float64Array {
  const shares = Float64Array.from(logits);
  const highest = shares.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let k = 0; k < shares.length; k++) sum += shares[k] = Math.exp(shares[k]! - highest);
  return shares.map((share) => share / sum);
}

/** Moves a target to the network's scale. */
export function scaleTarget(scale: TargetScale, y: number): number {
  if (scale.kind === "logit") return y;
  const moved = scale.kind === "log" ? Math.log1p(y / scale.unit) : y;
  return (moved - scale.center) / scale.scale;
}

/**
 * Moves an output of the network back to the target's own unit, within the bounds seen in training.
 * For a logit this is the probability.
 */
export function unscaleOutput(scale: TargetScale, z: number): number {
  if (scale.kind === "logit") return 1 / (1 + Math.exp(-z));
  const moved = z * scale.scale + scale.center;
  const y = scale.kind === "log" ? scale.unit * Math.expm1(moved) : moved;
  return Math.min(scale.high, Math.max(scale.low, y));
}

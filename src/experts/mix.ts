/** Mixing experts: their outputs and their reasons, added up in the score space. */
import type { Contribution } from "../../gnn/explain/explanation.js";
import type { Seeds } from "../../graph/seeds.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import { applyCalibration, type CalibrationModel } from "../task/calibration.js";
import type { FittedExpert, Reasons } from "./expert.js";
import type { MemberName } from "./member-names.js";
import { type ScoreSpace, toOutputs, toScores } from "./score.js";
import { weighScores } from "./weights.js";

/** A member of a blend. */
export interface BlendMember {
  readonly name: MemberName;
  readonly expert: FittedExpert;
  /** Non-negative; the weights of all members add up to 1. */
  readonly weight: number;
}

/** The members that count, and how their scores become outputs. */
export interface Mix {
  readonly space: ScoreSpace;
  readonly members: readonly BlendMember[];
  readonly calibration: CalibrationModel;
}

/** Reasons asked of each member before they are put together. */
const ALL_REASONS = 1_000;

/**
 * Predicts seeds by all members together.
 *
 * @returns float64 `[S, outputs]`.
 */
export function mixOutputs(
  { space, members, calibration }: Mix,
  db: Database,
  seeds: Seeds,
  options?: WorkOptions,
): Float64Array {
  const scores = members.map(({ expert }) => toScores(space, expert.predict(db, seeds, options)));
  const weights = members.map(({ weight }) => weight);
  const outputs = toOutputs(space, weighScores(scores, weights));
  return space.scale.kind === "logit"
    ? applyCalibration(calibration, outputs, space.outputs)
    : outputs;
}

/** A member's reasons in the score space. */
interface ScoredReasons {
  readonly reasons: Reasons;
  readonly weight: number;
  /** Score by output unit: what a contribution of this member is multiplied by. */
  readonly rate: number;
}

/**
 * Adds up the reasons of the members. What two members say of the same signal becomes one reason; the baseline is that of the
 * members' baselines, and contributions come to the unit of the prediction by one common slope.
 */
export function mixReasons(
  mix: Mix,
  db: Database,
  seeds: Seeds,
  {
    top = 5,
    output = 0,
  }: { readonly top?: number | undefined; readonly output?: number | undefined },
): Reasons {
  const { space, members } = mix;
  const scored = members.map(({ expert, weight }): ScoredReasons => {
    const reasons = expert.explain(db, seeds, { top: ALL_REASONS, output });
    return { reasons, weight, rate: rateOf(space, reasons) };
  });
  const prediction = mixOutputs(mix, db, seeds)[output]!;
  const start = scored.reduce(
    (sum, { reasons, weight }) => sum + weight * singleScore(space, reasons.baseline),
    0,
  );
  const baseline = singleOutput(mix, start);

  const items = mergeItems(scored);
  const rest = scored.reduce(
    (sum, { reasons, weight, rate }) => sum + weight * rate * reasons.other.contribution,
    0,
  );
  const moved = items.reduce((sum, { score }) => sum + score, rest);
  // Shares of classes are not quite additive in the logarithm: what the slope cannot carry is told as other.
  const slope = Math.abs(moved) < 1e-12 ? 0 : (prediction - baseline) / moved;
  const shown = items.slice(0, top);
  const hidden = items.slice(top);
  const restSize = hidden.reduce((sum, { score }) => sum + Math.abs(score), Math.abs(rest));
  const size = shown.reduce((sum, { score }) => sum + Math.abs(score), restSize) || 1;
  const contributions = shown.map(
    ({ reason, score }): Contribution => ({
      ...reason,
      contribution: score * slope,
      share: Math.abs(score) / size,
      direction: score * slope < 0 ? "down" : "up",
    }),
  );
  const told = contributions.reduce((sum, { contribution }) => sum + contribution, 0);
  return {
    prediction,
    baseline,
    contributions,
    other: { contribution: prediction - baseline - told, share: restSize / size },
  };
}

/** A reason with what it adds to the blend's score. */
interface Item {
  readonly reason: Contribution;
  readonly score: number;
}

function mergeItems(scored: readonly ScoredReasons[]): Item[] {
  const merged = new Map<string, Item>();
  for (const { reasons, weight, rate } of scored) {
    for (const reason of reasons.contributions) {
      const score = weight * rate * reason.contribution;
      const id = reason.family;
      const known = merged.get(id);
      if (known === undefined) merged.set(id, { reason, score });
      else {
        const stronger = Math.abs(score) > Math.abs(known.score) ? reason : known.reason;
        merged.set(id, { reason: stronger, score: known.score + score });
      }
    }
  }
  return [...merged.values()].sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
}

/** How much score a unit of output is worth between a member's baseline and its prediction. */
function rateOf(space: ScoreSpace, { prediction, baseline }: Reasons): number {
  const from = singleScore(space, baseline);
  const to = singleScore(space, prediction);
  const step = 1e-6 * Math.max(1, Math.abs(baseline));
  return Math.abs(prediction - baseline) > step
    ? (to - from) / (prediction - baseline)
    : (singleScore(space, baseline + step) - singleScore(space, baseline - step)) / (2 * step);
}

/** The score of one output by itself: for classes the logarithm of its share. */
function singleScore(space: ScoreSpace, output: number): number {
  return toScores(space, Float64Array.of(output))[0]!;
}

/** An output as it leaves the blend; the share of one class alone cannot be mapped without the others. */
function singleOutput({ space, calibration }: Mix, score: number): number {
  if (space.outputs > 1) return Math.min(1, Math.exp(score));
  const output = toOutputs(space, Float64Array.of(score));
  return space.scale.kind === "logit" ? applyCalibration(calibration, output, 1)[0]! : output[0]!;
}

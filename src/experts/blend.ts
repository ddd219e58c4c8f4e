/** The blend: several experts added up in the score space, each with its weight and its reasons. */
import type { Contribution } from "../../gnn/explain/explanation.js";
import type { Seeds } from "../../graph/seeds.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
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

/** A blend of experts. */
export interface Blend extends FittedExpert {
  readonly members: readonly BlendMember[];
}

/** What a model folder keeps of a blend. */
export interface BlendSettings {
  readonly space: ScoreSpace;
  readonly members: readonly {
    readonly name: MemberName;
    readonly weight: number;
    readonly settings: unknown;
  }[];
}

/** Reasons asked of each member before they are put together. */
const ALL_REASONS = 1_000;

/**
 * Blends experts.
 *
 * @param space - the score space.
 * @param members - experts with weights; those of weight 0 still say what they think.
 */
export function makeBlend(space: ScoreSpace, members: readonly BlendMember[]): Blend {
  const weights = members.map(({ weight }) => weight);
  const outputsOf = (db: Database, seeds: Seeds, options?: WorkOptions): Float64Array[] =>
    members.map(({ expert, weight }) =>
      weight === 0 ? new Float64Array(0) : expert.predict(db, seeds, options),
    );
  const blend = (outputs: readonly Float64Array[]): Float64Array => {
    const asked = outputs.filter((_, m) => weights[m]! > 0);
    const scores = asked.map((own) => toScores(space, own));
    return toOutputs(
      space,
      weighScores(
        scores,
        weights.filter((weight) => weight > 0),
      ),
    );
  };
  const quantiles = members.find(({ expert }) => expert.quantiles)?.expert.quantiles;
  return {
    name: "blend",
    members,
    predict: (db, seeds, options) => blend(outputsOf(db, seeds, options)),
    ...(quantiles && { quantiles }),
    predictMembers: (db, seeds, options) =>
      Object.fromEntries(
        members.map(({ name, expert }) => [name, expert.predict(db, seeds, options)]),
      ),
    explain: (db, seeds, options = {}) => blendReasons(space, members, db, seeds, options),
    state: () => {
      const states = members.map(({ expert }) => expert.state());
      const settings: BlendSettings = {
        space,
        members: states.map((state, m) => ({
          name: members[m]!.name,
          weight: weights[m]!,
          settings: state.settings,
        })),
      };
      const named = states.flatMap(({ name, weights: arrays }) =>
        Object.entries(arrays).map(([key, array]) => [`${name}/${key}`, array] as const),
      );
      // Experts on signals share their frame.
      const frame = states.find((state) => state.frame !== undefined)?.frame;
      return { name: "blend", settings, weights: Object.fromEntries(named), frame };
    },
    dispose() {
      for (const { expert } of members) expert.dispose();
    },
  };
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
function blendReasons(
  space: ScoreSpace,
  members: readonly BlendMember[],
  db: Database,
  seeds: Seeds,
  {
    top = 5,
    output = 0,
  }: { readonly top?: number | undefined; readonly output?: number | undefined },
): Reasons {
  const asked = members.filter(({ weight }) => weight > 0);
  const scored = asked.map(({ expert, weight }): ScoredReasons => {
    const reasons = expert.explain(db, seeds, { top: ALL_REASONS, output });
    return { reasons, weight, rate: rateOf(space, reasons) };
  });
  const outputs = asked.map(({ expert }) => toScores(space, expert.predict(db, seeds)));
  const weights = asked.map(({ weight }) => weight);
  const prediction = toOutputs(space, weighScores(outputs, weights))[output]!;
  const baselines = scored.map(({ reasons }) => singleScore(space, reasons.baseline));
  const baseline = singleOutput(
    space,
    baselines.reduce((sum, z, m) => sum + weights[m]! * z, 0),
  );

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

function singleOutput(space: ScoreSpace, score: number): number {
  return space.outputs > 1
    ? Math.min(1, Math.exp(score))
    : toOutputs(space, Float64Array.of(score))[0]!;
}

/** The blend: several experts added up in the score space, each with its weight and its reasons. */
import type { Seeds } from "../../graph/seeds.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import type { CalibrationModel } from "../task/calibration.js";
import type { FittedExpert } from "./expert.js";
import type { MemberName } from "./member-names.js";
import { type BlendMember, type Mix, mixOutputs, mixReasons } from "./mix.js";
import { joinReads } from "./reads.js";
import type { ScoreSpace } from "./score.js";

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
  /** What makes probabilities mean what they say. */
  readonly calibration: CalibrationModel;
}

/**
 * Blends experts.
 *
 * @param space - the score space.
 * @param members - experts with weights; those of weight 0 still say what they think.
 * @param calibration - of the blended probabilities, from rows that were not learned from.
 */
export function makeBlend(
  space: ScoreSpace,
  members: readonly BlendMember[],
  calibration: CalibrationModel = { kind: "none" },
): Blend {
  const weights = members.map(({ weight }) => weight);
  const mix: Mix = { space, calibration, members: members.filter(({ weight }) => weight > 0) };
  const quantiles = members.find(({ expert }) => expert.quantiles)?.expert.quantiles;
  return {
    // One expert stays what it is, however its probabilities are mapped.
    name: members.length === 1 ? members[0]!.name : "blend",
    members,
    predict: (db, seeds, options) => mixOutputs(mix, db, seeds, options),
    ...(quantiles && { quantiles }),
    ...(members.length > 1 && {
      memberWeights: Object.fromEntries(members.map(({ name, weight }) => [name, weight])),
      predictMembers: (db: Database, seeds: Seeds, options?: WorkOptions) =>
        Object.fromEntries(
          members.map(({ name, expert }) => [name, expert.predict(db, seeds, options)]),
        ),
    }),
    explain: (db, seeds, options = {}) => mixReasons(mix, db, seeds, options),
    reads: (db) => joinReads(members.map(({ expert }) => expert.reads(db))),
    state: () => {
      const states = members.map(({ expert }) => expert.state());
      const settings: BlendSettings = {
        space,
        members: states.map((state, m) => ({
          name: members[m]!.name,
          weight: weights[m]!,
          settings: state.settings,
        })),
        calibration,
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

/** Restores the experts of a model folder. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { invariant } from "../core/assert.js";
import type { Database } from "../data/database.js";
import type { NamedArrays } from "../tensor/parameters.js";
import { type BlendSettings, makeBlend } from "./blend.js";
import { restoreConstant } from "./constant.js";
import type { ExpertState, FittedExpert } from "./expert.js";
import { restoreTrees } from "./forest.js";
import { restoreGnn } from "./gnn.js";
import { restoreLinear } from "./linear.js";
import { restoreSignalFrame, type SignalFrame } from "./signal-frame.js";

/**
 * Restores an expert from what {@link FittedExpert.state} gave.
 *
 * @param db - the database to predict on.
 * @param plan - the query's plan.
 * @param state - name, settings and weights.
 * @throws {@link ModelError} MOD201 if paths of a network are missing in the database.
 */
export function restoreExpert(
  db: Database,
  plan: TrainingTablePlan,
  state: ExpertState,
): FittedExpert {
  const frame = state.frame === undefined ? null : restoreSignalFrame(plan, state.frame);
  return restore(db, plan, state, frame);
}

function restore(
  db: Database,
  plan: TrainingTablePlan,
  { name, settings, weights }: ExpertState,
  frame: SignalFrame | null,
): FittedExpert {
  switch (name) {
    case "gnn":
      return restoreGnn(db, plan, { settings, weights });
    case "constant":
      return restoreConstant(plan, settings);
    case "trees":
      return restoreTrees(known(frame), settings);
    case "linear":
      return restoreLinear(known(frame), settings);
    case "blend": {
      const { space, members, calibration } = settings as BlendSettings;
      const restored = members.map((member) => ({
        name: member.name,
        expert: restore(db, plan, { ...member, weights: weightsOf(member.name, weights) }, frame),
        weight: member.weight,
      }));
      invariant(restored.length > 0, "a blend has members");
      return makeBlend(space, restored, calibration);
    }
  }
}

function known(frame: SignalFrame | null): SignalFrame {
  invariant(frame !== null, "experts on signals keep their frame");
  return frame;
}

/** The weights of one member, without its name before theirs. */
function weightsOf(name: string, weights: NamedArrays): NamedArrays {
  const prefix = `${name}/`;
  return Object.fromEntries(
    Object.entries(weights).flatMap(([key, array]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), array]] : [],
    ),
  );
}

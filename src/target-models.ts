/** The models of a query's targets, one each: how they are named, kept and restored. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { ConfigError } from "./core/errors.js";
import { suggestHint } from "./core/suggest.js";
import type { Database } from "./data/database.js";
import type { Learned } from "./learn.js";
import type { SavedModel } from "./model-folder.js";
import { restoreModel } from "./models/fit-model.js";
import type { NamedArray, NamedArrays } from "./tensor/parameters.js";

/** The model of one target. */
export interface TargetModel extends Omit<Learned, "warnings"> {
  readonly plan: TrainingTablePlan;
}

/**
 * Finds the model of a target.
 *
 * @param models - of all targets; the first is meant where no name is given.
 * @throws {@link ConfigError} CFG154 if there is no target of that name.
 */
export function findTarget(models: readonly TargetModel[], name?: string): TargetModel {
  const found = name === undefined ? models[0] : models.find(({ plan }) => plan.name === name);
  if (found) return found;
  const names = models.map(({ plan }) => plan.name ?? plan.task.targetName);
  throw new ConfigError("CFG154", `the query has no target \`${name}\``, {
    hint: suggestHint(name!, names, "targets"),
  });
}

/** Models as a folder keeps them, see `ModelManifest`. */
export function saveModels(models: readonly TargetModel[]): {
  readonly saved: readonly SavedModel[];
  readonly weights: NamedArrays;
} {
  const states = models.map(({ model }) => model.state());
  const weights: Record<string, NamedArray> = {};
  states.forEach((state, i) => {
    for (const [name, array] of Object.entries(state.weights)) {
      weights[models.length === 1 ? name : `${i}/${name}`] = array;
    }
  });
  const saved = states.map(({ kind, settings }, i) => {
    const { scores, validation } = models[i]!;
    return { kind, settings, scores, validation };
  });
  return { saved, weights };
}

/**
 * Restores the models of a folder.
 *
 * @param db - the database to predict on.
 * @param plans - a plan per target, in the order of the models.
 * @throws {@link ModelError} MOD201 if paths of a network are missing in the database.
 */
export function restoreModels(
  db: Database,
  plans: readonly TrainingTablePlan[],
  saved: readonly SavedModel[],
  weights: NamedArrays,
): TargetModel[] {
  const restored: TargetModel[] = [];
  try {
    for (const [i, plan] of plans.entries()) {
      const { kind, settings, scores, validation } = saved[i]!;
      const own = plans.length === 1 ? weights : weightsOf(weights, `${i}/`);
      const model = restoreModel(db, plan, { kind, settings, weights: own });
      restored.push({ plan, model, scores, validation });
    }
  } catch (error) {
    for (const { model } of restored) model.dispose();
    throw error;
  }
  return restored;
}

function weightsOf(weights: NamedArrays, prefix: string): NamedArrays {
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, array]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [],
    ),
  );
}

/** The model of classes of which any number may come true, behind the face that predictor and evaluation know. */
import type { Seeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Database } from "../data/database.js";
import { readsEverything } from "../experts/reads.js";
import type { ExpertOptions } from "../fit.js";
import type { ModelFit, TaskModel } from "../model.js";
import {
  type ClassChances,
  fitClassChances,
  restoreClassChances,
} from "../recommend/class-chances.js";
import type { PredictionValues } from "../task/prediction-table.js";
import type { TrainingTable } from "../task/training-table.js";
import { requireClass } from "./values.js";

/**
 * Fits the model of a multilabel task.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param labels - labelled rows with lists, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - seed, threads, staleness.
 * @throws {@link ConfigError} CFG192 if the lists are not of a plain column.
 */
export async function fitMultilabelModel(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: ExpertOptions = {},
): Promise<ModelFit> {
  const { seed, threads, maxLag, refit, onProgress, signal } = options;
  const how = { seed, threads, maxLag, refit, onProgress, signal };
  const { model, heldOut } = await fitClassChances(db, plan, labels, visibleTimes, how);
  return {
    model: makeModel(model),
    heldOut: heldOut && { values: valuesOf(model.classes, heldOut), members: {} },
    warnings: [],
  };
}

/** Restores the model of a folder, see {@link TaskModel.state}. */
export function restoreMultilabelModel(plan: TrainingTablePlan, settings: unknown): TaskModel {
  return makeModel(restoreClassChances(plan, settings));
}

function valuesOf(classes: readonly string[], scores: Float64Array): PredictionValues {
  return { kind: "multilabel", classes, scores };
}

function makeModel(chances: ClassChances): TaskModel {
  const { classes } = chances;
  const likeliest = (db: Database, seeds: Seeds): string => {
    const scores = chances.predict(db, seeds);
    return classes[scores.indexOf(scores.reduce((a, b) => Math.max(a, b), -1))] ?? "";
  };
  return {
    kind: "multilabel",
    name: "trees",
    weights: { trees: 1 },
    intervalLevel: null,
    predict: (db, seeds, options) => valuesOf(classes, chances.predict(db, seeds, options)),
    explain(db, seeds, { top, class: name } = {}) {
      const of = name === undefined ? likeliest(db, seeds) : classes[requireClass(classes, name)]!;
      const reasons = chances.explain(db, seeds, of, top);
      const none = { contribution: 0, share: 0 };
      return { ...(reasons ?? { prediction: 0, baseline: 0, contributions: [], other: none }), of };
    },
    reads: () => readsEverything("chances of classes weigh what all entities did"),
    state: () => ({ kind: "multilabel", settings: chances.state(), weights: {} }),
    dispose: () => undefined,
  };
}

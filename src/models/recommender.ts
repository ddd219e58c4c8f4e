/** The model of recommended lists: a recommender behind the face that predictor and evaluation know. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Database } from "../data/database.js";
import { readsEverything } from "../experts/reads.js";
import type { ExpertOptions } from "../fit.js";
import type { ModelFit, TaskModel } from "../model.js";
import { fitRecommender } from "../recommend/fit-recommender.js";
import { type FittedRecommender, restoreRecommender } from "../recommend/recommender.js";
import type { TrainingTable } from "../task/training-table.js";

/**
 * Fits the model of a task whose targets are lists.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param labels - labelled rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - seed, threads, staleness.
 * @throws {@link ConfigError} CFG192 if the lists are not of a plain column.
 */
export async function fitRecommenderModel(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: ExpertOptions = {},
): Promise<ModelFit> {
  const { seed, threads, maxLag, refit, onProgress, signal } = options;
  const fit = await fitRecommender(db, plan, labels, visibleTimes, {
    seed,
    threads,
    maxLag,
    refit,
    onProgress,
    signal,
  });
  const { recommender, heldOut, warnings } = fit;
  return {
    model: makeModel(recommender),
    heldOut: heldOut && { values: heldOut, members: {} },
    warnings,
  };
}

/** Restores the model of a folder, see {@link TaskModel.state}. */
export function restoreRecommenderModel(plan: TrainingTablePlan, settings: unknown): TaskModel {
  return makeModel(restoreRecommender(plan, settings));
}

function makeModel(recommender: FittedRecommender): TaskModel {
  return {
    kind: "recommender",
    name: "recommender",
    weights: { recommender: 1 },
    intervalLevel: null,
    predict: (db, seeds, options) => recommender.predict(db, seeds, options),
    explain: (db, seeds, options) => recommender.explain(db, seeds, options),
    reads: () => readsEverything("lists weigh what all entities did"),
    state: () => ({ kind: "recommender", settings: recommender.state(), weights: {} }),
    dispose: () => undefined,
  };
}

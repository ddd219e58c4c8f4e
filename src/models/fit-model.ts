/** Fits the model of any task, and restores it from a folder: the one place that knows which kind of model answers which task. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Database } from "../data/database.js";
import { type ExpertOptions, fitExpert } from "../fit.js";
import type { ModelFit, ModelState, TaskModel } from "../model.js";
import { hasLists } from "../task/task.js";
import type { TrainingTable } from "../task/training-table.js";
import { fitForecastModel, restoreForecastModel } from "./forecast.js";
import { fitMultilabelModel, restoreMultilabelModel } from "./multilabel.js";
import { fitRecommenderModel, restoreRecommenderModel } from "./recommender.js";
import { fitValueModel, restoreValueModel } from "./values.js";

/**
 * Fits the model of a task.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param labels - labelled rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - how; `interval` is the level of the intervals of numbers.
 * @throws {@link ConfigError} CFG111 for a level of intervals outside 0 to 1, CFG192 for lists that are not of a plain column.
 */
export async function fitModel(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: ExpertOptions = {},
): Promise<ModelFit> {
  if (hasLists(labels.task)) return fitRecommenderModel(db, plan, labels, visibleTimes, options);
  const { taskType } = labels.task;
  if (taskType === "multilabel_classification") {
    return fitMultilabelModel(db, plan, labels, visibleTimes, options);
  }
  if (taskType === "forecasting") return fitForecastModel(db, plan, labels, visibleTimes, options);
  const fit = await fitExpert(db, plan, labels, visibleTimes, options);
  try {
    return fitValueModel(fit, labels, options);
  } catch (error) {
    fit.expert.dispose();
    throw error;
  }
}

/**
 * Restores a model from what {@link TaskModel.state} gave.
 *
 * @param db - the database to predict on.
 * @param plan - the query's plan.
 * @param state - kind, settings and weights.
 * @throws {@link ModelError} MOD201 if paths of a network are missing in the database.
 */
export function restoreModel(
  db: Database,
  plan: TrainingTablePlan,
  { kind, settings, weights }: ModelState,
): TaskModel {
  switch (kind) {
    case "values":
      return restoreValueModel(db, plan, settings, weights);
    case "forecast":
      return restoreForecastModel(db, plan, settings, weights);
    case "multilabel":
      return restoreMultilabelModel(plan, settings);
    case "recommender":
      return restoreRecommenderModel(plan, settings);
  }
}

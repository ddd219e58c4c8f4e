/** Learning a query: its labels, the model fitted on them, and what that is worth. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import type { Database } from "./data/database.js";
import { type FitScores, judgeFit } from "./fit-scores.js";
import { instantLabels, instantOptions } from "./instant.js";
import { computeLabels } from "./labels.js";
import type { ModelFit, TaskModel } from "./model.js";
import { fitModel } from "./models/fit-model.js";
import type { FitOptions } from "./prediction-options.js";
import { defaultAnchor } from "./prediction-seeds.js";
import type { TrainingTable } from "./task/training-table.js";
import { initBackend } from "./tensor/backend.js";

/** What was learned of one target. */
export interface Learned extends FitScores {
  readonly model: TaskModel;
  readonly warnings: readonly string[];
}

/**
 * Learns one target.
 *
 * @param db - the database.
 * @param plan - the plan of its query.
 * @param options - times, seed, sizes; whether in an instant.
 * @throws {@link ConfigError} if an option is out of range; AbortedError CFG900 once cancelled.
 */
export async function learn(
  db: Database,
  plan: TrainingTablePlan,
  options: FitOptions,
): Promise<Learned> {
  const { fit, labels, warnings } = options.instant
    ? await fitInstantly(db, plan, options)
    : await fitLabelled(db, plan, options);
  try {
    const scores = judgeFit(db, fit, labels, options);
    // Where there is too little history, that one warning says it all.
    const told = fit.warnings.length > 0 ? fit.warnings : warnings;
    return { model: fit.model, ...scores, warnings: told };
  } catch (error) {
    fit.model.dispose();
    throw error;
  }
}

/** A fit with the labels that it learned from. */
interface LabelledFit {
  readonly fit: ModelFit;
  readonly labels: TrainingTable;
  readonly warnings: readonly string[];
}

async function fitLabelled(
  db: Database,
  plan: TrainingTablePlan,
  options: FitOptions,
): Promise<LabelledFit> {
  const { seed = 0, backend, times = {} } = options;
  options.onProgress?.({ stage: "labels", message: "computing labels" });
  const { labels, warnings } = computeLabels(db, plan, times, { ...options, seed });
  await initBackend(backend === undefined ? {} : { backend });
  return { fit: await fitModel(db, plan, labels, labels.anchorTimes, options), labels, warnings };
}

async function fitInstantly(
  db: Database,
  plan: TrainingTablePlan,
  options: FitOptions,
): Promise<LabelledFit> {
  const time = options.anchor ?? defaultAnchor(db, plan);
  const labels = instantLabels(db, plan, time, options);
  const fit = await fitModel(db, plan, labels, labels.anchorTimes, instantOptions(options));
  return { fit, labels, warnings: [] };
}

/** Learning a query: its labels, the model fitted on them, and what that is worth. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { boundLabels } from "./bounded-labels.js";
import type { Timestamp } from "./core/time.js";
import type { Database } from "./data/database.js";
import { type FitScores, judgeFit } from "./fit-scores.js";
import { instantLabels, instantOptions } from "./instant.js";
import { computeTargetLabels, type LabelSet } from "./labels.js";
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
 * Learns the targets of a query, one model each, all from rows of the same anchors.
 *
 * @param db - the database.
 * @param plans - a plan per target, of one query.
 * @param options - times, seed, sizes; whether in an instant.
 * @returns what was learned of each target, in their order.
 * @throws {@link ConfigError} if an option is out of range; AbortedError CFG900 once cancelled.
 */
export async function learnTargets(
  db: Database,
  plans: readonly TrainingTablePlan[],
  options: FitOptions,
): Promise<Learned[]> {
  const { seed = 0, backend, times = {}, onProgress } = options;
  const works: (() => Promise<LabelledFit>)[] = [];
  if (options.instant) {
    const time = options.anchor ?? latestAnchor(db, plans);
    works.push(...plans.map((plan) => () => fitInstantly(db, plan, time, options)));
  } else {
    onProgress?.({ stage: "labels", message: "computing labels" });
    const sets = computeTargetLabels(db, plans, times, { ...options, seed });
    await initBackend(backend === undefined ? {} : { backend });
    works.push(...plans.map((plan, i) => () => fitLabelled(db, plan, sets[i]!, options)));
  }
  const learned: Learned[] = [];
  try {
    for (const work of works) learned.push(judged(db, await work(), options));
  } catch (error) {
    for (const { model } of learned) model.dispose();
    throw error;
  }
  return learned;
}

/**
 * The time of a prediction where the caller gives none, the same for all targets: the latest that one of them knows.
 *
 * @returns `null` for static targets.
 * @throws {@link ConfigError} CFG152 if the tables that a target reads hold no time.
 */
export function latestAnchor(db: Database, plans: readonly TrainingTablePlan[]): Timestamp | null {
  const times = plans.map((plan) => defaultAnchor(db, plan));
  return times.some((time) => time === null) ? null : Math.max(...(times as number[]));
}

function judged(db: Database, { fit, labels, warnings }: LabelledFit, work: FitOptions): Learned {
  try {
    const scores = judgeFit(db, fit, labels, work);
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

/** Test rows that a fit is scored on at most; an evaluation takes all. */
const MAX_SCORED_ROWS = 20_000;

async function fitLabelled(
  db: Database,
  plan: TrainingTablePlan,
  set: LabelSet,
  options: FitOptions,
): Promise<LabelledFit> {
  const { labels, warnings } = boundLabels(set, options, MAX_SCORED_ROWS);
  return { fit: await fitModel(db, plan, labels, labels.anchorTimes, options), labels, warnings };
}

async function fitInstantly(
  db: Database,
  plan: TrainingTablePlan,
  time: Timestamp | null,
  options: FitOptions,
): Promise<LabelledFit> {
  const labels = instantLabels(db, plan, time, options);
  const fit = await fitModel(db, plan, labels, labels.anchorTimes, instantOptions(options));
  return { fit, labels, warnings: [] };
}

/** All runs of a regime: a model for each seed or fold, the model of the entity's own row, and models of fewer rows. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { ProgressEvent } from "../core/progress.js";
import type { Database } from "../data/database.js";
import { LEAST_TRAINING_ROWS } from "../fit.js";
import { countParts } from "../judge.js";
import type { LabelSet } from "../labels.js";
import { splitByFold } from "../task/folds.js";
import { type Regime, type SplitTimes, visibleTimes } from "../task/regime.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import {
  type CurvePoint,
  curveOrder,
  FRACTIONS,
  fewerRows,
  type LearningCurve,
  trainingCurves,
} from "./curves.js";
import type { EvaluateOptions } from "./options.js";
import type { RegimeResult } from "./result.js";
import { type ModelRun, type RunSetting, runModel } from "./run.js";

/** The runs of a regime. */
export interface RegimeRuns {
  readonly model: readonly ModelRun[];
  /** The model of the entity's own row: one run, or one per fold. */
  readonly entityRow: readonly ModelRun[];
  readonly curves: Pick<RegimeResult, "learningCurve" | "training">;
}

/**
 * Lists the rows of each fold, or those of the one split, with what they may see.
 *
 * @param set - the labels.
 * @param seed - of the validation rows in folds.
 */
export function settingsOf(
  db: Database,
  plan: TrainingTablePlan,
  { labels, folds, splitTimes }: LabelSet,
  regime: Regime,
  seed: number,
): readonly RunSetting[] {
  if (!folds) {
    const visible = visibleTimes(labels, regime, splitTimes ?? startTimes(labels));
    return [{ db, plan, labels, visible }];
  }
  return Array.from({ length: folds.count }, (_, fold) => {
    const split = splitByFold(labels, folds, fold, seed);
    return { db, plan, labels: split, visible: split.anchorTimes };
  });
}

/**
 * Makes all runs of a regime.
 *
 * @param settings - one, or one per fold.
 * @param regime - the regime, for progress.
 * @param maxLag - how far (ms) the test rows' view lags behind, at most.
 * @param inFolds - whether settings are folds.
 * @param options - seeds, sizes, curves.
 */
export async function runRegime(
  settings: readonly RunSetting[],
  regime: Regime,
  maxLag: number,
  inFolds: boolean,
  options: EvaluateOptions,
): Promise<RegimeRuns> {
  const first = options.seed ?? 0;
  const events: ProgressEvent[] = [];
  const run = async (
    setting: RunSetting,
    seed: number,
    fold: number | null,
    entityRowOnly: boolean,
  ): Promise<ModelRun> => {
    const which = fold === null ? `seed ${seed}` : `fold ${fold} of ${settings.length}`;
    const message = `${regime}, ${which}${entityRowOnly ? ", entity row only" : ""}`;
    options.onProgress?.({ stage: "evaluate", message });
    const keeps = options.learningCurve === true && model.length === 0;
    const onProgress = (event: ProgressEvent): void => {
      if (keeps) events.push(event);
      options.onProgress?.(event);
    };
    // A baseline needs no intervals.
    const quantiles = entityRowOnly ? false : undefined;
    const how = { ...options, onProgress, seed, maxLag, entityRowOnly, quantiles };
    return { ...(await runModel(setting, how)), ...(fold !== null && { fold }) };
  };
  const model: ModelRun[] = [];
  const entityRow: ModelRun[] = [];
  const seeds = inFolds ? 1 : (options.seeds ?? 3);
  for (const [i, setting] of settings.entries()) {
    const fold = inFolds ? i + 1 : null;
    for (let k = 0; k < seeds; k++) model.push(await run(setting, first + k, fold, false));
    // Pairs of entity and item are no matter of the entity's own row.
    const hasRow = (options.entityRow ?? true) && !setting.labels.lists;
    if (hasRow) entityRow.push(await run(setting, first, fold, true));
  }
  if (!options.learningCurve) return { model, entityRow, curves: {} };
  const how = { ...options, seed: first, maxLag, quantiles: false };
  const learningCurve = await learnFromFewer(settings[0]!, model[0]!, regime, how);
  return { model, entityRow, curves: { learningCurve, training: trainingCurves(events) } };
}

/** Scores of models that learn from a part of the training rows; that of all rows is there already. */
async function learnFromFewer(
  setting: RunSetting,
  whole: ModelRun,
  regime: Regime,
  options: EvaluateOptions & { readonly seed: number; readonly maxLag: number },
): Promise<LearningCurve> {
  const points: CurvePoint[] = [];
  for (const fraction of FRACTIONS) {
    const fewer = fewerRows(setting, fraction, options.seed);
    const rows = countParts(fewer.labels).train;
    if (rows < LEAST_TRAINING_ROWS || rows === points.at(-1)?.rows) continue;
    const message = `${regime}, learning from ${rows} rows`;
    options.onProgress?.({ stage: "evaluate", message });
    const run = fraction === 1 ? whole : await runModel(fewer, options);
    const { val, test } = run.parts;
    points.push({ fraction, rows, val: val.metrics, test: test.metrics, seconds: run.seconds });
  }
  return { by: curveOrder(setting.labels), points };
}

/**
 * Tells how far (ms) the test rows' view lags behind their anchors, at most.
 *
 * @param setting - rows and what they may see.
 */
export function lagOf({ labels, visible }: RunSetting): number {
  let lag = 0;
  for (const row of splitRows(labels, "test")) {
    const behind = labels.anchorTimes[row]! - visible[row]!;
    if (behind > lag) lag = behind;
  }
  return lag;
}

/** When validation and test begin, where the protocol does not say: at their first anchors. */
function startTimes(labels: TrainingTable): SplitTimes {
  const firstOf = (part: "val" | "test"): number =>
    splitRows(labels, part).reduce((a, row) => Math.min(a, labels.anchorTimes[row]!), Infinity);
  return { val: firstOf("val"), test: firstOf("test") };
}

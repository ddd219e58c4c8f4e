/** Honest evaluation: both regimes side by side, several seeds or folds, always beside the naive baselines. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { ConfigError } from "./core/errors.js";
import type { Database } from "./data/database.js";
import { type CheckLevel, quickChecks, shuffledLabels, tooGood } from "./evaluation/checks.js";
import type { Evaluation, EvaluationRun, RegimeResult } from "./evaluation/result.js";
import { type ModelRun, type RunSetting, runModel } from "./evaluation/run.js";
import {
  bestBaseline,
  compareWith,
  type Rival,
  type ScoredRun,
  summarizeRuns,
} from "./evaluation/summary.js";
import { calibrationOf, coverageOf, runIntervals } from "./evaluation/uncertainty.js";
import { requireModel } from "./fit.js";
import { countParts, type PartMetrics, runBaselines } from "./judge.js";
import { computeLabels, type LabelSet } from "./labels.js";
import { hideFunctions } from "./leaks.js";
import { predictionValues } from "./prediction-values.js";
import type { FitOptions } from "./predictor.js";
import { compileQuery } from "./query.js";
import { splitByFold } from "./task/folds.js";
import { applyIntervals } from "./task/intervals.js";
import { primaryMetric, summarizeMetrics, type ValueTaskType } from "./task/metrics.js";
import { REGIMES, type Regime, type SplitTimes, visibleTimes } from "./task/regime.js";
import type { ScoredPredictions } from "./task/result-tables.js";
import { splitRows, type TrainingTable } from "./task/training-table.js";
import { initBackend } from "./tensor/backend.js";

export type { CheckLevel } from "./evaluation/checks.js";
export { formatEvaluation } from "./evaluation/format.js";
export type {
  Comparison,
  Evaluation,
  EvaluationRun,
  ModelResult,
  RegimeResult,
  ScoreIntervals,
  SeedResult,
} from "./evaluation/result.js";

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends FitOptions {
  /** Both by default; folds know one only. */
  readonly regimes?: readonly Regime[] | undefined;
  /** Number of seeds, from `seed` on; 3 by default. Folds take the place of seeds. */
  readonly seeds?: number | undefined;
  /** Also trains the model of the entity's own row; on by default. */
  readonly entityRow?: boolean | undefined;
  /** Which checks look for leaks; `quick` (default) fits nothing more, `full` also a small model on shuffled labels. */
  readonly checks?: CheckLevel | undefined;
}

/**
 * Evaluates a query: for each regime and seed (or fold) a model is trained on the training rows, its settings chosen on
 * validation rows that are as stale as the test rows, and judged once on the test rows.
 *
 * @param db - the database, whole; each row sees only what its regime allows.
 * @param query - the predictive query.
 * @param options - times, regimes, seeds, sizes.
 * @throws {@link ConfigError} CFG160 if there are no test rows.
 * @see RelBench, evaluation protocol; the two regimes.
 */
export async function evaluate(
  db: Database,
  query: string,
  options: EvaluateOptions = {},
): Promise<EvaluationRun> {
  const { plan: compiled } = compileQuery(db.schema, query, options);
  requireModel(compiled.task);
  const { plan, warnings: leaks } = hideFunctions(db, compiled);
  options.onProgress?.({ stage: "labels", message: "computing labels" });
  const seed = options.seed ?? 0;
  const set = computeLabels(db, plan, options.times ?? {}, { ...options, seed });
  requireParts(set.labels);
  await initBackend(options.backend === undefined ? {} : { backend: options.backend });
  const warnings = new Set<string>([...leaks, ...set.warnings]);
  const predictions: ScoredPredictions[] = [];
  const results: RegimeResult[] = [];
  let fresh: RegimeRuns | null = null;
  for (const regime of regimesOf(set, options)) {
    const settings = settingsOf(db, plan, set, regime, seed);
    const maxLag = Math.max(...settings.map(({ labels, visible }) => lagOf(labels, visible)));
    // Where no row of a regime sees less than its anchor, the regimes are one and the same.
    const isTwin = maxLag === 0 && fresh !== null;
    const runs: RegimeRuns = isTwin
      ? fresh!
      : await runRegime(settings, regime, maxLag, set.folds !== undefined, options);
    if (maxLag === 0) fresh ??= runs;
    for (const run of [...runs.model, ...runs.entityRow]) {
      for (const warning of run.warnings) warnings.add(warning);
    }
    predictions.push(...runs.model.flatMap((run) => scoredParts(run, regime, options.interval)));
    const result = summarizeRegime(regime, settings, runs, options);
    results.push(result);
    for (const warning of isTwin ? [] : await check(settings[0]!, result, set, options)) {
      warnings.add(warning);
    }
  }
  const { taskType } = plan.task;
  const evaluation: Evaluation = {
    query: plan.query,
    taskType,
    metric: primaryMetric(taskType).name,
    ...(set.folds && { folds: set.folds.count }),
    results,
    warnings: [...warnings],
  };
  return { evaluation, predictions };
}

/** The runs of a regime. */
interface RegimeRuns {
  readonly model: readonly ModelRun[];
  /** The model of the entity's own row: one run, or one per fold. */
  readonly entityRow: readonly ModelRun[];
}

function regimesOf({ folds }: LabelSet, { regimes = REGIMES }: EvaluateOptions): readonly Regime[] {
  return folds ? regimes.slice(0, 1) : regimes;
}

/** The rows of each fold, or those of the one split. */
function settingsOf(
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

async function runRegime(
  settings: readonly RunSetting[],
  regime: Regime,
  maxLag: number,
  inFolds: boolean,
  options: EvaluateOptions,
): Promise<RegimeRuns> {
  const first = options.seed ?? 0;
  const run = async (
    setting: RunSetting,
    seed: number,
    fold: number | null,
    entityRowOnly: boolean,
  ): Promise<ModelRun> => {
    const which = fold === null ? `seed ${seed}` : `fold ${fold} of ${settings.length}`;
    const message = `${regime}, ${which}${entityRowOnly ? ", entity row only" : ""}`;
    options.onProgress?.({ stage: "evaluate", message });
    const how = { ...options, seed, maxLag, entityRowOnly };
    return { ...(await runModel(setting, how)), ...(fold !== null && { fold }) };
  };
  const model: ModelRun[] = [];
  const entityRow: ModelRun[] = [];
  const seeds = inFolds ? 1 : (options.seeds ?? 3);
  for (const [i, setting] of settings.entries()) {
    const fold = inFolds ? i + 1 : null;
    for (let k = 0; k < seeds; k++) model.push(await run(setting, first + k, fold, false));
    if (options.entityRow ?? true) entityRow.push(await run(setting, first, fold, true));
  }
  return { model, entityRow };
}

function summarizeRegime(
  regime: Regime,
  settings: readonly RunSetting[],
  { model, entityRow }: RegimeRuns,
  { seed = 0, interval }: EvaluateOptions,
): RegimeResult {
  const [{ labels }] = settings as readonly [RunSetting];
  const taskType = labels.task.taskType as ValueTaskType;
  const naive = settings.map((setting) => runBaselines(setting.labels, setting.visible));
  const rivals = Object.keys(naive[0]!).map(
    (to): Rival => ({
      to,
      kind: "baseline",
      runs: naive.map((fold) => ({ parts: fold[to]! })),
    }),
  );
  const own = entityRow[0] && entityRowName(entityRow[0]);
  if (own) rivals.push({ to: own, kind: "baseline", runs: entityRow });
  const baselines = Object.fromEntries(rivals.map(({ to, runs }) => [to, meanScores(runs)]));
  const members = Object.keys(model[0]!.members);
  const alone = members.map((name): readonly ScoredRun[] =>
    model.map((run) => ({ ...run, parts: run.members[name]! })),
  );
  const whole = summarizeRuns(taskType, model, seed);
  const best = bestBaseline(taskType, baselines);
  const compared = [
    ...rivals.filter(({ to }) => to === best),
    ...members.map((to, i): Rival => ({ to, kind: "expert", runs: alone[i]! })),
  ];
  return {
    regime,
    rows: countParts(labels),
    model: whole,
    experts:
      members.length === 0
        ? { [model[0]!.name]: whole }
        : Object.fromEntries(
            members.map((name, i) => [name, summarizeRuns(taskType, alone[i]!, seed)]),
          ),
    baselines,
    comparisons: compareWith(taskType, model, compared, seed),
    ...(taskType === "regression"
      ? { coverage: coverageOf(model, interval) }
      : { calibration: calibrationOf(model) }),
  };
}

/** Looks for reasons to doubt a regime's scores; the first fold speaks for all. */
async function check(
  setting: RunSetting,
  { model, baselines, regime }: RegimeResult,
  { folds }: LabelSet,
  options: EvaluateOptions,
): Promise<string[]> {
  const { checks = "quick", seed = 0 } = options;
  if (checks === "none") return [];
  const taskType = setting.labels.task.taskType as ValueTaskType;
  options.onProgress?.({ stage: "evaluate", message: `${regime}, looking for leaks` });
  return [
    ...quickChecks(setting, baselines, seed, folds !== undefined),
    ...tooGood(taskType, model.mean, baselines),
    ...(checks === "full" ? await shuffledLabels(setting, options) : []),
  ];
}

function entityRowName({ name }: ModelRun): string {
  return name === "gnn" ? "entity-row" : `entity-row-${name}`;
}

function meanScores(runs: Rival["runs"]): PartMetrics {
  return {
    val: summarizeMetrics(runs.map(({ parts }) => parts.val.metrics)).mean,
    test: summarizeMetrics(runs.map(({ parts }) => parts.test.metrics)).mean,
  };
}

/** The predictions of a run on both parts; of folds on the test rows alone, so that each row comes once. */
function scoredParts(run: ModelRun, regime: Regime, level?: number): ScoredPredictions[] {
  const { parts, seed, fold } = run;
  const judged = fold === undefined ? [parts.val, parts.test] : [parts.test];
  const isNumber = parts.test.labels.task.taskType === "regression";
  const intervals = isNumber ? runIntervals(run, level) : null;
  return judged.map(({ labels, outputs }) => {
    const { task, entityRows, anchorTimes, classes } = labels;
    const plain = predictionValues(task, outputs, classes);
    const values = intervals ? { ...plain, ...applyIntervals(intervals, outputs) } : plain;
    const predictions = { task, entityRows, anchorTimes, values };
    return { predictions, labels, regime, seed, ...(fold !== undefined && { fold }) };
  });
}

/** How far the test rows' view lags behind their anchors, at most. */
function lagOf(labels: TrainingTable, visible: Float64Array): number {
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

function requireParts(labels: TrainingTable): void {
  const rows = labels.split
    ? countParts(labels)
    : { train: labels.targets.length, val: 0, test: 0 };
  if (labels.split && rows.test > 0) return;
  const found = `${rows.train} training, ${rows.val} validation and ${rows.test} test rows`;
  throw new ConfigError("CFG160", `an evaluation needs test rows, found ${found}`, {
    hint: "give `val` and `test` times within the data, or more history",
  });
}

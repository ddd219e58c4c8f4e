/** Honest evaluation: both regimes side by side, several seeds or folds, always beside the naive baselines. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { boundLabels } from "./bounded-labels.js";
import { ConfigError } from "./core/errors.js";
import type { Database } from "./data/database.js";
import { quickChecks, shuffledLabels, tooGood } from "./evaluation/checks.js";
import type { EvaluateOptions } from "./evaluation/options.js";
import { summarizeRegime } from "./evaluation/regime-result.js";
import { lagOf, type RegimeRuns, runRegime, settingsOf } from "./evaluation/regime-runs.js";
import type { Evaluation, EvaluationRun, RegimeResult } from "./evaluation/result.js";
import type { ModelRun, RunSetting } from "./evaluation/run.js";
import { countParts, firstOfForecasts } from "./judge.js";
import { computeTargetLabels, type LabelSet } from "./labels.js";
import { hideFunctions } from "./leaks.js";
import { compileTargets } from "./query.js";
import { primaryMetric, type ValueTaskType } from "./task/metrics.js";
import { REGIMES, type Regime } from "./task/regime.js";
import type { ScoredPredictions } from "./task/result-tables.js";
import { type TrainingTable, takeTrainingRows } from "./task/training-table.js";
import { initBackend } from "./tensor/backend.js";

export type { CheckLevel } from "./evaluation/checks.js";
export type { CurvePoint, LearningCurve, TrainingCurve } from "./evaluation/curves.js";
export { formatEvaluation } from "./evaluation/format.js";
export type { EvaluateOptions } from "./evaluation/options.js";
export { evaluationPage } from "./evaluation/page.js";
export type {
  Comparison,
  Evaluation,
  EvaluationRun,
  ModelResult,
  RegimeResult,
  ScoreIntervals,
  SeedResult,
} from "./evaluation/result.js";

/**
 * Evaluates a query: for each regime and seed (or fold) a model is trained on the training rows, its settings chosen on
 * validation rows that are as stale as the test rows, and judged once on the test rows.
 *
 * @param db - the database, whole; each row sees only what its regime allows.
 * @param query - the predictive query; several targets are evaluated one after the other, on rows of the same anchors.
 * @param options - times, regimes, seeds, sizes.
 * @throws {@link ConfigError} CFG160 if there are no test rows, CFG161 if there is no run to judge.
 * @see RelBench, evaluation protocol; the two regimes.
 */
export async function evaluate(
  db: Database,
  query: string,
  options: EvaluateOptions = {},
): Promise<EvaluationRun> {
  const compiled = compileTargets(db.schema, query, options);
  requireRuns(options);
  const hidden = compiled.plans.map((plan) => hideFunctions(db, plan));
  options.onProgress?.({ stage: "labels", message: "computing labels" });
  const seed = options.seed ?? 0;
  const plans = hidden.map(({ plan }) => plan);
  const whole = computeTargetLabels(db, plans, options.times ?? {}, { ...options, seed });
  const sets = whole.map((set) => boundLabels(set, options));
  for (const set of sets) requireParts(set.labels);
  await initBackend(options.backend === undefined ? {} : { backend: options.backend });
  const runs: EvaluationRun[] = [];
  for (const [i, { plan, warnings }] of hidden.entries()) {
    runs.push(await evaluateTarget(db, plan, sets[i]!, warnings, options));
  }
  const [first] = runs;
  if (runs.length === 1) return first!;
  const named = runs.map((run, i) => ({ name: plans[i]!.name!, ...run }));
  return {
    evaluation: {
      ...first!.evaluation,
      query: compiled.query,
      targets: named.map(({ name, evaluation }) => ({ name, ...evaluation })),
    },
    predictions: first!.predictions,
    targets: named,
  };
}

/** Evaluates one target. */
async function evaluateTarget(
  db: Database,
  plan: TrainingTablePlan,
  set: LabelSet,
  leaks: readonly string[],
  options: EvaluateOptions,
): Promise<EvaluationRun> {
  const { seed = 0 } = options;
  const warnings = new Set<string>([...leaks, ...set.warnings]);
  const predictions: ScoredPredictions[] = [];
  const results: RegimeResult[] = [];
  let fresh: RegimeRuns | null = null;
  for (const regime of regimesOf(set, options)) {
    const settings = settingsOf(db, plan, set, regime, seed);
    const maxLag = Math.max(...settings.map(lagOf));
    // Where no row of a regime sees less than its anchor, the regimes are one and the same.
    const isTwin = maxLag === 0 && fresh !== null;
    const runs: RegimeRuns = isTwin
      ? fresh!
      : await runRegime(settings, regime, maxLag, set.folds !== undefined, options);
    if (maxLag === 0) fresh ??= runs;
    for (const run of [...runs.model, ...runs.entityRow]) {
      for (const warning of run.warnings) warnings.add(warning);
    }
    predictions.push(...runs.model.flatMap((run) => scoredParts(run, regime)));
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

function regimesOf({ folds }: LabelSet, { regimes = REGIMES }: EvaluateOptions): readonly Regime[] {
  return folds ? regimes.slice(0, 1) : regimes;
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

/** The predictions of a run on both parts; of folds on the test rows alone, so that each row comes once. */
function scoredParts(run: ModelRun, regime: Regime): ScoredPredictions[] {
  const { parts, seed, fold } = run;
  const judged = fold === undefined ? (["val", "test"] as const) : (["test"] as const);
  return judged.map((part) => {
    const { labels, values } = parts[part];
    const asked = takeTrainingRows(
      labels,
      firstOfForecasts(labels, Int32Array.from(labels.targets.keys())),
    );
    const { task, entityRows, anchorTimes } = asked;
    const predictions = { task, entityRows, anchorTimes, values };
    return { predictions, labels, regime, seed, ...(fold !== undefined && { fold }) };
  });
}

function requireRuns({ seeds = 3 }: EvaluateOptions): void {
  if (Number.isInteger(seeds) && seeds >= 1) return;
  throw new ConfigError("CFG161", `\`seeds\` expects a whole number from 1 on, found ${seeds}`, {
    hint: "leave it out for 3 runs",
  });
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

/** Honest evaluation: both regimes side by side, several seeds, always beside the naive baselines. */
import { ConfigError } from "./core/errors.js";
import { formatNumber, textTable } from "./core/pretty.js";
import type { Database } from "./data/database.js";
import type { ExpertName } from "./experts/expert.js";
import { fitExpert, requireModel } from "./fit.js";
import {
  countParts,
  type JudgedPart,
  judgeBaselines,
  judgePart,
  type PartMetrics,
} from "./judge.js";
import { computeLabels } from "./labels.js";
import { hideFunctions } from "./leaks.js";
import { predictionValues } from "./prediction-values.js";
import type { FitOptions } from "./predictor.js";
import { compileQuery } from "./query.js";
import { type Metrics, primaryMetric, summarizeMetrics } from "./task/metrics.js";
import { REGIMES, type Regime, type SplitTimes, visibleTimes } from "./task/regime.js";
import type { ScoredPredictions } from "./task/result-tables.js";
import type { TaskType } from "./task/task.js";
import { splitRows, type TrainingTable } from "./task/training-table.js";
import { initBackend } from "./tensor/backend.js";

/** The run of a regime in which every row sees up to its own anchor. */
interface FreshRun {
  readonly model: ModelResult;
  readonly entityRow: PartMetrics | null;
  readonly predictions: readonly ScoredPredictions[];
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends FitOptions {
  /** Both by default. */
  readonly regimes?: readonly Regime[] | undefined;
  /** Number of seeds, from `seed` on; 3 by default. */
  readonly seeds?: number | undefined;
  /** Also trains the model of the entity's own row; on by default. */
  readonly entityRow?: boolean | undefined;
}

/** One run of a model. */
export interface SeedResult extends PartMetrics {
  readonly seed: number;
  /** Wall time of fitting and predicting; `null` without a clock. */
  readonly seconds: number | null;
}

/** A model over all seeds. */
export interface ModelResult {
  readonly mean: PartMetrics;
  readonly std: PartMetrics;
  readonly seeds: readonly SeedResult[];
}

/** Everything measured in one regime. */
export interface RegimeResult {
  readonly regime: Regime;
  readonly rows: { readonly train: number; readonly val: number; readonly test: number };
  readonly model: ModelResult;
  readonly experts: Readonly<Record<string, ModelResult>>;
  readonly baselines: Readonly<Record<string, PartMetrics>>;
}

/** An evaluation; `JSON.stringify` gives the documented form. */
export interface Evaluation {
  readonly query: string;
  readonly taskType: TaskType;
  readonly metric: string;
  readonly results: readonly RegimeResult[];
  readonly warnings: readonly string[];
}

/** An evaluation with the predictions behind it. */
export interface EvaluationRun {
  readonly evaluation: Evaluation;
  readonly predictions: readonly ScoredPredictions[];
}

/**
 * Evaluates a query: for each regime and seed a model is trained on the training rows, its epoch chosen on validation
 * rows that are as stale as the test rows, and judged once on the test rows.
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
  const first = options.seed ?? 0;
  options.onProgress?.({ stage: "labels", message: "computing labels" });
  const set = computeLabels(db, plan, options.times ?? {}, { ...options, seed: first });
  const { labels } = set;
  requireParts(labels);
  await initBackend(options.backend === undefined ? {} : { backend: options.backend });
  const start = set.splitTimes ?? startTimes(labels);
  const warnings = new Set<string>([...leaks, ...set.warnings]);
  const predictions: ScoredPredictions[] = [];
  const results: RegimeResult[] = [];
  const kept: { fresh: FreshRun | null } = { fresh: null };
  let expertName: ExpertName = "gnn";

  for (const regime of options.regimes ?? REGIMES) {
    const visible = visibleTimes(labels, regime, start);
    const maxLag = lagOf(labels, visible);
    // Where no row of a regime sees less than its anchor, the regimes are one and the same.
    const twin: FreshRun | null = maxLag === 0 ? kept.fresh : null;
    const own: ScoredPredictions[] = [];
    const run = (seed: number, entityRowOnly: boolean): SeedResult => {
      const began = options.clock?.();
      const stage = `${regime}, seed ${seed}${entityRowOnly ? ", entity row only" : ""}`;
      options.onProgress?.({ stage: "evaluate", message: stage });
      const fit = fitExpert(db, plan, labels, visible, { ...options, seed, maxLag, entityRowOnly });
      for (const warning of fit.warnings) warnings.add(warning);
      if (!entityRowOnly) expertName = fit.expert.name;
      const judged = (part: JudgedPart): Metrics => {
        const {
          labels: rows,
          outputs,
          metrics,
        } = judgePart(db, fit.expert, labels, part, visible, options);
        if (!entityRowOnly) {
          const { task, entityRows, anchorTimes } = rows;
          const values = predictionValues(task, outputs, labels.classes);
          const predicted = { task, entityRows, anchorTimes, values };
          own.push({ predictions: predicted, labels: rows, regime, seed });
        }
        return metrics;
      };
      try {
        const metrics = { val: judged("val"), test: judged("test") };
        const seconds =
          began === undefined || !options.clock ? null : (options.clock() - began) / 1000;
        return { seed, ...metrics, seconds };
      } finally {
        fit.expert.dispose();
      }
    };
    const model: ModelResult =
      twin?.model ??
      summarize(Array.from({ length: options.seeds ?? 3 }, (_, k) => run(first + k, false)));
    const entityRow: PartMetrics | null =
      twin?.entityRow ?? ((options.entityRow ?? true) ? partsOf(run(first, true)) : null);
    if (maxLag === 0) kept.fresh ??= { model, entityRow, predictions: own };
    predictions.push(...(twin?.predictions ?? own).map((part) => ({ ...part, regime })));
    const baselines = judgeBaselines(labels, visible);
    if (entityRow) baselines["entity-row"] = entityRow;
    const rows = countParts(labels);
    results.push({ regime, rows, model, experts: { [expertName]: model }, baselines });
  }
  const metric = primaryMetric(labels.task.taskType).name;
  const evaluation: Evaluation = {
    query: plan.query,
    taskType: labels.task.taskType,
    metric,
    results,
    warnings: [...warnings],
  };
  return { evaluation, predictions };
}

/**
 * Prints an evaluation: per regime, the model and the baselines by the primary metric on validation and test.
 *
 * @param evaluation - the evaluation.
 */
export function formatEvaluation(evaluation: Evaluation): string {
  const { metric, taskType } = evaluation;
  const higher = primaryMetric(taskType).higherIsBetter;
  const value = (metrics: Metrics, std?: Metrics): string => {
    const mean = (metrics as Record<string, number | null | undefined>)[metric];
    const spread = (std as Record<string, number | null | undefined> | undefined)?.[metric];
    return `${formatNumber(mean)}${typeof spread === "number" ? ` ± ${formatNumber(spread, 2)}` : ""}`;
  };
  const blocks = evaluation.results.map(({ regime, rows, model, baselines }) => {
    const lines = [
      [
        "graph network",
        value(model.mean.val, model.std.val),
        value(model.mean.test, model.std.test),
      ],
      ...Object.entries(baselines).map(([name, part]) => [name, value(part.val), value(part.test)]),
    ];
    const title = `${regime}: ${rows.train} training, ${rows.val} validation, ${rows.test} test rows, ${model.seeds.length} seeds`;
    const header = [`${metric} (${higher ? "higher" : "lower"} is better)`, "validation", "test"];
    return `${title}\n${textTable(header, lines, ["left", "right", "right"])}`;
  });
  return [evaluation.query, ...blocks].join("\n\n");
}

function partsOf({ val, test }: PartMetrics): PartMetrics {
  return { val, test };
}

function summarize(seeds: readonly SeedResult[]): ModelResult {
  const val = summarizeMetrics(seeds.map((seed) => seed.val));
  const test = summarizeMetrics(seeds.map((seed) => seed.test));
  return { mean: { val: val.mean, test: test.mean }, std: { val: val.std, test: test.std }, seeds };
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

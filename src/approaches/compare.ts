/** The ways a team would answer the question today, beside relgraph, on the same rows: rules, one flat table, a time series per entity. */
import type { Seeds } from "../../graph/seeds.js";
import { parseQuery } from "../../pql/index.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { ConfigError } from "../core/errors.js";
import { checkAborted } from "../core/progress.js";
import { createRng } from "../core/random.js";
import type { Database } from "../data/database.js";
import { fitExpert, type ModelOptions } from "../fit.js";
import { partSeeds } from "../judge.js";
import { computeLabels, type TimeOptions } from "../labels.js";
import { hideFunctions } from "../leaks.js";
import { compileQuery, type LanguageOptions } from "../query.js";
import { predictBaseline } from "../task/baselines.js";
import { comparePaired, type PairedComparison } from "../task/bootstrap.js";
import { splitRows, type TrainingTable, takeTrainingRows } from "../task/training-table.js";
import { type BackendName, initBackend } from "../tensor/backend.js";
import { requireForecaster, SERIES_METHODS, type SeriesMethod } from "./forecasters.js";
import { healthScores, type RuleScore } from "./health-score.js";
import { type ApproachScores, measureApproach } from "./measure.js";
import { findSegments, type Segment } from "./segments.js";
import { forecastRows } from "./series.js";
import { additiveTarget } from "./target-series.js";

/** The kinds of approaches. */
export type ApproachKind = "guess" | "rules" | "flat table" | "time series" | "relgraph" | "truth";

/** One approach with its scores on the test rows. */
export interface ApproachResult {
  readonly name: string;
  readonly kind: ApproachKind;
  /** Of all test rows, and of each segment by its name. */
  readonly all: ApproachScores;
  readonly segments: Readonly<Record<string, ApproachScores>>;
  /** By the caller's clock, learning and predicting; `null` without one. */
  readonly seconds: number | null;
  /** Mean absolute error of relgraph less that of this approach, with its interval; `null` for relgraph itself. */
  readonly against: PairedComparison | null;
}

/** All approaches on the same rows. */
export interface ApproachComparison {
  readonly query: string;
  readonly unit: string | null;
  readonly rows: { readonly train: number; readonly val: number; readonly test: number };
  /** Runs of relgraph that are averaged. */
  readonly seeds: number;
  readonly segments: readonly { readonly name: string; readonly rows: number }[];
  readonly approaches: readonly ApproachResult[];
  /** Approaches that could not run here, and why. */
  readonly skipped: readonly string[];
}

/** Options of {@link compareApproaches}. */
export interface CompareOptions extends ModelOptions, LanguageOptions {
  readonly times?: TimeOptions | undefined;
  readonly backend?: BackendName | "auto" | undefined;
  /** Runs of relgraph, with seeds from `seed` on; 1 by default. */
  readonly seeds?: number | undefined;
  /** By default the health score of the point model, where the tables tell whose it is. */
  readonly rules?: readonly RuleScore[] | undefined;
  /** Methods for the series, all by default; those without their package are skipped with a word. */
  readonly series?: readonly SeriesMethod[] | undefined;
  /** A forecast that knows the truth, float64 `[test rows]`, NaN where it is not told; only generated data have one. */
  readonly truth?: ((test: TrainingTable) => Float64Array | null) | undefined;
  /** A model that was fitted already answers in place of a new one: float64 `[test rows]`. */
  readonly fitted?: ((test: TrainingTable) => Promise<Float64Array>) | undefined;
}

/** Values of a series, at most. */
const POINTS = 60;

/**
 * Compares the ways to predict a number over a window.
 *
 * @param db - the database; every row sees it up to its own anchor.
 * @param query - a query for one number.
 * @param options - times, seeds, rules, methods; how relgraph's model is made.
 * @throws {@link ConfigError} CFG211 if the query asks for something else than one number, CFG160 without test rows.
 */
export async function compareApproaches(
  db: Database,
  query: string,
  options: CompareOptions = {},
): Promise<ApproachComparison> {
  const { times = {}, seeds = 1, seed = 0, clock, signal } = options;
  const compiled = compileQuery(db.schema, query, options);
  if (compiled.plan.task.taskType !== "regression") {
    const found = compiled.plan.task.taskType.replaceAll("_", " ");
    throw new ConfigError("CFG211", `approaches are compared on numbers, found ${found}`, {
      hint: "ask for a number, such as PREDICT SUM(…), or leave `--compare` out",
    });
  }
  const { plan } = hideFunctions(db, compiled.plan);
  const { labels } = computeLabels(db, plan, times, { ...options, seed });
  const test = takeTrainingRows(labels, splitRows(labels, "test"));
  if (test.targets.length === 0) {
    throw new ConfigError("CFG160", "there are no test rows to compare on", {
      hint: "choose times with a whole window of data after the last anchor",
    });
  }
  await initBackend(options.backend === undefined ? {} : { backend: options.backend });
  const segments = findSegments(db, test);
  const runs: Run[] = [];
  const skipped: string[] = [];
  const timed = async (
    name: string,
    kind: ApproachKind,
    work: () => Promise<readonly Float64Array[]>,
  ): Promise<void> => {
    checkAborted(signal, "comparing");
    options.onProgress?.({ stage: "compare", message: name });
    const start = clock?.() ?? 0;
    const predictions = await work();
    runs.push({ name, kind, predictions, seconds: clock ? (clock() - start) / 1000 : null });
  };
  const visible = labels.anchorTimes;
  for (const [name, baseline] of GUESSES) {
    await timed(name, "guess", async () => [predictBaseline(baseline, labels, "test", visible)]);
  }
  const rules = options.rules ?? healthScores(db, plan.task.entityTable);
  for (const { name, score } of rules) {
    await timed(name, "rules", async () => [await scaleRules(db, labels, score)]);
  }
  const flat = db.only(flatTables(db, plan));
  for (const expert of ["linear", "trees"] as const) {
    const name =
      expert === "trees" ? "boosted trees on one flat table" : "linear model on one flat table";
    await timed(name, "flat table", async () => [
      await fitAndPredict(flat, plan, labels, { ...options, experts: [expert], seed }),
    ]);
  }
  await addSeries(db, query, labels, options, timed, skipped);
  await timed("relgraph", "relgraph", async () => {
    if (options.fitted) return [await options.fitted(test)];
    const found: Float64Array[] = [];
    for (let k = 0; k < seeds; k++) {
      found.push(await fitAndPredict(db, plan, labels, { ...options, seed: seed + k }));
    }
    return found;
  });
  const truth = options.truth?.(test) ?? null;
  if (truth?.some((value) => !Number.isNaN(value))) {
    runs.push({ name: "best possible", kind: "truth", predictions: [truth], seconds: null });
  }
  const count = (part: "train" | "val" | "test"): number => splitRows(labels, part).length;
  return {
    query: plan.query,
    unit: plan.task.unit,
    rows: { train: count("train"), val: count("val"), test: count("test") },
    seeds: options.fitted ? 1 : seeds,
    segments: segments.map(({ name, mask }) => ({ name, rows: mask.reduce((a, b) => a + b, 0) })),
    approaches: judge(runs, test, segments, seed),
    skipped,
  };
}

/** What an approach said about the test rows. */
interface Run {
  readonly name: string;
  readonly kind: ApproachKind;
  /** Per seed, float64 `[test rows]`. */
  readonly predictions: readonly Float64Array[];
  readonly seconds: number | null;
}

const GUESSES = [
  ["the same for everyone (median)", "global-median"],
  ["each one's recent average", "recent-mean"],
] as const;

/** The entity's own row, what hangs on it directly, and what the target reads: what a flat table is made of. */
function flatTables(db: Database, { task, timeTables }: TrainingTablePlan): string[] {
  const children = db.schema.tables.filter(({ foreignKeys }) =>
    foreignKeys.some(({ table }) => table === task.entityTable),
  );
  const names = [task.entityTable, ...children.map(({ name }) => name), ...timeTables];
  return [...new Set(names)];
}

async function fitAndPredict(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  options: CompareOptions,
): Promise<Float64Array> {
  const visible = labels.anchorTimes;
  const { expert } = await fitExpert(db, plan, labels, visible, { ...options, quantiles: false });
  try {
    return expert.predict(db, partSeeds(labels, "test", visible), { signal: options.signal });
  } finally {
    expert.dispose();
  }
}

async function addSeries(
  db: Database,
  query: string,
  labels: TrainingTable,
  options: CompareOptions,
  timed: (
    name: string,
    kind: ApproachKind,
    work: () => Promise<readonly Float64Array[]>,
  ) => Promise<void>,
  skipped: string[],
): Promise<void> {
  const tree = parseQuery(query, { ...(options.dialect && { dialect: options.dialect }) });
  const target = additiveTarget(tree);
  if (target === null) {
    skipped.push("time series per entity: the target does not add up over time");
    return;
  }
  for (const method of options.series ?? SERIES_METHODS) {
    try {
      requireForecaster(method);
      const { signal } = options;
      await timed(`${SERIES_NAMES[method]} per entity`, "time series", async () => [
        await forecastRows(db, tree, target, labels, method, {
          points: POINTS,
          language: options,
          signal,
        }),
      ]);
    } catch (error) {
      if (!(error instanceof ConfigError) || !["CFG210", "CFG212"].includes(error.code))
        throw error;
      skipped.push(`${SERIES_NAMES[method]}: ${error.message} (${error.hint ?? ""})`);
    }
  }
}

const SERIES_NAMES: Readonly<Record<SeriesMethod, string>> = {
  ets: "exponential smoothing (ETS)",
  arima: "ARIMA(1, 1, 1)",
  prophet: "Prophet",
};

/** Score bins of rules, at most. */
const BINS = 20;

/**
 * Turns scores into numbers: the median target of the newest training rows with a similar score. A score says who is above
 * whom, not how much there will be.
 */
async function scaleRules(
  db: Database,
  labels: TrainingTable,
  score: RuleScore["score"],
): Promise<Float64Array> {
  const train = splitRows(labels, "train");
  const newest = train.reduce((last, row) => Math.max(last, labels.anchorTimes[row]!), -Infinity);
  const rows = train.filter((row) => labels.anchorTimes[row] === newest);
  const learned = takeTrainingRows(labels, rows);
  const seedsOf = ({ entityRows, anchorTimes }: TrainingTable): Seeds => ({
    rows: entityRows,
    anchorTimes,
    visibleTimes: anchorTimes,
  });
  const before = await score(db, seedsOf(learned));
  const now = await score(db, partSeeds(labels, "test", labels.anchorTimes));
  const order = Array.from(before.keys())
    .filter((row) => !Number.isNaN(before[row]!))
    .sort((a, b) => before[a]! - before[b]! || a - b);
  if (order.length === 0) return new Float64Array(now.length);
  const size = Math.max(1, Math.ceil(order.length / BINS));
  const bins: { readonly most: number; readonly median: number }[] = [];
  for (let from = 0; from < order.length; ) {
    let to = Math.min(order.length, from + size);
    while (to < order.length && before[order[to]!] === before[order[to - 1]!]) to++;
    const targets = order.slice(from, to).map((row) => learned.targets[row]!);
    targets.sort((a, b) => a - b);
    bins.push({ most: before[order[to - 1]!]!, median: targets[targets.length >> 1]! });
    from = to;
  }
  return now.map((value) => (bins.find(({ most }) => value <= most) ?? bins.at(-1)!).median);
}

function judge(
  runs: readonly Run[],
  test: TrainingTable,
  segments: readonly Segment[],
  seed: number,
): ApproachResult[] {
  const { targets, entityRows } = test;
  const scored = ({ predictions }: Run) =>
    predictions.map((values) => ({ predictions: values, targets, entityRows }));
  const own = runs.find(({ kind }) => kind === "relgraph")!;
  return runs.map((run) => ({
    name: run.name,
    kind: run.kind,
    all: meanScores(run.predictions.map((values) => measureApproach(values, targets))),
    segments: Object.fromEntries(
      segments.map(({ name, mask }) => [
        name,
        meanScores(run.predictions.map((values) => measureApproach(values, targets, mask))),
      ]),
    ),
    seconds: run.seconds === null ? null : run.seconds / run.predictions.length,
    against:
      run === own
        ? null
        : comparePaired("regression", "mae", scored(own), scored(run), {
            rng: createRng(seed).split("compare"),
            higherIsBetter: false,
          }),
  }));
}

/** The mean over runs; a measure that one run lacks is missing. */
function meanScores(runs: readonly ApproachScores[]): ApproachScores {
  const mean = (of: (scores: ApproachScores) => number | null): number | null => {
    const values = runs.map(of);
    return values.some((value) => value === null)
      ? null
      : values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  };
  return {
    rows: runs[0]!.rows,
    mae: mean(({ mae }) => mae),
    rankCorrelation: mean(({ rankCorrelation }) => rankCorrelation),
    lowestTenth: mean(({ lowestTenth }) => lowestTenth),
  };
}

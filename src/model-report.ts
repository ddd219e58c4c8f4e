/** Makes the report of a model: scores beside naive guesses, calibration, what drives it, and examples with reasons. */
import type { Explanation } from "../gnn/explain/explanation.js";
import { sayQuery } from "../pql/bind/say-query.js";
import { bindQuery, parseQuery } from "../pql/index.js";
import { checkAborted, type WorkOptions } from "./core/progress.js";
import { createRng, shuffle } from "./core/random.js";
import { formatTime } from "./core/time.js";
import { isValid } from "./data/column.js";
import type { Database } from "./data/database.js";
import { computeLabels, type TimeOptions } from "./labels.js";
import { type EntityId, entityKey } from "./prediction-seeds.js";
import type { Predictor } from "./predictor.js";
import type {
  ModelReport,
  ReportBin,
  ReportExample,
  ReportPart,
  ReportTable,
} from "./report/model-report.js";
import { summarizeReasons } from "./report/reasons-summary.js";
import { calibrationReport } from "./task/calibration-report.js";
import { type Coverage, intervalCoverage } from "./task/coverage.js";
import { primaryMetric } from "./task/metrics.js";
import type { PredictionTable } from "./task/prediction-table.js";
import { SPLITS, splitRows, type TrainingTable, takeTrainingRows } from "./task/training-table.js";

/** Options of {@link reportModel}. */
export interface ReportOptions extends WorkOptions {
  /** Anchors and split, as the model was fitted with. */
  readonly times?: TimeOptions | undefined;
  /** Test rows that are explained for the global view, 200 by default. */
  readonly explained?: number | undefined;
  /** Families of signals that are told, 10 by default. */
  readonly top?: number | undefined;
  readonly seed?: number | undefined;
}

/** Reasons asked for in each explanation: enough that little is left over. */
const REASONS = 25;
const BINS = 10;

/**
 * Reports on a fitted model of numbers, conditions or classes.
 *
 * @param db - the database to judge and predict on.
 * @param predictor - the model.
 * @param options - times, how many rows are explained.
 * @returns plain data; `modelPage` and `modelText` show it.
 * @throws what {@link Predictor.evaluate} throws; AbortedError CFG900 once cancelled.
 */
export async function reportModel(
  db: Database,
  predictor: Predictor,
  options: ReportOptions = {},
): Promise<ModelReport> {
  const { times = {}, explained = 200, top, seed = 0, signal, onProgress } = options;
  const work = { signal, onProgress };
  const { plan } = predictor;
  const { labels } = computeLabels(db, plan, times, { ...work, seed });
  const { model, baselines } = await predictor.evaluate({ times, db, ...work });
  const metric = primaryMetric(labels.task.taskType);
  const test = takeTrainingRows(labels, splitRows(labels, "test"));
  const answers = await predictRows(db, predictor, test, work);
  const sample = sampleRows(test, explained, seed);
  const explanations: Explanation[] = [];
  for (const [i, row] of sample.entries()) {
    checkAborted(signal, "the report");
    explanations.push(await explainRow(db, predictor, test, row));
    onProgress?.({ stage: "explain", message: "reasons", done: i + 1, total: sample.length });
  }
  const truth = Float64Array.from(sample, (row) =>
    labels.task.taskType === "multiclass_classification" ? Number.NaN : test.targets[row]!,
  );
  return {
    query: predictor.query,
    words: plan.task.given
      ? `For each row of ${plan.task.entityTable}: the target given in a table.`
      : sayQuery(bindQuery(parseQuery(predictor.query), db.schema)),
    taskType: plan.task.taskType,
    unit: plan.task.taskType === "regression" ? plan.task.unit : null,
    metric: metric.name,
    higherIsBetter: metric.higherIsBetter,
    experts: predictor.experts,
    tables: db.tables.map(({ name }) => describeTable(db, name)),
    parts: SPLITS.map((name) => describePart(labels, name)),
    scores: [
      { name: "relgraph", ...model },
      ...Object.entries(baselines).map(([name, scores]) => ({ name, ...scores })),
    ],
    ...judgeAnswers(test, answers, predictor.intervalLevel),
    reasons: summarizeReasons(explanations, truth, { ...(top !== undefined && { top }) }),
    examples: await exampleRows(db, predictor, options),
    warnings: predictor.warnings,
  };
}

/** Predictions of labelled rows that share an anchor. */
export interface AnsweredRows {
  /** Rows of the training table. */
  readonly rows: readonly number[];
  readonly table: PredictionTable;
}

/**
 * Predicts labelled rows, anchor by anchor.
 *
 * @param rows - labelled rows.
 * @returns one table for each anchor.
 */
export async function predictRows(
  db: Database,
  predictor: Predictor,
  rows: TrainingTable,
  work: WorkOptions = {},
): Promise<readonly AnsweredRows[]> {
  const byAnchor = new Map<number, number[]>();
  rows.anchorTimes.forEach((anchor, row) => {
    const found = byAnchor.get(anchor) ?? [];
    found.push(row);
    byAnchor.set(anchor, found);
  });
  const answers: AnsweredRows[] = [];
  for (const [anchor, members] of byAnchor) {
    const entities = members.map((row) => idOf(db, rows, row));
    const request = { db, entities, ...work, ...(Number.isFinite(anchor) && { anchor }) };
    answers.push({ rows: members, table: await predictor.predict(request) });
  }
  return answers;
}

function idOf(
  db: Database,
  { task, entityRows }: Pick<TrainingTable, "task" | "entityRows">,
  row: number,
): EntityId {
  const key = Object.values(entityKey(db, task.entityTable, entityRows[row]!));
  return (key.length === 1 ? key[0]! : key) as EntityId;
}

function explainRow(
  db: Database,
  predictor: Predictor,
  rows: TrainingTable,
  row: number,
): Promise<Explanation> {
  const anchor = rows.anchorTimes[row]!;
  const request = { db, top: REASONS, ...(Number.isFinite(anchor) && { anchor }) };
  return predictor.explain(idOf(db, rows, row), request);
}

function sampleRows({ targets }: TrainingTable, count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: targets.length }, (_, i) => i);
  shuffle(order, createRng(seed).split("report"));
  return order.subarray(0, count).sort();
}

/** Coverage of intervals, and rows of similar predictions beside what came true. */
function judgeAnswers(
  { targets }: TrainingTable,
  answers: readonly AnsweredRows[],
  level: number | null,
): { readonly coverage: Coverage | null; readonly calibration: readonly ReportBin[] } {
  const predicted = new Float64Array(targets.length).fill(Number.NaN);
  const lower = new Float64Array(targets.length).fill(-Infinity);
  const upper = new Float64Array(targets.length).fill(Infinity);
  for (const { rows, table } of answers) {
    const { values } = table;
    if (values.kind !== "binary" && values.kind !== "regression") return NOTHING;
    rows.forEach((row, i) => {
      predicted[row] = values.kind === "binary" ? values.probability[i]! : values.point[i]!;
      if (values.kind !== "regression" || values.lower === null || values.upper === null) return;
      lower[row] = values.lower[i]!;
      upper[row] = values.upper[i]!;
    });
  }
  return {
    coverage: level === null ? null : intervalCoverage(lower, upper, targets, level),
    calibration: calibrationReport(predicted, targets, BINS).bins,
  };
}

const NOTHING = { coverage: null, calibration: [] } as const;

/** The highest, the lowest and the middle prediction of the latest time. */
async function exampleRows(
  db: Database,
  predictor: Predictor,
  { signal }: ReportOptions,
): Promise<readonly ReportExample[]> {
  const table = await predictor.predict({ db, signal });
  const { values, entityRows } = table;
  if (entityRows.length === 0) return [];
  const numbers =
    values.kind === "regression"
      ? values.point
      : values.kind === "binary"
        ? values.probability
        : null;
  const order = Array.from(entityRows.keys());
  if (numbers !== null) order.sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  const titles: readonly (readonly [string, number])[] =
    numbers === null
      ? [["first row", 0]]
      : [
          ["highest prediction", order.at(-1)!],
          ["lowest prediction", order[0]!],
          ["middle prediction", order[order.length >> 1]!],
        ];
  const examples: ReportExample[] = [];
  const told = new Set<number>();
  for (const [title, i] of titles) {
    if (told.has(i)) continue;
    told.add(i);
    const explanation = await predictor.explain(idOf(db, table, i), { db });
    examples.push({ title, explanation, text: predictor.describe(explanation) });
  }
  return examples;
}

function describeTable(db: Database, name: string): ReportTable {
  const column = db.timeColumn(name);
  let from = Infinity;
  let to = -Infinity;
  for (let row = 0; row < (column?.length ?? 0); row++) {
    if (!isValid(column!, row)) continue;
    from = Math.min(from, column!.values[row]!);
    to = Math.max(to, column!.values[row]!);
  }
  const isKnown = from <= to;
  return {
    name,
    rows: db.table(name).numRows,
    from: isKnown ? formatTime(from) : null,
    to: isKnown ? formatTime(to) : null,
  };
}

function describePart(labels: TrainingTable, name: (typeof SPLITS)[number]): ReportPart {
  const { anchorTimes } = takeTrainingRows(labels, splitRows(labels, name));
  const anchors = [...new Set(anchorTimes)].sort((a, b) => a - b);
  const isTimed = anchors.length > 0 && Number.isFinite(anchors.at(-1));
  return {
    name,
    rows: anchorTimes.length,
    anchors: anchors.length,
    from: isTimed ? formatTime(anchors[0]!) : null,
    to: isTimed ? formatTime(anchors.at(-1)!) : null,
  };
}

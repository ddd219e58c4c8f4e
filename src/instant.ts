/** Instant mode: no training run. The query is replayed at past anchors, and small experts learn from those labels in seconds. */
import { type Seeds, takeSeeds } from "../graph/seeds.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { runPlan } from "../pql/run/execute.js";
import { checkAborted } from "./core/progress.js";
import { addTime, type Timestamp } from "./core/time.js";
import { cellsKnownAt } from "./data/cells-known.js";
import type { Database } from "./data/database.js";
import { labelsAt } from "./experts/label-cache.js";
import type { MemberName } from "./experts/member-names.js";
import { readsLateCells } from "./experts/past-targets.js";
import { type ExpertOptions, type Fit, fitExpert, type ModelOptions } from "./fit.js";
import { labelEnd, randomSplit } from "./task/splits.js";
import { SPLITS, type TrainingTable, takeTrainingRows } from "./task/training-table.js";

/** Options of {@link fitInstant}. */
export interface InstantOptions extends Omit<ModelOptions, "experts"> {
  /** Rows learned from at most, 5,000 by default. */
  readonly rows?: number | undefined;
  /** How far (ms) the database lags behind the anchors to predict. */
  readonly maxLag?: number | undefined;
  readonly experts?: readonly MemberName[] | undefined;
}

/** A fit on replayed labels. */
export interface InstantFit extends Fit {
  /** The labels it learned from; their `val` part is the newest anchors. */
  readonly labels: TrainingTable;
}

const MOST_ROWS = 5_000;
/** Anchors looked at first; more follow until there are rows enough. */
const FIRST_ANCHORS = 6;
const MOST_ANCHORS = 384;
/** Share of the rows, the newest, that weights and intervals come from. */
const VALIDATION_SHARE = 0.2;

/** The experts of instant mode: those that learn in a moment. */
const INSTANT_EXPERTS: readonly MemberName[] = ["trees", "linear", "constant"];

/** Few signals, and few rounds of larger steps. */
const INSTANT_SIGNALS = {
  planned: 400,
  kept: 100,
  sampleRows: 1_500,
  pastRows: 1_000_000,
  pastWindows: 10,
} as const;
const INSTANT_TREES = {
  rounds: 64,
  learningRate: 0.12,
  bags: 1,
  patience: 10,
  halfLives: 0,
  maxBins: 63,
} as const;

/**
 * Learns from replayed labels: the query is asked at the anchors before a time whose windows have closed by then, and the answers
 * are the training rows. Nothing that became known after that time is read.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param time - when the prediction is made; `null` for a static target.
 * @param options - rows, seed, progress.
 * @returns the fit, as a training run would give it.
 * @see in-context learning (KumoRFM; TabPFN on relational features): here the context is fitted, not read by a pretrained model.
 */
export async function fitInstant(
  db: Database,
  plan: TrainingTablePlan,
  time: Timestamp | null,
  options: InstantOptions = {},
): Promise<InstantFit> {
  const labels = instantLabels(db, plan, time, options);
  const fit = await fitExpert(db, plan, labels, labels.anchorTimes, instantOptions(options));
  return { ...fit, labels };
}

/**
 * Replays a query before a time: the labels that instant mode learns from; their `val` part is the newest anchors.
 *
 * @param time - when the prediction is made; `null` for a static target.
 * @param options - rows, seed, progress.
 */
export function instantLabels(
  db: Database,
  plan: TrainingTablePlan,
  time: Timestamp | null,
  options: InstantOptions = {},
): TrainingTable {
  const { rows = MOST_ROWS, onProgress, signal } = options;
  onProgress?.({ stage: "labels", message: "replaying the query" });
  const replayed =
    time === null
      ? replayStatic(db, plan, options.seed ?? 0)
      : replay(readsLateCells(plan) ? cellsKnownAt(db, time) : db, plan, time, rows, signal);
  return takeTrainingRows(replayed, sampleRows(replayed, rows));
}

/** Options of a fit that takes a moment: small experts, few signals, few rounds. */
export function instantOptions(options: InstantOptions): ExpertOptions {
  return {
    ...options,
    experts: options.experts ?? INSTANT_EXPERTS,
    signals: { ...INSTANT_SIGNALS, ...options.signals },
    trees: { ...INSTANT_TREES, ...options.trees },
    quantiles: false,
  };
}

/**
 * Predicts seeds by instant mode, each from what was known at its visible time: one fit a time.
 *
 * @param seeds - any number of seeds, S.
 * @returns float64 `[S, outputs]` of the blend and of each expert by name.
 */
export async function predictInstant(
  db: Database,
  plan: TrainingTablePlan,
  seeds: Seeds,
  classes: readonly string[] | null,
  options: InstantOptions = {},
): Promise<Float64Array> {
  const width = classes?.length ?? 1;
  const outputs = new Float64Array(seeds.rows.length * width);
  for (const visible of [...new Set(seeds.visibleTimes)].sort((a, b) => a - b)) {
    checkAborted(options.signal, "instant predictions");
    const picked = Array.from(seeds.rows.keys()).filter((i) => seeds.visibleTimes[i] === visible);
    const part = takeSeeds(seeds, picked);
    const lag = part.anchorTimes.reduce((most, anchor) => Math.max(most, anchor - visible), 0);
    const time = plan.horizon === null ? null : visible;
    const fit = await fitInstant(db, plan, time, {
      ...options,
      maxLag: Number.isFinite(lag) ? lag : 0,
    });
    const own = fit.expert.predict(db, part, options);
    const places = classes === null ? [0] : placesOf(classes, fit.labels.classes ?? []);
    picked.forEach((i, p) => {
      places.forEach((place, k) => {
        if (place >= 0)
          outputs[i * width + k] = own[p * (fit.labels.classes?.length ?? 1) + place]!;
      });
    });
    fit.expert.dispose();
  }
  return outputs;
}

/** Where each class stands among those of the replayed labels; negative: nobody had it yet. */
function placesOf(classes: readonly string[], replayed: readonly string[]): number[] {
  return classes.map((name) => replayed.indexOf(name));
}

/** Labels before a time: the newest anchors first, twice as many as before until there are rows enough. */
function replay(
  db: Database,
  plan: TrainingTablePlan,
  time: Timestamp,
  rows: number,
  signal: AbortSignal | undefined,
): TrainingTable {
  const { end, unit } = plan.horizon!;
  const earliest = db.timeSpan(plan.timeTables)?.min ?? Infinity;
  const closed: Timestamp[] = [];
  for (let k = 1; closed.length < MOST_ANCHORS; k++) {
    const anchor = addTime(time, -k * end, unit);
    if (!Number.isFinite(anchor) || labelEnd(anchor, plan.labelWindows) < earliest) break;
    if (labelEnd(anchor, plan.labelWindows) <= time) closed.push(anchor);
  }
  let count = Math.min(FIRST_ANCHORS, closed.length);
  for (;;) {
    checkAborted(signal, "replaying the query");
    const labels = labelsAt(db, plan, closed.slice(0, count), { signal });
    if (labels.targets.length >= rows || count === closed.length) return splitNewest(labels);
    count = Math.min(closed.length, count * 2);
  }
}

/** The labels of a static target; a tenth, drawn at random, validates. */
function replayStatic(db: Database, plan: TrainingTablePlan, seed: number): TrainingTable {
  const labels = runPlan(plan, db, null);
  const split = randomSplit(labels.targets.length, { seed }).map((code) =>
    SPLITS[code] === "train" ? code : SPLITS.indexOf("val"),
  );
  return { ...labels, split };
}

/** The newest anchors validate, as many as make a fifth of the rows; rows stand in the order of anchors. */
function splitNewest(labels: TrainingTable): TrainingTable {
  const { anchorTimes } = labels;
  const split = new Uint8Array(anchorTimes.length);
  const wanted = Math.ceil(anchorTimes.length * VALIDATION_SHARE);
  let from = anchorTimes.length;
  while (from > 0 && anchorTimes.length - from < wanted) {
    const anchor = anchorTimes[from - 1]!;
    while (from > 0 && anchorTimes[from - 1] === anchor) from--;
  }
  // A single anchor cannot be both learned from and judged by.
  if (from > 0) split.fill(SPLITS.indexOf("val"), from);
  return { ...labels, split };
}

/** Rows of both parts, drawn evenly over anchors and entities. */
function sampleRows({ targets }: TrainingTable, limit: number): Int32Array {
  const length = Math.min(limit, targets.length);
  return Int32Array.from({ length }, (_, i) => Math.floor((i * targets.length) / length));
}

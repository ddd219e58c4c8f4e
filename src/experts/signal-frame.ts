/** Signal frame: the signals that the experts of one model share, chosen once on training rows, computed for any seeds. */
import { buildGraph } from "../../graph/build.js";
import { type Seeds, takeSeeds } from "../../graph/seeds.js";
import { planSignals } from "../../graph/signals/plan.js";
import { pruneSignals } from "../../graph/signals/prune.js";
import { createSignalStore, type SignalStore } from "../../graph/signals/store.js";
import type { Signal, SignalMatrix, SignalPlan } from "../../graph/signals/types.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { WorkOptions } from "../core/progress.js";
import type { Duration, Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import { answerTables } from "./answer-tables.js";
import { PAST_TARGETS, withPastTargets } from "./past-targets.js";
import { targetWords } from "./target-words.js";

/** What a frame keeps in a model folder; plain data. */
export interface FrameSettings {
  /** Signals of the database. */
  readonly base: SignalPlan;
  /** Signals of the table of past targets; none where the target has no past. */
  readonly past: readonly Signal[];
  readonly pastStep: Duration | null;
  /** Median of each signal over the rows it was chosen on, in the order of {@link SignalFrame.signals}; null where none. */
  readonly medians: readonly (number | null)[];
}

/** The signals of a model. */
export interface SignalFrame {
  readonly signals: readonly Signal[];
  readonly settings: FrameSettings;
  /**
   * Computes the signals.
   *
   * @returns columns float32 `[signals][S]`, in the order of `signals`.
   */
  compute(db: Database, seeds: Seeds, options?: WorkOptions): SignalMatrix;
  /** Finds the rows behind the value of a signal for one seed. */
  evidence(db: Database, signal: Signal, seeds: Seeds, limit?: number): SignalRows;
}

/** Rows of a table behind a value. */
export interface SignalRows {
  readonly table: string;
  readonly rows: Int32Array;
}

/** Options of {@link fitSignalFrame}. */
export interface FrameOptions extends WorkOptions {
  /** Distance of past targets, where the user gave one. */
  readonly pastStep?: Duration | null | undefined;
  /** The entity's own row only. */
  readonly entityRowOnly?: boolean | undefined;
  /** Signals kept at most. */
  readonly limit?: number | undefined;
}

/** Rows that signals are chosen on. */
const CHOICE_ROWS = 6_000;

/**
 * Chooses the signals of a model: plans all that the schema offers, looks at them on a sample of training rows and keeps
 * those that carry information.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param seeds - training rows as they will be seen, stale ones included.
 * @param targets - float64 `[S]` of the same rows.
 * @param options - past targets, limits, progress.
 */
export function fitSignalFrame(
  db: Database,
  plan: TrainingTablePlan,
  seeds: Seeds,
  targets: Float64Array,
  options: FrameOptions = {},
): SignalFrame {
  options.onProgress?.({ stage: "signals", message: "choosing signals" });
  const cutoff = seeds.anchorTimes.reduce((a, b) => Math.max(a, b), -Infinity);
  const picked = spread(seeds.rows.length, CHOICE_ROWS);
  const sample = takeSeeds(seeds, picked);
  const all = planFrame(db, plan, cutoff, sample, options);
  const matrix = makeFrame(plan, all).compute(db, sample, options);
  const sampleTargets = Float64Array.from(picked, (i) => targets[i]!);
  const kept = pruneSignals(matrix, {
    targets: sampleTargets,
    ...(options.limit !== undefined && { limit: options.limit }),
  });
  const isKept = new Uint8Array(matrix.signals.length);
  for (const i of kept) isKept[i] = 1;
  const base = all.base.signals.length;
  const order = Array.from(isKept.keys()).filter((i) => isKept[i] === 1);
  return makeFrame(plan, {
    ...all,
    base: { ...all.base, signals: all.base.signals.filter((_, i) => isKept[i] === 1) },
    past: all.past.filter((_, i) => isKept[base + i] === 1),
    medians: order.map((i) => medianOf(matrix.columns[i]!)),
  });
}

/** Restores the frame of a model folder. */
export function restoreSignalFrame(plan: TrainingTablePlan, settings: FrameSettings): SignalFrame {
  return makeFrame(plan, settings);
}

/** Some of `count` rows, evenly over all of them. */
export function spread(count: number, limit: number): Int32Array {
  const length = Math.min(count, limit);
  return Int32Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}

/** The signal store of a database, made once. */
export function storeOf(db: Database): SignalStore {
  return db.derived("signal store", () =>
    createSignalStore(
      db,
      db.derived("graph", () => buildGraph(db)),
    ),
  );
}

function planFrame(
  db: Database,
  plan: TrainingTablePlan,
  cutoff: Timestamp,
  sample: Seeds,
  options: FrameOptions,
): FrameSettings {
  const { entityTable, hiddenColumns: hidden } = plan.task;
  const { entityRowOnly = false, pastStep = null } = options;
  const horizon =
    plan.horizon === null ? null : { count: plan.horizon.end, unit: plan.horizon.unit };
  const shared = { horizon, cutoff, hidden, without: answerTables(plan) };
  const graph = db.derived("graph", () => buildGraph(db));
  const groups = entityRowOnly ? ENTITY_ROW_ONLY : undefined;
  const base = planSignals(db, graph, entityTable, { ...shared, groups });
  if (entityRowOnly) return { base, past: [], pastStep, medians: [] };
  const seen = pastView(db, plan, sample.anchorTimes, pastStep);
  if (seen === null) return { base, past: [], pastStep, medians: [] };
  const words = {
    [PAST_TARGETS]: "past values",
    [`${PAST_TARGETS}.TARGET`]: `past ${targetWords(plan)}`,
  };
  const past = planSignals(seen, buildGraph(seen), entityTable, { ...shared, words });
  const own = past.signals.filter((signal) => signal.table === PAST_TARGETS);
  return { base, past: own, pastStep, medians: [] };
}

const ENTITY_ROW_ONLY = {
  children: false,
  grandchildren: false,
  parents: false,
  peers: false,
  others: false,
  recent: false,
  sequence: false,
  open: false,
  global: false,
} as const;

function makeFrame(plan: TrainingTablePlan, settings: FrameSettings): SignalFrame {
  const { base, past, pastStep } = settings;
  const signals = [...base.signals, ...past];
  // One prediction is often followed by its explanation, and several experts read the same signals.
  let lastPast: { db: Database; anchors: string; store: SignalStore } | null = null;
  let last: { db: Database; seeds: Seeds; matrix: SignalMatrix } | null = null;
  const pastStore = (db: Database, seeds: Seeds): SignalStore => {
    const anchors = [...new Set(seeds.anchorTimes)].sort((a, b) => a - b).join();
    if (lastPast?.db !== db || lastPast.anchors !== anchors) {
      const seen = pastView(db, plan, seeds.anchorTimes, pastStep)!;
      lastPast = { db, anchors, store: createSignalStore(seen, buildGraph(seen)) };
    }
    return lastPast.store;
  };
  return {
    signals,
    settings,
    compute(db, seeds, options) {
      if (last?.db === db && last.seeds === seeds) return last.matrix;
      const columns = [...storeOf(db).compute(base.signals, seeds, options).columns];
      if (past.length > 0) {
        columns.push(...pastStore(db, seeds).compute(past, seeds, options).columns);
      }
      const matrix = { signals, columns, numRows: seeds.rows.length };
      last = { db, seeds, matrix };
      return matrix;
    },
    evidence(db, signal, seeds, limit) {
      const isPast = signal.table === PAST_TARGETS;
      return (isPast ? pastStore(db, seeds) : storeOf(db)).evidence(signal, seeds, limit);
    },
  };
}

/** The entities with their past targets, and the tables above them through which they are peers; `null` without a past. */
function pastView(
  db: Database,
  plan: TrainingTablePlan,
  anchorTimes: Float64Array,
  step: Duration | null,
): Database | null {
  const seen = withPastTargets(db, plan, anchorTimes, { step });
  if (seen === db) return null;
  const names = new Set([plan.task.entityTable]);
  for (const name of names) {
    for (const key of db.tableSchema(name).foreignKeys) if (names.size < 8) names.add(key.table);
  }
  return seen.only([...names, PAST_TARGETS]);
}

function medianOf(column: Float32Array): number | null {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length === 0 ? null : sorted[sorted.length >> 1]!;
}

/** Signal frame: the signals that the experts of one model share, chosen once on training rows, computed for any seeds. */
import { buildGraph } from "../../graph/build.js";
import { type Seeds, takeSeeds } from "../../graph/seeds.js";
import { planSignals } from "../../graph/signals/plan.js";
import { pruneSignals } from "../../graph/signals/prune.js";
import { createSignalStore, type SignalStore } from "../../graph/signals/store.js";
import type { Signal, SignalMatrix, SignalPlan } from "../../graph/signals/types.js";
import { signalReads } from "../../graph/signals/walks.js";
import type { BoundFeature } from "../../pql/feature/bound-feature.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { WorkOptions } from "../core/progress.js";
import type { Duration, Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import { sortFloats } from "../trees/sort-floats.js";
import { answerTables } from "./answer-tables.js";
import {
  computeFeatures,
  featureWalks,
  type KeptFeature,
  keepFeatures,
} from "./feature-signals.js";
import {
  choosePastReach,
  createPastSignals,
  isWithinReach,
  type PastReach,
  pastView,
} from "./past-signals.js";
import { PAST_TARGETS } from "./past-targets.js";
import { type Reads, withoutPastTargets } from "./reads.js";
import { DEFAULT_SIGNALS_CONFIG, type SignalsConfig } from "./signals-config.js";
import { targetWords } from "./target-words.js";

/** What a frame keeps in a model folder; plain data. */
export interface FrameSettings {
  /** Signals of the database. */
  readonly base: SignalPlan;
  /** Signals of the table of past targets; none where the target has no past. */
  readonly past: readonly Signal[];
  /** The user's own features. */
  readonly features: readonly KeptFeature[];
  readonly reach: PastReach;
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
  /** What the signals depend on. */
  reads(db: Database): Reads;
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
  readonly signals?: Partial<SignalsConfig> | undefined;
  /** The user's own features, which are always kept. */
  readonly features?: readonly BoundFeature[] | undefined;
}

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
  const config = { ...DEFAULT_SIGNALS_CONFIG, ...options.signals };
  const picked = spread(seeds.rows.length, config.sampleRows);
  const sample = takeSeeds(seeds, picked);
  const features = keepFeatures(db, options.features ?? [], seeds, options);
  const all = { ...planFrame(db, plan, cutoff, sample, config, options), features };
  const matrix = makeFrame(plan, all).compute(db, sample, options);
  const sampleTargets = Float64Array.from(picked, (i) => targets[i]!);
  const kept = pruneSignals(matrix, {
    targets: sampleTargets,
    limit: config.kept,
  });
  const isKept = new Uint8Array(matrix.signals.length);
  for (const i of kept) isKept[i] = 1;
  const base = all.base.signals.length;
  isKept.fill(1, base + all.past.length);
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
  config: SignalsConfig,
  options: FrameOptions,
): FrameSettings {
  const { entityTable, hiddenColumns: hidden } = plan.task;
  const { entityRowOnly = false, pastStep = null } = options;
  const horizon =
    plan.horizon === null ? null : { count: plan.horizon.end, unit: plan.horizon.unit };
  const shared = {
    horizon,
    cutoff,
    hidden,
    without: answerTables(plan),
    maxSignals: config.planned,
  };
  const graph = db.derived("graph", () => buildGraph(db));
  const groups = entityRowOnly ? ENTITY_ROW_ONLY : undefined;
  const base = planSignals(db, graph, entityTable, { ...shared, groups });
  const latest = sample.visibleTimes.reduce((a, b) => Math.max(a, b), -Infinity);
  const reach = choosePastReach(db, plan, latest, pastStep, config);
  const none = { past: [], features: [], reach, medians: [] };
  if (entityRowOnly) return { ...none, base };
  const seen = pastView(db, plan, new Set(sample.visibleTimes), reach);
  if (seen === null) return { ...none, base };
  const words = {
    [PAST_TARGETS]: "past values",
    [`${PAST_TARGETS}.TARGET`]: `past ${targetWords(plan)}`,
  };
  const past = planSignals(seen, buildGraph(seen), entityTable, { ...shared, words });
  const own = past.signals.filter(
    (signal) => signal.table === PAST_TARGETS && isWithinReach(signal, plan, reach),
  );
  return { ...none, base, past: own };
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

/** Matrices kept: those of validation and training rows while several experts learn from them. */
const MATRICES_KEPT = 3;

function makeFrame(plan: TrainingTablePlan, settings: FrameSettings): SignalFrame {
  const { base, past, features, reach } = settings;
  const signals = [...base.signals, ...past, ...features.map(({ signal }) => signal)];
  const pastSignals = createPastSignals(plan, reach);
  // Several experts read the same signals, and one prediction is often followed by its explanation.
  let recent: { db: Database; seeds: Seeds; matrix: SignalMatrix }[] = [];
  return {
    signals,
    settings,
    compute(db, seeds, options) {
      const known = recent.find((other) => other.db === db && other.seeds === seeds);
      if (known) return known.matrix;
      const columns = [...storeOf(db).compute(base.signals, seeds, options).columns];
      if (past.length > 0) columns.push(...pastSignals.compute(db, past, seeds, options));
      columns.push(...computeFeatures(db, plan.task.entityTable, features, seeds, options));
      const matrix = { signals, columns, numRows: seeds.rows.length };
      recent = [{ db, seeds, matrix }, ...recent.slice(0, MATRICES_KEPT - 1)];
      return matrix;
    },
    reads(db) {
      const { walks, shared, compares } = signalReads([...base.signals, ...past]);
      const own = featureWalks(db, plan.task.entityTable, features);
      return {
        walks: [...withoutPastTargets(plan, walks), ...own],
        shared,
        everything: compares ? "it compares everybody who is predicted at a time" : null,
      };
    },
    evidence(db, signal, seeds, limit) {
      if (features.some((feature) => feature.signal.id === signal.id)) {
        return { table: signal.table, rows: new Int32Array(0) };
      }
      return signal.table === PAST_TARGETS
        ? pastSignals.evidence(db, signal, seeds, limit)
        : storeOf(db).evidence(signal, seeds, limit);
    },
  };
}

function medianOf(column: Float32Array): number | null {
  const sorted = sortFloats(column.filter((value) => !Number.isNaN(value)));
  return sorted.length === 0 ? null : sorted[sorted.length >> 1]!;
}

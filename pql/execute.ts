/** Plan and data to rows: labelled rows for training, or the rows to predict. */
import { ConfigError } from "../src/core/errors.js";
import { checkAborted, type WorkOptions } from "../src/core/progress.js";
import { formatTime, placeWindow, type Timestamp } from "../src/core/time.js";
import type { Database } from "../src/data/database.js";
import type { EntityTask } from "../src/task/task.js";
import type { TrainingTable } from "../src/task/training-table.js";
import type { BoundTarget } from "./bound.js";
import type { Complaint } from "./diagnostics.js";
import {
  type DropCounts,
  dropUnless,
  noDrops,
  type Population,
  readPopulation,
} from "./eligible.js";
import { type ClauseReader, readClause } from "./entity-values.js";
import { TRUE } from "./filter.js";
import { createLabeller, type Labeller } from "./label.js";
import { createMeter, type Meter, windowsAscend } from "./measure.js";
import type { TrainingTablePlan } from "./plan.js";
import { collectRows, gather, joinRows, joinTimes, orderByTime, reorder } from "./row-lists.js";

/** Options of {@link runPlan}. */
export interface RunOptions extends WorkOptions {
  /** `label` (default) computes labels, `predict` lists the rows to predict. */
  readonly mode?: "label" | "predict";
}

/** What one anchor contributes. */
export interface AnchorSummary {
  /** `null` where each row has its own anchor. */
  readonly anchorTime: Timestamp | null;
  readonly rows: number;
  /** Mean target (the base rate of a binary one); `null` for classes and where there are no rows. */
  readonly mean: number | null;
}

/** A training table with the story of how it came to be. */
export interface LabelTable extends TrainingTable {
  readonly anchors: readonly AnchorSummary[];
  readonly dropped: Readonly<DropCounts>;
  readonly warnings: readonly Complaint[];
}

/** Rows to predict, in the order of anchor, then entity row. */
export interface PredictionRows {
  readonly task: EntityTask;
  readonly entityRows: Int32Array;
  readonly anchorTimes: Float64Array;
  readonly dropped: Readonly<DropCounts>;
  /** Listed ids that no row has. */
  readonly missingIds: readonly (number | string)[];
  readonly warnings: readonly Complaint[];
}

/** Anchors are tiled so that one measured aggregation takes at most 64 MB. */
const MAX_CELLS = 8_000_000;

/**
 * Runs a plan.
 *
 * @param plan - the plan.
 * @param db - the database of the schema that the query was bound to.
 * @param anchorTimes - the anchors, in any order, repetitions count once. For a static target `null` takes each row at
 * its own time (or at no time, where the entity table has none).
 * @param options - mode, progress, cancellation.
 * @returns rows in the order of anchor, then entity row. Labels see the full truth of their window; WHERE sees only what is
 * known at the anchor.
 * @throws {@link ConfigError} CFG140 if a query with a window gets no anchors, CFG141 if an anchor is no time.
 */
export function runPlan(
  plan: TrainingTablePlan,
  db: Database,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
  options?: RunOptions & { readonly mode?: "label" },
): LabelTable;
export function runPlan(
  plan: TrainingTablePlan,
  db: Database,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
  options: RunOptions & { readonly mode: "predict" },
): PredictionRows;
export function runPlan(
  plan: TrainingTablePlan,
  db: Database,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
  options: RunOptions = {},
): LabelTable | PredictionRows {
  const anchors = checkAnchors(plan, anchorTimes);
  const run = startRun(plan, db, options);
  return options.mode === "predict" ? predictRows(run, anchors) : labelRows(run, anchors);
}

/** What both modes share. */
interface Run {
  readonly plan: TrainingTablePlan;
  readonly db: Database;
  readonly options: RunOptions;
  readonly population: Population;
  readonly meter: Meter;
  readonly dropped: DropCounts;
  /** The rows collected so far, one entry per anchor. */
  readonly rows: Int32Array[];
  readonly times: Float64Array[];
}

function startRun(plan: TrainingTablePlan, db: Database, options: RunOptions): Run {
  const { name } = plan.entity.table;
  return {
    plan,
    db,
    options,
    population: readPopulation(db, name),
    meter: createMeter(db, name, plan.nullLogic),
    dropped: noDrops(),
    rows: [],
    times: [],
  };
}

function checkAnchors(
  plan: TrainingTablePlan,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
): Float64Array | null {
  if (anchorTimes === null) {
    if (plan.task.window === null) return null;
    throw new ConfigError("CFG140", "a target with a window needs anchor times, found none", {
      hint: "give anchors, or choose them with defaultAnchors",
    });
  }
  const bad = anchorTimes.find((time) => !Number.isFinite(time));
  if (bad !== undefined) {
    throw new ConfigError("CFG141", `an anchor is a finite time in milliseconds, found ${bad}`, {
      hint: "check the dates that the anchors were read from",
    });
  }
  return Float64Array.from(new Set(anchorTimes)).sort();
}

/** Splits anchors into tiles whose cells fit into memory and whose windows ascend. */
function tile(run: Run, anchors: Float64Array): Float64Array[] {
  const windows = [...run.plan.labelWindows, ...run.plan.pastWindows];
  const fitting = Math.max(1, Math.floor(MAX_CELLS / Math.max(1, run.population.size)));
  const size = windowsAscend(windows, anchors) ? fitting : 1;
  const tiles: Float64Array[] = [];
  for (let i = 0; i < anchors.length; i += size) tiles.push(anchors.subarray(i, i + size));
  return tiles;
}

/** Calls back for every anchor with readers of the clauses; once with the rows' own times where there are no anchors. */
function forEachAnchor(
  run: Run,
  anchors: Float64Array | null,
  clauses: { readonly truth: readonly BoundTarget[]; readonly sight: readonly BoundTarget[] },
  visit: (
    at: Timestamp | Float64Array,
    index: number,
    truth: readonly ClauseReader[],
    sight: readonly ClauseReader[],
  ) => void,
): void {
  const { db, meter, plan, population, options } = run;
  const base = { db, meter, entityTable: plan.entity.table.name, logic: plan.nullLogic };
  const own = population.created ?? new Float64Array(population.size).fill(Infinity);
  const tiles = anchors ? tile(run, anchors) : [null];
  let done = 0;
  for (const part of tiles) {
    checkAborted(options.signal, "computing labels");
    const times = part ?? Float64Array.of(Infinity);
    const context = { ...base, anchors: times };
    const truth = clauses.truth.map((node) => readClause(node, { ...context, sight: "truth" }));
    const sight = clauses.sight.map((node) =>
      readClause(node, { ...context, sight: part ? "anchor" : own }),
    );
    for (let i = 0; i < times.length; i++) visit(part ? times[i]! : own, i, truth, sight);
    done += times.length;
    const total = anchors?.length ?? 1;
    options.onProgress?.({ stage: "labels", message: `${done} of ${total} anchors`, done, total });
  }
}

function labelRows(run: Run, anchors: Float64Array | null): LabelTable {
  const { plan, db, population, dropped } = run;
  const { target, where, assuming } = plan;
  const labeller = createLabeller(db, plan.task, target);
  const labels: Float64Array[] = [];
  const clauses = { truth: [target, ...(assuming ? [assuming] : [])], sight: where ? [where] : [] };
  forEachAnchor(run, anchors, clauses, (at, index, truth, sight) => {
    const eligible = population.at(at, dropped);
    if (where) {
      const holds = sight[0]!.filter(where, index);
      dropped.where += dropUnless(eligible, (row) => holds[row] === TRUE);
    }
    if (assuming) {
      const holds = truth[1]!.filter(assuming, index);
      dropped.assuming += dropUnless(eligible, (row) => holds[row] === TRUE);
    }
    const values = labeller.labels(truth[0]!, index);
    dropped.undefinedLabel += dropUnless(eligible, (row) => !Number.isNaN(values[row]!));
    const rows = collectRows(eligible);
    push(run, rows, at);
    labels.push(gather(values, rows));
  });
  return finishLabels(run, anchors, labels, labeller);
}

function finishLabels(
  run: Run,
  anchors: Float64Array | null,
  labels: readonly Float64Array[],
  labeller: Labeller,
): LabelTable {
  const { plan, dropped } = run;
  const summaries = labels.map((part, i): AnchorSummary => {
    const total = part.reduce((sum, label) => sum + label, 0);
    const mean = part.length === 0 || labeller.classes ? null : total / part.length;
    return { anchorTime: anchors ? anchors[i]! : null, rows: part.length, mean };
  });
  const times = joinTimes(run.times);
  const order = anchors ? null : orderByTime(times);
  return {
    task: { ...plan.task, integer: labeller.integer },
    entityRows: reorder(joinRows(run.rows), order),
    anchorTimes: reorder(times, order),
    targets: reorder(joinTimes(labels), order),
    classes: labeller.classes,
    split: null,
    anchors: summaries,
    dropped,
    warnings: findWarnings(run, anchors),
  };
}

function predictRows(run: Run, anchors: Float64Array | null): PredictionRows {
  const { plan, db, population, dropped } = run;
  const { entity, task, where, target } = plan;
  const listed = entity.ids && findListed(db, entity.table.name, entity.ids);
  const filter = listed ? null : where;
  // A static target is predicted where it is missing.
  const missing = listed || task.window !== null ? null : target;
  const clauses = {
    truth: missing ? [missing] : [],
    sight: filter ? [filter] : [],
  };
  const labeller = missing && createLabeller(db, task, missing);
  forEachAnchor(run, anchors, clauses, (at, index, truth, sight) => {
    const eligible = population.at(at, listed ? noDrops() : dropped);
    if (listed) dropUnless(eligible, (row) => listed.marks[row] === 1);
    if (filter) {
      const holds = sight[0]!.filter(filter, index);
      dropped.where += dropUnless(eligible, (row) => holds[row] === TRUE);
    }
    if (labeller) {
      const values = labeller.labels(truth[0]!, index);
      dropUnless(eligible, (row) => Number.isNaN(values[row]!));
    }
    push(run, collectRows(eligible), at);
  });
  const times = joinTimes(run.times);
  const order = anchors ? null : orderByTime(times);
  return {
    task,
    entityRows: reorder(joinRows(run.rows), order),
    anchorTimes: reorder(times, order),
    dropped,
    missingIds: listed?.missing ?? [],
    warnings: findEmpty(run),
  };
}

function findListed(
  db: Database,
  table: string,
  ids: readonly (number | string)[],
): { readonly marks: Uint8Array; readonly missing: readonly (number | string)[] } {
  const keys = db.keyIndex(table);
  const marks = new Uint8Array(db.table(table).numRows);
  const missing: (number | string)[] = [];
  for (const id of ids) {
    const row = keys.find([id]);
    if (row < 0) missing.push(id);
    else marks[row] = 1;
  }
  return { marks, missing };
}

function push(run: Run, rows: Int32Array, at: Timestamp | Float64Array): void {
  run.rows.push(rows);
  run.times.push(
    typeof at === "number" ? new Float64Array(rows.length).fill(at) : gather(at, rows),
  );
}

function findWarnings(run: Run, anchors: Float64Array | null): Complaint[] {
  const warnings = findEmpty(run);
  const { plan, meter } = run;
  const last = anchors?.at(-1);
  if (last === undefined || plan.task.window === null) return warnings;
  const end = Math.max(...plan.timeTables.map((table) => meter.lastTime(table)));
  const closes = Math.max(...plan.labelWindows.map((window) => placeWindow(last, window).to));
  if (closes > end) {
    warnings.push({
      code: "PQL494",
      message: `the label window of anchor ${formatTime(last)} ends at ${formatTime(closes)}, after the last row at ${formatTime(end)}`,
      hint: "labels of a window that is not over may be too small; use earlier anchors",
    });
  }
  return warnings;
}

function findEmpty(run: Run): Complaint[] {
  if (run.rows.some((rows) => rows.length > 0)) return [];
  const message = "no entity is eligible at any anchor";
  return [{ code: "PQL495", message, hint: "look at the counts of dropped rows per reason" }];
}

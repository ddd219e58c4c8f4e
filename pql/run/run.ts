/** What labelling and predicting share: the state of a run, and its walk over tiles of anchors. */
import { checkAborted, type WorkOptions } from "../../src/core/progress.js";
import type { Timestamp, TimeWindow } from "../../src/core/time.js";
import type { Database } from "../../src/data/database.js";
import { type BoundTarget, boundAggregations } from "../bind/bound.js";
import type { TrainingTablePlan } from "../plan/plan-types.js";
import type { Complaint } from "../syntax/diagnostics.js";
import { type DropCounts, noDrops, type Population, readPopulation } from "./eligible.js";
import { type ClauseReader, readClause } from "./entity-values.js";
import { createMeter, type Meter } from "./measure.js";
import { windowsAscend } from "./pick-rows.js";
import { gather } from "./row-lists.js";
import { type ColumnReader, createColumnReader } from "./values-of-rows.js";

/** Options of `runPlan`. */
export interface RunOptions extends WorkOptions {
  /** `label` (default) computes labels, `predict` lists the rows to predict. */
  readonly mode?: "label" | "predict";
}

/** The state of a run. */
export interface Run {
  readonly plan: TrainingTablePlan;
  readonly columns: ColumnReader;
  readonly options: RunOptions;
  readonly population: Population;
  readonly meter: Meter;
  readonly dropped: DropCounts;
  /** The rows collected so far, one entry per anchor. */
  readonly rows: Int32Array[];
  /** Their anchors: one for all of an entry, or one for each row. */
  readonly times: (Timestamp | Float64Array)[];
}

/** Starts a run of a plan. */
export function startRun(plan: TrainingTablePlan, db: Database, options: RunOptions): Run {
  const columns = createColumnReader(db);
  return {
    plan,
    columns,
    options,
    population: readPopulation(db, plan.entity.table.name),
    meter: createMeter(columns, plan.nullLogic),
    dropped: noDrops(),
    rows: [],
    times: [],
  };
}

/** One anchor of a walk. */
export interface Stop {
  /** The anchor, or each entity's own time. */
  readonly at: Timestamp | Float64Array;
  /** The anchor's index in the readers' tile. */
  readonly index: number;
  /** Readers of the clauses that see the full truth. */
  readonly truth: readonly ClauseReader[];
  /** Readers of the clauses that see what is known. */
  readonly sight: readonly ClauseReader[];
}

/**
 * Walks over the anchors; stops once, with the entities' own times, where there are none.
 *
 * @param run - the run.
 * @param anchors - ascending; `null` = each entity's own time.
 * @param clauses - the trees to read.
 * @param visit - called at every anchor.
 */
export function forEachAnchor(
  run: Run,
  anchors: Float64Array | null,
  clauses: { readonly truth: readonly BoundTarget[]; readonly sight: readonly BoundTarget[] },
  visit: (stop: Stop) => void,
): void {
  const { columns, meter, plan, population, options } = run;
  const own = anchors ? null : (population.created ?? everywhere(population.size));
  // Where nothing is placed in time, there is no moment before which a row could be unknown.
  const known = anchors === null && population.created === null ? "truth" : "anchor";
  const shared = { columns, meter, entities: population.size, logic: plan.nullLogic, own };
  const tiles = anchors ? tileAnchors(run, anchors, [...clauses.truth, ...clauses.sight]) : [null];
  let done = 0;
  for (const part of tiles) {
    checkAborted(options.signal, "computing labels");
    const times = part ?? Float64Array.of(Infinity);
    const context = { ...shared, anchors: times };
    const truth = clauses.truth.map((node) => readClause(node, { ...context, sight: "truth" }));
    const sight = clauses.sight.map((node) => readClause(node, { ...context, sight: known }));
    for (let index = 0; index < times.length; index++) {
      visit({ at: own ?? times[index]!, index, truth, sight });
    }
    done += times.length;
    const total = anchors?.length ?? 1;
    options.onProgress?.({ stage: "labels", message: `${done} of ${total} anchors`, done, total });
  }
}

function everywhere(size: number): Float64Array {
  return new Float64Array(size).fill(Infinity);
}

/** One measured aggregation takes at most 64 MB, all of them together 256 MB. */
const MAX_CELLS = 8_000_000;
const MAX_CELLS_TOGETHER = 32_000_000;

/**
 * Splits anchors into tiles whose cells fit into memory and whose windows ascend.
 *
 * @param run - the run.
 * @param anchors - ascending.
 * @param clauses - what is read at each anchor.
 */
export function tileAnchors(
  { plan, population }: Run,
  anchors: Float64Array,
  clauses: readonly BoundTarget[],
): Float64Array[] {
  const windows = [...plan.labelWindows, ...plan.pastWindows];
  const measured = clauses.flatMap(boundAggregations).length;
  return tileTimes(anchors, windows, measured * population.size, population.size);
}

/**
 * Splits times into tiles whose cells fit into memory and whose windows ascend.
 *
 * @param anchors - ascending.
 * @param windows - what is placed at each.
 * @param together - cells of all aggregations at one time.
 * @param each - cells of one of them.
 */
export function tileTimes(
  anchors: Float64Array,
  windows: readonly TimeWindow[],
  together: number,
  each: number,
): Float64Array[] {
  const most = Math.min(MAX_CELLS / Math.max(1, each), MAX_CELLS_TOGETHER / Math.max(1, together));
  const fitting = Math.max(1, Math.floor(most));
  const size = windowsAscend(windows, anchors) ? fitting : 1;
  const tiles: Float64Array[] = [];
  for (let i = 0; i < anchors.length; i += size) tiles.push(anchors.subarray(i, i + size));
  return tiles;
}

/** Adds the rows of one anchor. */
export function addRows(run: Run, rows: Int32Array, at: Timestamp | Float64Array): void {
  run.rows.push(rows);
  run.times.push(typeof at === "number" ? at : gather(at, rows));
}

/** Returns the anchors of all rows added. */
export function anchorsOfRows({ rows, times }: Run): Float64Array {
  const joined = new Float64Array(rows.reduce((sum, part) => sum + part.length, 0));
  let first = 0;
  rows.forEach((part, i) => {
    const at = times[i]!;
    const end = first + part.length;
    if (typeof at === "number") joined.fill(at, first, end);
    else joined.set(at, first);
    first = end;
  });
  return joined;
}

/** Warns where there are no rows. */
export function findEmpty(run: Run): Complaint[] {
  if (run.rows.some((rows) => rows.length > 0)) return [];
  const message = "no entity is eligible at any anchor";
  return [{ code: "PQL495", message, hint: "look at the counts of dropped rows per reason" }];
}

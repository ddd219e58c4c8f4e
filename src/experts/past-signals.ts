/** Signals of past targets: each seed sees its own grid of past anchors, whatever other seeds are asked for beside it. */
import { buildGraph } from "../../graph/build.js";
import { type Seeds, takeSeeds } from "../../graph/seeds.js";
import { createSignalStore, type SignalStore } from "../../graph/signals/store.js";
import type { Signal, SignalEvidence } from "../../graph/signals/types.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { WorkOptions } from "../core/progress.js";
import { approximateMs, type Duration, MS_PER_DAY, type Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import { PAST_TARGETS, withPastTargets } from "./past-targets.js";

/** How far past targets reach back. */
export interface PastReach {
  /** Distance of past anchors; the end of the target's window where the user gave none. */
  readonly step: Duration | null;
  /** How many windows back; `null`: to the beginning of the data. */
  readonly windows: number | null;
}

/** Computes signals of past targets. */
export interface PastSignals {
  /** @returns float32 `[signals][S]`. */
  compute(
    db: Database,
    signals: readonly Signal[],
    seeds: Seeds,
    options?: WorkOptions,
  ): Float32Array[];
  /** Rows of the table of past targets behind a value of one seed. */
  evidence(db: Database, signal: Signal, seeds: Seeds, limit?: number): SignalEvidence;
}

/** Times that a store was made for at most, before it is made anew for those asked for only. */
const MOST_TIMES = 1_000;

/**
 * Makes the signals of past targets of a query.
 *
 * @param plan - the query's plan.
 * @param reach - how far back.
 */
export function createPastSignals(plan: TrainingTablePlan, reach: PastReach): PastSignals {
  // Labels of one grid serve all of its times: a store is kept for each grid of the last database.
  let held: {
    db: Database;
    grids: Map<string, { times: Set<Timestamp>; store: SignalStore }>;
  } | null = null;
  const storeFor = (db: Database, grid: string, times: ReadonlySet<Timestamp>): SignalStore => {
    if (held?.db !== db) held = { db, grids: new Map() };
    const known = held.grids.get(grid);
    if (known && [...times].every((time) => known.times.has(time))) return known.store;
    const all = new Set([...(known && known.times.size < MOST_TIMES ? known.times : []), ...times]);
    const seen = pastView(db, plan, all, reach)!;
    const store = createSignalStore(seen, buildGraph(seen));
    held.grids.set(grid, { times: all, store });
    return store;
  };
  const grids = (seeds: Seeds): Map<string, number[]> => {
    const places = new Map<string, number[]>();
    const names = new Map<Timestamp, string>();
    seeds.visibleTimes.forEach((time, i) => {
      const grid = names.get(time) ?? gridOf(time, stepOf(plan, reach));
      names.set(time, grid);
      const place = places.get(grid);
      if (place) place.push(i);
      else places.set(grid, [i]);
    });
    return places;
  };
  return {
    compute(db, signals, seeds, options) {
      const columns = signals.map(() => new Float32Array(seeds.rows.length));
      for (const [grid, places] of grids(seeds)) {
        const part = takeSeeds(seeds, places);
        const store = storeFor(db, grid, new Set(part.visibleTimes));
        store.compute(signals, part, options).columns.forEach((own, j) => {
          places.forEach((place, i) => {
            columns[j]![place] = own[i]!;
          });
        });
      }
      return columns;
    },
    evidence(db, signal, seeds, limit) {
      const [[grid]] = grids(seeds) as unknown as [[string, number[]]];
      return storeFor(db, grid, new Set(seeds.visibleTimes)).evidence(signal, seeds, limit);
    },
  };
}

/**
 * The entities with their past targets as seen at some times, and the tables above them through which they are peers.
 *
 * @returns `null` where the target has no past that is safe to show.
 */
export function pastView(
  db: Database,
  plan: TrainingTablePlan,
  times: Iterable<Timestamp>,
  { step, windows }: PastReach,
): Database | null {
  const seen = withPastTargets(db, plan, times, { step, windows: windows ?? Infinity });
  if (seen === db) return null;
  const names = new Set([plan.task.entityTable]);
  for (const name of names) {
    for (const key of db.tableSchema(name).foreignKeys) if (names.size < 8) names.add(key.table);
  }
  return seen.only([...names, PAST_TARGETS]);
}

/**
 * Decides how far past targets reach back: to the beginning of the data, so that a prediction sees exactly what training rows saw, unless
 * that were too many rows.
 *
 * @param time - the latest time that they are seen at.
 * @param limits - rows at most, and the windows otherwise.
 */
export function choosePastReach(
  db: Database,
  plan: TrainingTablePlan,
  time: Timestamp,
  step: Duration | null,
  limits: { readonly pastRows: number; readonly pastWindows: number },
): PastReach {
  if (plan.horizon === null) return { step, windows: null };
  const { count, unit } = stepOf(plan, { step, windows: null });
  const earliest = db.timeSpan(plan.timeTables)?.min ?? time;
  const windows = (time - earliest) / approximateMs(count, unit);
  const rows = windows * db.table(plan.task.entityTable).numRows;
  return { step, windows: rows <= limits.pastRows ? null : limits.pastWindows };
}

/**
 * Tells whether a signal of past targets looks no further back than they reach for a single anchor.
 *
 * @param signal - a signal of the table of past targets.
 */
export function isWithinReach(
  { primitive, window }: Signal,
  plan: TrainingTablePlan,
  reach: PastReach,
): boolean {
  const { windows } = reach;
  if (windows === null) return true;
  if (window !== null) {
    const isTrend = primitive.kind === "trend" || primitive.kind === "countTrend";
    const step = stepOf(plan, reach);
    const length = approximateMs(window.count, window.unit) * (isTrend ? 2 : 1);
    return length <= (windows - 1) * approximateMs(step.count, step.unit);
  }
  switch (primitive.kind) {
    case "last":
    case "change":
    case "sinceLast":
      return true;
    case "lastMean":
    case "slope":
    case "lag":
    case "nth":
      return primitive.k <= windows;
    default:
      return false;
  }
}

function stepOf({ horizon }: TrainingTablePlan, { step }: PastReach): Duration {
  return step ?? { count: horizon!.end, unit: horizon!.unit };
}

/** Names the grid of past anchors that a time stands on: times of one grid have past anchors in common. */
function gridOf(time: Timestamp, { count, unit }: Duration): string {
  if (isFixed(unit)) return String(remainder(time, approximateMs(count, unit)));
  const date = new Date(time);
  const months = { months: 1, quarters: 3, years: 12 }[unit as "months"] * count;
  const month = remainder(date.getUTCFullYear() * 12 + date.getUTCMonth(), months);
  return `${month} ${date.getUTCDate()} ${remainder(time, MS_PER_DAY)}`;
}

function isFixed(unit: Duration["unit"]): boolean {
  return unit !== "months" && unit !== "quarters" && unit !== "years";
}

function remainder(value: number, by: number): number {
  return ((value % by) + by) % by;
}

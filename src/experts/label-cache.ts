/** Labels of a query kept by anchor: replay, past targets and recent means ask for the same anchors again and again. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { runPlan } from "../../pql/run/execute.js";
import type { WorkOptions } from "../core/progress.js";
import type { Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { TrainingTable } from "../task/training-table.js";

/** Labels of one anchor. */
interface AnchorLabels {
  readonly entityRows: Int32Array;
  readonly targets: Float64Array;
}

/** Labels of one query by anchor. */
interface LabelCache {
  readonly anchors: Map<Timestamp, AnchorLabels>;
  rows: number;
}

/** Rows kept of one query, 12 bytes each. */
const MOST_ROWS = 10_000_000;

/**
 * Labels a query at anchors; those that were labelled before are not labelled again.
 *
 * @param db - the database; the labels are kept with it.
 * @param plan - the query's plan; labels are kept by this very object.
 * @param anchors - any anchors; repetitions count once.
 * @returns rows in the order of anchor, then entity row, not split. Classes are numbered anew by each call.
 */
export function labelsAt(
  db: Database,
  plan: TrainingTablePlan,
  anchors: Iterable<Timestamp>,
  options: WorkOptions = {},
): TrainingTable {
  const wanted = Float64Array.from(new Set(anchors)).sort();
  const caches = db.derived("labels by anchor", () => new WeakMap<TrainingTablePlan, LabelCache>());
  const cache = caches.get(plan) ?? { anchors: new Map<Timestamp, AnchorLabels>(), rows: 0 };
  const missing = wanted.filter((anchor) => !cache.anchors.has(anchor));
  if (missing.length > 0 || wanted.length === 0) {
    const labels = runPlan(plan, db, missing, options);
    const isAll = missing.length === wanted.length;
    // Which classes there are, and their numbers, is a matter of all anchors together.
    if (labels.classes !== null) return isAll ? labels : runPlan(plan, db, wanted, options);
    if (cache.rows + labels.targets.length > MOST_ROWS) {
      return isAll ? labels : runPlan(plan, db, wanted, options);
    }
    keep(cache, missing, labels);
    caches.set(plan, cache);
    if (isAll) return labels;
  }
  return joined(plan, wanted, cache);
}

function keep(cache: LabelCache, anchors: Float64Array, labels: TrainingTable): void {
  const { entityRows, targets, anchorTimes } = labels;
  let from = 0;
  for (const anchor of anchors) {
    let to = from;
    while (to < targets.length && anchorTimes[to] === anchor) to++;
    cache.anchors.set(anchor, {
      entityRows: entityRows.slice(from, to),
      targets: targets.slice(from, to),
    });
    from = to;
  }
  cache.rows += targets.length;
}

function joined(
  { task }: TrainingTablePlan,
  anchors: Float64Array,
  cache: LabelCache,
): TrainingTable {
  const parts = Array.from(anchors, (anchor) => cache.anchors.get(anchor)!);
  const rows = parts.reduce((sum, { targets }) => sum + targets.length, 0);
  const entityRows = new Int32Array(rows);
  const anchorTimes = new Float64Array(rows);
  const targets = new Float64Array(rows);
  let from = 0;
  parts.forEach((part, i) => {
    entityRows.set(part.entityRows, from);
    targets.set(part.targets, from);
    anchorTimes.fill(anchors[i]!, from, from + part.targets.length);
    from += part.targets.length;
  });
  return { task, entityRows, anchorTimes, targets, classes: null, split: null };
}

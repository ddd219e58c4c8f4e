/** Rows to predict: the eligible entities at each anchor, or the listed ones. */
import type { Database } from "../../src/data/database.js";
import type { EntityTask } from "../../src/task/task.js";
import type { BoundEntity } from "../bind/bound.js";
import type { Complaint } from "../syntax/diagnostics.js";
import { type DropCounts, dropUnlessTrue, keepLabelled, noDrops } from "./eligible.js";
import { createLabeller } from "./label.js";
import { collectRows, joinRows, orderByTime, reorder } from "./row-lists.js";
import { addRows, anchorsOfRows, findEmpty, forEachAnchor, type Run } from "./run.js";

/** Rows to predict, in the order of anchor, then entity row. */
export interface PredictionRows {
  readonly task: EntityTask;
  readonly entityRows: Int32Array;
  readonly anchorTimes: Float64Array;
  readonly dropped: Readonly<DropCounts>;
  /** Listed ids that no row has, a value per key column. */
  readonly missingIds: readonly (readonly (number | string)[])[];
  readonly warnings: readonly Complaint[];
}

/**
 * Lists the rows to predict at each anchor. Listed ids are all predicted if they exist; a static target is predicted
 * where it is missing, one that is given in a table by hand everywhere.
 *
 * @param run - the run.
 * @param anchors - ascending; `null` = each entity's own time.
 */
export function predictRows(run: Run, anchors: Float64Array | null): PredictionRows {
  const { plan, columns, population, dropped } = run;
  const { entity, task, where, target } = plan;
  const listed = entity.ids && findListed(columns.db, entity, entity.ids);
  const filter = listed ? null : where;
  const missing = listed || task.window !== null || task.given ? null : target;
  const clauses = { truth: missing ? [missing] : [], sight: filter ? [filter] : [] };
  const labeller = missing && createLabeller(columns, task, missing);
  forEachAnchor(run, anchors, clauses, ({ at, index, truth, sight }) => {
    const eligible = population.at(at, listed ? noDrops() : dropped);
    if (listed) dropUnlessTrue(eligible, listed.marks);
    if (filter) dropped.where += dropUnlessTrue(eligible, sight[0]!.filter(index));
    if (labeller) keepLabelled(eligible, labeller.labels(truth[0]!, index).numbers, false);
    addRows(run, collectRows(eligible), at);
  });
  const times = anchorsOfRows(run);
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
  { table, keys }: BoundEntity,
  ids: NonNullable<BoundEntity["ids"]>,
): { readonly marks: Uint8Array; readonly missing: PredictionRows["missingIds"] } {
  const index = db.keyIndex(table.name);
  // The query may name the key's columns in another order than the table.
  const places = (table.primaryKey ?? []).map((name) => keys.findIndex((key) => key.name === name));
  const marks = new Uint8Array(db.table(table.name).numRows);
  const missing: (readonly (number | string)[])[] = [];
  for (const id of ids) {
    const row = index.find(places.map((place) => id[place] ?? null));
    if (row < 0) missing.push(id);
    else marks[row] = 1;
  }
  return { marks, missing };
}

/** Past targets as a table: each entity's own labels whose windows have closed, dated by their closing time. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { restsOnLateCells } from "../../pql/run/late.js";
import type { WorkOptions } from "../core/progress.js";
import { addTime, type Duration, type Timestamp } from "../core/time.js";
import {
  type Column,
  numberColumn,
  renameColumn,
  stringColumn,
  takeRows,
  timestampColumn,
} from "../data/column.js";
import type { Database } from "../data/database.js";
import type { TableSchema } from "../data/schema.js";
import { Table } from "../data/table.js";
import { labelEnd } from "../task/splits.js";
import { labelsAt } from "./label-cache.js";

/** Name of the table; no table of a user is called so. */
export const PAST_TARGETS = "__past_targets";

/** How many past anchors an anchor looks back to. */
export const PAST_WINDOWS = 24;

/** Options of {@link withPastTargets}. */
export interface PastTargetOptions extends WorkOptions {
  /** Distance of past anchors; the end of the target's window by default. The same when training and predicting. */
  readonly step?: Duration | null | undefined;
  /** How many past anchors an anchor looks back to; {@link PAST_WINDOWS} by default. */
  readonly windows?: number | undefined;
}

/**
 * Adds the table of past targets to a database: for each anchor, the labels of the {@link PAST_WINDOWS} anchors before
 * it whose windows have closed by then. A row is dated by the end of its window, so a sampler that respects time never shows a label
 * before it was known. The level of all entities is left out on
 * purpose: it drifts, and rows to predict lie beyond the levels seen in training.
 *
 * @param db - the database.
 * @param plan - the query's plan; its target must have a window.
 * @param anchorTimes - the anchors that will be seen as seeds.
 * @param options - progress, cancellation.
 * @see RelBench `--include_task_tables` (label tables dated `time + timedelta`); KumoRFM `lag_timesteps`.
 */
export function withPastTargets(
  db: Database,
  plan: TrainingTablePlan,
  anchorTimes: Iterable<Timestamp>,
  options: PastTargetOptions = {},
): Database {
  const { horizon } = plan;
  if (horizon === null || readsLateCells(plan)) return db;
  const { step = null, windows = PAST_WINDOWS } = options;
  const past = pastAnchors(db, plan, anchorTimes, step, windows);
  const labels = labelsAt(db, plan, past, { signal: options.signal });
  const { entityRows, anchorTimes: times, targets, classes } = labels;
  const closed = times.map((time) => labelEnd(time, plan.labelWindows));
  const key = db.tableSchema(plan.task.entityTable).primaryKey ?? [];
  const columns: Column[] = key.map((name) =>
    takeRows(db.table(plan.task.entityTable).column(name), entityRows),
  );
  if (classes) {
    const names = Array.from(targets, (target) => classes[target] ?? null);
    columns.push(renameColumn(stringColumn("TARGET", names), "TARGET"));
  } else {
    columns.push(numberColumn("TARGET", targets));
  }
  columns.push(timestampColumn("CLOSED_AT", closed));
  const table = new Table(PAST_TARGETS, columns);
  return db.withTable(table, tableSchema(table, key, plan.task.entityTable, plan.task.unit));
}

/**
 * Tells whether a label may rest on cells or rows that become known after its window has closed: then it has no closing time
 * at which it is safe to show. The schema decides, so that a model sees the same tables when it predicts as when it learned.
 *
 * @param plan - the query's plan.
 */
export function readsLateCells({ target, assuming }: TrainingTablePlan): boolean {
  return restsOnLateCells(target) || (assuming !== null && restsOnLateCells(assuming));
}

/** The anchors before some anchors whose windows have closed, ascending; none that closes before the data begins. */
function pastAnchors(
  db: Database,
  plan: TrainingTablePlan,
  anchorTimes: Iterable<Timestamp>,
  step: Duration | null,
  windows: number,
): Float64Array {
  const { end, unit } = plan.horizon!;
  const distance = step ?? { count: end, unit };
  const earliest = db.timeSpan(plan.timeTables)?.min ?? Infinity;
  const found = new Set<Timestamp>();
  for (const anchor of new Set(anchorTimes)) {
    let kept = 0;
    for (let k = 1; kept < windows && Number.isFinite(anchor); k++) {
      const past = addTime(anchor, -k * distance.count, distance.unit);
      const closed = labelEnd(past, plan.labelWindows);
      if (closed < earliest) break;
      // Clamped months can close a day late; such a label is not known at the anchor.
      if (closed > anchor) continue;
      found.add(past);
      kept++;
    }
  }
  return Float64Array.from(found).sort();
}

function tableSchema(
  table: Table,
  key: readonly string[],
  entityTable: string,
  unit: string | null,
): TableSchema {
  return {
    name: PAST_TARGETS,
    columns: table.columns.map((column) => ({
      name: column.name,
      kind: column.kind,
      stype:
        key.includes(column.name) || column.name === "CLOSED_AT"
          ? "id"
          : column.kind === "string"
            ? "categorical"
            : "numerical",
      unit: key.includes(column.name) ? null : unit,
      knownFrom: null,
    })),
    primaryKey: null,
    timeColumn: "CLOSED_AT",
    endTimeColumn: null,
    foreignKeys: [{ name: key.join("+"), columns: key, table: entityTable }],
  };
}

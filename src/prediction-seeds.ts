/** The rows to predict: entities by their keys or all eligible ones, each with the time it is predicted at. */
import { type Seeds, takeSeeds } from "../graph/seeds.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { runPlan } from "../pql/run/execute.js";
import { ConfigError } from "./core/errors.js";
import type { Timestamp } from "./core/time.js";
import { type CellValue, cellText, cellValue, isValid } from "./data/column.js";
import type { Database } from "./data/database.js";

/** An entity by its key: one value, or one per column of a composite key. */
export type EntityId = string | number | readonly (string | number)[];

/**
 * Finds the rows to predict, as seeds that see everything up to their anchor.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param request - `anchor`: by default the time of `AT`, else the latest time of the tables that the target reads, and for a static target each
 * row's own time; `entities`: only these, in this order, whether WHERE holds for them or not; `among`: only those of all that can be predicted.
 * @throws {@link ConfigError} CFG151 if a listed entity does not exist, CFG152 if no anchor is given and the tables that
 * the target reads hold no time.
 */
export function predictionSeeds(
  db: Database,
  plan: TrainingTablePlan,
  request: {
    readonly anchor?: Timestamp | undefined;
    readonly entities?: readonly EntityId[] | undefined;
    readonly among?: readonly EntityId[] | undefined;
  },
): Seeds {
  const { entityTable } = plan.task;
  // A static target is predicted at each row's own time, as it was learned.
  const isStatic = plan.horizon === null && !plan.task.given?.timed;
  const anchor = request.anchor ?? plan.at ?? (isStatic ? null : latestTime(db, plan));
  if (request.entities) {
    const rows = Int32Array.from(request.entities, (id) => findEntity(db, entityTable, id));
    const own = db.timeColumn(entityTable);
    const times = Float64Array.from(
      rows,
      (row) => anchor ?? (own && isValid(own, row) ? own.values[row]! : Infinity),
    );
    return { rows, anchorTimes: times, visibleTimes: times };
  }
  const anchors = anchor === null ? null : [anchor];
  const { entityRows: rows, anchorTimes } = runPlan(plan, db, anchors, { mode: "predict" });
  const all = { rows, anchorTimes, visibleTimes: anchorTimes };
  return request.among ? seedsAmong(db, entityTable, all, request.among) : all;
}

function seedsAmong(db: Database, table: string, all: Seeds, ids: readonly EntityId[]): Seeds {
  const wanted = new Uint8Array(db.table(table).numRows);
  for (const id of ids) {
    const row = rowOf(db, table, id);
    if (row >= 0) wanted[row] = 1;
  }
  return takeSeeds(
    all,
    Int32Array.from(all.rows.keys()).filter((at) => wanted[all.rows[at]!] === 1),
  );
}

/**
 * The time of a prediction where the caller gives none: that of `AT`, else the latest time of the tables that the target reads.
 *
 * @returns `null` for a static target, which is predicted at each row's own time.
 * @throws {@link ConfigError} CFG152 if the tables that the target reads hold no time.
 */
export function defaultAnchor(db: Database, plan: TrainingTablePlan): Timestamp | null {
  return plan.at ?? (plan.horizon === null ? null : latestTime(db, plan));
}

/** The latest time of the tables that the target reads. */
function latestTime(db: Database, plan: TrainingTablePlan): Timestamp {
  const latest = db.timeSpan(plan.timeTables)?.max;
  if (latest !== undefined) return latest;
  const tables = plan.timeTables.map((name) => `\`${name}\``).join(", ");
  throw new ConfigError("CFG152", `no row of ${tables} has a time, so there is no latest one`, {
    hint: "give `anchor`, the time of the prediction",
  });
}

function findEntity(db: Database, table: string, id: EntityId): number {
  const row = rowOf(db, table, id);
  if (row >= 0) return row;
  const { primaryKey } = db.tableSchema(table);
  const key = (primaryKey ?? []).join("+");
  const column = primaryKey ? db.table(table).column(primaryKey[0]!) : null;
  const some = column && column.length > 0 ? cellText(column, 0) : null;
  throw new ConfigError(
    "CFG151",
    `there is no row of \`${table}\` with ${key} = \`${[id].flat().join(", ")}\``,
    {
      at: { table },
      hint: some === null ? "the table is empty" : `keys look like \`${some}\``,
    },
  );
}

/** The row of an id; −1 where there is none. */
function rowOf(db: Database, table: string, id: EntityId): number {
  const values = (Array.isArray(id) ? id : [id]) as readonly CellValue[];
  const { primaryKey } = db.tableSchema(table);
  return values.length === primaryKey?.length ? db.keyIndex(table).find(values) : -1;
}

/**
 * Returns the key of an entity by column.
 *
 * @param row - its row number.
 */
export function entityKey(db: Database, table: string, row: number): Record<string, CellValue> {
  const { primaryKey } = db.tableSchema(table);
  const columns = (primaryKey ?? []).map((name) => db.table(table).column(name));
  return Object.fromEntries(columns.map((column) => [column.name, cellValue(column, row)]));
}

/** Deletion: where a reason raises a prediction, taking away the rows behind it must lower it. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import { isValid } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { EntityId } from "../prediction-seeds.js";
import type { Predictor } from "../predictor.js";
import type { PredictionTable } from "../task/prediction-table.js";
import type { ExplanationCheck } from "./check.js";
import { dropRows } from "./visible.js";

/** Whose explanations are checked. */
export interface DeletionCases {
  readonly ids: readonly EntityId[];
  /** int32 rows of the entity table. */
  readonly rows: readonly number[];
  readonly anchor: number;
}

/**
 * Deletes, for each entity whose strongest reason with rows of its own raises the prediction, all its rows of that table up
 * to the anchor, and predicts again. Reasons that lower a prediction are left out: a user with few sessions is not brought
 * nearer to the average by having none.
 *
 * @param db - the database.
 * @param predictor - of numbers or conditions.
 * @param explanations - of the cases, in their order.
 * @returns the share of cases in which the prediction falls, at least 0.9.
 */
export async function deletionCheck(
  db: Database,
  predictor: Predictor,
  explanations: readonly Explanation[],
  { ids, rows, anchor }: DeletionCases,
): Promise<ExplanationCheck> {
  const byTable = new Map<string, number[]>();
  explanations.forEach((explanation, i) => {
    const table = tableBehind(db, predictor, explanation, rows[i]!);
    if (table === null) return;
    byTable.set(table, [...(byTable.get(table) ?? []), i]);
  });
  let cases = 0;
  let fallen = 0;
  for (const [table, members] of byTable) {
    const owners = new Set(members.map((i) => rows[i]!));
    const reduced = withoutRowsOf(db, table, predictor.task.entityTable, owners, anchor);
    const request = {
      db: reduced,
      entities: members.map((i) => ids[i]!),
      ...(Number.isFinite(anchor) && { anchor }),
    };
    const after = numbersOf(await predictor.predict(request));
    if (after === null) continue;
    members.forEach((i, k) => {
      cases++;
      if (after[k]! < explanations[i]!.prediction) fallen++;
    });
  }
  const measured = cases === 0 ? null : fallen / cases;
  return {
    name: "without the rows behind the top reason the prediction falls",
    asks: "share of cases, at least",
    passed: measured === null ? null : measured >= 0.9,
    measured,
    limit: 0.9,
    cases,
  };
}

/** The table of the strongest reason, if that reason raises and its rows hang on the entity directly. */
function tableBehind(
  db: Database,
  { task }: Predictor,
  { contributions }: Explanation,
  row: number,
): string | null {
  const top = contributions.find(({ evidence }) =>
    evidence.some(({ table }) => hangsOn(db, table, task.entityTable)),
  );
  if (top === undefined || top !== contributions[0] || top.contribution <= 0) return null;
  const { table, key } = top.evidence[0]!;
  const { primaryKey } = db.tableSchema(table);
  if (primaryKey === null) return table;
  const child = db.keyIndex(table).find(primaryKey.map((name) => key[name]!));
  return child >= 0 && ownersOf(db, table, task.entityTable).some((link) => link[child] === row)
    ? table
    : null;
}

function hangsOn(db: Database, table: string, entityTable: string): boolean {
  if (!db.tables.some(({ name }) => name === table)) return false;
  return db.tableSchema(table).foreignKeys.some((key) => key.table === entityTable);
}

function ownersOf(db: Database, table: string, entityTable: string): readonly Int32Array[] {
  return db
    .tableSchema(table)
    .foreignKeys.filter((key) => key.table === entityTable)
    .map((key) => db.link(table, key).parentRows);
}

function withoutRowsOf(
  db: Database,
  table: string,
  entityTable: string,
  owners: ReadonlySet<number>,
  anchor: number,
): Database {
  const links = ownersOf(db, table, entityTable);
  const times = db.timeColumn(table);
  return dropRows(db, table, (row) => {
    const isPast = times === null || !isValid(times, row) || times.values[row]! <= anchor;
    return isPast && links.some((link) => owners.has(link[row]!));
  });
}

function numbersOf({ values }: PredictionTable): Float64Array | null {
  if (values.kind === "regression") return values.point;
  return values.kind === "binary" ? values.probability : null;
}

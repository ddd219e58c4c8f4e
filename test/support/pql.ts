/** Short ways from a query's text to its rows, for tests. */
import { type BindOptions, bindQuery } from "../../pql/bind/bind.js";
import { planTrainingTable, type TrainingTablePlan } from "../../pql/plan/plan.js";
import { type LabelTable, type PredictionRows, runPlan } from "../../pql/run/execute.js";
import { parseQuery } from "../../pql/syntax/parse.js";
import type { Database } from "../../src/data/database.js";
import { at } from "./shop.js";

/** Parses, binds and plans. */
export function planOf(db: Database, text: string, options: BindOptions = {}): TrainingTablePlan {
  return planTrainingTable(bindQuery(parseQuery(text, options), db.schema, options));
}

/** Labels at ISO anchors; `null` for a static target. */
export function labelsOf(
  db: Database,
  text: string,
  anchors: readonly string[] | null,
  options: BindOptions = {},
): LabelTable {
  return runPlan(planOf(db, text, options), db, anchors?.map(at) ?? null);
}

/** The rows to predict at ISO anchors. */
export function rowsToPredict(
  db: Database,
  text: string,
  anchors: readonly string[] | null,
): PredictionRows {
  return runPlan(planOf(db, text), db, anchors?.map(at) ?? null, { mode: "predict" });
}

/** Labels as pairs of entity row and target, for tables with one anchor. */
export function pairs(table: LabelTable): [number, number][] {
  return Array.from(table.entityRows, (row, i) => [row, table.targets[i]!]);
}

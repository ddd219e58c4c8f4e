/** What is predicted: the task of a query, independent of how it was written. */
import type { TimeWindow } from "../core/time.js";

/**
 * The kind of answer.
 *
 * @see Kumo `TaskType`; relbench `TaskType`.
 */
export type TaskType =
  | "binary_classification"
  | "multiclass_classification"
  | "multilabel_classification"
  | "regression"
  | "forecasting"
  | "ranking"
  | "link_prediction";

/**
 * One value per (entity, anchor time).
 *
 * @see relbench `EntityTask`.
 */
export interface EntityTask {
  /** The query's canonical text, or a name for a table given by hand. */
  readonly query: string;
  readonly taskType: TaskType;
  readonly entityTable: string;
  /** The key's columns as the query spells them, for the columns of results; absent: as the schema does. */
  readonly keyNames?: readonly string[];
  /** The target in words of the query, such as `SUM(SESSIONS.DURATION_MIN, 0, 30, days)`. */
  readonly targetName: string;
  /** The span of the target's windows relative to the anchor, `(t + start, t + end]`; `null` for a static target. */
  readonly window: TimeWindow | null;
  /** The unit of a numeric target, such as `minutes`; `null` where unknown. */
  readonly unit: string | null;
  /** Whether every value of a numeric target is an integer (a count, a sum of integers). */
  readonly integer: boolean;
  /** Columns that the target is a plain function of, hidden from models: pairs of table and column. */
  readonly hiddenColumns: readonly { readonly table: string; readonly column: string }[];
}

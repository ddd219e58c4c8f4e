/** What is predicted: the task of a query, independent of how it was written. */
import type { TimeWindow } from "../core/time.js";
import type { GivenTarget } from "./given-target.js";

/**
 * The kind of answer.
 *
 * @see Kumo `TaskType`; relbench `TaskType`.
 */
export type TaskType =
  | "binary_classification"
  | "multiclass_classification"
  | "multilabel_classification"
  | "multilabel_ranking"
  | "regression"
  | "forecasting"
  | "temporal_link_prediction"
  | "static_link_prediction";

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
  /** Number of consecutive windows of a forecast; absent: one. */
  readonly timeframes?: number;
  /** How many places are ranked, or classes kept; absent: all. */
  readonly top?: number;
  /** The table of the items that a list of keys names; absent: the list holds categories. */
  readonly itemTable?: string;
  /** What is known of a target whose values are given in a table by hand; absent: the query computes them. */
  readonly given?: GivenTarget;
  /** Columns that the target is a plain function of, hidden from models: pairs of table and column. */
  readonly hiddenColumns: readonly { readonly table: string; readonly column: string }[];
}

/** Tells whether the answers of a task are lists of items, best first. */
export function hasLists({ taskType }: Pick<EntityTask, "taskType">): boolean {
  switch (taskType) {
    case "multilabel_ranking":
    case "temporal_link_prediction":
    case "static_link_prediction":
      return true;
    default:
      return false;
  }
}

/** What is written down about a task of RelBench. */
import type { TaskType } from "../../src/task/task.js";
import type { RelbenchDatabase } from "./schema.js";

/**
 * How the query's label table compares with RelBench's.
 *
 * - `exact`: the same rows and labels.
 * - `existing`: the same, but for entities that do not exist at the anchor yet. RelBench's SQL labels those too; a query
 *   never does.
 * - `close`: labels differ in the cases that `note` names.
 */
export type Agreement = "exact" | "existing" | "close";

interface TaskBase {
  readonly database: RelbenchDatabase;
  readonly name: string;
  /** The type the query binds to; a list of recommended items is `temporal_link_prediction`. */
  readonly taskType: TaskType;
  /** In the default dialect; `null` where the language cannot say the task: `note` tells why. */
  readonly query: string | null;
  /** `null` without a query. */
  readonly agreement: Agreement | null;
  /** What the agreement rests on, or what differs; `null` = nothing to say. */
  readonly note: string | null;
}

/** A task about a window of the future: `(t, t + days]` at anchors that are `days` apart. */
export interface WindowedTask extends TaskBase {
  readonly kind: "windowed";
  /** RelBench's `timedelta` in days. */
  readonly days: number;
  /** Validation and test anchors each, at most; absent: one. */
  readonly evalAnchors?: number;
}

/**
 * A task that fills in a column of a table with time. Each row is predicted at its own time, from what was known then and
 * without the target's column and `removedColumns`.
 */
export interface AutocompleteTask extends TaskBase {
  readonly kind: "autocomplete";
  /** Columns that give the target away, as `table.column`: RelBench's `remove_columns`. */
  readonly removedColumns: readonly string[];
}

/** A task. */
export type RelbenchTask = WindowedTask | AutocompleteTask;

/** The plan of a training table: what is scanned, kept and labelled, as plain data. */
import type { Timestamp, TimeWindow } from "../../src/core/time.js";
import type { EntityTask } from "../../src/task/task.js";
import type { BoundCondition, BoundEntity, BoundTarget, NullLogic } from "../bind/bound.js";

/** How a training table is made. */
export interface TrainingTablePlan {
  /** The canonical query, of this target alone where the query has several. */
  readonly query: string;
  /** The target's name; `null` where it has none. */
  readonly name: string | null;
  readonly task: EntityTask;
  readonly nullLogic: NullLogic;
  readonly entity: BoundEntity;
  readonly target: BoundTarget;
  /** What is labelled, window after window: the target, and for a forecast the target moved on by its length. */
  readonly frames: readonly BoundTarget[];
  readonly where: BoundCondition | null;
  readonly assuming: BoundCondition | null;
  /** The anchor written into the query; `null` = none. */
  readonly at: Timestamp | null;
  /** Windows that must be over before a label is known: those of all frames and of ASSUMING. */
  readonly labelWindows: readonly TimeWindow[];
  /** The span of all label windows; `null` for a static target. */
  readonly horizon: TimeWindow | null;
  /** Windows that WHERE looks back through. */
  readonly pastWindows: readonly TimeWindow[];
  /** Who is in the table, one sentence each, in the order in which rows are dropped. */
  readonly eligibility: readonly string[];
  /** When a row has a label, and which. */
  readonly labelRule: string;
  /** Tables whose times bound the anchors: those that place the target's rows, or the entity table. */
  readonly timeTables: readonly string[];
  /**
   * Prints the plan, one step a line.
   *
   * @param anchorTimes - the anchors, to show windows in absolute dates.
   */
  explain(anchorTimes?: readonly Timestamp[] | Float64Array): string;
  toString(): string;
}

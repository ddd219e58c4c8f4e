/** Plan and data to rows: labelled rows for training, or the rows to predict. */
import { ConfigError } from "../../src/core/errors.js";
import type { Timestamp } from "../../src/core/time.js";
import type { Database } from "../../src/data/database.js";
import type { TrainingTablePlan } from "../plan/plan-types.js";
import { type LabelTable, labelRows } from "./label-rows.js";
import { type PredictionRows, predictRows } from "./predict-rows.js";
import { type RunOptions, startRun } from "./run.js";

export type { AnchorSummary, LabelTable } from "./label-rows.js";
export type { PredictionRows } from "./predict-rows.js";
export type { RunOptions } from "./run.js";

/**
 * Runs a plan.
 *
 * @param plan - the plan.
 * @param db - the database of the schema that the query was bound to.
 * @param anchorTimes - the anchors, in any order, repetitions count once. For a static target `null` takes each row at
 * its own time (or at no time, where the entity table has none).
 * @param options - mode, progress, cancellation.
 * @returns rows in the order of anchor, then entity row, then window of a forecast. Labels see the full truth of their
 * window; WHERE sees only what is known at the anchor.
 * @throws {@link ConfigError} CFG140 if a query with a window gets no anchors, CFG141 if an anchor is no time, CFG142 if
 * the classes of the target cannot be listed.
 */
export function runPlan(
  plan: TrainingTablePlan,
  db: Database,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
  options?: RunOptions & { readonly mode?: "label" },
): LabelTable;
export function runPlan(
  plan: TrainingTablePlan,
  db: Database,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
  options: RunOptions & { readonly mode: "predict" },
): PredictionRows;
export function runPlan(
  plan: TrainingTablePlan,
  db: Database,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
  options: RunOptions = {},
): LabelTable | PredictionRows {
  const anchors = checkAnchors(plan, anchorTimes);
  const run = startRun(plan, db, options);
  return options.mode === "predict" ? predictRows(run, anchors) : labelRows(run, anchors);
}

/**
 * Sorts anchors and drops repetitions.
 *
 * @throws {@link ConfigError} CFG140 if a query with a window gets none, CFG141 if one is no time.
 */
export function checkAnchors(
  plan: TrainingTablePlan,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
): Float64Array | null {
  if (anchorTimes === null) {
    if (plan.task.window === null) return null;
    throw new ConfigError("CFG140", "a target with a window needs anchor times, found none", {
      hint: "give anchors, or choose them with defaultAnchors",
    });
  }
  const bad = anchorTimes.find((time) => !Number.isFinite(time));
  if (bad !== undefined) {
    throw new ConfigError("CFG141", `an anchor is a finite time in milliseconds, found ${bad}`, {
      hint: "check the dates that the anchors were read from",
    });
  }
  return Float64Array.from(new Set(anchorTimes)).sort();
}

/** The two evaluation regimes, and up to when each labelled row may see. They are reported side by side, never mixed. */
import type { Timestamp } from "../core/time.js";
import { SPLITS, type TrainingTable } from "./training-table.js";

/**
 * What a validation or test row may see: everything up to its own anchor (`seed-time`, as in production), or a
 * database cut at the start of its part (`frozen`, RelBench's default for test).
 *
 * @see relbench `Dataset.get_db(upto_test_timestamp)`.
 */
export type Regime = "seed-time" | "frozen";

/** Both regimes, in the order tools print them. */
export const REGIMES: readonly Regime[] = ["seed-time", "frozen"];

/** The times at which validation and test begin: the cuts of the frozen regime. */
export interface SplitTimes {
  readonly val: Timestamp;
  readonly test: Timestamp;
}

/**
 * Tells up to when each row may see. Training rows always see up to their own anchor. Frozen validation is cut at its own
 * start, not at that of test: a model must be chosen on the problem it will meet.
 *
 * @param table - labelled rows; without a split all count as training rows.
 * @param regime - the regime.
 * @param start - when validation and test begin.
 * @returns float64 `[rows]`: `min(anchor, cut)`.
 */
export function visibleTimes(
  table: TrainingTable,
  regime: Regime,
  start: SplitTimes,
): Float64Array {
  const { anchorTimes, split } = table;
  if (regime === "seed-time" || split === null) return anchorTimes.slice();
  const cuts = SPLITS.map((part) => (part === "train" ? Infinity : start[part]));
  return anchorTimes.map((anchor, row) => Math.min(anchor, cuts[split[row]!]!));
}

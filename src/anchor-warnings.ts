/** Anchors that do not fit the times of the data: before its first row, or long after its last. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { formatTime, MS_PER_DAY, type Timestamp } from "./core/time.js";
import type { Database } from "./data/database.js";

/**
 * Says which anchors do not fit the data that the target reads.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param anchors - the anchors, in any order.
 * @returns a warning for anchors before the first row, and one for anchors more than a day after the last.
 * @see Kumo `_validate_time`: an anchor before the first timestamp, an anchor more than a day past the data.
 */
export function anchorWarnings(
  db: Database,
  plan: TrainingTablePlan,
  anchors: Iterable<Timestamp>,
): string[] {
  const span = plan.horizon === null ? null : db.timeSpan(plan.timeTables);
  if (!span) return [];
  const times = [...anchors].filter(Number.isFinite).sort((a, b) => a - b);
  const tables = plan.timeTables.map((name) => `\`${name}\``).join(", ");
  const warnings: string[] = [];
  const [first] = times;
  if (first !== undefined && first < span.min) {
    const when = formatTime(span.min);
    warnings.push(
      `anchor ${formatTime(first)} is before the first row of ${tables} at ${when}: nothing is known there`,
    );
  }
  const last = times.at(-1);
  if (last !== undefined && last > span.max + MS_PER_DAY) {
    const days = Math.floor((last - span.max) / MS_PER_DAY);
    const when = formatTime(span.max);
    warnings.push(
      `anchor ${formatTime(last)} is ${days} days after the last row of ${tables} at ${when}: what happened between is not in the data`,
    );
  }
  return warnings;
}

/** The error of the generator's own forecast: the best that can be reached by who knows moods and drifts, but not the future. */
import type { Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { Table } from "../data/table.js";
import { mae } from "../task/metrics.js";
import type { TrainingTable } from "../task/training-table.js";
import { generateSaasTables } from "./database.js";

/** How a company was generated. */
export interface GeneratedCompany {
  readonly users: number;
  readonly seed: number;
}

/**
 * Scores the oracle's median of a user's minutes within the next 30 days.
 *
 * @param db - the company, as generated with the same `users` and `seed`.
 * @param labels - labels of `SUM(SESSIONS.DURATION_MIN, 0, 30, days)` per user.
 * @param anchor - a cut at which the generator tells the truth; only its rows are scored.
 * @param company - how the company was generated.
 * @returns mean absolute error in minutes; `null` without rows.
 */
export function oracleError(
  db: Database,
  labels: TrainingTable,
  anchor: Timestamp,
  company: GeneratedCompany,
): number | null {
  const medians = oracleForecast(db, labels, anchor, company);
  if (medians === null) return null;
  const rows = Int32Array.from(labels.targets.keys()).filter((row) => !Number.isNaN(medians[row]!));
  const truth = Float64Array.from(rows, (row) => labels.targets[row]!);
  return mae(
    Float64Array.from(rows, (row) => medians[row]!),
    truth,
  );
}

/**
 * Tells the oracle's median of a user's minutes within the next 30 days.
 *
 * @returns float64 `[label rows]`, NaN at other anchors and for users whose truth is not told; `null` where none is.
 */
export function oracleForecast(
  db: Database,
  { entityRows, anchorTimes }: TrainingTable,
  anchor: Timestamp,
  company: GeneratedCompany,
): Float64Array | null {
  const tables = generateSaasTables({ ...company, truth: true });
  const anchors = tables.truth.find((table) => table.name === "ANCHORS");
  if (!anchors) return null;
  const medians = mediansAt(db, anchors, anchor);
  return Float64Array.from(entityRows, (row, i) =>
    anchorTimes[i] === anchor ? medians[row]! : Number.NaN,
  );
}

/** The oracle's median by row of the user; NaN where it has none. */
function mediansAt(db: Database, anchors: Table, anchor: Timestamp): Float64Array {
  const index = db.keyIndex("USERS");
  const medians = new Float64Array(db.table("USERS").numRows).fill(Number.NaN);
  for (const record of anchors.toRecords()) {
    if (record["ANCHOR"] !== anchor) continue;
    const row = index.find([record["USER_ID"] ?? null]);
    if (row >= 0) medians[row] = record["MEDIAN_MINUTES"] as number;
  }
  return medians;
}

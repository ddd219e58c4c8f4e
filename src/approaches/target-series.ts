/** The target's own past as one short-stepped series per entity: what a time-series forecaster reads. */
import { bindQuery, planTrainingTable, runPlan } from "../../pql/index.js";
import type { Aggregation, PredictiveQuery } from "../../pql/syntax/ast.js";
import { approximateMs, MS_PER_DAY, type Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { LanguageOptions } from "../query.js";

/** The series of some entities up to one anchor. */
export interface TargetSeries {
  /** Days between two values. */
  readonly stepDays: number;
  /** The length of the target's window in steps, not always whole. */
  readonly horizon: number;
  /** Per entity asked for: float64 values, the oldest first; the last step ends at the anchor. Empty before it existed. */
  readonly values: readonly Float64Array[];
}

/** A target that adds up over time: its aggregation, and the length of its window in days. */
export interface AdditiveTarget {
  readonly aggregation: Aggregation;
  readonly days: number;
}

/**
 * Finds out whether a target adds up over time: one `SUM` or `COUNT` over a window that begins at the anchor.
 *
 * @param query - the parsed query.
 * @returns `null` where it does not, as for averages, conditions or several targets.
 */
export function additiveTarget({ targets }: PredictiveQuery): AdditiveTarget | null {
  const value = targets.length === 1 ? targets[0]!.value : null;
  if (value?.kind !== "aggregation" || !["SUM", "COUNT"].includes(value.name)) return null;
  const { window } = value;
  if (window === null || window.start !== 0 || typeof window.end !== "number") return null;
  const days = approximateMs(window.end, window.unit) / MS_PER_DAY;
  return days >= 2 ? { aggregation: value, days } : null;
}

/** Steps in a target's window, about: weeks for a month. */
const STEPS_PER_WINDOW = 4;

/**
 * Makes the series. A step is about a quarter of the target's window in whole days. Filters of the query that choose entities
 * (WHERE, ASSUMING) do not cut a series.
 *
 * @param db - the database.
 * @param query - the parsed query.
 * @param target - of {@link additiveTarget}.
 * @param request - `rows`: int32, entity rows; `anchor`: when the series end; `points`: values at most; `language`: of the query.
 */
export function targetSeries(
  db: Database,
  query: PredictiveQuery,
  { aggregation, days }: AdditiveTarget,
  request: {
    readonly rows: Int32Array;
    readonly anchor: Timestamp;
    readonly points: number;
    readonly language?: LanguageOptions;
  },
): TargetSeries {
  const { rows, anchor, points, language = {} } = request;
  const stepDays = Math.max(1, Math.floor(days / STEPS_PER_WINDOW));
  const window = { ...aggregation.window!, end: stepDays, unit: "days" as const };
  const short: PredictiveQuery = {
    ...query,
    targets: [{ ...query.targets[0]!, value: { ...aggregation, window } }],
    where: null,
    assuming: null,
  };
  const { nullLogic, params } = language;
  const bound = bindQuery(short, db.schema, {
    ...(nullLogic && { nullLogic }),
    ...(params && { params }),
  });
  const step = stepDays * MS_PER_DAY;
  const anchors = Float64Array.from({ length: points }, (_, k) => anchor - (points - k) * step);
  const first = db.timeSpan()?.min ?? anchor;
  const known = anchors.filter((time) => time >= first);
  const labels = runPlan(planTrainingTable(bound), db, known);
  const length = known.length;
  const cells = new Float64Array(db.table(labels.task.entityTable).numRows * length);
  cells.fill(Number.NaN);
  const place = new Map([...known].map((time, k) => [time, k]));
  labels.targets.forEach((value, i) => {
    cells[labels.entityRows[i]! * length + place.get(labels.anchorTimes[i]!)!] = value;
  });
  const values = Array.from(rows, (row) => {
    const own = cells.slice(row * length, (row + 1) * length);
    const from = own.findIndex((value) => !Number.isNaN(value));
    // A step without a row in between, as of an account that was paused, counts nothing.
    return from < 0 ? new Float64Array(0) : own.slice(from).map((v) => (Number.isNaN(v) ? 0 : v));
  });
  return { stepDays, horizon: days / stepDays, values };
}

/** Forecasts of the test rows from each entity's own series. */
import type { PredictiveQuery } from "../../pql/syntax/ast.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import type { LanguageOptions } from "../query.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import { forecastSeries } from "./forecast-process.js";
import type { SeriesMethod } from "./forecasters.js";
import { type AdditiveTarget, targetSeries } from "./target-series.js";

/** Recent values that stand in where a method has too little to go on. */
const RECENT = 8;

/**
 * Forecasts each test row from its entity's series up to the anchor. Where a series is too short or plain for the method, the
 * mean of its last values is carried on; an entity without any gets the median of the training targets.
 *
 * @param db - the database.
 * @param query - the parsed query.
 * @param target - its additive target.
 * @param labels - all rows, split.
 * @param method - the method.
 * @param options - `points`: values of a series at most; `language`: of the query.
 * @returns float64 `[test rows]`, not below 0 where no training target is.
 */
export async function forecastRows(
  db: Database,
  query: PredictiveQuery,
  target: AdditiveTarget,
  labels: TrainingTable,
  method: SeriesMethod,
  options: Pick<WorkOptions, "signal"> & {
    readonly points: number;
    readonly language: LanguageOptions;
  },
): Promise<Float64Array> {
  const test = splitRows(labels, "test");
  const learned = Float64Array.from(
    splitRows(labels, "train"),
    (row) => labels.targets[row]!,
  ).sort();
  const typical = learned[learned.length >> 1] ?? 0;
  const floor = (learned[0] ?? 0) >= 0 ? 0 : -Infinity;
  const predictions = new Float64Array(test.length);
  const anchors = new Set(Array.from(test, (row) => labels.anchorTimes[row]!));
  for (const anchor of anchors) {
    const places = Array.from(test.keys()).filter((i) => labels.anchorTimes[test[i]!] === anchor);
    const rows = Int32Array.from(places, (i) => labels.entityRows[test[i]!]!);
    const { values, horizon, stepDays } = targetSeries(db, query, target, {
      rows,
      anchor,
      ...options,
    });
    const job = { method, series: values, steps: Math.ceil(horizon) };
    const forecasts = await forecastSeries(
      { ...job, calendar: { end: anchor, stepDays } },
      { signal: options.signal },
    );
    places.forEach((i, k) => {
      const series = values[k]!;
      const found = forecasts[k]!;
      const value =
        series.length === 0
          ? typical
          : found === null
            ? recent(series) * horizon
            : sum(found, horizon);
      predictions[i] = Math.max(floor, Number.isFinite(value) ? value : typical);
    });
  }
  return predictions;
}

function recent(series: Float64Array): number {
  const last = series.slice(-RECENT);
  return last.reduce((total, value) => total + value, 0) / last.length;
}

/** The forecast over a horizon that may end within a step. */
function sum(forecast: Float64Array, horizon: number): number {
  let total = 0;
  forecast.forEach((value, step) => {
    total += value * Math.min(1, Math.max(0, horizon - step));
  });
  return total;
}

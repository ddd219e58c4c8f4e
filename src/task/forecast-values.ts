/** Numbers of labelled windows as a forecast: a row for each entity and anchor, a column for each window. */
import type { ForecastValues } from "./prediction-table.js";
import type { TrainingTable } from "./training-table.js";

/**
 * Puts numbers in the form of a forecast.
 *
 * @param labels - labelled rows with steps; the windows of one entity and anchor stand together.
 * @param numbers - float64 `[label rows]`.
 * @returns NaN where a window has no label.
 */
export function forecastValues(
  { task, steps, entityRows, anchorTimes }: TrainingTable,
  numbers: Float64Array,
): ForecastValues {
  const count = task.timeframes ?? 1;
  const isNew = (i: number): boolean =>
    i === 0 || entityRows[i] !== entityRows[i - 1] || anchorTimes[i] !== anchorTimes[i - 1];
  let rows = 0;
  for (let i = 0; i < numbers.length; i++) if (isNew(i)) rows++;
  const point = new Float64Array(rows * count).fill(Number.NaN);
  let row = -1;
  for (let i = 0; i < numbers.length; i++) {
    if (isNew(i)) row++;
    point[row * count + (steps?.[i] ?? 1) - 1] = numbers[i]!;
  }
  return { kind: "forecast", steps: count, point, lower: null, upper: null };
}

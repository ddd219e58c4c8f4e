/** A process that forecasts series: the packages behind it write to the terminal, and nobody listens to this one's. */
import {
  type Forecaster,
  openForecaster,
  type SeriesCalendar,
  type SeriesMethod,
} from "./forecasters.js";

/** What the process is asked for. */
export interface ForecastJob {
  readonly method: SeriesMethod;
  readonly series: readonly Float64Array[];
  readonly steps: number;
  readonly calendar: SeriesCalendar;
}

/** What it answers: a forecast for each series, `null` where the method has none. */
export type ForecastAnswer =
  | { readonly kind: "forecasts"; readonly forecasts: readonly (Float64Array | null)[] }
  | { readonly kind: "failed"; readonly message: string };

/** A forecast further out than so many times the largest value was not found, it ran away. */
const RUNAWAY = 10;

function forecastAll(forecaster: Forecaster, { series, steps, calendar }: ForecastJob) {
  return series.map((values) => {
    const found = forecaster.forecast(values, steps, calendar);
    const most = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0) * RUNAWAY;
    return found?.every((value) => Math.abs(value) <= most) ? found : null;
  });
}

process.once("message", (job: ForecastJob) => {
  openForecaster(job.method)
    .then(
      (forecaster): ForecastAnswer => ({
        kind: "forecasts",
        forecasts: forecastAll(forecaster, job),
      }),
    )
    .catch((error: unknown): ForecastAnswer => ({ kind: "failed", message: String(error) }))
    .then((answer) => process.send!(answer, () => process.exit(0)));
});

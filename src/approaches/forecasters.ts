/** Forecasters of single series, from optional packages: exponential smoothing, ARIMA, and Prophet's decomposition. The packages print, so they run in a process of their own. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { ConfigError } from "../core/errors.js";
import { MS_PER_DAY, type Timestamp } from "../core/time.js";

/** The methods there are. */
export const SERIES_METHODS = ["ets", "arima", "prophet"] as const;

/** A method by its name. */
export type SeriesMethod = (typeof SERIES_METHODS)[number];

/** A method that is ready. */
export interface Forecaster {
  readonly name: SeriesMethod;
  /**
   * Forecasts one series.
   *
   * @param series - float64, the oldest first; equally spaced.
   * @param steps - how many values to forecast.
   * @param calendar - when the series ends (ms), and days between two values.
   * @returns float64 `[steps]`; `null` where the series is too short or too plain for the method.
   */
  forecast(series: Float64Array, steps: number, calendar: SeriesCalendar): Float64Array | null;
}

/** Where a series lies in time. */
export interface SeriesCalendar {
  /** The end of its last step. */
  readonly end: Timestamp;
  readonly stepDays: number;
}

/** Fewest values that a method is fitted on. */
export const LEAST_POINTS = 8;

const PACKAGES: Readonly<Record<SeriesMethod, readonly string[]>> = {
  ets: ["@bsull/augurs"],
  arima: ["arima"],
  prophet: ["@bsull/augurs", "@bsull/augurs-prophet-wasmstan"],
};

const resolver = createRequire(import.meta.url);

/**
 * Loads a method.
 *
 * @param name - of {@link SERIES_METHODS}.
 * @throws {@link ConfigError} CFG210 if its package is not installed.
 */
export async function openForecaster(name: SeriesMethod): Promise<Forecaster> {
  requireForecaster(name);
  switch (name) {
    case "ets":
      return openEts();
    case "arima":
      return openArima();
    case "prophet":
      return openProphet();
  }
}

/**
 * Checks that a method can be loaded.
 *
 * @throws {@link ConfigError} CFG210 if its package is not installed.
 */
export function requireForecaster(method: SeriesMethod): void {
  for (const name of PACKAGES[method]) {
    try {
      resolver.resolve(name === "@bsull/augurs" ? `${name}/ets` : name);
    } catch (cause) {
      const message = `the forecaster \`${method}\` needs the package \`${name}\``;
      const hint = `npm install ${PACKAGES[method].join(" ")}, or choose other methods`;
      throw new ConfigError("CFG210", message, { hint, cause });
    }
  }
}

async function wasmOf(module: "ets" | "prophet"): Promise<Uint8Array<ArrayBuffer>> {
  const path = resolver.resolve(`@bsull/augurs/${module}`).replace(/\.js$/, "_bg.wasm");
  return new Uint8Array(await readFile(path));
}

/** Exponential smoothing with error, trend and damping chosen by AICc, without seasons. */
async function openEts(): Promise<Forecaster> {
  const { AutoETS, initSync } = await import("@bsull/augurs/ets");
  initSync({ module: await wasmOf("ets") });
  return {
    name: "ets",
    forecast(series, steps) {
      if (isPlain(series)) return null;
      const model = new AutoETS(1, "ZZN");
      try {
        model.fit(series);
        return Float64Array.from(model.predict(steps).point);
      } catch {
        return null;
      } finally {
        model.free();
      }
    },
  };
}

/** ARIMA(1, 1, 1): an automatic search of orders takes seventy times as long a series. */
async function openArima(): Promise<Forecaster> {
  const { default: Arima } = await import("arima");
  return {
    name: "arima",
    forecast(series, steps) {
      if (isPlain(series)) return null;
      const model = new Arima({ p: 1, d: 1, q: 1, verbose: false });
      try {
        const [means] = model.train(Array.from(series)).predict(steps);
        return Float64Array.from(means);
      } catch {
        return null;
      } finally {
        model.destroy();
      }
    },
  };
}

/** Prophet: a piecewise trend, a yearly season where there are two years, the turn of the year as a holiday. */
async function openProphet(): Promise<Forecaster> {
  const { Prophet, initSync } = await import("@bsull/augurs/prophet");
  const { optimizer } = await import("@bsull/augurs-prophet-wasmstan");
  initSync({ module: await wasmOf("prophet") });
  return {
    name: "prophet",
    forecast(series, steps, { end, stepDays }) {
      if (isPlain(series)) return null;
      // A step is told by the day it begins, in seconds.
      const at = (step: number): number =>
        (end + (step - series.length) * stepDays * MS_PER_DAY) / 1000;
      const holidays = turnsOfYear(at(0), at(series.length + steps), stepDays);
      const model = new Prophet({
        optimizer,
        uncertaintySamples: 0,
        ...(holidays.length > 0 && {
          holidays: new Map([["turn of the year", { occurrences: holidays }]]),
        }),
      });
      try {
        model.fit({
          ds: Array.from(series, (_, i) => at(i)),
          y: Array.from(series),
        });
        const ds = Array.from({ length: steps }, (_, i) => at(series.length + i));
        return Float64Array.from(model.predict({ ds }).yhat.point);
      } catch {
        return null;
      } finally {
        model.free();
      }
    },
  };
}

/** Spans of the steps in which a year turns, in seconds; a step that begins up to its length before 1 January holds it. */
function turnsOfYear(
  from: number,
  to: number,
  stepDays: number,
): { readonly start: number; readonly end: number }[] {
  const spans = [];
  const year = (seconds: number): number => new Date(seconds * 1000).getUTCFullYear();
  for (let y = year(from); y <= year(to); y++) {
    const turn = Date.UTC(y, 0, 1) / 1000;
    const length = (stepDays * MS_PER_DAY) / 1000;
    if (turn >= from && turn - length <= to)
      spans.push({ start: turn - length + 1, end: turn + 1 });
  }
  return spans;
}

/** Too short, or the same value all along: nothing to fit. */
function isPlain(series: Float64Array): boolean {
  return series.length < LEAST_POINTS || series.every((value) => value === series[0]);
}

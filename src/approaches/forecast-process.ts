/** Starts the process that forecasts series, and waits for its answer. */
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AbortedError, ConfigError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import type { ForecastAnswer, ForecastJob } from "./forecast-child.js";

/**
 * Forecasts series.
 *
 * @param job - the method, the series and how far.
 * @returns float64 `[steps]` for each series, `null` where the method has none.
 * @throws {@link ConfigError} CFG212 if the process fails; AbortedError CFG900 once cancelled.
 */
export function forecastSeries(
  job: ForecastJob,
  { signal }: Pick<WorkOptions, "signal"> = {},
): Promise<readonly (Float64Array | null)[]> {
  const isSource = import.meta.url.endsWith(".ts");
  const file = new URL(`./forecast-child.${isSource ? "ts" : "js"}`, import.meta.url);
  // A checkout runs its sources through tsx.
  const tsx = isSource ? createRequire(import.meta.url).resolve("tsx") : null;
  const child = fork(fileURLToPath(file), [], {
    execArgv: tsx === null ? [] : ["--import", pathToFileURL(tsx).href],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "advanced",
  });
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      child.kill("SIGKILL");
      reject(new AbortedError("the comparison"));
    };
    const fail = (why: string): void => {
      const message = `the forecaster \`${job.method}\` failed: ${why}`;
      reject(new ConfigError("CFG212", message, { hint: "choose other methods" }));
    };
    signal?.addEventListener("abort", stop, { once: true });
    child.once("message", (answer: ForecastAnswer) => {
      if (answer.kind === "forecasts") resolve(answer.forecasts);
      else fail(answer.message);
    });
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => {
      signal?.removeEventListener("abort", stop);
      fail(`its process ended with ${code}`);
    });
    child.send(job);
  });
}

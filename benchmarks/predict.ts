/** Benchmark `predict`: fitting on sampled rows and predicting every user, with the memory that each stage has reached. */
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { createRng } from "../src/core/random.js";
import { Predictor } from "../src/predictor.js";
import { initBackend } from "../src/tensor/backend.js";
import { signalsDatabase } from "./signals-data.js";
import { measureStage } from "./stage.js";

/** Options of {@link runPredictBench}. */
export interface PredictBenchOptions {
  /** Number of users, all of them predicted; default 20,000. */
  readonly users?: number | undefined;
  /** Number of events, with a tenth as many tickets; default 1,000,000. */
  readonly events?: number | undefined;
  /** Most epochs of the network; default 2. */
  readonly epochs?: number | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

const QUERY = "PREDICT SUM(events.minutes, 0, 30, days) FOR EACH users.id";

/**
 * Runs the benchmark with the default blend.
 *
 * @param options - sizes.
 * @returns per stage: seconds on the wall, seconds of processor time, and the peak memory of the process so far.
 */
export async function runPredictBench(options: PredictBenchOptions = {}): Promise<BenchReport> {
  const { users = 20_000, events = 1_000_000, epochs = 2, onLine = () => {} } = options;
  const results: BenchResult[] = [];
  const add = (name: string, unit: string, value: number): void => {
    results.push({ name, unit, ...spread([value]) });
    onLine(`${name}: ${Number(value.toPrecision(3))} ${unit}`);
  };
  const stage = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const { made, cost } = await measureStage(work);
    add(name, "s", cost.seconds);
    add(`${name}, processor`, "s", cost.cpu);
    add(`${name}, peak memory so far`, "MiB", cost.peak);
    return made;
  };
  const backend = await initBackend();
  const db = await stage("data", () => signalsDatabase(users, events, createRng(1)));
  const predictor = await stage("fit", () => Predictor.fit(db, QUERY, { seed: 1, epochs }));
  await stage(`predict ${users.toLocaleString("en-US")} users`, () => predictor.predict());
  predictor.dispose();
  return benchReport("predict", backend, results);
}

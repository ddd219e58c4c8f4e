/** Benchmark `beer-se`: two tasks of RelBench's rel-stack on a small community, beside hand-made rules with boosting. */
import { join } from "node:path";
import { type BenchReport, type BenchResult, benchReport } from "../src/cli/bench-report.js";
import { invariant } from "../src/core/assert.js";
import { requireTime } from "../src/core/time.js";
import { Database } from "../src/data/database.js";
import { evaluate, formatEvaluation } from "../src/evaluate.js";
import { initBackend } from "../src/tensor/backend.js";
import { findRelbenchTask } from "./relbench/tasks.js";
import { scoreResults } from "./scores.js";

const TIMES = { val: requireTime("2016-06-01", "val"), test: requireTime("2016-09-01", "test") };

/** AUROC of hand-made rules with boosting. */
const HAND_MADE = { "user-engagement": 0.878, "user-badge": 0.858 } as const;

/**
 * Evaluates both tasks at seed time.
 *
 * @param options - `seeds` (3); `onLine` takes the tables as they are known.
 */
export async function runBeerBench(options: {
  readonly seeds?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const backend = await initBackend();
  const db = await Database.open(join(import.meta.dirname, "data/beer_se"));
  const results: BenchResult[] = [];
  for (const [name, median] of Object.entries(HAND_MADE)) {
    const { query } = findRelbenchTask("rel-stack", name)!;
    invariant(query, `${name} has a query`);
    const { evaluation } = await evaluate(db, query, {
      times: TIMES,
      seeds: options.seeds ?? 3,
      regimes: ["seed-time"],
      clock: () => performance.now(),
    });
    options.onLine?.(`${name}\n${formatEvaluation(evaluation)}\n`);
    const beside = { to: "hand-made rules", median };
    const compared = { frozen: beside, "seed-time": beside };
    results.push(...scoreResults(name, evaluation, compared));
  }
  return benchReport("beer-se", backend, results);
}

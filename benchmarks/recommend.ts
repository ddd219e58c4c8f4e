/** Benchmark `recommend`: rel-f1 driver-circuit-compete, beside what is popular and what each driver did before. */
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { requireTime } from "../src/core/time.js";
import { evaluate, formatEvaluation } from "../src/evaluate.js";
import { openRelF1 } from "./rel-f1/database.js";

const QUERY = `PREDICT LIST_DISTINCT(races.circuitId VIA results.raceId -> results.driverId, 0, 365, days) RANK TOP 10
  FOR EACH drivers.driverId`;

/**
 * Evaluates the task by RelBench's protocol; one test anchor, so both regimes are one.
 *
 * @param options - `seeds` (3); `onLine` takes the table.
 */
export async function runRecommendBench(options: {
  readonly seeds?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const { seeds = 3, onLine } = options;
  const db = await openRelF1();
  const { evaluation } = await evaluate(db, QUERY, {
    times: { val: requireTime("2005-01-01", "val"), test: requireTime("2010-01-01", "test") },
    regimes: ["frozen"],
    seeds,
    clock: () => performance.now(),
  });
  onLine?.(formatEvaluation(evaluation));
  const { model, baselines } = evaluation.results[0]!;
  const scores = model.seeds.map(({ test }) => test.map_at_k!);
  const results: BenchResult[] = [
    { name: "driver-circuit-compete, test", unit: "map@10", ...spread(scores) },
    ...Object.entries(baselines).map(([name, { test }]) => ({
      name,
      unit: "map@10",
      ...spread([test.map_at_k!]),
    })),
  ];
  return benchReport("recommend", "none", results);
}

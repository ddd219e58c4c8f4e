/** Benchmark `rel-f1` in the form of all benchmarks: one result per task, regime and part. */
import { type BenchReport, type BenchResult, benchReport } from "../../src/cli/bench-report.js";
import { initBackend } from "../../src/tensor/backend.js";
import { scoreResults } from "../scores.js";
import { evaluateRelF1, PUBLISHED } from "./evaluate.js";
import { REL_F1_TASKS } from "./tasks.js";

/**
 * Evaluates rel-f1 and reports the test scores, beside RelBench's graph network.
 *
 * @param options - `seeds` per task and regime, 3 by default; `onLine` takes the tables as they are known.
 */
export async function runRelF1Bench(options: {
  readonly seeds?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const backend = await initBackend();
  const clock = (): number => performance.now();
  const evaluations = await evaluateRelF1({ ...options, clock });
  const results: BenchResult[] = [];
  evaluations.forEach((evaluation, i) => {
    const { name } = REL_F1_TASKS[i]!;
    const { frozen, "seed-time": fresh } = PUBLISHED[name]!;
    results.push(
      ...scoreResults(name, evaluation, {
        frozen: { to: "RelBench GNN", median: frozen.rdl },
        "seed-time": { to: "RelBench GNN", median: fresh.rdl },
      }),
    );
  });
  return benchReport("rel-f1", backend, results);
}

/** Benchmark `rel-f1` in the form of all benchmarks: one result per task, regime and part. */
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../../src/cli/bench-report.js";
import { primaryMetric } from "../../src/task/metrics.js";
import { initBackend } from "../../src/tensor/backend.js";
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
  const { name: backend } = await initBackend();
  const clock = (): number => performance.now();
  const evaluations = await evaluateRelF1({ ...options, clock });
  const results: BenchResult[] = [];
  evaluations.forEach((evaluation, i) => {
    const { name } = REL_F1_TASKS[i]!;
    const metric = primaryMetric(evaluation.taskType).name;
    for (const { regime, model } of evaluation.results) {
      const scores = model.seeds.map((seed) => seed.test[metric] ?? Number.NaN);
      const { rdl } = PUBLISHED[name]![regime];
      const measured = spread(scores);
      results.push({
        name: `${name}, ${regime}, test`,
        unit: metric,
        ...measured,
        compared: { to: "RelBench GNN", median: rdl, ratio: measured.median / rdl },
      });
    }
  });
  return benchReport("rel-f1", backend, results);
}

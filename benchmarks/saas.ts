/** Benchmark `saas`: minutes of the next 30 days in the generated company, beside the naive guesses and the truth's own score. */
import { type BenchReport, type BenchResult, benchReport } from "../src/cli/bench-report.js";
import { formatNumber } from "../src/core/pretty.js";
import { requireTime } from "../src/core/time.js";
import { evaluate, formatEvaluation } from "../src/evaluate.js";
import { generateSaasDatabase } from "../src/generate/database.js";
import { oracleError } from "../src/generate/oracle-error.js";
import { computeLabels } from "../src/labels.js";
import { compileQuery } from "../src/query.js";
import { initBackend } from "../src/tensor/backend.js";
import { scoreResults } from "./scores.js";

const QUERY = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
const TIMES = { val: requireTime("2025-04-02", "val"), test: requireTime("2025-05-02", "test") };

/**
 * Evaluates the company's main query.
 *
 * @param options - `users` of the company (3,000), `seeds` (3); `onLine` takes the tables as they are known.
 */
export async function runSaasBench(options: {
  readonly users?: number;
  readonly seeds?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const { users = 3_000, seeds = 3, onLine } = options;
  const backend = await initBackend();
  const company = { users, seed: 1 };
  const db = await generateSaasDatabase(company);
  const { evaluation } = await evaluate(db, QUERY, {
    times: TIMES,
    seeds,
    regimes: ["seed-time"],
    clock: () => performance.now(),
  });
  onLine?.(formatEvaluation(evaluation));
  const { labels } = computeLabels(db, compileQuery(db.schema, QUERY).plan, TIMES);
  const oracle = oracleError(db, labels, TIMES.test, company)!;
  const { model, baselines } = evaluation.results[0]!;
  const score = model.mean.test.mae!;
  const fixed = (name: string, value: number): BenchResult => ({
    name,
    unit: "mae",
    median: value,
    min: value,
    max: value,
    runs: 1,
  });
  const naive = Object.entries(baselines).map(([name, { test }]) => fixed(name, test.mae!));
  const recent = baselines["recent-mean"]!.test.mae!;
  const share = (recent - score) / (recent - oracle);
  onLine?.(`share of the reachable gain over the recent mean: ${formatNumber(share, 3)}`);
  return benchReport("saas", backend, [
    ...scoreResults("minutes", evaluation),
    ...naive,
    fixed("truth's own forecast", oracle),
    { ...fixed("share of the reachable gain over the recent mean", share), unit: "share" },
  ]);
}

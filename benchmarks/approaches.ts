/** Benchmark `approaches`: what teams do today beside relgraph, on the generated company, several seeds and the truth's own forecast. */
import { compareApproaches } from "../src/approaches/compare.js";
import { formatApproaches } from "../src/approaches/format.js";
import { type BenchReport, type BenchResult, benchReport } from "../src/cli/bench-report.js";
import { requireTime } from "../src/core/time.js";
import { generateSaasDatabase } from "../src/generate/database.js";
import { oracleForecast } from "../src/generate/oracle-error.js";
import { initBackend } from "../src/tensor/backend.js";

const QUERY = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
const TIMES = { val: requireTime("2025-04-02", "val"), test: requireTime("2025-05-02", "test") };

/**
 * Compares the approaches.
 *
 * @param options - `users` of the company (3,000), `seeds` (5); `onLine` takes the tables as they are known.
 */
export async function runApproachesBench(options: {
  readonly users?: number;
  readonly seeds?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const { users = 3_000, seeds = 5, onLine } = options;
  const backend = await initBackend();
  const company = { users, seed: 1 };
  const db = await generateSaasDatabase(company);
  const comparison = await compareApproaches(db, QUERY, {
    times: TIMES,
    seeds,
    clock: () => performance.now(),
    truth: (test) => oracleForecast(db, test, TIMES.test, company),
    onProgress: ({ stage, message }) => {
      if (stage === "compare") onLine?.(message);
    },
  });
  onLine?.(formatApproaches(comparison));
  const results = comparison.approaches.flatMap(
    ({ name, all, segments, against }): BenchResult[] => {
      const one = (what: string, value: number | null, unit: string): BenchResult[] =>
        value === null
          ? []
          : [{ name: `${name}${what}`, unit, median: value, min: value, max: value, runs: 1 }];
      return [
        ...one("", all.mae, "mae"),
        ...one(", rank correlation", all.rankCorrelation, "share"),
        ...one(", finds the lowest tenth", all.lowestTenth, "auroc"),
        ...(against === null
          ? []
          : [
              {
                name: `relgraph less ${name}`,
                unit: "mae",
                median: against.difference,
                min: against.low,
                max: against.high,
                runs: against.resamples,
              },
            ]),
        ...Object.entries(segments).flatMap(([segment, scores]) =>
          one(`, ${segment}`, scores.mae, "mae"),
        ),
      ];
    },
  );
  return benchReport("approaches", backend, results);
}

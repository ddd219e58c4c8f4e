/** Benchmark `instant`: seconds to a first answer without a training run, to further ones on the same database, and how good they are. */
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { generateSaasDatabase } from "../src/generate/database.js";
import { Predictor } from "../src/predictor.js";
import { instantScores } from "./instant-scores.js";

/** Queries of a product team; the first one builds the indexes of the signals. */
const QUERIES: readonly (readonly [string, string])[] = [
  ["minutes", "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID"],
  ["minutes again", "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID"],
  ["silent users", "PREDICT COUNT(SESSIONS.*, 0, 14, days) = 0 FOR EACH USERS.USER_ID"],
  ["tickets", "PREDICT COUNT(SUPPORT_TICKETS.*, 0, 30, days) FOR EACH USERS.USER_ID"],
];

/**
 * Asks queries one after the other.
 *
 * @param options - `users` of the company (20,000: about a million sessions), `runs` of each further query.
 */
export async function runInstantBench(options: {
  readonly users?: number;
  readonly runs?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const { users = 20_000, runs = 3, onLine } = options;
  const db = await generateSaasDatabase({ users, seed: 1 });
  const rows = db.tables.reduce((sum, table) => sum + table.numRows, 0);
  onLine?.(`${users} users, ${db.table("SESSIONS").numRows} sessions, ${rows} rows in all`);
  const results: BenchResult[] = [];
  for (const [place, [name, query]] of QUERIES.entries()) {
    const seconds: number[] = [];
    for (let run = 0; run < (place === 0 ? 1 : runs); run++) {
      const start = performance.now();
      const cpu = process.cpuUsage();
      const predictor = await Predictor.fit(db, query, { instant: true });
      const fitted = performance.now();
      const table = await predictor.predict();
      const end = performance.now();
      const used = process.cpuUsage(cpu);
      seconds.push((end - start) / 1000);
      onLine?.(
        `${name}: learned in ${((fitted - start) / 1000).toFixed(2)} s, ` +
          `${table.entityRows.length} users predicted in ${((end - fitted) / 1000).toFixed(2)} s ` +
          `(${((used.user + used.system) / 1e6).toFixed(2)} s of processor)`,
      );
    }
    const title = place === 0 ? `${name}, first query` : name;
    results.push({ name: title, unit: "s", ...spread(seconds) });
  }
  onLine?.("scores at seed time, a fit an anchor");
  results.push(...(await instantScores({ users: 3_000, onLine })));
  return benchReport("instant", "none", results);
}

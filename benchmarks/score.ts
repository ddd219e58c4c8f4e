/** Benchmark `score`: engagement scores with reasons of many users, from columns in memory. */
import { type BenchReport, benchReport, timeRuns } from "../src/cli/bench-report.js";
import { generateSaasDatabase } from "../src/generate/database.js";
import { defaultScoreConfig, scoreEntities, scoresToTable } from "../src/scoring/index.js";

/**
 * Scores everybody of a generated company.
 *
 * @param options - `users` (200,000) with `sessions` each (20) on average; `runs` (3).
 */
export async function runScoreBench(options: {
  readonly users?: number;
  readonly sessions?: number;
  readonly runs?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const { users = 200_000, sessions = 20, runs = 3, onLine } = options;
  onLine?.(`making ${users.toLocaleString("en-US")} users`);
  const db = await generateSaasDatabase({ users, seed: 1, sessionsPerUser: sessions });
  const config = defaultScoreConfig(db);
  // Everybody, those who have left too: as many scores as users.
  const rows = Int32Array.from({ length: users }, (_, row) => row);
  const now = (): number => performance.now();
  const scored = timeRuns(runs, () => scoreEntities(db, config, { rows }), now);
  const scores = scoreEntities(db, config, { rows });
  const told = timeRuns(runs, () => scoresToTable(scores, db), now);
  onLine?.(`${scores.scores.length.toLocaleString("en-US")} scores`);
  return benchReport("score", "none", [
    { name: "scores now and a month before", unit: "s", ...scored },
    { name: "reasons and actions of everybody", unit: "s", ...told },
  ]);
}

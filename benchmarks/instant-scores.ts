/** How good instant answers are: the test rows of rel-f1 and of the generated company, each learned for at its own anchor. */
import type { BenchResult } from "../src/cli/bench-report.js";
import { requireTime } from "../src/core/time.js";
import type { Database } from "../src/data/database.js";
import { generateSaasDatabase } from "../src/generate/database.js";
import { predictInstant } from "../src/instant.js";
import { computeLabels, type TimeOptions } from "../src/labels.js";
import { compileQuery } from "../src/query.js";
import { evaluateMetrics, primaryMetric, type ValueTaskType } from "../src/task/metrics.js";
import { splitRows, takeTrainingRows } from "../src/task/training-table.js";
import { openRelF1 } from "./rel-f1/database.js";
import { REL_F1_TASKS } from "./rel-f1/tasks.js";

/**
 * Scores instant mode on test rows at seed time.
 *
 * @param options - `users` of the company; `onLine` takes scores as they are known.
 */
export async function instantScores(options: {
  readonly users: number;
  readonly onLine?: ((line: string) => void) | undefined;
}): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  const scored = async (
    name: string,
    db: Database,
    query: string,
    times: TimeOptions,
  ): Promise<void> => {
    const { plan } = compileQuery(db.schema, query);
    const { labels } = computeLabels(db, plan, times);
    const test = takeTrainingRows(labels, splitRows(labels, "test"));
    const seeds = {
      rows: test.entityRows,
      anchorTimes: test.anchorTimes,
      visibleTimes: test.anchorTimes,
    };
    const start = performance.now();
    const outputs = await predictInstant(db, plan, seeds, test.classes);
    const seconds = (performance.now() - start) / 1000;
    const taskType = test.task.taskType as ValueTaskType;
    const { name: metric } = primaryMetric(taskType);
    const value = evaluateMetrics(taskType, outputs, test.targets)[metric] ?? Number.NaN;
    const anchors = new Set(test.anchorTimes).size;
    options.onLine?.(
      `${name}: ${metric} ${value.toFixed(4)}, ${anchors} anchors learned for in ${seconds.toFixed(1)} s`,
    );
    const title = `${name}, instant, test`;
    results.push({ name: title, unit: metric, median: value, min: value, max: value, runs: 1 });
  };
  const f1 = await openRelF1();
  for (const { name, query, val, test, evalAnchors } of REL_F1_TASKS) {
    const times = { val: requireTime(val, "val"), test: requireTime(test, "test"), evalAnchors };
    await scored(name, f1, query, times);
  }
  const company = await generateSaasDatabase({ users: options.users, seed: 1 });
  await scored(
    "minutes",
    company,
    "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID",
    { val: requireTime("2025-04-02", "val"), test: requireTime("2025-05-02", "test") },
  );
  return results;
}

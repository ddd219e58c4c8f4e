/** The label tables of rel-f1's tasks, by RelBench's protocol. */
import { bindQuery, parseQuery, planTrainingTable, runPlan } from "../../pql/index.js";
import { addTime, requireTime, type Timestamp } from "../../src/core/time.js";
import type { Database } from "../../src/data/database.js";
import type { SplitTimes } from "../../src/task/regime.js";
import type { TrainingTable } from "../../src/task/training-table.js";
import type { RelF1Task } from "./tasks.js";

/** When validation and test of a task begin. */
export function splitTimes(task: RelF1Task): SplitTimes {
  return { val: requireTime(task.val, "val"), test: requireTime(task.test, "test") };
}

/**
 * Computes a task's labels: training anchors step back from validation by the target's window, validation and test
 * anchors step forward. Labels of train and validation end before test begins, so the whole database serves them all.
 *
 * @param db - rel-f1 over its whole time span.
 * @param task - the task.
 * @returns all rows, split.
 * @see relbench `EntityTask.get_table`.
 */
export function relF1Labels(db: Database, task: RelF1Task): TrainingTable {
  const plan = planTrainingTable(bindQuery(parseQuery(task.query), db.schema));
  const { val, test } = splitTimes(task);
  const window = plan.task.window!;
  const span = db.timeSpan()!;
  const anchors: Timestamp[] = [];
  const step = (t: number, k: number): number => addTime(t, k * window.end, window.unit);
  for (let t = step(val, -1); t >= span.min; t = step(t, -1)) anchors.push(t);
  for (let k = 0; k < task.evalAnchors; k++) {
    if (step(val, k) <= step(test, -1)) anchors.push(step(val, k));
    if (step(test, k) <= step(span.max, -1)) anchors.push(step(test, k));
  }
  const labels = runPlan(plan, db, anchors);
  const split = Uint8Array.from(labels.anchorTimes, (t) => (t < val ? 0 : t < test ? 1 : 2));
  return { ...labels, split };
}

/** The label tables of rel-f1's tasks, by RelBench's protocol. */
import { bindQuery, parseQuery, planTrainingTable, runPlan } from "../../pql/index.js";
import { invariant } from "../../src/core/assert.js";
import { requireTime } from "../../src/core/time.js";
import type { Database } from "../../src/data/database.js";
import type { SplitTimes } from "../../src/task/regime.js";
import { assignSplit, relbenchAnchors } from "../../src/task/splits.js";
import type { TrainingTable } from "../../src/task/training-table.js";
import type { RelF1Task } from "./tasks.js";

/** When validation and test of a task begin. */
export function splitTimes(task: RelF1Task): SplitTimes {
  return { val: requireTime(task.val, "val"), test: requireTime(task.test, "test") };
}

/**
 * Computes a task's labels at RelBench's anchors. The label windows of train and validation end before test begins, so
 * the whole database gives the same labels as the one cut at the test time.
 *
 * @param db - rel-f1 over its whole time span.
 * @param task - the task.
 * @returns all rows, split.
 * @see relbench `EntityTask.get_table`.
 */
export function relF1Labels(db: Database, task: RelF1Task): TrainingTable {
  const plan = planTrainingTable(bindQuery(parseQuery(task.query), db.schema));
  const { window } = plan.task;
  const span = db.timeSpan();
  invariant(window && span, "the tasks of rel-f1 have windows, and its rows have times");
  const { val, test } = splitTimes(task);
  const anchors = relbenchAnchors({
    valTime: val,
    testTime: test,
    delta: { count: window.end, unit: window.unit },
    evalAnchors: task.evalAnchors,
    minTime: span.min,
    maxTime: span.max,
  });
  const all = Float64Array.of(...anchors.train, ...anchors.val, ...anchors.test);
  return assignSplit(runPlan(plan, db, all), anchors);
}

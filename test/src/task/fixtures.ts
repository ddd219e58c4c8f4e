/** A small database of users and hand-made labels, shared by the tests of tasks. */
import { MS_PER_DAY } from "../../../src/core/time.js";
import { numberColumn, stringColumn } from "../../../src/data/column.js";
import { Database } from "../../../src/data/database.js";
import { Table } from "../../../src/data/table.js";
import type { EntityTask, TaskType } from "../../../src/task/task.js";
import { SPLITS, type SplitName, type TrainingTable } from "../../../src/task/training-table.js";

/** Three users with the keys U1, U2, U3. */
export function usersDatabase(): Database {
  const table = new Table("USERS", [
    stringColumn("USER_ID", ["U1", "U2", "U3"]),
    numberColumn("SEATS", [1, 2, 3]),
  ]);
  const base = { unit: null, knownFrom: null } as const;
  return new Database([table], {
    tables: [
      {
        name: "USERS",
        columns: [
          { name: "USER_ID", kind: "string", stype: "id", ...base },
          { name: "SEATS", kind: "number", stype: "numerical", ...base },
        ],
        primaryKey: ["USER_ID"],
        timeColumn: null,
        endTimeColumn: null,
        foreignKeys: [],
      },
    ],
  });
}

/** A task over a window of ten days; `days` null makes it static. */
export function taskOf(taskType: TaskType, days: number | null = 10): EntityTask {
  return {
    query: "PREDICT …",
    taskType,
    entityTable: "USERS",
    targetName: "SUM(SESSIONS.MINUTES)",
    window: days === null ? null : { start: 0, end: days, unit: "days" },
    unit: null,
    integer: false,
    hiddenColumns: [],
  };
}

/** One labelled row: user row, day of the anchor, target, part of the split. */
export type LabelRow = readonly [entity: number, day: number, target: number, split: SplitName];

/** Makes a training table from rows. */
export function labelsOf(
  task: EntityTask,
  rows: readonly LabelRow[],
  classes: readonly string[] | null = null,
): TrainingTable {
  return {
    task,
    entityRows: Int32Array.from(rows, ([entity]) => entity),
    anchorTimes: Float64Array.from(rows, ([, day]) => day * MS_PER_DAY),
    targets: Float64Array.from(rows, ([, , target]) => target),
    classes,
    split: Uint8Array.from(rows, ([, , , split]) => SPLITS.indexOf(split)),
  };
}

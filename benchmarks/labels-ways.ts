/** The ways to the labels of a case: columns in memory, Parquet, and SQL. */
import { bindQuery, parseQuery, planTrainingTable, runPlan, streamLabels } from "../pql/index.js";
import { createRng } from "../src/core/random.js";
import { MS_PER_DAY } from "../src/core/time.js";
import { type Column, takeRows } from "../src/data/column.js";
import { Database } from "../src/data/database.js";
import { openEngine } from "../src/data/io/duckdb.js";
import { openStreamed } from "../src/data/io/open-streamed.js";
import { Table } from "../src/data/table.js";
import type { TrainingTable } from "../src/task/training-table.js";
import { CASES, fileOf } from "./labels-cases.js";
import { START } from "./labels-data.js";

/** What to do. */
export interface WayTask {
  readonly way: "ascending" | "shuffled" | "parquet" | "sql";
  readonly case: string;
  readonly folder: string;
  readonly anchors: number;
  /** The SQL form; for the way `sql`. */
  readonly form: string;
}

/** What tells whether two ways agree. */
export interface LabelsCheck {
  readonly rows: number;
  readonly sum: number;
  /** The sum of the labels, each times a weight of its user and anchor: tells whether they stand at the right rows. */
  readonly weighted: number;
}

/** Work to time, and what has to be closed after it. */
export interface Way {
  /** Makes the labels; what it returns checks them, outside of the time. */
  run(): Promise<() => LabelsCheck | Promise<LabelsCheck>>;
  close(): void;
}

const PRIME = 1009;
const STEP_DAYS = 30;

/** The anchors, 30 days apart. */
export function anchorsOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => START + i * STEP_DAYS * MS_PER_DAY);
}

/** Prepares a way: what is loaded or opened here is not timed. */
export async function prepareWay(task: WayTask): Promise<Way> {
  const { way, folder } = task;
  const one = CASES.find(({ name }) => name === task.case)!;
  const times = anchorsOf(task.anchors);
  const planOf = (db: Database) => planTrainingTable(bindQuery(parseQuery(one.query), db.schema));
  switch (way) {
    case "ascending":
    case "shuffled": {
      const opened = await Database.open(folder);
      const db = way === "ascending" ? opened : shuffle(opened, one.data);
      const run: Way["run"] = async () => {
        const table = runPlan(planOf(db), db, times);
        return () => checkTable(table, times);
      };
      return { run, close: () => {} };
    }
    case "parquet": {
      const { db, scans, close } = await openStreamed(folder, [one.data]);
      const run: Way["run"] = async () => {
        const table = await streamLabels(planOf(db), db, times, scans);
        return () => checkTable(table, times);
      };
      return { run, close };
    }
    case "sql":
      return sqlWay(one.sql(fileOf(folder))[task.form]!, task.anchors);
  }
}

async function sqlWay(text: string, anchors: number): Promise<Way> {
  const engine = await openEngine();
  const step = STEP_DAYS * MS_PER_DAY;
  await engine.run(
    `CREATE TABLE timestamps AS SELECT CAST(make_timestamp(${START}000 + k * ${step}000) AS TIMESTAMP) AS timestamp, k
     FROM range(${anchors}) r(k)`,
  );
  const check = async (): Promise<LabelsCheck> => {
    const [row] = await engine.rows(
      `SELECT CAST(count(*) AS DOUBLE) AS rows, CAST(sum(label) AS DOUBLE) AS sum,
       CAST(sum(label * (user_id % ${PRIME} + 1) * (k + 1)) AS DOUBLE) AS weighted
       FROM labels JOIN timestamps USING (timestamp)`,
    );
    return row as unknown as LabelsCheck;
  };
  const run: Way["run"] = async () => {
    await engine.run(`CREATE OR REPLACE TEMP TABLE labels AS ${text}`);
    return check;
  };
  return { run, close: engine.close };
}

/** Tells whether two ways gave the same labels, up to the order in which numbers are added. */
export function agrees(a: LabelsCheck, b: LabelsCheck): boolean {
  const near = (x: number, y: number): boolean => Math.abs(x - y) <= 1e-9 * Math.abs(y);
  return a.rows === b.rows && near(a.sum, b.sum) && near(a.weighted, b.weighted);
}

/** Users are numbered by their rows. */
function checkTable(
  { entityRows, anchorTimes, targets }: TrainingTable,
  times: number[],
): LabelsCheck {
  let sum = 0;
  let weighted = 0;
  const indexes = new Map(times.map((time, k) => [time, k + 1]));
  for (let i = 0; i < targets.length; i++) {
    sum += targets[i]!;
    weighted += targets[i]! * ((entityRows[i]! % PRIME) + 1) * indexes.get(anchorTimes[i]!)!;
  }
  return { rows: targets.length, sum, weighted };
}

function shuffle(db: Database, name: string): Database {
  const { columns, numRows } = db.table(name);
  const rng = createRng(3);
  const rows = Int32Array.from({ length: numRows }, (_, row) => row);
  for (let i = numRows - 1; i > 0; i--) {
    const k = rng.int(i + 1);
    const held = rows[i]!;
    rows[i] = rows[k]!;
    rows[k] = held;
  }
  return db.withRows(
    new Table(
      name,
      columns.map((column): Column => takeRows(column, rows)),
    ),
  );
}

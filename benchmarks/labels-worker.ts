/** A process of the labels benchmark: one way to the labels of one case, run whenever the parent asks. */
import { bindQuery, parseQuery, planTrainingTable, runPlan } from "../pql/index.js";
import { streamLabels } from "../pql/run/stream.js";
import { createRng } from "../src/core/random.js";
import { MS_PER_DAY } from "../src/core/time.js";
import { type Column, takeRows } from "../src/data/column.js";
import { Database } from "../src/data/database.js";
import { openEngine } from "../src/data/io/duckdb.js";
import { openStreamed, type StreamedDatabase } from "../src/data/io/open-streamed.js";
import { Table } from "../src/data/table.js";
import type { TrainingTable } from "../src/task/training-table.js";
import { CASES, fileOf, type LabelsCase } from "./labels-cases.js";
import { START } from "./labels-data.js";

/** What a worker is to do, as JSON in its first argument. */
export interface WorkerTask {
  readonly way: "ascending" | "shuffled" | "parquet" | "sql";
  readonly case: string;
  readonly folder: string;
  readonly anchors: number;
  /** The SQL form; for the way `sql`. */
  readonly form: string;
}

/** What a worker answers to every run. */
export interface WorkerAnswer {
  readonly seconds: number;
  readonly rows: number;
  readonly sum: number;
  /** The sum of the labels, each times a weight of its user and anchor: tells whether they stand at the right rows. */
  readonly weighted: number;
  /** The most memory that the process ever held, MiB. */
  readonly peak: number;
  /** What it held before its first run, MiB. */
  readonly before: number;
}

type Labels = Omit<WorkerAnswer, "seconds" | "peak" | "before">;

const PRIME = 1009;
const STEP_DAYS = 30;

/** The anchors, 30 days apart. */
export function anchorsOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => START + i * STEP_DAYS * MS_PER_DAY);
}

const task = JSON.parse(process.argv[2] ?? "null") as WorkerTask | null;
if (task !== null) void serve(task);

async function serve(own: WorkerTask): Promise<void> {
  const found = CASES.find(({ name }) => name === own.case)!;
  const run = await prepare(own, found);
  const before = process.memoryUsage.rss() / 2 ** 20;
  process.on("message", async () => {
    const start = performance.now();
    const labels = await run();
    const seconds = (performance.now() - start) / 1000;
    const { rows, sum, weighted } = await labels();
    const peak = process.resourceUsage().maxRSS / 1024;
    process.send!({ seconds, rows, sum, weighted, peak, before } satisfies WorkerAnswer);
  });
  process.send!("ready");
}

/** Returns the timed work, which returns its check outside of the time. */
async function prepare(
  { way, folder, anchors, form }: WorkerTask,
  { query, sql, data }: LabelsCase,
): Promise<() => Promise<() => Labels | Promise<Labels>>> {
  const times = anchorsOf(anchors);
  const planOf = (db: Database) => planTrainingTable(bindQuery(parseQuery(query), db.schema));
  const streamFrom =
    ({ db, scans }: StreamedDatabase) =>
    async () => {
      const table = await streamLabels(planOf(db), db, times, scans);
      return () => checkTable(table, times);
    };
  switch (way) {
    case "ascending":
    case "shuffled": {
      const opened = await Database.open(folder);
      const db = way === "ascending" ? opened : shuffle(opened, data);
      return async () => {
        const table = runPlan(planOf(db), db, times);
        return () => checkTable(table, times);
      };
    }
    case "parquet":
      return streamFrom(await openStreamed(folder, [data]));
    case "sql": {
      const engine = await openEngine();
      await engine.run(
        `CREATE TABLE timestamps AS SELECT CAST(make_timestamp(${START}000 + k * ${STEP_DAYS * MS_PER_DAY}000) AS TIMESTAMP)
         AS timestamp, k FROM range(${anchors}) r(k)`,
      );
      const text = sql(fileOf(folder))[form]!;
      return async () => {
        await engine.run(`CREATE OR REPLACE TEMP TABLE labels AS ${text}`);
        return async () => {
          const [row] = await engine.rows(
            `SELECT CAST(count(*) AS DOUBLE) AS rows, CAST(sum(label) AS DOUBLE) AS sum,
             CAST(sum(label * (user_id % ${PRIME} + 1) * (k + 1)) AS DOUBLE) AS weighted
             FROM labels JOIN timestamps USING (timestamp)`,
          );
          return row as unknown as Labels;
        };
      };
    }
  }
}

/** Users are numbered by their rows. */
function checkTable({ entityRows, anchorTimes, targets }: TrainingTable, times: number[]): Labels {
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

/** The labels of RelBench's queries against its SQL in DuckDB: rel-f1, and the tasks of rel-stack on beer_se. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeRelF1 } from "../../benchmarks/rel-f1/build.js";
import { findRelbenchTask } from "../../benchmarks/relbench/tasks.js";
import { bindQuery, parseQuery, planTrainingTable, runPlan } from "../../pql/index.js";
import { parseTime } from "../../src/core/time.js";
import { Database } from "../../src/data/database.js";
import { computeLabels } from "../../src/labels.js";
import { relbenchAnchors } from "../../src/task/splits.js";
import {
  SPLITS,
  splitRows,
  type TrainingTable,
  takeTrainingRows,
} from "../../src/task/training-table.js";
import { labelsOf, labelsOfSql, milliseconds } from "./relbench-compare.js";
import { RELBENCH_SQL } from "./relbench-sql.js";

const BEER_SE = join(import.meta.dirname, "../../benchmarks/data/beer_se");
const BEER_TIMES: Times = { val: "2016-06-01", test: "2016-09-01" };
const F1_TIMES: Times = { val: "2005-01-01", test: "2010-01-01" };
const BEER_TABLES = ["users", "posts", "comments", "votes", "badges", "postLinks"];

/** When validation and test begin. */
interface Times {
  readonly val: string;
  readonly test: string;
}

let folder: string;
let f1: Database;
let beer: Database;
let connection: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "relbench-test-"));
  await writeRelF1(folder);
  f1 = await Database.open(folder);
  beer = await Database.open(BEER_SE);
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  const views = [
    ...f1.tables.map(({ name }) => `${name} AS SELECT * FROM '${join(folder, name)}.parquet'`),
    ...BEER_TABLES.map((name) => `${name} AS SELECT * FROM '${join(BEER_SE, name)}.csv'`),
  ];
  for (const view of views) await connection.run(`CREATE VIEW ${view}`);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the files of beer_se", () => {
  it("are those whose rows and checksums the README lists", async () => {
    const readme = await readFile(join(BEER_SE, "README.md"), "utf8");
    const listed = [...readme.matchAll(/^\| (\w+)\.csv \| ([\d,]+) \|.*\| ([0-9a-f]{16}) \|$/gm)];
    expect(listed.map(([, name]) => name)).toEqual(BEER_TABLES);
    for (const [, name, rows, checksum] of listed) {
      const bytes = await readFile(join(BEER_SE, `${name}.csv`));
      expect(createHash("sha256").update(bytes).digest("hex").slice(0, 16)).toBe(checksum);
      expect(beer.table(name!).numRows).toBe(Number(rows!.replaceAll(",", "")));
    }
  });
});

/** Rows of train, validation and test, and rows of entities that do not exist at the anchor yet. */
const BEER_ROWS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  "user-engagement": [4184, 762, 851, 10],
  "user-badge": [15_817, 3267, 3628, 0],
  "post-votes": [3145, 513, 556, 0],
  "user-post-comment": [88, 18, 9, 67],
  "post-post-related": [2, 0, 0, 0],
};

describe.each(Object.keys(BEER_ROWS))("%s on beer_se", (name) => {
  it("has the labels of RelBench's SQL, row by row", async () => {
    const labels = labelsOfTask(beer, "rel-stack", name, BEER_TIMES);
    const anchors = anchorsOf(beer, 91, BEER_TIMES);
    const { existing, others } = await sqlOf("rel-stack", name, anchors);
    expect(labelsOf(beer, labels)).toEqual(existing);
    expect([...partSizes(labels), others]).toEqual(BEER_ROWS[name]);
  });

  it("has them at weekly anchors too", async () => {
    const { query } = findRelbenchTask("rel-stack", name)!;
    const anchors = Float64Array.from({ length: 120 }, (_, week) => {
      return parseTime("2014-03-01")! + week * 7 * 86_400_000;
    });
    const plan = planTrainingTable(bindQuery(parseQuery(query!), beer.schema));
    const found = labelsOf(beer, runPlan(plan, beer, anchors));
    expect(found).toEqual((await sqlOf("rel-stack", name, anchors)).existing);
    expect(found.length).toBeGreaterThan(20);
  });
});

describe("driver-circuit-compete on rel-f1", () => {
  it("has the labels of RelBench's SQL, row by row, as many as published", async () => {
    const labels = labelsOfTask(f1, "rel-f1", "driver-circuit-compete", F1_TIMES);
    const anchors = anchorsOf(f1, 365, F1_TIMES);
    const found = labelsOf(f1, labels);
    const { existing, others } = await sqlOf("rel-f1", "driver-circuit-compete", anchors);
    expect(found).toEqual(existing);
    expect(others).toBe(0);
    expect(partSizes(labels)).toEqual([2649, 27, 27]);
    const items = SPLITS.map((part) =>
      splitRows(labels, part).reduce((sum, row) => sum + labels.targets[row]!, 0),
    );
    expect(items).toEqual([18_212, 376, 456]);
    expect(new Set(takeTrainingRows(labels, splitRows(labels, "train")).anchorTimes).size).toBe(54);
  });
});

/** A column to fill in, and how many rows stand at the very first time, which RelBench leaves out. */
const AUTOCOMPLETE = [
  ["rel-f1", "results-position", "results", "date", "resultId", "position", 12],
  ["rel-f1", "qualifying-position", "qualifying", "date", "qualifyId", "position", 0],
  ["rel-stack", "badges-class", "badges", "Date", "Id", "Class", 0],
] as const;

describe.each(AUTOCOMPLETE)("%s %s", (database, name, table, time, key, column, first) => {
  it("has the labels of RelBench's SQL, row by row", async () => {
    const [db, times] = database === "rel-f1" ? [f1, F1_TIMES] : [beer, BEER_TIMES];
    const labels = labelsOfTask(db, database, name, times);
    const { min } = db.timeSpan()!;
    const val = `TIMESTAMP '${times.val}'`;
    const test = `TIMESTAMP '${times.test}'`;
    const parts = [
      `${time} <= ${val} - INTERVAL 1 SECOND`,
      `${time} > ${val} AND ${time} <= ${test} - INTERVAL 1 SECOND`,
      `${time} > ${test}`,
    ];
    for (const [i, part] of SPLITS.entries()) {
      const found = labelsOf(db, takeTrainingRows(labels, splitRows(labels, part)));
      const read = await connection.runAndReadAll(`
        SELECT ${milliseconds(time)} AS moment, CAST(${key} AS DOUBLE), CAST(${column} AS DOUBLE)
        FROM ${table} WHERE ${column} IS NOT NULL AND moment > ${min} AND ${parts[i]} ORDER BY 1, 2`);
      expect(found.filter(([at]) => at > min)).toEqual(read.getRows());
      expect(found.filter(([at]) => at === min)).toHaveLength(part === "train" ? first : 0);
    }
  });
});

/** The labels of a task by RelBench's protocol. */
function labelsOfTask(
  db: Database,
  database: "rel-f1" | "rel-stack",
  name: string,
  { val, test }: Times,
): TrainingTable {
  const { query } = findRelbenchTask(database, name)!;
  const plan = planTrainingTable(bindQuery(parseQuery(query!), db.schema));
  return computeLabels(db, plan, { val: parseTime(val)!, test: parseTime(test)! }).labels;
}

/** The anchors of RelBench's protocol. */
function anchorsOf(db: Database, days: number, { val, test }: Times): number[] {
  const { min, max } = db.timeSpan()!;
  const split = relbenchAnchors({
    valTime: parseTime(val)!,
    testTime: parseTime(test)!,
    delta: { count: days, unit: "days" },
    minTime: min,
    maxTime: max,
  });
  return SPLITS.flatMap((part) => [...split[part]]);
}

function sqlOf(database: string, name: string, anchors: Iterable<number>) {
  return labelsOfSql(connection, RELBENCH_SQL[`${database} ${name}`]!, anchors);
}

function partSizes(labels: TrainingTable): number[] {
  return SPLITS.map((part) => splitRows(labels, part).length);
}

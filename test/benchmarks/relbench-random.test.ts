/** Every windowed task against SQL on random databases of its schema. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRelbenchFile, relbenchSchema } from "../../benchmarks/relbench/schema.js";
import type { WindowedTask } from "../../benchmarks/relbench/task.js";
import { RELBENCH_TASKS } from "../../benchmarks/relbench/tasks.js";
import { bindQuery, parseQuery, planTrainingTable, runPlan } from "../../pql/index.js";
import { createRng } from "../../src/core/random.js";
import type { ColumnKind } from "../../src/data/column.js";
import { Database } from "../../src/data/database.js";
import type { Schema } from "../../src/data/schema.js";
import { Table } from "../../src/data/table.js";
import { labelsOf, labelsOfSql } from "./relbench-compare.js";
import { type RandomRows, type RandomTimes, randomRows } from "./relbench-random.js";
import { RELBENCH_SQL } from "./relbench-sql.js";

const DAY = 86_400_000;
const START = Date.UTC(2020, 0, 1);
const SQL_TYPES: Readonly<Record<ColumnKind, string>> = {
  number: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
  string: "VARCHAR",
  list: "VARCHAR[]",
  vector: "FLOAT[]",
};

const TASKS = RELBENCH_TASKS.filter(
  (task): task is WindowedTask => task.kind === "windowed" && task.query !== null,
);

let folder: string;
let connection: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "relbench-random-"));
  connection = await (await DuckDBInstance.create(":memory:")).connect();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it("there is SQL for each of them", () => {
  expect(TASKS.map((task) => `${task.database} ${task.name}`).sort()).toEqual(
    Object.keys(RELBENCH_SQL).sort(),
  );
});

describe.each(TASKS)("$database $name", (task) => {
  it.each([1, 2, 3])("has the labels of RelBench's SQL on random database %i", async (seed) => {
    const schema = relbenchSchema(await readRelbenchFile(task.database));
    const step = (task.days * DAY) / 8;
    const times: RandomTimes = { start: START, step, count: 80 };
    const anchors = Float64Array.from({ length: 13 }, (_, i) => START + step * (12 + 4 * i));
    const rng = createRng(seed).split(task.database, task.name);
    const rows = randomRows(task.database, schema, times, rng);
    const db = databaseOf(schema, rows);
    await createTables(schema, rows);

    const plan = planTrainingTable(bindQuery(parseQuery(task.query!), schema));
    const found = labelsOf(db, runPlan(plan, db, anchors));
    const sql = RELBENCH_SQL[`${task.database} ${task.name}`]!;
    const { existing, others } = await labelsOfSql(connection, sql, anchors);
    expect(found).toEqual(existing);
    // Nothing would be shown by empty tables, or by labels that are all alike.
    expect(found.length).toBeGreaterThan(9);
    expect(new Set(found.map(([, , value]) => value)).size).toBeGreaterThan(1);
    if (task.agreement === "exact") expect(others).toBe(0);
  });
});

function databaseOf(schema: Schema, rows: RandomRows): Database {
  const tables = schema.tables.map(({ name, columns }) => {
    return Table.fromRecords(
      name,
      rows[name]!,
      columns.map((column) => column.name),
    );
  });
  return new Database(tables, schema);
}

async function createTables(schema: Schema, rows: RandomRows): Promise<void> {
  for (const { name, columns } of schema.tables) {
    const path = join(folder, `${name}.json`);
    const lines = rows[name]!.map((row) => JSON.stringify(row).replaceAll('Z"', '"'));
    await writeFile(path, lines.join("\n"));
    const types = columns.map(({ name, kind, stype }) => {
      return `"${name}": '${stype === "id" ? "BIGINT" : SQL_TYPES[kind]}'`;
    });
    await connection.run(
      `CREATE OR REPLACE TABLE "${name}" AS SELECT * FROM read_json('${path}', format = 'newline_delimited', columns = {${types.join(", ")}})`,
    );
  }
}

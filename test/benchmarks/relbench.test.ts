import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { relF1Schema } from "../../benchmarks/rel-f1/tables.js";
import { REL_F1_TASKS } from "../../benchmarks/rel-f1/tasks.js";
import { printSections, printTaskTable } from "../../benchmarks/relbench/print.js";
import {
  RELBENCH_DATABASES,
  type RelbenchDatabase,
  type RelbenchFile,
  readRelbenchFile,
  relbenchSchema,
} from "../../benchmarks/relbench/schema.js";
import { findRelbenchTask, RELBENCH_TASKS } from "../../benchmarks/relbench/tasks.js";
import { bindQuery, parseQuery, planTrainingTable, printQuery } from "../../pql/index.js";
import { findColumn, findTable, type Schema } from "../../src/data/schema.js";

const files = new Map<RelbenchDatabase, RelbenchFile>();
const schemas = new Map<RelbenchDatabase, Schema>();

beforeAll(async () => {
  for (const database of RELBENCH_DATABASES) {
    const file = await readRelbenchFile(database);
    files.set(database, file);
    schemas.set(database, relbenchSchema(file));
  }
});

describe("the schemas of RelBench's databases", () => {
  it("have RelBench's tables, and its columns where these are known", () => {
    const sizes = RELBENCH_DATABASES.map((database) => {
      const { tables } = schemas.get(database)!;
      return [database, tables.length, tables.flatMap((table) => table.columns).length];
    });
    expect(sizes).toEqual([
      ["rel-amazon", 3, 15 + 1],
      ["rel-avito", 8, 42 + 1],
      ["rel-event", 5, 129 + 1],
      ["rel-f1", 9, 67],
      ["rel-hm", 3, 37 + 1],
      ["rel-stack", 7, 50],
      ["rel-trial", 15, 140 - 4],
      ["rel-arxiv", 6, 15],
      ["rel-ratebeer", 13, 47],
      ["rel-salt", 4, 21],
      ["rel-mimic", 6, 50],
    ]);
  });

  it("link to tables with keys only", () => {
    for (const schema of schemas.values()) {
      for (const table of schema.tables) {
        for (const key of table.foreignKeys) {
          expect(findTable(schema, key.table)?.primaryKey).toHaveLength(1);
          expect(findColumn(table, key.name)?.stype).toBe("id");
        }
      }
    }
  });

  it("say of rel-f1 what is built of its files", () => {
    const built = Object.entries(relF1Schema().tables).map(([name, table]) => {
      const stypes = Object.entries(table.stypes).map((entry) => entry.join(" "));
      return [name, table.primaryKey, table.timeColumn, table.foreignKeys, stypes.sort()];
    });
    const written = schemas.get("rel-f1")!.tables.map((table) => {
      const stypes = table.columns
        .filter(({ name, stype }) => stype !== "id" && name !== table.timeColumn)
        .map(({ name, stype }) => `${name} ${stype}`);
      const links = Object.fromEntries(table.foreignKeys.map((key) => [key.name, key.table]));
      return [table.name, table.primaryKey![0], table.timeColumn, links, stypes.sort()];
    });
    expect(written.sort()).toEqual(built.sort());
  });

  it("have a table with time behind every column that a task removes", () => {
    for (const task of RELBENCH_TASKS) {
      if (task.kind !== "autocomplete") continue;
      for (const removed of task.removedColumns) {
        const [table, column] = removed.split(".");
        const found = findTable(schemas.get(task.database)!, table!);
        expect(found && findColumn(found, column!), removed).toBeDefined();
        expect(found?.timeColumn).not.toBeNull();
      }
    }
  });
});

describe("RelBench's tasks", () => {
  it("are 66: 43 about windows and 23 that fill in a column; all are queries", () => {
    const count = (test: (task: (typeof RELBENCH_TASKS)[number]) => boolean): number =>
      RELBENCH_TASKS.filter(test).length;
    expect(count((task) => task.kind === "windowed")).toBe(43);
    expect(count((task) => task.kind === "autocomplete")).toBe(23);
    expect(new Set(RELBENCH_TASKS.map((task) => `${task.database} ${task.name}`)).size).toBe(66);
    expect(count((task) => task.query !== null)).toBe(66);
    expect(count((task) => task.agreement === "exact")).toBe(53);
    expect(count((task) => task.agreement === "existing")).toBe(10);
    expect(count((task) => task.agreement === "close")).toBe(3);
    for (const task of RELBENCH_TASKS) {
      expect(task.query === null).toBe(task.agreement === null);
      if (task.agreement !== "exact") expect(task.note).not.toBeNull();
    }
  });

  it("have the queries of the rel-f1 benchmark", () => {
    for (const { name, query, val, test, evalAnchors } of REL_F1_TASKS) {
      const task = findRelbenchTask("rel-f1", name)!;
      expect(printQuery(parseQuery(task.query!))).toBe(printQuery(parseQuery(query)));
      expect(files.get("rel-f1")).toMatchObject({ val, test });
      expect(task).toMatchObject({ evalAnchors });
    }
  });

  it("are all in the README, as they are here", async () => {
    const path = join(import.meta.dirname, "../../benchmarks/relbench/README.md");
    const readme = await readFile(path, "utf8");
    const unpadded = readme.replaceAll(/ +\| */g, " | ").replaceAll(/ \| ?$/gm, " |");
    expect(unpadded.replaceAll(/-{4,}/g, "---")).toContain(printTaskTable());
    expect(readme).toContain(printSections());
  });
});

describe.each(RELBENCH_TASKS.filter(({ query }) => query !== null))("$database $name", (task) => {
  const bind = () => bindQuery(parseQuery(task.query!), schemas.get(task.database)!);

  it("binds, as the task that it is", () => {
    const bound = bind();
    expect(bound.targets.map((target) => target.taskType)).toEqual([task.taskType]);
    expect(bound.temporal).toBe(task.kind === "windowed");
  });

  it("has RelBench's window", () => {
    const { window } = planTrainingTable(bind()).task;
    const days = task.kind === "windowed" ? task.days : null;
    expect(window).toEqual(days === null ? null : { start: 0, end: days, unit: "days" });
  });

  it("reads back as it is printed", () => {
    const printed = printQuery(parseQuery(task.query!));
    expect(printQuery(parseQuery(printed))).toBe(printed);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPlan } from "../../../pql/run/execute.js";
import { SQL_DIALECTS } from "../../../pql/sql/dialect.js";
import { planToSql, type SqlOptions } from "../../../pql/sql/plan-to-sql.js";
import { numberColumn, stringColumn } from "../../../src/data/column.js";
import { planOf } from "../../support/pql.js";
import { at, databaseOf, shop, times } from "../../support/shop.js";
import { alike, rowsOfDuckdb, rowsOfTable } from "./sql-rows.js";
import { createTables, worldOf } from "./sql-world.js";

const folder = join(import.meta.dirname, "../../golden/sql");
const cases = readdirSync(folder)
  .filter((file) => file.endsWith(".pql"))
  .map((file) => file.slice(0, -".pql".length));
const ANCHORS = [at("2023-01-02"), at("2023-01-31")];

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
  await connection.run(createTables(worldOf(shop())));
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

describe("golden SQL", () => {
  it.each(cases)("of %s", async (name) => {
    const db = shop();
    const text = readFileSync(join(folder, `${name}.pql`), "utf8");
    const nullLogic = text.startsWith("# kumo") ? "kumo" : "kleene";
    const anchors = text.startsWith("# own time") ? null : ANCHORS;
    const plan = planOf(db, text, { nullLogic });
    for (const dialect of SQL_DIALECTS) {
      const sql = planToSql(plan, db.schema, anchors, { dialect });
      await expect(sql).toMatchFileSnapshot(join(folder, `${name}.${dialect}.sql`));
    }
    const sql = planToSql(plan, db.schema, anchors, { dialect: "duckdb" });
    const expected = rowsOfTable(db, plan, runPlan(plan, db, anchors));
    expect(expected.length).toBeGreaterThan(0);
    expect(alike(await rowsOfDuckdb(connection, sql))).toEqual(alike(expected));
  });
});

describe("planToSql", () => {
  const count = "PREDICT COUNT(orders.*, 0, 7, days) FOR EACH users.id";
  const sqlOf = (text: string, options: Partial<SqlOptions> = {}, anchors = ANCHORS): string => {
    const db = shop();
    return planToSql(planOf(db, text), db.schema, anchors, { dialect: "duckdb", ...options });
  };

  it("gives the part of the split that an anchor belongs to", async () => {
    const split = (anchor: number): string | null => (anchor === ANCHORS[0] ? "train" : null);
    const rows = await rowsOfDuckdb(connection, sqlOf(count, { split }));
    expect(rows).toEqual([
      [1, ANCHORS[0], 2, "train"],
      [3, ANCHORS[0], 0, "train"],
      [4, ANCHORS[0], 0, "train"],
      [1, ANCHORS[1], 0, null],
      [2, ANCHORS[1], 0, null],
      [4, ANCHORS[1], 0, null],
    ]);
  });

  it("is a statement without anchors, too", async () => {
    expect(await rowsOfDuckdb(connection, sqlOf(count, {}, []))).toEqual([]);
    const forecast = `${count.replace(" FOR", " FORECAST 2 TIMEFRAMES FOR")}`;
    expect(await rowsOfDuckdb(connection, sqlOf(forecast, {}, []))).toEqual([]);
  });

  it("reads views where rows are said to have no order", async () => {
    await connection.run("CREATE SCHEMA views; USE views; CREATE VIEW users AS FROM main.users");
    await connection.run("CREATE VIEW orders AS FROM main.orders");
    const first = "PREDICT FIRST(orders.amount, 0, 7, days) FOR EACH users.id";
    const ordered = await rowsOfDuckdb(connection, sqlOf(first, { rowOrder: false }));
    await connection.run("USE main");
    expect(ordered).toEqual(await rowsOfDuckdb(connection, sqlOf(first)));
  });

  it("keeps to times that engines know", async () => {
    const far = "PREDICT COUNT(orders.*, 0, 2000000000, years) FOR EACH users.id";
    expect(sqlOf(far)).toContain("TIMESTAMP 'infinity'");
    expect(sqlOf(far, { dialect: "spark" })).toContain("TIMESTAMP '9999-12-31 23:59:59.999999'");
    expect(await rowsOfDuckdb(connection, sqlOf(far))).toHaveLength(6);
    expect(sqlOf(count, {}, [at("2023-01-02") + 0.25])).toContain("'2023-01-02 00:00:00.00025'");
    expect(sqlOf(count, {}, [at("1955-11-05 06:15") - 1])).toContain("'1955-11-05 06:14:59.999'");
  });

  it("lets no text of the query out of its quotes", async () => {
    const text = "\\\\';\\n DROP TABLE users; --";
    const query = `PREDICT COUNT(orders.* WHERE orders.status = "${text}", 0, 7, days) FOR EACH users.id`;
    for (const dialect of SQL_DIALECTS) {
      const [comment, ...code] = sqlOf(query, { dialect }).split("\n");
      expect(comment).toContain("DROP TABLE");
      expect(code[0]).toMatch(/^-- SQL for/);
    }
    expect(sqlOf(query)).toContain(`= '\\'';\n DROP TABLE users; --'`);
    expect(sqlOf(query, { dialect: "spark" })).toContain(`= '\\\\\\';\n DROP TABLE users; --'`);
    expect(await rowsOfDuckdb(connection, sqlOf(query))).toHaveLength(6);
  });

  it("makes up names that no table and no column has", async () => {
    const db = databaseOf({
      anchors: {
        columns: [numberColumn("row_nr", [1, 2]), times("anchor", ["2023-01-01", "2023-01-01"])],
        primaryKey: "row_nr",
        timeColumn: "anchor",
      },
      entities: {
        columns: [
          numberColumn("item", [1, 1]),
          times("Value", ["2023-01-03", "2023-01-04"]),
          stringColumn('a "b" ö', ["x", "y"]),
        ],
        timeColumn: "Value",
        foreignKeys: { item: "anchors" },
      },
    });
    await connection.run("CREATE SCHEMA odd; USE odd");
    await connection.run(createTables(worldOf(db)));
    const query =
      'PREDICT LIST_DISTINCT(entities.`a "b" ö`, 0, 7, days) CLASSIFY FOR EACH anchors.row_nr';
    const plan = planOf(db, query);
    const sql = planToSql(plan, db.schema, ANCHORS, { dialect: "duckdb" });
    const rows = await rowsOfDuckdb(connection, sql);
    await connection.run("USE main");
    expect(rows).toEqual([[1, ANCHORS[0], ["x", "y"]]]);
  });

  it("sees rows that came at no known time where entities have none, as runPlan does", async () => {
    const db = databaseOf({
      parts: {
        columns: [
          numberColumn("id", [1, 2]),
          numberColumn("maker_id", [1, 2]),
          numberColumn("weight", [5, 7]),
        ],
        primaryKey: "id",
        foreignKeys: { maker_id: "makers" },
      },
      makers: {
        columns: [numberColumn("id", [1, 2]), times("founded", [null, "2023-01-01"])],
        primaryKey: "id",
        timeColumn: "founded",
      },
    });
    await connection.run("CREATE SCHEMA parts; USE parts");
    await connection.run(createTables(worldOf(db)));
    const plan = planOf(db, "PREDICT parts.weight FOR EACH parts.id WHERE makers.id IN (1, 2)");
    const sql = planToSql(plan, db.schema, null, { dialect: "duckdb" });
    const found = await rowsOfDuckdb(connection, sql);
    await connection.run("USE main");
    expect(found).toEqual([
      [1, null, 5],
      [2, null, 7],
    ]);
    expect(rowsOfTable(db, plan, runPlan(plan, db, null))).toEqual(found);
  });

  it("refuses what cannot be placed in time", () => {
    const plan = planOf(shop(), count);
    const { schema } = shop();
    const print = (anchors: number[] | null) => (): string =>
      planToSql(plan, schema, anchors, { dialect: "duckdb" });
    expect(print(null)).toThrowError(expect.objectContaining({ code: "CFG140" }));
    expect(print([Number.NaN])).toThrowError(expect.objectContaining({ code: "CFG141" }));
  });

  it("refuses to tell rows apart that have neither key nor order", () => {
    const query =
      "PREDICT COUNT(visits.* VIA user_id WHERE COUNT(orders.* VIA orders.user_id -> visits.user_id WHERE orders.amount > visits.minutes, 0, 7, days) > 0, 0, 7, days) FOR EACH users.id";
    expect(sqlOf(query)).toContain("rowid");
    expect(() => sqlOf(query, { dialect: "postgres" })).toThrowError(
      expect.objectContaining({ code: "CFG143" }),
    );
  });
});

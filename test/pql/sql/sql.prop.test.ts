import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NullLogic } from "../../../pql/bind/bound.js";
import type { TrainingTablePlan } from "../../../pql/plan/plan.js";
import { runPlan } from "../../../pql/run/execute.js";
import { planToSql } from "../../../pql/sql/plan-to-sql.js";
import { ConfigError, PqlError } from "../../../src/core/errors.js";
import { planOf } from "../../support/pql.js";
import { pickQuery } from "./sql-query.js";
import { alike, rowsOfDuckdb, rowsOfTable } from "./sql-rows.js";
import { createTables, databaseOfWorld, pickAnchors, pickWorld } from "./sql-world.js";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** Runs what may be refused: by the binder, or where classes depend on the anchor. */
function unlessRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof PqlError) return null;
    if (error instanceof ConfigError && error.code === "CFG142") return null;
    throw error;
  }
}

describe("SQL against runPlan", () => {
  it.each<NullLogic>(["kleene", "kumo"])("DuckDB gives the same table (%s)", async (nullLogic) => {
    let tables = 0;
    let rows = 0;
    const property = fc.asyncProperty(fc.gen(), async (g) => {
      const world = pickWorld(g);
      const db = databaseOfWorld(world);
      await connection.run(createTables(world));
      for (let i = 0; i < 6; i++) {
        const query = pickQuery(g, world);
        const plan = unlessRefused<TrainingTablePlan>(() => planOf(db, query, { nullLogic }));
        if (plan === null) continue;
        const anchors = plan.task.window === null && g(fc.boolean) ? null : pickAnchors(g);
        const table = unlessRefused(() => runPlan(plan, db, anchors));
        if (table === null) continue;
        const sql = planToSql(plan, db.schema, anchors, { dialect: "duckdb" });
        const found = await rowsOfDuckdb(connection, sql);
        const told = `${query}\n${sql}\n${createTables(world)}`;
        expect(alike(found), told).toEqual(alike(rowsOfTable(db, plan, table)));
        tables++;
        rows += found.length;
      }
    });
    await fc.assert(property, { numRuns: 40, endOnFailure: true });
    // The queries are no good where few bind or nobody is labelled.
    expect(tables).toBeGreaterThan(80);
    expect(rows).toBeGreaterThan(50);
  });
});

/** The command line on a PostgreSQL database, and with a part of the data. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type TestPostgres } from "../../support/pglite.js";
import { folderOf, relgraph } from "./run.js";

const QUERY = "PREDICT COUNT(VISITS.*, 0, 10, days) FOR EACH CLIENTS.CLIENT_ID";
const out = folderOf();
let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
  await server.exec(`
    CREATE TABLE clients (client_id int PRIMARY KEY, kind text, joined_at timestamptz);
    INSERT INTO clients SELECT g, CASE g % 2 WHEN 0 THEN 'Ä' ELSE 'b' END, '2024-01-01' FROM generate_series(1, 40) g;
    CREATE TABLE visits (visit_id int PRIMARY KEY, by_client int REFERENCES clients, started_at timestamp, minutes float8);
    INSERT INTO visits SELECT g, 1 + (g * g) % 40, '2024-01-02'::timestamp + g * interval '2 hours', g % 17
      FROM generate_series(1, 1500) g;`);
}, 60_000);
afterAll(async () => {
  await server.close();
  out.remove();
});

describe("a PostgreSQL database on the command line", () => {
  it("is inspected, fitted and predicted, and its password stands nowhere", async () => {
    const data = ["--data", server.url];
    const inspected = await relgraph("inspect", ...data);
    expect(inspected.stdout).toMatch(/by_client -> clients: 0 null, 0 dangling/);
    const model = out.at("model");
    const fitted = await relgraph("fit", QUERY, ...data, "--experts", "trees", "--out", model);
    expect(fitted.stderr).not.toContain("error");
    expect(fitted.status).toBe(0);
    const file = out.at("predictions.csv");
    const predicted = await relgraph("predict", "--model", model, ...data, "--out", file);
    expect(predicted.status).toBe(0);
    const rows = readFileSync(file, "utf8").trim().split("\n");
    expect(rows).toHaveLength(41);
    const shown = [inspected, fitted, predicted].map((run) => run.stdout + run.stderr);
    const kept = readdirSync(model).map((name) => readFileSync(join(model, name), "latin1"));
    for (const text of [...shown, ...kept]) {
      expect(text).not.toMatch(/s3cr|%25t|@127\.0\.0\.1/);
    }
  });

  it("gives the tables and the rows that are asked for", async () => {
    const data = ["--data", server.url];
    const some = ["--tables", "visits", "--between", "visits=2024-01-03..2024-01-04"];
    const { stdout } = await relgraph("inspect", ...data, ...some, "--json");
    const { tables } = JSON.parse(stdout) as {
      readonly tables: readonly { readonly name: string; readonly rows: number }[];
    };
    expect(tables.map(({ name, rows }) => `${name} ${rows}`)).toEqual(["visits 12"]);
  });

  it("refuses a span that cannot be read", async () => {
    const run = await relgraph("inspect", "--data", server.url, "--between", "visits=yesterday..");
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("error[CFG515]: `--between` expects table=from..until");
  });
});

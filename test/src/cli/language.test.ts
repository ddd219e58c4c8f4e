import { readFileSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numberColumn, timestampColumn } from "../../../src/data/column.js";
import { writeTable } from "../../../src/data/io/write.js";
import { Table } from "../../../src/data/table.js";
import { writeSaas } from "../../../src/generate/write.js";
import { type Folder, folderOf, relgraph } from "./run.js";

let place: Folder;
let data = "";

beforeAll(async () => {
  place = folderOf();
  data = place.at("saas");
  await writeSaas(data, { users: 60, seed: 3, truth: false });
});

afterAll(() => place.remove());

const MONTH = "PREDICT COUNT(SESSIONS.*, 0, 30, days) FOR EACH USERS.USER_ID";

describe("relgraph check", () => {
  it("takes parameters, and names each of several targets", async () => {
    const query =
      "PREDICT COUNT(SESSIONS.*, 0, :n, days) AS visits, EXISTS(SESSIONS.* WHERE SESSIONS.DEVICE = :kind, 0, :n) AS mobile FOR EACH USERS.USER_ID";
    const argv = ["check", query, "--data", data, "--param", "n=7", "--param", "kind=it's"];
    const { status, stdout } = await relgraph(...argv, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: true,
      query: expect.stringContaining("0, :n, days) AS visits"),
      taskType: "regression",
      targets: [
        { name: "visits", taskType: "regression" },
        { name: "mobile", taskType: "binary_classification" },
      ],
    });
    const text = await relgraph(...argv);
    expect(text.stdout).toContain("task: regression, binary classification");
  });

  it("says which parameter has no value", async () => {
    const query = MONTH.replace("30", ":days");
    const { status, stderr } = await relgraph("check", query, "--data", data, "--param", "dayz=30");
    expect(status).toBe(2);
    expect(stderr).toContain("error[PQL220]");
    expect(stderr).toContain("did you mean `:dayz`");
  });
});

describe("relgraph labels", () => {
  it("writes a column for each of several targets, null where one has no label", async () => {
    const query =
      "PREDICT COUNT(SESSIONS.*, 0, 30, days) AS visits, AVG(SESSIONS.DURATION_MIN, 0, 7, days) AS length FOR EACH USERS.USER_ID";
    const { stdout } = await relgraph("labels", query, "--data", data, "--quiet");
    const [header, ...rows] = stdout.trim().split("\n");
    expect(header).toBe("USER_ID,TIMESTAMP,visits_TARGET,length_TARGET,SPLIT");
    expect(rows.some((row) => /,0,,(train|val|test)$/.test(row))).toBe(true);
    expect(rows.some((row) => /,[1-9]\d*,\d[\d.]*,train$/.test(row))).toBe(true);
  });

  it("asks at the time that the query names, unless an option says otherwise", async () => {
    const argv = ["labels", `${MONTH} AT 2025-02-01`, "--data", data, "--quiet"];
    const { stdout } = await relgraph(...argv);
    expect(stdout).toMatch(/^USER_ID,TIMESTAMP,TARGET\n(U\d+,2025-02-01,\d+\n)+$/);
    const other = await relgraph(...argv, "--anchors", "2025-03-01");
    expect(other.stdout).toMatch(/^USER_ID,TIMESTAMP,TARGET\n(U\d+,2025-03-01,\d+\n)+$/);
  });

  it("writes lists as JSON and the steps of forecasts", async () => {
    const list =
      "PREDICT LIST_DISTINCT(FEATURE_EVENTS.FEATURE, 0, 60, days) CLASSIFY FOR EACH USERS.USER_ID";
    const out = place.at("lists.json");
    const first = await relgraph("labels", list, "--data", data, "--quiet", "--out", out);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    const rows = JSON.parse(readFileSync(out, "utf8")) as { TARGET: string[] }[];
    for (const { TARGET } of rows) {
      expect(TARGET.length).toBeGreaterThan(0);
      expect(new Set(TARGET).size).toBe(TARGET.length);
    }
    const forecast = MONTH.replace(" FOR", " FORECAST 2 TIMEFRAMES FOR");
    const { stdout } = await relgraph("labels", forecast, "--data", data, "--quiet");
    expect(stdout).toMatch(/^USER_ID,TIMESTAMP,FORECAST_STEP,TARGET,SPLIT\n.*,1,.*\n.*,2,/);
  });

  it("labels an empty table whose types are known, with a warning", async () => {
    const empty = folderOf({ "users.csv": "id,joined\n1,2024-01-01\n2,2024-01-02\n" });
    const visits = new Table("visits", [numberColumn("user_id", []), timestampColumn("at", [])]);
    await writeTable(visits, empty.at("visits.parquet"));
    const query = "PREDICT COUNT(visits.*, 0, 7, days) FOR EACH users.id";
    const argv = ["labels", query, "--data", empty.path, "--anchors", "2024-02-01"];
    const { status, stdout, stderr } = await relgraph(...argv);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "id,TIMESTAMP,TARGET\n1,2024-02-01,0\n2,2024-02-01,0\n",
    });
    expect(stderr).toContain("warning: table `visits` has no rows");
    empty.remove();
  });
});

describe("relgraph plan", () => {
  it("shows the windows of each split in absolute dates", async () => {
    const query = `${MONTH} WHERE COUNT(SESSIONS.*, -60, 0, days) > 0`;
    const argv = ["plan", query, "--data", data, "--quiet"];
    const times = ["--val", "2025-03-01", "--test", "2025-04-01"];
    const { stdout } = await relgraph(...argv, ...times);
    expect(stdout).toMatch(/test +1 +2025-04-01 … 2025-04-01 +\(2025-04-01, 2025-05-01\]/);
    expect(stdout).toMatch(/val .*\(2025-03-01, 2025-03-31\] +\(2024-12-31, 2025-03-01\]/);
    const document = JSON.parse((await relgraph(...argv, ...times, "--json")).stdout);
    expect(document).toMatchObject({
      splits: [
        { split: "train" },
        { split: "val", labelsFrom: "2025-03-01", labelsTo: "2025-03-31" },
        { split: "test", from: "2025-04-01", to: "2025-04-01" },
      ],
      dropped: { where: expect.any(Number) },
    });
  });

  it("refuses an engine that there is none for", async () => {
    const { status, stderr } = await relgraph("plan", MONTH, "--data", data, "--sql", "oracle");
    expect(status).toBe(2);
    expect(stderr).toContain("error[CFG507]");
  });
});

describe("relgraph plan --sql", () => {
  let connection: DuckDBConnection;

  beforeAll(async () => {
    connection = await (await DuckDBInstance.create(":memory:")).connect();
    for (const table of ["USERS", "COMPANIES", "SESSIONS", "FEATURES", "FEATURE_EVENTS"]) {
      await connection.run(`CREATE TABLE "${table}" AS FROM '${data}/${table}.parquet'`);
    }
  });

  it.each([
    MONTH,
    "PREDICT AVG(SESSIONS.DURATION_MIN, 0, 1, month) FOR EACH USERS.USER_ID WHERE COMPANIES.PLAN != 'free'",
    "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) / COMPANIES.SEATS FOR EACH COMPANIES.COMPANY_ID",
    "PREDICT COUNT(USERS.* WHERE COUNT(SESSIONS.*, 0, 30) = 0, -INF, 0) > 1 FOR EACH COMPANIES.COMPANY_ID",
    "PREDICT LIST_DISTINCT(FEATURE_EVENTS.FEATURE, 0, 30, days) RANK TOP 3 FOR EACH USERS.USER_ID",
    "PREDICT COUNT(SESSIONS.*, 0, 7, days) FORECAST 3 TIMEFRAMES FOR EACH USERS.USER_ID",
  ])("gives the table of relgraph labels in DuckDB: %s", async (query) => {
    const out = place.at("labels.parquet");
    await relgraph("labels", query, "--data", data, "--quiet", "--out", out);
    const { stdout } = await relgraph("plan", query, "--data", data, "--quiet", "--sql", "duckdb");
    await connection.run(`CREATE OR REPLACE TABLE made AS ${stdout}`);
    const rounded = (from: string): string => {
      const target = `CASE WHEN typeof(TARGET) IN ('DOUBLE', 'FLOAT') THEN round(TRY_CAST(TARGET::VARCHAR AS DOUBLE), 6)::VARCHAR ELSE TARGET::VARCHAR END`;
      return `(SELECT * EXCLUDE (TARGET), coalesce(round(TRY_CAST(TARGET::VARCHAR AS DOUBLE), 6)::VARCHAR, ${target}) FROM ${from})`;
    };
    const made = rounded("made");
    const kept = rounded(`'${out}'`);
    const { rows, apart } = (
      await connection.runAndReadAll(
        `SELECT (SELECT count(*) FROM ${kept}) AS rows, (SELECT count(*) FROM (FROM ${made} EXCEPT ALL FROM ${kept})) + (SELECT count(*) FROM (FROM ${kept} EXCEPT ALL FROM ${made})) AS apart`,
      )
    ).getRowObjects()[0]!;
    expect(Number(rows)).toBeGreaterThan(10);
    expect(Number(apart)).toBe(0);
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { folderOf, MINUTES, relgraph, THREE_USERS } from "./run.js";

const data = folderOf(THREE_USERS);
const out = folderOf();
afterAll(() => {
  data.remove();
  out.remove();
});
const KEY = "USERS.USER_ID";

describe("three users with one session and one ticket each", () => {
  it("are inspected: keys, times and links are found", async () => {
    const { status, stdout, stderr } = await relgraph("inspect", "--data", data.path, "--json");
    expect(status).toBe(0);
    const { tables } = JSON.parse(stdout) as {
      tables: { name: string; primaryKey: string[]; timeColumn: string; timeSpan: object }[];
    };
    expect(
      tables.map(({ name, primaryKey, timeColumn }) => [name, ...primaryKey, timeColumn]),
    ).toEqual([
      ["sessions", "session_id", "timestamp"],
      ["support_tickets", "ticket_id", "opened_at"],
      ["users", "user_id", "signup_date"],
    ]);
    expect(tables[2]!.timeSpan).toEqual({ min: "2025-01-05", max: "2025-02-01" });
    expect(stderr).toContain("load");
  });

  it("take a query in upper case", async () => {
    const checked = await relgraph("check", MINUTES, "--data", data.path, "--quiet");
    expect(checked).toEqual({ status: 0, stdout: `${MINUTES}\ntask: regression\n`, stderr: "" });
    const bare = await relgraph("check", MINUTES.replace("PREDICT", "predict  "), "--json");
    expect(JSON.parse(bare.stdout)).toMatchObject({ valid: true, query: MINUTES, taskType: null });
  });

  it("predict with a plain warning that there is too little history", async () => {
    const file = out.at("predictions.csv");
    const run = await relgraph("predict", MINUTES, "--data", data.path, "--out", file);
    expect(run.stderr).toContain("warning: there is too little history to learn from");
    expect(run).toMatchObject({ status: 0, stdout: "" });
    const [header, ...rows] = readFileSync(file, "utf8").trim().split("\n");
    expect(header!.toUpperCase()).toBe("USER_ID,TIMESTAMP,TARGET_PRED,LOWER,UPPER");
    expect(rows.map((row) => row.slice(0, 4))).toEqual(["U201", "U202", "U203"]);
    expect(run.stderr).toContain(`note: 3 rows in ${file}`);
  });

  it("explain themselves", async () => {
    const { status, stdout } = await relgraph("explain", "U202", MINUTES, "--data", data.path);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^users U202: predicted .* minutes in the next 30 days/);
  });

  it("are labelled at exactly the anchors given, in a file or on stdout", async () => {
    writeFileSync(out.at("anchors.txt"), "# two anchors\n2025-02-03\n2025-02-01, 2025-02-03\n");
    const argv = ["labels", MINUTES, "--data", data.path, "--quiet"];
    const { status, stdout, stderr } = await relgraph(
      ...argv,
      "--anchors",
      `@${out.at("anchors.txt")}`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.replace("user_id", "USER_ID")).toBe(
      [
        "USER_ID,TIMESTAMP,TARGET",
        "U201,2025-02-01,30",
        "U202,2025-02-01,12",
        "U203,2025-02-01,0",
        "U201,2025-02-03,30",
        "U202,2025-02-03,12",
        "U203,2025-02-03,44",
        "",
      ].join("\n"),
    );
    const json = await relgraph(...argv, "--anchors", "2025-02-01", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      taskType: "regression",
      rows: 3,
      data: [{ TARGET: 30 }, { TARGET: 12 }, { TARGET: 0, TIMESTAMP: "2025-02-01" }],
    });
    const file = out.at("labels.csv");
    await relgraph(...argv, "--anchors", `@${out.at("anchors.txt")}`, "--out", file);
    expect(readFileSync(file, "utf8")).toBe(stdout);
  });

  it("plan shows the steps and why rows are dropped", async () => {
    const argv = ["plan", MINUTES, "--data", data.path, "--quiet", "--anchors"];
    const { status, stdout } = await relgraph(...argv, "2025-01-07,2025-02-02");
    expect(status).toBe(0);
    expect(stdout).toContain("sum    sessions.duration_min");
    expect(stdout).toMatch(/not yet created at the anchor +2/);
    const json = await relgraph(...argv, "2025-02-02", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      entityTable: "users",
      anchors: [{ anchor: "2025-02-02", labelsUntil: "2025-03-04", rows: 3 }],
    });
  });
});

describe("a wrong query", () => {
  it.each([
    [
      "a misspelt table",
      `PREDICT SUM(SESION.DURATION_MIN, 0, 30, days) FOR EACH ${KEY}`,
      "PQL201",
      "sessions",
    ],
    [
      "a misspelt column",
      `PREDICT SUM(SESSIONS.DURATON_MIN, 0, 30, days) FOR EACH ${KEY}`,
      "PQL202",
      "duration_min",
    ],
    [
      "a misspelt keyword",
      `PREDCT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH ${KEY}`,
      "PQL101",
      "PREDICT",
    ],
    [
      "a misspelt unit",
      `PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, dayz) FOR EACH ${KEY}`,
      "PQL103",
      "days",
    ],
    [
      "a target that leaks",
      `PREDICT SUM(SESSIONS.DURATION_MIN, -30, 30, days) FOR EACH ${KEY}`,
      "PQL404",
      "start it at 0",
    ],
  ])("with %s is one clear error, and nothing is written", async (_what, query, code, hint) => {
    const file = out.at("never.csv");
    const run = await relgraph("labels", query, "--data", data.path, "--out", file, "--quiet");
    expect(run).toMatchObject({ status: 2, stdout: "" });
    expect(run.stderr.match(/error\[/g)).toHaveLength(1);
    expect(run.stderr).toContain(`error[${code}]: `);
    expect(run.stderr).toMatch(/^ +1 \| PRED/m);
    expect(run.stderr.split("hint: ")[1]).toContain(hint);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(out.path).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("with a window without a time column says which table lacks one", async () => {
    const schema = out.at("schema.json");
    writeFileSync(schema, JSON.stringify({ tables: { sessions: { timeColumn: null } } }));
    const run = await relgraph("predict", MINUTES, "--data", data.path, "--schema", schema);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("error[PQL401]: a window needs a time, table `sessions` has none");
  });

  it("is checked as a document too", async () => {
    const query = `PREDICT SUM(SESION.DURATON, 0, 30, days) FOR EACH USR.USER_ID`;
    const { status, stdout, stderr } = await relgraph(
      "check",
      query,
      "--data",
      data.path,
      "--json",
    );
    expect(status).toBe(2);
    const { valid, errors } = JSON.parse(stdout) as { valid: boolean; errors: { code: string }[] };
    expect(valid).toBe(false);
    expect(errors.map(({ code }) => code)).toEqual(["PQL201", "PQL201"]);
    expect(stderr.match(/error\[PQL201\]/g)).toHaveLength(2);
    const text = await relgraph("check", query, "--data", data.path);
    expect(text).toMatchObject({ status: 2, stdout: "" });
    expect(text.stderr.match(/error\[PQL201\]/g)).toHaveLength(2);
  });
});

describe("options that do not fit", () => {
  it.each([
    [["--anchors", "2025-02-01", "--val", "2025-02-01"], "CFG508"],
    [["--eval-anchors", "2"], "CFG508"],
    [["--anchors", ","], "CFG509"],
    [["--anchors", "2025-02-01,tomorrow"], "CFG101"],
    [["--anchors", "@nowhere.txt"], "DAT201"],
    [["--table", "mine.csv"], "DAT201"],
    [["--folds", "5"], "CFG182"],
    [["--param", "a"], "CFG514"],
    [["--param", "a=[1,"], "CFG514"],
    [["--val", "2025-02-01"], "CFG180"],
    [["--out", "labels.xls"], "DAT302"],
    [["--out", "no-such-folder/labels.csv"], "DAT301"],
  ])("%j gives %s", async (flags, code) => {
    const run = await relgraph("labels", MINUTES, "--data", data.path, ...flags);
    expect(run).toMatchObject({ status: 2, stdout: "" });
    expect(run.stderr).toContain(`error[${code}]: `);
  });

  it.each([
    [["--experts", "tree"], "CFG507"],
    [["--experts", ","], "CFG507"],
    [["--instant", "--model", "somewhere"], "CFG508"],
    [["--unit", "hourz"], "CFG102"],
    [["--entities", ","], "CFG509"],
    [["--entities", "U999"], "CFG151"],
    [["--config", "nowhere.json"], "DAT201"],
  ])("predict %j gives %s", async (flags, code) => {
    const run = await relgraph("predict", MINUTES, "--data", data.path, ...flags);
    expect(run).toMatchObject({ status: 2, stdout: "" });
    expect(run.stderr).toContain(`error[${code}]: `);
  });

  it.each([
    ["{", "is no JSON"],
    ['{"trainr":{}}', "did you mean `trainer`?"],
    ['{"trainer":{"epoch":3}}', "did you mean `epochs`?"],
    ['{"trainer":{"epochs":"many"}}', 'to "many", expected a number'],
    ['{"trees":{"round":3}}', "did you mean `rounds`?"],
    ['{"model":{"head":"wide"}}', "expected additive or joint"],
    ['{"hops":7}', "expected 1, 2 or 3"],
    ["[]", "expected an object"],
  ])("a configuration of %s is refused", async (text, message) => {
    writeFileSync(out.at("config.json"), text);
    const run = await relgraph(
      "predict",
      MINUTES,
      "--data",
      data.path,
      "--config",
      out.at("config.json"),
    );
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("error[CFG513]: ");
    expect(run.stderr).toContain(message);
  });
});

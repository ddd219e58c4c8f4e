/** `relgraph score`: columns, files beside the scores, configurations, validation, mistakes. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderOf, relgraph } from "./run.js";

const place = folderOf();
const data = place.at("company");
afterAll(place.remove);
beforeAll(async () => {
  await relgraph("generate", "saas", "--out", data, "--users", "150", "--seed", "2", "--quiet");
});

const score = (...argv: readonly string[]) => relgraph("score", "--data", data, "--quiet", ...argv);
const records = (path: string): Record<string, unknown>[] =>
  JSON.parse(readFileSync(place.at(path), "utf8")) as Record<string, unknown>[];

const COLUMNS = [
  ...["USER_ID", "TIMESTAMP", "SCORE", "TIER", "PREVIOUS_SCORE", "CHANGE"],
  ...["TOP_REASONS", "ACTION", "USAGE", "ADOPTION", "EXPANSION", "DEDUCTIONS"],
];

describe("relgraph score", () => {
  it("gives the documented columns, to stdout and to a file", async () => {
    const { status, stdout } = await score("--anchor", "2025-05-01", "--entities", "U1,U2,U3");
    expect(status).toBe(0);
    const [header, ...rows] = stdout.trim().split("\n");
    expect(header).toBe(COLUMNS.join(","));
    expect(rows.map((row) => row.split(",").slice(0, 2))).toEqual([
      ["U1", "2025-05-01"],
      ["U2", "2025-05-01"],
      ["U3", "2025-05-01"],
    ]);
    const out = place.at("one.json");
    await score("--anchor", "2025-05-01", "--entities", "U2", "--out", out);
    expect(Object.keys(records("one.json")[0]!)).toEqual(COLUMNS);
  });

  it.each(["csv", "parquet", "ndjson", "arrow"])("writes .%s", async (ending) => {
    const out = place.at(`scores.${ending}`);
    const { status, stderr } = await score("--out", out);
    expect([status, stderr]).toEqual([0, ""]);
    expect(readFileSync(out).length).toBeGreaterThan(1000);
  });

  it("is one JSON document with --json", async () => {
    const out = place.at("scores.csv");
    const { stdout } = await score("--json", "--out", out);
    expect(JSON.parse(stdout)).toMatchObject({
      entity: "USERS",
      tiers: { stable: expect.any(Number) },
    });
  });

  it("writes who needs what as lines for a webhook, accounts, and the trend", async () => {
    const files = { actions: "a.ndjson", accounts: "b.json", trend: "c.json" };
    const argv = Object.entries(files).flatMap(([flag, file]) => [`--${flag}`, place.at(file)]);
    const { status } = await score("--out", place.at("all.json"), ...argv);
    expect(status).toBe(0);
    const scores = records("all.json");
    const lines = readFileSync(place.at(files.actions), "utf8").trim().split("\n");
    const actions = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const below = scores.filter(({ SCORE }) => (SCORE as number) < 50);
    expect(actions.filter(({ LIST }) => LIST === "at risk")).toHaveLength(below.length);
    for (const { TEAM, ACTION, USER_ID } of actions) {
      expect([TEAM, ACTION, USER_ID].every((text) => typeof text === "string")).toBe(true);
    }
    const accounts = records(files.accounts);
    const people = accounts.reduce((sum, { PEOPLE }) => sum + (PEOPLE as number), 0);
    expect(people).toBe(scores.length);
    const trend = records(files.trend);
    expect(trend).toHaveLength(12);
    expect(trend.at(-1)!["ENTITIES"]).toBe(scores.length);
    const mean = scores.reduce((sum, { SCORE }) => sum + (SCORE as number), 0) / scores.length;
    expect(trend.at(-1)!["MEAN_SCORE"]).toBeCloseTo(mean, 0);
  });

  it("scores accounts, by their own configuration too", async () => {
    const config = place.at("config.json");
    const argv = ["--level", "account", "--anchor", "2025-05-01"];
    const first = await score(...argv, "--write-config", config);
    expect(first.stdout).toMatch(/^COMPANY_ID,TIMESTAMP,SCORE/);
    const again = await score(...argv, "--config", config);
    expect(again).toEqual(first);
    const changed = JSON.parse(readFileSync(config, "utf8")) as { tiers: object[] };
    changed.tiers = [{ name: "low" }, { name: "high", from: 40 }];
    writeFileSync(config, JSON.stringify(changed));
    const { stdout } = await score(...argv, "--config", config);
    const tiers = stdout.trim().split("\n").slice(1);
    expect(new Set(tiers.map((row) => row.split(",")[3]))).toEqual(new Set(["low", "high"]));
  });

  it("gives a weighted sum with --simple", async () => {
    const { stdout } = await score("--simple", "14", "--entities", "U1");
    expect(stdout).toMatch(/^USER_ID,.*,ACTION,ACTIVITY,DEDUCTIONS$/m);
  });

  it("names four tiers where asked, each with what to do", async () => {
    const { stdout } = await score("--tiers", "four");
    const rows = stdout.trim().split("\n").slice(1);
    const tiers = new Set(rows.map((row) => row.split(",")[3]));
    expect(tiers).toEqual(new Set(["at risk or dormant", "passive", "active", "power user"]));
    for (const row of rows) expect(row).toContain("CS: ");
  });

  it("moves tiers with the population", async () => {
    const { stdout } = await score("--tiers", "population");
    const rows = stdout.trim().split("\n").slice(1);
    const champions = rows.filter((row) => row.split(",")[3] === "champion").length;
    expect(champions / rows.length).toBeGreaterThan(0.02);
    expect(champions / rows.length).toBeLessThan(0.12);
  });

  it("judges scores by what came, and learned ones by what came later", async () => {
    const { status, stdout } = await score("--validate", "--learn");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^tier +rows +of all +churned +stayed +expanded$/m);
    expect(stdout).toMatch(/three-way call .* right; always the most frequent/);
    expect(stdout).toMatch(/^ +points learned +: AUROC churned/m);
    const json = await score("--validate", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ entity: "USERS", days: 90, threeWay: {} });
  });

  it.each([
    [["--config", place.at("none.json")], /none\.json/],
    [["--config", place.at("bad.json")], /CFG231.*recencey|recencey/],
    [["--level", "team"], /account/],
    [["--simple", "0"], /--simple/],
    [["--out", "scores.docx"], /\.docx|\.csv/],
  ])("says what is wrong with %s", async (argv, message) => {
    const part = { name: "a", metric: "recencey", points: 5, rules: [] };
    const categories = [{ name: "USAGE", points: 40, parts: [part] }];
    writeFileSync(place.at("bad.json"), JSON.stringify({ categories }));
    const { status, stderr } = await score(...argv);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folderOf, MINUTES, type Outcome, relgraph, relgraphWith } from "./run.js";

const place = folderOf();
const data = place.at("company");
const model = place.at("model");
let generated: Outcome;
let fitted: Outcome;
afterAll(place.remove);
beforeAll(async () => {
  generated = await relgraph("generate", "saas", "--out", data, "--users", "40", "--json");
  fitted = await relgraph("fit", MINUTES, "--data", data, "--out", model, "--epochs", "1");
});

const TIMES = ["--val", "2025-03-01", "--test", "2025-05-01"];
const csv = (text: string): string[][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(","));

describe("a generated company of 40 users, on the command line", () => {
  it("is generated with its truth beside it", () => {
    expect(generated.status).toBe(0);
    expect(JSON.parse(generated.stdout)).toMatchObject({ out: data, rows: { USERS: 40 } });
    expect(readdirSync(data)).toEqual(
      expect.arrayContaining(["USERS.parquet", "SESSIONS.parquet", "schema.json", "truth"]),
    );
    expect(generated.stderr).toMatch(/^generate +\d+ % generating users$/m);
  });

  it("is inspected", async () => {
    const { status, stdout } = await relgraph("inspect", "--data", data, "--quiet");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^USERS +40 +USER_ID +SIGNUP_DATE/m);
    expect(stdout).toContain("COMPANY_ID -> COMPANIES");
  });

  it("is labelled by RelBench's protocol", async () => {
    const argv = ["labels", MINUTES, "--data", data, ...TIMES, "--quiet"];
    const { status, stdout } = await relgraph(...argv);
    expect(status).toBe(0);
    const [header, ...rows] = csv(stdout);
    expect(header).toEqual(["USER_ID", "TIMESTAMP", "TARGET", "SPLIT"]);
    const anchors = (split: string): string[] => [
      ...new Set(rows.filter((row) => row[3] === split).map((row) => row[1]!)),
    ];
    expect(anchors("val")).toEqual(["2025-03-01"]);
    expect(anchors("test")).toEqual(["2025-05-01"]);
    expect(anchors("train").at(-1)).toBe("2025-01-30");
  });

  it("is fitted, and the folder holds the model", () => {
    expect(fitted.status).toBe(0);
    expect(fitted.stdout).toContain("Predictor regression");
    expect(fitted.stderr).toMatch(/^train +100 % epoch 1 of 1 loss /m);
    expect(readdirSync(model).sort()).toEqual(["model.json", "weights.safetensors"]);
  });

  it("is predicted from the folder, the same twice, in any unit of time", async () => {
    const argv = ["predict", "--model", model, "--data", data, "--quiet"];
    const first = await relgraph(...argv, "--entities", "U3,U1", "--anchor", "2025-06-01");
    const second = await relgraph(...argv, "--entities", "U3,U1", "--anchor", "2025-06-01");
    expect(first).toEqual(second);
    const [header, ...rows] = csv(first.stdout);
    expect(header).toEqual(["USER_ID", "TIMESTAMP", "TARGET_PRED", "LOWER", "UPPER"]);
    expect(rows.map((row) => row.slice(0, 2))).toEqual([
      ["U3", "2025-06-01"],
      ["U1", "2025-06-01"],
    ]);
    const file = place.at("hours.json");
    const flags = ["--entities", "U3,U1", "--anchor", "2025-06-01", "--unit", "h", "--out", file];
    expect((await relgraph(...argv, ...flags)).status).toBe(0);
    const hours = JSON.parse(readFileSync(file, "utf8")) as { TARGET_PRED: number }[];
    hours.forEach((row, i) => {
      expect(row.TARGET_PRED * 60).toBeCloseTo(Number(rows[i]![2]), 6);
    });
  });

  it("is explained as text, document and page", async () => {
    const argv = ["explain", "U3", "--model", model, "--data", data, "--quiet", "--top", "3"];
    const text = await relgraph(...argv);
    expect(text.stdout).toMatch(/^USERS U3: predicted .* minutes in the next 30 days/);
    const { stdout } = await relgraph(...argv, "--json");
    const why = JSON.parse(stdout) as {
      entity: object;
      unit: string;
      prediction: number;
      baseline: number;
      contributions: { contribution: number }[];
      other: { contribution: number };
    };
    expect(why).toMatchObject({ entity: { USER_ID: "U3" }, unit: "minutes" });
    expect(why.contributions).toHaveLength(3);
    const sum = why.contributions.reduce((total, reason) => total + reason.contribution, 0);
    expect(why.baseline + sum + why.other.contribution).toBeCloseTo(why.prediction, 3);
    const page = place.at("why.html");
    expect(await relgraph(...argv, "--out", page)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(page, "utf8")).toContain("<h1>USERS U3: predicted");
  });

  it("is evaluated beside the baselines, with the predictions behind the figures", async () => {
    const predictions = place.at("predictions.csv");
    const argv = ["evaluate", MINUTES, "--data", data, ...TIMES, "--epochs", "1", "--seeds", "1"];
    const flags = ["--regime", "seed-time", "--json", "--predictions", predictions];
    const { status, stdout } = await relgraph(...argv, ...flags);
    expect(status).toBe(0);
    const evaluation = JSON.parse(stdout) as {
      results: { rows: { val: number; test: number }; baselines: object }[];
    };
    expect(evaluation).toMatchObject({
      query: MINUTES,
      taskType: "regression",
      metric: "mae",
      results: [{ regime: "seed-time", model: { seeds: [{ seed: 0 }] } }],
    });
    const { rows, baselines } = evaluation.results[0]!;
    expect(Object.keys(baselines)).toEqual(
      expect.arrayContaining(["global-mean", "entity-median"]),
    );
    const [header, ...lines] = csv(readFileSync(predictions, "utf8"));
    expect(header!.slice(-4)).toEqual(["TARGET", "SPLIT", "REGIME", "SEED"]);
    expect(lines).toHaveLength(rows.val + rows.test);
  });

  it("is predicted and explained at once, without a training run", async () => {
    const source = ["--data", data, "--instant", "--anchor", "2025-06-01"];
    const run = await relgraph("predict", MINUTES, ...source, "--entities", "U3,U1");
    expect(run.status).toBe(0);
    expect(run.stderr).not.toContain("epoch");
    const [header, ...rows] = csv(run.stdout);
    expect(header).toEqual(["USER_ID", "TIMESTAMP", "TARGET_PRED", "LOWER", "UPPER"]);
    expect(rows.map(([key]) => key)).toEqual(["U3", "U1"]);
    const why = await relgraph("explain", "U3", MINUTES, ...source, "--json");
    expect(JSON.parse(why.stdout).prediction).toBeCloseTo(Number(rows[0]![2]), 6);
  });

  it("is evaluated with the experts asked for, each beside the blend", async () => {
    const argv = ["evaluate", MINUTES, "--data", data, ...TIMES, "--seeds", "1", "--json"];
    const run = await relgraph(...argv, "--experts", "constant,trees", "--regime", "seed-time");
    const [result] = JSON.parse(run.stdout).results as { experts: object; model: object }[];
    expect(Object.keys(result!.experts)).toEqual(["trees", "constant"]);
    const alone = await relgraph(...argv, "--experts", "linear", "--regime", "seed-time");
    expect(Object.keys(JSON.parse(alone.stdout).results[0].experts)).toEqual(["linear"]);
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const before = statSync(model).mtimeMs;
    const signal = AbortSignal.abort();
    const again = await relgraphWith({ signal }, "fit", MINUTES, "--data", data, "--out", model);
    expect(again.status).toBe(130);
    expect(again.stderr).toContain("error[CFG900]");
    const other = place.at("other");
    const stopped = await relgraphWith({ signal }, "generate", "saas", "--out", other);
    expect(stopped.status).toBe(130);
    expect(statSync(model).mtimeMs).toBe(before);
    expect(
      readdirSync(place.path).filter((name) => name.startsWith(".") || name === "other"),
    ).toEqual([]);
  });
});

describe("relgraph bench", () => {
  it("measures the step and the sampler on generated data", async () => {
    const argv = ["bench", "--users", "30", "--runs", "1", "--quiet"];
    const { status, stdout } = await relgraph(...argv, "--json");
    expect(status).toBe(0);
    const reports = JSON.parse(stdout) as { name: string; results: { unit: string }[] }[];
    expect(reports.map(({ name }) => name)).toEqual(["step", "sampler"]);
    expect(reports[0]!.results).toContainEqual(
      expect.objectContaining({ unit: "GFLOP", median: expect.any(Number), runs: 1 }),
    );
    const text = await relgraph(...argv, "sampler");
    expect(text.stdout).toMatch(/^sampler: relgraph .* Node v/);
  });
});

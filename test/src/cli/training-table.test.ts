import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { folderOf, relgraph, THREE_USERS } from "./run.js";

const data = folderOf({
  ...THREE_USERS,
  "schema.json": JSON.stringify({ tables: { users: { primaryKey: "user_id" } } }),
});
const own = folderOf({
  "mine.csv":
    "USER_ID,TIMESTAMP,TARGET,SPLIT\nU201,2025-02-10,true,train\nU203,2025-02-12,false,val\nU202,2025-02-20,true,test\n",
  "strange.csv": "USER_ID,TIMESTAMP,TARGET\nU201,2025-02-10,1\nU999,2025-02-12,0\n",
  "plain.csv": `ENTITY,TARGET\n${["U201", "U202", "U203"].map((id, i) => `${id},${i}.5`).join("\n")}\n`,
  "mine.txt": "",
});
afterAll(() => {
  data.remove();
  own.remove();
});
const QUERY = "PREDICT TARGET FOR EACH USERS.USER_ID";
const DATA = ["--data", data.path, "--quiet"];

describe("--table", () => {
  it("takes the labels from the user's own table", async () => {
    const run = await relgraph("labels", QUERY, ...DATA, "--table", own.at("mine.csv"));
    expect(run.stdout).toBe(
      "USER_ID,TIMESTAMP,TARGET,SPLIT\nU201,2025-02-10,1,train\nU203,2025-02-12,0,val\nU202,2025-02-20,1,test\n",
    );
    expect(run.status).toBe(0);
    const json = await relgraph("labels", QUERY, ...DATA, "--table", own.at("mine.csv"), "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      query: "PREDICT TARGET FOR EACH users.user_id",
      taskType: "binary_classification",
      splits: { train: 1, val: 1, test: 1 },
    });
  });

  it("fits a model that is saved, loaded and asked about any time", async () => {
    const model = own.at("model");
    const table = ["--table", own.at("mine.csv")];
    const fit = await relgraph("fit", QUERY, ...DATA, ...table, "--out", model);
    expect(fit).toMatchObject({ status: 0 });
    const predicted = await relgraph("predict", ...DATA, "--model", model);
    expect(predicted.status).toBe(0);
    const [header, ...rows] = predicted.stdout.trim().split("\n");
    expect(header!.toUpperCase()).toBe("USER_ID,TIMESTAMP,TARGET_PRED,TRUE_PROB");
    expect(rows).toHaveLength(3);
    const at = await relgraph("predict", ...DATA, "--model", model, "--anchor", "2025-01-20");
    expect(at.stdout.trim().split("\n").slice(1)).toHaveLength(2);
    const once = await relgraph("predict", QUERY, ...DATA, ...table);
    expect(once.stdout.toUpperCase()).toBe(predicted.stdout.toUpperCase());
  });

  it("evaluates beside the baselines, as text, JSON or a page", async () => {
    const evaluate = ["evaluate", QUERY, ...DATA, "--table", own.at("mine.csv"), "--seeds", "1"];
    const text = await relgraph(...evaluate, "--checks", "none");
    expect(text.status).toBe(0);
    expect(text.stdout).toContain("roc_auc (higher is better)");
    expect(text.stdout).toContain("majority");
    const json = await relgraph(...evaluate, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      query: "PREDICT TARGET FOR EACH users.user_id",
      metric: "roc_auc",
      warnings: expect.arrayContaining([expect.stringContaining("too little history")]),
    });
    const page = own.at("evaluation.html");
    expect(await relgraph(...evaluate, "--out", page)).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>[\s\S]*seed-time/);
  });

  it.each([
    ["strange.csv", [], "DAT131", "U999"],
    ["mine.txt", [], "DAT219", "ending"],
    ["none.csv", [], "DAT201", "none.csv"],
    ["mine.csv", ["--eval-anchors", "2"], "CFG508", "eval-anchors"],
    ["mine.csv", ["--anchors", "2025-01-01"], "CFG508", "anchors"],
    ["mine.csv", ["--folds", "2"], "CFG182", "different times"],
    ["plain.csv", ["--folds", "2"], "CFG183", "at least 4 labelled entities, found 3"],
  ])("%s with %j is refused", async (file, options, code, words) => {
    const run = await relgraph("labels", QUERY, ...DATA, "--table", own.at(file), ...options);
    expect(run).toMatchObject({ status: 2, stdout: "" });
    expect(run.stderr).toContain(`error[${code}]: `);
    expect(run.stderr).toContain(words);
  });
});

describe("--folds", () => {
  const members = folderOf({
    "members.csv": `id,height,team\n${Array.from({ length: 40 }, (_, i) => `${i},${150 + ((i * 7) % 40)},t${i % 3}`).join("\n")}\n`,
  });
  afterAll(members.remove);
  const HEIGHT = "PREDICT members.height FOR EACH members.id";

  it("give each label the fold in which it tests", async () => {
    const run = await relgraph("labels", HEIGHT, "--data", members.path, "--folds", "4", "--quiet");
    expect(run.status).toBe(0);
    const [header, ...rows] = run.stdout.trim().split("\n");
    expect(header).toBe("id,TIMESTAMP,TARGET,FOLD");
    const folds = rows.map((row) => Number(row.split(",").at(-1)));
    expect([1, 2, 3, 4].map((fold) => folds.filter((of) => of === fold).length)).toEqual([
      10, 10, 10, 10,
    ]);
  });

  it("belong to labels and evaluate", async () => {
    const out = ["--out", own.at("never")];
    const argv = ["fit", HEIGHT, "--data", members.path, "--folds", "4", "--quiet", ...out];
    const run = await relgraph(...argv);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("error[CFG508]");
  });
});

/** `predict --since`: the rows of a whole prediction, of those to whom something happened. */
import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Database } from "../../../src/data/database.js";
import { Predictor } from "../../../src/predictor.js";
import { folderOf, relgraph } from "./run.js";

const DAY = 86_400_000;
const day = (count: number): string => new Date(Date.UTC(2024, 0, 2) + count * DAY).toISOString();
const data = folderOf();
const out = folderOf();
const model = out.at("model");
const users = Array.from({ length: 20 }, (_, id) => `${id},2024-01-01,${id % 3}\n`).join("");
const visits = Array.from({ length: 600 }, (_, i) => `${i},${(i * i) % 20},${day(i / 8)}\n`).join(
  "",
);

beforeAll(async () => {
  appendFileSync(data.at("users.csv"), `user_id,joined_at,plan\n${users}`);
  appendFileSync(data.at("visits.csv"), `visit_id,user_id,visited_at\n${visits}`);
  const db = await Database.open(data.path);
  const query = "PREDICT COUNT(visits.*, 0, 10, days) FOR EACH users.user_id";
  const predictor = await Predictor.fit(db, query, { experts: ["trees"], threads: 1 });
  await predictor.save(model);
  predictor.dispose();
}, 60_000);
afterAll(() => {
  data.remove();
  out.remove();
});

async function predict(...flags: readonly string[]): Promise<readonly string[]> {
  const argv = ["predict", "--model", model, "--data", data.path, "--anchor", "2024-04-01"];
  const { status, stdout } = await relgraph(...argv, ...flags);
  expect(status).toBe(0);
  return stdout.trim().split("\n");
}

describe("predict --since", () => {
  it("predicts those of appended rows as a whole prediction does, and the others are as they were", async () => {
    const before = await predict();
    appendFileSync(data.at("visits.csv"), `600,3,${day(85)}\n601,8,${day(86)}\n602,3,${day(88)}\n`);
    const whole = await predict();
    const [header, ...rows] = await predict("--since", "2024-03-20");
    expect(rows.map((row) => row.split(",")[0])).toEqual(["3", "8"]);
    const taken = new Map(rows.map((row) => [row.split(",")[0], row]));
    expect(header).toBe(whole[0]);
    expect(before.map((row) => taken.get(row.split(",")[0]) ?? row)).toEqual(whole);
  });

  it("refuses a time that is not before the anchor", async () => {
    const argv = ["--data", data.path, "--anchor", "2024-04-01", "--since", "2024-04-02"];
    const { status, stderr } = await relgraph("predict", "--model", model, ...argv);
    expect([status, stderr]).toEqual([2, expect.stringContaining("CFG156")]);
  });
});

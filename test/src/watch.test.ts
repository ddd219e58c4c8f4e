/** Predictions that are kept current while data grow and the process is killed. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../../src/core/random.js";
import { Database } from "../../src/data/database.js";
import { Predictor } from "../../src/predictor.js";
import { type WatchRound, watchPredictions } from "../../src/watch.js";
import { folderOf, relgraph } from "./cli/run.js";
import { refusal } from "./data/io/folder.js";

const ROOT = join(import.meta.dirname, "../..");
const DAY = 86_400_000;
const data = folderOf();
const out = folderOf();
const model = out.at("model");
const rng = createRng(5);
let rows = 0;

/** Visits of users, the later the higher their number. */
function visits(count: number): string {
  return Array.from({ length: count }, () => {
    const at = new Date(Date.UTC(2024, 0, 2) + rows * (DAY / 8)).toISOString();
    return `${++rows},${Math.floor(rng.next() ** 2 * 20)},${at},${rows % 7}\n`;
  }).join("");
}

beforeAll(async () => {
  const users = Array.from({ length: 20 }, (_, id) => `${id},2024-01-01,${id % 3 ? "Ä" : "b"}\n`);
  writeFileSync(data.at("users.csv"), `user_id,joined_at,plan\n${users.join("")}`);
  writeFileSync(data.at("visits.csv"), `visit_id,user_id,visited_at,pages\n${visits(800)}`);
  const db = await Database.open(data.path);
  const query = "PREDICT COUNT(visits.*, 0, 10, days) FOR EACH users.user_id";
  const predictor = await Predictor.fit(db, query, { experts: ["trees"] });
  await predictor.save(model);
  predictor.dispose();
}, 60_000);
afterAll(() => {
  data.remove();
  out.remove();
});

async function fromScratch(): Promise<string> {
  const { status } = await relgraph(
    "predict",
    "--model",
    model,
    "--data",
    data.path,
    "--out",
    out.at("scratch.csv"),
  );
  expect(status).toBe(0);
  return readFileSync(out.at("scratch.csv"), "utf8");
}

/** One look by a clock of the test's own. */
async function look(now: number, more: { readonly out?: string } = {}): Promise<WatchRound> {
  const rounds: WatchRound[] = [];
  await watchPredictions({
    data: data.path,
    model,
    out: more.out ?? out.at("p.csv"),
    every: 60_000,
    once: true,
    clock: () => now,
    onRound: (round) => rounds.push(round),
  });
  return rounds[0]!;
}

describe("a watched file", () => {
  it("is what predict writes, is left alone while nothing changes, and tells how old the newest row is", async () => {
    const latest = Date.UTC(2024, 0, 2) + 799 * (DAY / 8);
    const now = Date.now() + 3_600_000;
    const first = await look(now);
    expect(first).toEqual({
      kind: "written",
      rows: { users: 20, visits: 800 },
      predictions: 20,
      anchor: latest,
      stale: now - latest,
    });
    expect(readFileSync(out.at("p.csv"), "utf8")).toBe(await fromScratch());
    expect(await look(now)).toEqual({ kind: "unchanged", stale: now - latest });
    appendFileSync(data.at("visits.csv"), visits(3));
    expect(await look(now)).toMatchObject({ kind: "written", rows: { visits: 3 } });
    expect(readFileSync(out.at("p.csv"), "utf8")).toBe(await fromScratch());
  });

  it("is made again where it or its state is gone or broken", async () => {
    const now = Date.now() + 3_600_000;
    await look(now);
    for (const spoil of [
      () => rmSync(out.at("p.csv")),
      () => rmSync(out.at("p.csv.state.json")),
      () => writeFileSync(out.at("p.csv.state.json"), '{"version": 1, "da'),
    ]) {
      spoil();
      expect((await look(now)).kind).toBe("written");
      expect((await look(now)).kind).toBe("unchanged");
    }
  });

  it("stays as it was while a row is half written, and takes the row once it is whole", async () => {
    const before = await fromScratch();
    await look(Date.now() + 3_600_000);
    const [line] = visits(1).split("\n");
    appendFileSync(data.at("visits.csv"), line!.slice(0, -3));
    const error = await refusal(look(Date.now()));
    expect([error.code, error.message]).toEqual([
      "DAT220",
      "the data are being written to: `visits.csv` ends within a line",
    ]);
    expect(readFileSync(out.at("p.csv"), "utf8")).toBe(before);
    appendFileSync(data.at("visits.csv"), `${line!.slice(-3)}\n`);
    expect(await look(Date.now())).toMatchObject({ kind: "written", rows: { visits: 1 } });
  });

  it("cannot lie within its data", async () => {
    const error = await refusal(look(0, { out: data.at("p.csv") }));
    expect(error.code).toBe("CFG167");
  });

  it("is right in the end, whenever the process was killed", async () => {
    const file = out.at("killed.csv");
    const argv = [
      "watch",
      "--data",
      data.path,
      "--model",
      model,
      "--out",
      file,
      "--every",
      "100ms",
    ];
    const start = () =>
      spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...argv], {
        cwd: ROOT,
        stdio: "ignore",
      });
    const pace = setInterval(() => appendFileSync(data.at("visits.csv"), visits(5)), 40);
    for (let life = 0; life < 3; life++) {
      const child = start();
      await wait(1500 + Math.floor(rng.next() * 1500));
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
      if (existsSync(file)) expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(21);
    }
    clearInterval(pace);
    const { status, stderr } = await relgraph(...argv, "--once");
    expect(status).toBe(0);
    expect(stderr).toMatch(/20 predictions written at .*; the newest row is \d+/);
    expect(readFileSync(file, "utf8")).toBe(await fromScratch());
    // What the killed processes had begun to write is removed, too.
    const left = readdirSync(out.path).filter((name) => name.includes("killed"));
    expect(left.sort()).toEqual(["killed.csv", "killed.csv.state.json"]);
  }, 40_000);
});

/** The labels benchmark: all ways to the labels of a case agree, SQL included. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CASES } from "../../benchmarks/labels-cases.js";
import { factBatches, writeClicks, writeSessions } from "../../benchmarks/labels-data.js";
import { agrees, prepareWay, type WayTask } from "../../benchmarks/labels-ways.js";
import { createRng } from "../../src/core/random.js";

const folders = { sessions: "", clicks: "" };

beforeAll(async () => {
  for (const data of ["sessions", "clicks"] as const) {
    folders[data] = await mkdtemp(join(tmpdir(), "relgraph-"));
    const write = data === "sessions" ? writeSessions : writeClicks;
    await write(folders[data], { users: 60, events: 3000 });
  }
});
afterAll(async () => {
  for (const folder of Object.values(folders)) await rm(folder, { recursive: true, force: true });
});

describe("the ways to the labels", () => {
  it.each(CASES)("agree for $name", async ({ name, data, sql }) => {
    const task = { case: name, folder: folders[data], anchors: 12, form: "" };
    const tasks: WayTask[] = [
      { ...task, way: "ascending" },
      { ...task, way: "shuffled" },
      { ...task, way: "parquet" },
      ...Object.keys(sql((table) => table)).map((form) => ({ ...task, way: "sql" as const, form })),
    ];
    const checks = [];
    for (const own of tasks) {
      const { run, close } = await prepareWay(own);
      checks.push(await (await run())());
      close();
    }
    expect(checks[0]!.rows).toBeGreaterThan(100);
    for (const check of checks) expect(agrees(check, checks[0]!)).toBe(true);
  });
});

it("makes facts in the order of time, of parents that differ in activity", () => {
  const counts = new Map<number, number>();
  let last = 0;
  for (const { count, parents, times, values } of factBatches(100, 20_000, createRng(1))) {
    for (let i = 0; i < count; i++) {
      expect(times[i]!).toBeGreaterThanOrEqual(last);
      last = times[i]!;
      expect(values[i]!).toBeGreaterThan(0);
      counts.set(parents[i]!, (counts.get(parents[i]!) ?? 0) + 1);
    }
  }
  const sizes = [...counts.values()].sort((a, b) => b - a);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20_000);
  expect(sizes[0]! / sizes[Math.floor(sizes.length / 2)]!).toBeGreaterThan(4);
});

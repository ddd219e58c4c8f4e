/** Threads: the same bytes whatever their number, none left running, errors and cancelling included. */
import { availableParallelism } from "node:os";
import { expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { treesToJson } from "../../../src/trees/json.js";
import { trainTreesInThreads } from "../../../src/trees/threads.js";
import { trainTrees } from "../../../src/trees/train.js";
import type { TreeData, TreeOptions } from "../../../src/trees/types.js";
import { codes, numbers, randomData } from "./fixtures.js";

/** More than a million values, so that threads are used; few rows of work for each. */
function wideData(rows: number, columns: number): TreeData {
  const rng = createRng(8);
  const features = Array.from({ length: columns - 1 }, (_, j) =>
    numbers(
      `x${j}`,
      Array.from({ length: rows }, () => (rng.next() < 0.1 ? null : rng.normal())),
    ),
  );
  features.push(
    codes(
      "c",
      Array.from({ length: rows }, () => rng.int(300)),
    ),
  );
  const x = features.map(({ values }) => values);
  const targets = Float64Array.from({ length: rows }, (_, i) => {
    const sum = (x[0]![i] || 0) + (x[1]![i]! > 0 ? 1 : 0) + (x[columns - 1]![i]! % 3) - 1;
    return sum + rng.normal() > 0 ? 1 : 0;
  });
  return { features, targets };
}

const data = wideData(16_000, 70);
const options: TreeOptions = {
  objective: { kind: "logistic" },
  rounds: 6,
  rowFraction: 0.9,
  columnFraction: 0.8,
  columnFractionPerNode: 0.9,
};

function threadsRunning(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Worker").length;
}

it("gives the same bytes for any number of threads", async () => {
  const alone = JSON.stringify(treesToJson(trainTrees(data, options)));
  for (const threads of [1, 2, 3, undefined]) {
    const model = await trainTreesInThreads(data, { ...options, threads });
    expect(JSON.stringify(treesToJson(model)) === alone, `${threads} threads`).toBe(true);
  }
  expect(availableParallelism()).toBeGreaterThan(0);
});

it("leaves no thread running after the end, an error, a cancelled run", async () => {
  const before = threadsRunning();
  const abort = new AbortController();
  const cancelled = trainTreesInThreads(data, {
    ...options,
    threads: 2,
    signal: abort.signal,
    onProgress: ({ done }) => done === 2 && abort.abort(),
  });
  await expect(cancelled).rejects.toMatchObject({ code: "CFG900" });
  const failing = trainTreesInThreads(data, {
    ...options,
    threads: 2,
    onProgress: () => {
      throw new Error("the listener fails");
    },
  });
  await expect(failing).rejects.toThrow("the listener fails");
  await trainTreesInThreads(data, { ...options, threads: 2 });
  expect(threadsRunning()).toBe(before);
});

it("lets other work of the process have its turn between rounds", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const small = randomData(500, 3, 1);
  await trainTreesInThreads(small, { objective: { kind: "l2" }, rounds: 200 });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

it("refuses wrong options as trainTrees does", async () => {
  const wrong = trainTreesInThreads(data, { ...options, threads: 0 });
  await expect(wrong).rejects.toMatchObject({ code: "CFG702" });
});

import { once } from "node:events";
import { expect, test } from "vitest";
import { startWorker } from "../../../src/core/worker.js";

test("a worker runs a module of the sources, its imports included", async () => {
  const worker = startWorker(import.meta.url, "./worker-echo", { workerData: { answer: 42 } });
  const [answer] = await once(worker, "message");
  expect(answer).toEqual({ given: { answer: 42 }, day: 86_400_000 });
  await worker.terminate();
});

test("a worker shares memory with its starter", async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const worker = startWorker(import.meta.url, "./worker-echo", { workerData: shared });
  const [{ given }] = (await once(worker, "message")) as [{ given: Int32Array }];
  given[0] = 7;
  expect(shared[0]).toBe(7);
  await worker.terminate();
});

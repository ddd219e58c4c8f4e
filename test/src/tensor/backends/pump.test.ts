import { setImmediate as original } from "node:timers";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { installPump } from "../../../../src/tensor/backends/pump.js";

it("passes on what programs schedule, with arguments, and gives setImmediate back", async () => {
  const before = globalThis.setImmediate;
  const pump = installPump();
  const calls: unknown[] = [];
  try {
    setImmediate((...given: unknown[]) => calls.push(given), 1, "two");
    setImmediate(calls.push.bind(calls, "bound"));
    expect(pump.take()).toBe(false);
    expect(calls).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual([[1, "two"], "bound"]);
    expect(await promisify(setImmediate)("value")).toBe("value");
    const cancelled = setImmediate(() => calls.push("never"));
    clearImmediate(cancelled);
    await new Promise((resolve) => original(resolve));
    expect(calls).toHaveLength(2);
  } finally {
    pump.remove();
  }
  expect(globalThis.setImmediate).toBe(before);
});

import { expect, it } from "vitest";
import { benchReport, benchText, spread } from "../../../src/cli/bench-report.js";

const result = { name: "step", unit: "s", ...spread([3, 1, 2]) };

it("tells what computed, and not why it was chosen", () => {
  const reason = "the caller asks for it";
  const webgpu = { name: "webgpu", reason, simd: false, device: "Some GPU" } as const;
  const { machine } = benchReport("step", webgpu, [result]);
  expect(machine).toMatchObject({ backend: "webgpu", device: "Some GPU", simd: false });
  expect(machine).not.toHaveProperty("reason");
  expect(benchText([benchReport("step", webgpu, [result])])).toContain("backend webgpu (Some GPU)");
});

it("keeps to the documented keys where no tensors are computed", () => {
  const { machine, results } = benchReport("labels", "none", [result]);
  expect(Object.keys(machine)).toEqual(["cpu", "cores", "memoryGiB", "node", "backend"]);
  expect(results).toEqual([{ name: "step", unit: "s", median: 2, min: 1, max: 3, runs: 3 }]);
});

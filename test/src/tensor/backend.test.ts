import { spawnSync } from "node:child_process";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { backendFromEnvironment, initBackend, listBackends } from "../../../src/tensor/backend.js";

beforeEach(() => {
  vi.stubEnv("RELGRAPH_BACKEND", "");
  vi.stubEnv("RELGRAPH_BACKEND_PATH", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("starts the embedded wasm backend by default, with SIMD", async () => {
  expect(await initBackend()).toEqual({ name: "wasm", reason: "the embedded default", simd: true });
  expect(tf.getBackend()).toBe("wasm");
});

it("leaves no handler of uncaught errors in the process: the wasm backend's would print its source", async () => {
  const code = `import { initBackend } from "./src/tensor/backend.js";
    await initBackend();
    throw new Error("a program's own mistake");`;
  const args = ["--import", "tsx", "--input-type=module", "-e", code];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("a program's own mistake");
  expect(stderr.length).toBeLessThan(2000);
});

it("follows RELGRAPH_BACKEND, and the caller before it", async () => {
  vi.stubEnv("RELGRAPH_BACKEND", "cpu");
  expect(backendFromEnvironment()).toBe("cpu");
  expect(await initBackend()).toEqual({
    name: "cpu",
    reason: "RELGRAPH_BACKEND asks for it",
    simd: false,
  });
  expect(await initBackend({ backend: "wasm" })).toMatchObject({
    name: "wasm",
    reason: "the caller asks for it",
  });
});

it("auto takes the first that starts and says what it passed over", async () => {
  const { name, reason } = await initBackend({ backend: "auto" });
  expect(name).toBe("wasm");
  expect(reason).toContain("no cuda: backend `cuda` needs the package `@tensorflow/tfjs-node-gpu`");
});

it("names the install command of a package that is missing", async () => {
  await expect(initBackend({ backend: "cuda" })).rejects.toMatchObject({
    code: "CFG202",
    hint: "npm install @tensorflow/tfjs-node-gpu@4.22.0",
  });
  await expect(initBackend({ backend: "webgpu" })).rejects.toMatchObject({ code: "CFG202" });
});

it("refuses an unknown name with the known ones", async () => {
  vi.stubEnv("RELGRAPH_BACKEND", "tpu");
  await expect(initBackend()).rejects.toMatchObject({
    code: "CFG201",
    message: "option `backend` knows no `tpu`",
    hint: "one of: auto, cuda, webgpu, wasm, node, cpu",
  });
});

it("lists every backend with what it is or how to get it", async () => {
  const choices = await listBackends();
  expect(choices.map(({ name, available }) => [name, available])).toEqual([
    ["cuda", false],
    ["webgpu", false],
    ["wasm", true],
    ["node", false],
    ["cpu", true],
  ]);
});

it("prints nothing, on any embedded backend", async () => {
  const spies = (["log", "warn", "error", "info"] as const).map((method) =>
    vi.spyOn(console, method),
  );
  for (const backend of ["wasm", "cpu", "wasm"] as const) {
    await initBackend({ backend });
    tf.tidy(() => tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync());
  }
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
});

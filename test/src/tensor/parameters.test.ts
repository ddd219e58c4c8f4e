import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { initBackend } from "../../../src/tensor/backend.js";
import { createParameterStore } from "../../../src/tensor/parameters.js";

beforeAll(async () => {
  await initBackend({ backend: "wasm" });
});

it("lists parameters in order of creation, with scoped names and decay for matrices", () => {
  const store = createParameterStore(createRng(1));
  const layer = store.scope("encoder").scope("layer1");
  layer.create("weight", [3, 2], { kind: "glorot" });
  layer.create("bias", [2], { kind: "zeros" });
  expect(store.list().map(({ name, decay }) => [name, decay])).toEqual([
    ["encoder/layer1/weight", true],
    ["encoder/layer1/bias", false],
  ]);
  expect(store.countParameters()).toBe(8);
  expect(store.toString()).toMatchInlineSnapshot(`
    "encoder/layer1/weight  [3, 2]  6
    encoder/layer1/bias  [2]  2
    8 parameters"
  `);
  store.dispose();
});

it("draws the values the initializers promise", () => {
  const store = createParameterStore(createRng(1));
  const values = (name: string): Float32Array => store.toArrays()[name]!.values;
  store.create("zeros", [3], { kind: "zeros" });
  store.create("ones", [3], { kind: "ones" });
  store.create("uniform", [1000], { kind: "uniform", limit: 0.5 });
  store.create("normal", [2000], { kind: "normal", std: 0.1 });
  store.create("glorot", [30, 20], { kind: "glorot" });
  expect([...values("zeros"), ...values("ones")]).toEqual([0, 0, 0, 1, 1, 1]);
  expect(Math.max(...values("uniform").map(Math.abs))).toBeLessThanOrEqual(0.5);
  expect(Math.max(...values("uniform"))).toBeGreaterThan(0.45);
  expect(Math.sqrt(values("normal").reduce((sum, v) => sum + v * v, 0) / 2000)).toBeCloseTo(0.1, 2);
  expect(Math.max(...values("glorot").map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 50));
  store.dispose();
});

it("gives a parameter the same values whatever was created before it", () => {
  const [alone, after] = [createParameterStore(createRng(4)), createParameterStore(createRng(4))];
  after.create("other", [5], { kind: "normal", std: 1 });
  for (const store of [alone, after]) store.create("w", [4, 4], { kind: "glorot" });
  expect(alone.toArrays()["w"]).toEqual(after.toArrays()["w"]);
  alone.dispose();
  after.dispose();
});

it("keeps two stores with the same names apart and frees everything", () => {
  const before = tf.memory().numTensors;
  const [a, b] = [createParameterStore(createRng(1)), createParameterStore(createRng(2))];
  for (const store of [a, b]) store.create("w", [2, 2], { kind: "normal", std: 1 });
  expect(a.toArrays()).not.toEqual(b.toArrays());
  b.fromArrays(a.toArrays());
  expect(b.toArrays()).toEqual(a.toArrays());
  a.dispose();
  expect(b.get("w")!.dataSync().length).toBe(4);
  b.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it("does not write through to the arrays it was loaded from", async () => {
  await initBackend({ backend: "cpu" });
  const store = createParameterStore(createRng(1));
  store.create("w", [2], { kind: "zeros" });
  const values = Float32Array.of(1, 2);
  store.fromArrays({ w: { shape: [2], values } });
  store.get("w")!.assign(tf.tensor1d([5, 6]));
  store.fromArrays({ w: { shape: [2], values } });
  store.fromArrays({ w: { shape: [2], values: Float32Array.of(8, 9) } });
  expect([...values]).toEqual([1, 2]);
  store.dispose();
  await initBackend({ backend: "wasm" });
});

it("refuses a name twice and arrays of another model", () => {
  const store = createParameterStore(createRng(1));
  store.create("w", [2], { kind: "zeros" });
  const values = new Float32Array(2);
  expect(() => store.create("w", [2], { kind: "ones" })).toThrow("parameter `w` exists already");
  expect(() => store.fromArrays({ v: { shape: [2], values } })).toThrow(
    "saved arrays do not fit the model: missing `w` (1), unknown `v` (1)",
  );
  expect(() => store.fromArrays({ w: { shape: [1, 2], values } })).toThrow(
    "saved array `w` has shape [1, 2], the model expects [2]",
  );
  store.dispose();
});

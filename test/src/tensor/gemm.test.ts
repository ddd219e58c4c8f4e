import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { initBackend } from "../../../src/tensor/backend.js";
import { linear, matMul } from "../../../src/tensor/ops.js";
import { gemmModule } from "../../../src/tensor/wasm/gemm-module.js";
import { arbSeed } from "./arbitraries.js";
import { expectClose, normalOperand } from "./check-op.js";
import { matMulTwin } from "./twins.js";

beforeAll(async () => {
  expect(await initBackend({ backend: "wasm" })).toMatchObject({ name: "wasm", simd: true });
});

function compare(
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
  seed: number,
): void {
  tf.tidy(() => {
    const a = normalOperand(seed, m, k);
    const b = normalOperand(seed + 1, k, n);
    const found = matMul(
      tf.tensor2d(a.values, transposeA ? [k, m] : [m, k]),
      tf.tensor2d(b.values, transposeB ? [n, k] : [k, n]),
      { transposeA, transposeB },
    );
    const [wideA, wideB] = [Float64Array.from(a.values), Float64Array.from(b.values)];
    expectClose(found.dataSync(), matMulTwin(wideA, wideB, m, k, n, transposeA, transposeB), 3e-4);
  });
}

it("equals the naive product for odd sizes in every transposition", () => {
  const size = fc.integer({ min: 0, max: 40 });
  fc.assert(fc.property(size, size, size, fc.boolean(), fc.boolean(), arbSeed, compare), {
    numRuns: 200,
  });
});

it.each([
  [5, 257, 9],
  [4, 512, 8],
  [7, 600, 257],
  [1, 300, 300],
  [130, 3, 513],
])("equals the naive product across block borders: %i x %i x %i", (m, k, n) => {
  for (const transposeA of [false, true])
    for (const transposeB of [false, true]) compare(m, k, n, transposeA, transposeB, 1);
});

it("adds the bias once and rectifies only the whole sum when the inner size takes several blocks", () => {
  const [m, k, n] = [6, 700, 11];
  const [a, b, c] = [normalOperand(1, m, k), normalOperand(2, k, n), normalOperand(3, n)];
  const [x, w] = [tf.tensor2d(a.values, [m, k]), tf.tensor2d(b.values, [k, n])];
  const found = linear(x, w, tf.tensor1d(c.values), "relu");
  const product = matMulTwin(Float64Array.from(a.values), Float64Array.from(b.values), m, k, n);
  expectClose(
    found.dataSync(),
    product.map((v, i) => Math.max(0, v + c.values[i % n]!)),
    3e-4,
  );
});

it("passes NaN and infinity on", () => {
  const a = tf.tensor2d([
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
  ]);
  const found = matMul(a, tf.ones([2, 1])).dataSync();
  expect([...found]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
});

it("keeps its results when the heap grows between calls", () => {
  const { values } = normalOperand(1, 20, 20);
  const x = tf.tensor2d(values, [20, 20]);
  const before = matMul(x, x).dataSync();
  const big = tf.zeros([4_000_000]);
  expect(matMul(x, x).dataSync()).toEqual(before);
  big.dispose();
});

it("emits the same bytes each time, and others when relaxed", () => {
  expect(gemmModule(false)).toEqual(gemmModule(false));
  expect(gemmModule(true)).not.toEqual(gemmModule(false));
});

it("agrees with plain SIMD up to rounding when relaxed SIMD is asked for", async () => {
  await initBackend({ backend: "wasm", relaxedSimd: true });
  compare(33, 70, 21, false, true, 4);
  await initBackend({ backend: "wasm" });
});

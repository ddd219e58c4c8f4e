import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { initBackend } from "../../../src/tensor/backend.js";
import { countFlops } from "../../../src/tensor/flops.js";
import { linear, matMul, sparseMatMul } from "../../../src/tensor/ops.js";

beforeAll(async () => {
  await initBackend({ backend: "wasm" });
});

it("counts the products of forward and backward", () => {
  const x = tf.ones<tf.Rank.R2>([5, 3]);
  const w = tf.ones<tf.Rank.R2>([3, 2]);
  const { count } = countFlops(() =>
    tf.grads((a, b) => linear(a as tf.Tensor2D, b as tf.Tensor2D, null, "none"))([x, w]),
  );
  expect(count.byKernel).toEqual({
    RelgraphLinear: 2 * 5 * 3 * 2 + 2 * 5 * 2,
    RelgraphMatMul: 2 * (2 * 5 * 3 * 2),
  });
});

it("counts transposed and sparse products, and returns the result", () => {
  const x = tf.ones<tf.Rank.R2>([5, 3]);
  const sparse = {
    offsets: Int32Array.of(0, 2),
    codes: Int32Array.of(0, 4),
    weights: Float32Array.of(1, 1),
  };
  const { result, count } = countFlops(() => [
    matMul(x, x, { transposeA: true }),
    sparseMatMul(sparse, x),
  ]);
  expect(result.map(({ shape }) => shape)).toEqual([
    [3, 3],
    [1, 3],
  ]);
  expect(count.flops).toBe(2 * 3 * 5 * 3 + 2 * 2 * 3);
});

it("puts the kernels back, also after an error", () => {
  const before = tf.getKernel("RelgraphLinear", "wasm");
  expect(() =>
    countFlops(() => {
      throw new Error("stop");
    }),
  ).toThrow("stop");
  expect(tf.getKernel("RelgraphLinear", "wasm")).toBe(before);
});

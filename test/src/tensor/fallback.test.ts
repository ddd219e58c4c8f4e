import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { initBackend } from "../../../src/tensor/backend.js";
import * as fallback from "../../../src/tensor/fallback.js";
import * as ops from "../../../src/tensor/ops.js";
import { randomIndex, randomOffsets, randomSparse } from "./arbitraries.js";
import { expectClose, normalOperand } from "./check-op.js";

// The stock cpu kernels stand in for the backends that need the fallback.
beforeAll(async () => {
  await initBackend({ backend: "cpu" });
});

type M = tf.Tensor2D;
type V = tf.Tensor1D;
const offsets = randomOffsets(3, 6);
const rows = offsets[6]!;
const sparse = randomSparse(4, 5, 7);
const indices = [randomIndex(1, 9, 5), randomIndex(2, 9, 4)];

const pairs: [
  string,
  number[][],
  (...t: tf.Tensor[]) => tf.Tensor,
  (...t: tf.Tensor[]) => tf.Tensor,
][] = [
  [
    "linear",
    [[5, 3], [3, 4], [4]],
    (x, w, b) => ops.linear(x as M, w as M, b as V, "relu"),
    (x, w, b) => fallback.linear(x as M, w as M, b as V, true),
  ],
  [
    "sparseMatMul",
    [[7, 3]],
    (t) => ops.sparseMatMul(sparse, t as M),
    (t) => fallback.sparseMatMul(sparse, t as M),
  ],
  [
    "gatherSum",
    [
      [5, 3],
      [4, 3],
    ],
    (...s) => ops.gatherSum(s as M[], indices),
    (...s) => fallback.gatherSum(s as M[], indices),
  ],
  [
    "scatterAddRows",
    [[9, 3]],
    (x) => ops.scatterAddRows(x as M, indices[0]!, 6),
    (x) => fallback.scatterAddRows(x as M, indices[0]!, 6),
  ],
  [
    "layerNorm",
    [[5, 4], [4], [4]],
    (x, g, b) => ops.layerNorm(x as M, g as V, b as V, { relu: true }),
    (x, g, b) => fallback.layerNorm(x as M, g as V, b as V, 1e-5, true),
  ],
  [
    "segmentSum",
    [[rows, 3]],
    (x) => ops.segmentSum(x as M, offsets),
    (x) => fallback.segmentSum(x as M, offsets),
  ],
  [
    "segmentMean",
    [[rows, 3]],
    (x) => ops.segmentMean(x as M, offsets),
    (x) => fallback.segmentMean(x as M, offsets),
  ],
  [
    "segmentMax",
    [[rows, 3]],
    (x) => ops.segmentMax(x as M, offsets),
    (x) => fallback.segmentMax(x as M, offsets),
  ],
  [
    "segmentLast",
    [[rows, 3]],
    (x) => ops.segmentLast(x as M, offsets),
    (x) => fallback.segmentLast(x as M, offsets),
  ],
  [
    "segmentPool",
    [[rows, 3]],
    (x) => ops.segmentPool(x as M, offsets),
    (x) => fallback.segmentPool(x as M, offsets),
  ],
  [
    "segmentSoftmax",
    [[rows, 2]],
    (x) => ops.segmentSoftmax(x as M, offsets),
    (x) => fallback.segmentSoftmax(x as M, offsets),
  ],
];

it.each(pairs)("%s gives the kernel's values and gradients", (_name, shapes, kernel, stock) => {
  const tensors = shapes.map((shape, i) => {
    const { values } = normalOperand(i + 1, ...shape);
    return tf.tensor(values, shape);
  });
  const dy = tf.tidy(() => tf.cos(kernel(...tensors)));
  const before = tf.memory().numTensors;
  const [expected, found] = [kernel, stock].map((op) => tf.valueAndGrads(op)(tensors, dy));
  expectClose(found!.value.dataSync(), expected!.value.dataSync(), 1e-5);
  found!.grads.forEach((gradient, i) => {
    expectClose(gradient.dataSync(), expected!.grads[i]!.dataSync(), 1e-4);
  });
  for (const { value, grads } of [expected!, found!]) tf.dispose([value, ...grads]);
  expect(tf.memory().numTensors).toBe(before);
});

it("handles no rows and no segments", () => {
  const none = Int32Array.of(0);
  expect(fallback.segmentMax(tf.zeros([0, 3]), none).shape).toEqual([0, 3]);
  expect(fallback.segmentPool(tf.zeros([0, 3]), Int32Array.of(0, 0)).shape).toEqual([1, 9]);
  expect(fallback.gatherSum([tf.zeros([0, 2])], [Int32Array.of(-1)]).shape).toEqual([1, 2]);
});

it("gives the gradient of a maximum to the first row that reaches it, as the kernel", () => {
  const x = tf.tensor2d([1, 2, 1, 2, 0, 2, 5, 5], [4, 2]);
  const segments = Int32Array.of(0, 3, 3, 4);
  const dy = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
  const expected = [1, 2, 0, 0, 0, 0, 5, 6];
  for (const op of [ops.segmentMax, fallback.segmentMax])
    expect([
      ...tf
        .grad((t) => op(t as M, segments))(x, dy)
        .dataSync(),
    ]).toEqual(expected);
});

it("finds gradients, of zeros, where nothing is read", () => {
  const x = tf.ones<tf.Rank.R2>([3, 2]);
  const empty = tf.zeros<tf.Rank.R2>([0, 2]);
  const none = Int32Array.of(0, 0);
  const gradientOf = (op: (x: M) => tf.Tensor, at: M): tf.Tensor =>
    tf.grad((t) => tf.sum(op(t as M)))(at);
  expect([
    ...gradientOf((t) => fallback.gatherSum([t], [new Int32Array(0)]), x).dataSync(),
  ]).toEqual([0, 0, 0, 0, 0, 0]);
  for (const op of [fallback.segmentMax, fallback.segmentPool, fallback.segmentSum])
    expect(gradientOf((t) => op(t, none), empty).shape).toEqual([0, 2]);
});

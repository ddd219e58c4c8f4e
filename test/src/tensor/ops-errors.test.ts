import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import type { RelError } from "../../../src/core/errors.js";
import { createRng } from "../../../src/core/random.js";
import { initBackend } from "../../../src/tensor/backend.js";
import * as ops from "../../../src/tensor/ops.js";

beforeAll(async () => {
  await initBackend({ backend: "cpu" });
});

const x = () => tf.ones<tf.Rank.R2>([3, 4]);

const wrong: [string, () => unknown, string][] = [
  [
    "TEN101",
    () => ops.linear(x(), tf.ones([5, 2]), null, "none"),
    "`linear` expects columns of `x` = rows of `weight`, found `x` [3, 4] and `weight` [5, 2]",
  ],
  [
    "TEN101",
    () => ops.linear(x(), tf.ones([4, 2]), tf.ones([3]), "none"),
    "`linear` expects length of `bias` = columns of `weight`, found `bias` [3] and `weight` [4, 2]",
  ],
  [
    "TEN101",
    () => ops.matMul(x(), x()),
    "`matMul` expects equal inner sizes, found `a` [3, 4] and `b` [3, 4]",
  ],
  [
    "TEN101",
    () => ops.matMul(x(), tf.ones([4]) as unknown as tf.Tensor2D),
    "`matMul` expects a matrix `b`, found `b` [4]",
  ],
  [
    "TEN105",
    () => ops.segmentSum(tf.ones([3, 4], "int32"), Int32Array.of(0, 3)),
    "`segmentSum` expects float32 values in `x`, found int32",
  ],
  [
    "TEN101",
    () => ops.gatherSum([x(), tf.ones([2, 2])], [Int32Array.of(0), Int32Array.of(0)]),
    "`gatherSum` expects sources of equal columns, found `sources[0]` [3, 4] and `sources[1]` [2, 2]",
  ],
  [
    "TEN101",
    () => ops.gatherSum([], []),
    "`gatherSum` expects at least one source, found `sources` [0]",
  ],
  [
    "TEN102",
    () => ops.gatherSum([x()], []),
    "`gatherSum` expects `indices` of length 1 (one per source), found 0",
  ],
  [
    "TEN103",
    () => ops.gatherRows(x(), Int32Array.of(0, 3)),
    "`gatherSum` expects `indices[0]` within -1 … 2, found 3 at position 1",
  ],
  [
    "TEN103",
    () =>
      ops.sparseMatMul(
        { offsets: Int32Array.of(0, 1), codes: Int32Array.of(-1), weights: Float32Array.of(1) },
        x(),
      ),
    "`sparseMatMul` expects `codes` within 0 … 2, found -1 at position 0",
  ],
  [
    "TEN104",
    () => ops.segmentMean(x(), Int32Array.of(0, 2)),
    "`segmentMean` expects offsets ascending from 0 to 3, found 2 offsets from 0 to 2",
  ],
  [
    "TEN104",
    () => ops.segmentPool(x(), Int32Array.of(0, 3, 1, 3)),
    "`segmentPool` expects offsets ascending from 0 to 3, found 4 offsets from 0 to 3",
  ],
  [
    "TEN101",
    () => ops.layerNorm(x(), tf.ones([3]), tf.ones([4])),
    "`layerNorm` expects length of `gain` = columns of `x`, found `x` [3, 4] and `gain` [3]",
  ],
  [
    "TEN101",
    () => ops.concatColumns([x(), tf.ones([2, 4])]),
    "`concatColumns` expects tensors of equal rows, found `tensors[0]` [3, 4] and `tensors[1]` [2, 4]",
  ],
  [
    "TEN102",
    () => ops.scatterAddRows(x(), Int32Array.of(1), 4),
    "`scatterAddRows` expects `index` of length 3 (rows of `values`), found 1",
  ],
  [
    "CFG204",
    () => ops.dropout(x(), 1, createRng(0)),
    "option `dropout` must be in [0, 1), found 1",
  ],
];

it.each(wrong)("%s: case %#", (code, run, message) => {
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code, message });
  expect((error as RelError).hint).toBeTruthy();
});

/** Every operation and loss of ours, and the stock ones that models use beside them, with float64 twins. */
import * as tf from "@tensorflow/tfjs-core";
import { createRng } from "../../../../src/core/random.js";
import { dropoutFactors } from "../../../../src/tensor/kernels/dropout.js";
import * as losses from "../../../../src/tensor/losses.js";
import * as ops from "../../../../src/tensor/ops.js";
import { randomIndex, randomOffsets, randomSparse } from "../arbitraries.js";
import * as twins from "../twins.js";

type M = tf.Tensor2D;
type V = tf.Tensor1D;

/** One operation: shapes of its operands, and the same thing twice. */
export interface OpCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly op: (...tensors: tf.Tensor[]) => tf.Tensor;
  readonly twin: (...arrays: Float64Array[]) => Float64Array;
}

const C = 5;
const offsets = randomOffsets(3, 9);
const rows = offsets.at(-1)!;
const sparse = randomSparse(4, 9, 8);
const indices = [randomIndex(1, 30, 12), randomIndex(2, 30, 9)];
const target = Float32Array.from({ length: rows }, (_, i) => (i * 0.37) % 1);
const weights = Float32Array.from({ length: rows }, (_, i) => i % 3);
const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
const classes = Int32Array.from({ length: rows }, (_, i) => (i * 7) % C);

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function one(
  name: string,
  shape: readonly number[],
  op: (x: tf.Tensor) => tf.Tensor,
  twin: (x: Float64Array) => Float64Array,
): OpCase {
  return { name, shapes: [shape], op: (x) => op(x!), twin: (x) => twin(x!) };
}

function segments(
  name: string,
  op: (x: M, offsets: Int32Array) => tf.Tensor,
  reduce: (column: number[]) => number,
): OpCase {
  return one(
    name,
    [rows, C],
    (x) => op(x as M, offsets),
    (x) => twins.segmentTwin(x, offsets, C, reduce),
  );
}

function loss(
  name: string,
  op: (x: tf.Tensor, target: Float32Array, weights: Float32Array) => tf.Tensor,
  point: (x: number, y: number) => number,
): OpCase {
  return one(
    name,
    [rows],
    (x) => op(x, target, weights),
    (x) => {
      const sum = x.reduce((total, v, i) => total + weights[i]! * point(v, target[i]!), 0);
      return Float64Array.of(sum / weightSum);
    },
  );
}

function product(transposeA: boolean, transposeB: boolean): OpCase {
  const [m, k, n] = [13, 11, 9];
  return {
    name: `matMul${transposeA ? ", first transposed" : ""}${transposeB ? ", second transposed" : ""}`,
    shapes: [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]],
    op: (a, b) => ops.matMul(a as M, b as M, { transposeA, transposeB }),
    twin: (a, b) => twins.matMulTwin(a!, b!, m, k, n, transposeA, transposeB),
  };
}

/** All cases; small, since the twins' gradients are differences of every element. */
export const OP_CASES: readonly OpCase[] = [
  {
    name: "linear with bias and rectifier",
    shapes: [[13, 11], [11, 9], [9]],
    op: (x, w, b) => ops.linear(x as M, w as M, b as V, "relu"),
    twin: (x, w, b) =>
      twins.matMulTwin(x!, w!, 13, 11, 9).map((value, i) => Math.max(0, value + b![i % 9]!)),
  },
  {
    name: "linear without bias",
    shapes: [
      [13, 11],
      [11, 1],
    ],
    op: (x, w) => ops.linear(x as M, w as M, null, "none"),
    twin: (x, w) => twins.matMulTwin(x!, w!, 13, 11, 1),
  },
  product(false, false),
  product(true, false),
  product(false, true),
  product(true, true),
  one(
    "sparseMatMul",
    [8, 6],
    (table) => ops.sparseMatMul(sparse, table as M),
    (table) => twins.sparseTwin(sparse, table, 6),
  ),
  {
    name: "gatherSum of two sources",
    shapes: [
      [12, C],
      [9, C],
    ],
    op: (...sources) => ops.gatherSum(sources as M[], indices),
    twin: (...sources) => twins.gatherTwin(sources, indices, C),
  },
  one(
    "gatherRows",
    [12, 6],
    (x) => ops.gatherRows(x as M, indices[0]!),
    (x) => twins.gatherTwin([x], [indices[0]!], 6),
  ),
  one(
    "scatterAddRows",
    [30, 4],
    (x) => ops.scatterAddRows(x as M, indices[0]!, 12),
    (x) => {
      const out = new Float64Array(12 * 4);
      x.forEach((value, i) => {
        const row = indices[0]![Math.floor(i / 4)]!;
        if (row >= 0) out[row * 4 + (i % 4)]! += value;
      });
      return out;
    },
  ),
  {
    name: "layerNorm with rectifier",
    shapes: [[11, 9], [9], [9]],
    op: (x, gain, bias) => ops.layerNorm(x as M, gain as V, bias as V, { relu: true }),
    twin: (x, gain, bias) => twins.layerNormTwin(x!, gain!, bias!, true),
  },
  segments("segmentSum", ops.segmentSum, twins.total),
  segments("segmentMean", ops.segmentMean, (column) => twins.total(column) / column.length),
  segments("segmentMax", ops.segmentMax, (column) => Math.max(...column)),
  segments("segmentLast", ops.segmentLast, (column) => column.at(-1)!),
  one(
    "segmentPool",
    [rows, C],
    (x) => ops.segmentPool(x as M, offsets),
    (x) => twins.segmentPoolTwin(x, offsets, C),
  ),
  one(
    "segmentSoftmax",
    [rows, 2],
    (x) => ops.segmentSoftmax(x as M, offsets),
    (x) => twins.segmentSoftmaxTwin(x, offsets, 2),
  ),
  one(
    "dropout",
    [11, 7],
    (x) => ops.dropout(x, 0.3, createRng(5)),
    (x) => {
      const factors = dropoutFactors(x.length, { rate: 0.3, seed: createRng(5).int(4294967296) });
      return x.map((value, i) => value * factors[i]!);
    },
  ),
  {
    name: "concatColumns",
    shapes: [
      [9, 5],
      [9, 3],
    ],
    op: (a, b) => ops.concatColumns([a as M, b as M]),
    twin: (a, b) =>
      Float64Array.from({ length: 9 * 8 }, (_, i) => {
        const [row, column] = [Math.floor(i / 8), i % 8];
        return column < 5 ? a![row * 5 + column]! : b![row * 3 + column - 5]!;
      }),
  },
  {
    name: "slice, tf.add, tf.mul and tf.relu, broadcast over rows",
    shapes: [[11, 10], [4]],
    op: (x, b) => tf.relu(tf.mul(tf.add(tf.slice(x!, [0, 6], [11, 4]), b!), b!)),
    twin: (x, b) =>
      Float64Array.from({ length: 11 * 4 }, (_, i) => {
        const [row, column] = [Math.floor(i / 4), i % 4];
        return Math.max(0, (x![row * 10 + 6 + column]! + b![column]!) * b![column]!);
      }),
  },
  loss("l1Loss", losses.l1Loss, (x, y) => Math.abs(x - y)),
  loss("mseLoss", losses.mseLoss, (x, y) => (x - y) ** 2),
  loss(
    "huberLoss",
    (x, y, w) => losses.huberLoss(x, y, 0.5, w),
    (x, y) => (Math.abs(x - y) < 0.5 ? (x - y) ** 2 / 2 : 0.5 * (Math.abs(x - y) - 0.25)),
  ),
  loss(
    "binaryCrossEntropyWithLogits",
    losses.binaryCrossEntropyWithLogits,
    (x, y) => -y * Math.log(logistic(x)) - (1 - y) * Math.log(1 - logistic(x)),
  ),
  one(
    "softmaxCrossEntropy",
    [rows, C],
    (x) => losses.softmaxCrossEntropy(x as M, classes, weights),
    (x) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        const logits = x.subarray(row * C, row * C + C);
        const level = Math.log(logits.reduce((total, v) => total + Math.exp(v), 0));
        sum += weights[row]! * (level - logits[classes[row]!]!);
      }
      return Float64Array.of(sum / weightSum);
    },
  ),
];

/** A small relational network twice: on tensors, and in float64 with gradients by differences and AdamW by the paper. */
import * as tf from "@tensorflow/tfjs-core";
import { createRng } from "../../../../src/core/random.js";
import { huberLoss } from "../../../../src/tensor/losses.js";
import * as ops from "../../../../src/tensor/ops.js";
import { createAdamW } from "../../../../src/tensor/optimizer.js";
import { createParameterStore, readAll } from "../../../../src/tensor/parameters.js";
import { trainStep } from "../../../../src/tensor/train-step.js";
import { randomIndex, randomOffsets, randomSparse } from "../arbitraries.js";
import { differences } from "../check-op.js";
import * as twins from "../twins.js";

const [ROWS, CODES, C, H, SEGMENTS] = [9, 7, 4, 6, 5] as const;
const STEPS = 3;
const [RATE, DECAY, CLIP] = [0.02, 0.05, 1] as const;
const sparse = randomSparse(11, ROWS, CODES);
const offsets = randomOffsets(12, SEGMENTS);
const edges = offsets.at(-1)!;
const indices = [randomIndex(13, edges, ROWS), randomIndex(14, edges, ROWS)];
const target = Float32Array.from({ length: SEGMENTS }, (_, s) => Math.sin(s) * 2);
const DELTA = 0.7;

/** Name, shape and whether decay shrinks it, in the order of creation. */
const PARAMETERS: readonly (readonly [string, readonly number[]])[] = [
  ["table", [CODES, C]],
  ["gain", [C]],
  ["shift", [C]],
  ["inner", [C, H]],
  ["innerBias", [H]],
  ["outer", [H, C]],
  ["head", [3 * C, 1]],
  ["bias", [1]],
];

/** What training did. */
export interface Trained {
  /** Before each step. */
  readonly losses: readonly number[];
  readonly gradNorms: readonly number[];
  /** All weights after the last step, one after the other. */
  readonly weights: ArrayLike<number>;
  /** `[segments]`, after the last step. */
  readonly predictions: ArrayLike<number>;
}

function start(): Float32Array[] {
  return PARAMETERS.map(([name, shape]) => {
    const rng = createRng(15).split(name);
    const size = shape.reduce((product, length) => product * length, 1);
    return Float32Array.from({ length: size }, () => 0.6 * rng.normal());
  });
}

/** Trains on the active backend and frees everything. */
export function trainOnBackend(): Trained {
  const store = createParameterStore(createRng(0));
  const variables = PARAMETERS.map(([name, shape]) =>
    store.create(name, [...shape] as [number], { kind: "zeros" }),
  );
  store.fromArrays(
    Object.fromEntries(
      start().map((values, i) => [PARAMETERS[i]![0], { shape: PARAMETERS[i]![1], values }]),
    ),
  );
  const [table, gain, shift, inner, innerBias, outer, head, bias] = variables as unknown as [
    tf.Tensor2D,
    tf.Tensor1D,
    tf.Tensor1D,
    tf.Tensor2D,
    tf.Tensor1D,
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor1D,
  ];
  const forward = (): tf.Tensor2D => {
    const normed = ops.layerNorm(ops.sparseMatMul(sparse, table), gain, shift);
    const hidden = ops.linear(normed, inner, innerBias, "relu");
    const rows = tf.add<tf.Tensor2D>(normed, ops.linear(hidden, outer, null, "none"));
    const pooled = ops.segmentPool(ops.gatherSum([rows, normed], indices), offsets);
    return ops.linear(pooled, head, bias, "none");
  };
  const optimizer = createAdamW(store, { learningRate: RATE, weightDecay: DECAY });
  const steps = Array.from({ length: STEPS }, () =>
    trainStep(store, () => huberLoss(forward(), target, DELTA), optimizer, { clipNorm: CLIP }),
  );
  const predictions = tf.tidy(() => forward().dataSync());
  const weights = readAll(store.list().map(({ variable }) => variable)).flatMap((w) => [...w]);
  optimizer.dispose();
  store.dispose();
  const losses = steps.map(({ loss }) => loss);
  return { losses, gradNorms: steps.map(({ gradNorm }) => gradNorm), weights, predictions };
}

function forwardTwin(parameters: readonly Float64Array[]): Float64Array {
  const [table, gain, shift, inner, innerBias, outer, head, bias] = parameters;
  const embedded = twins.sparseTwin(sparse, table!, C);
  const normed = twins.layerNormTwin(embedded, gain!, shift!, false);
  const hidden = twins
    .matMulTwin(normed, inner!, ROWS, C, H)
    .map((value, i) => Math.max(0, value + innerBias![i % H]!));
  const back = twins.matMulTwin(hidden, outer!, ROWS, H, C);
  const rows = normed.map((value, i) => value + back[i]!);
  const messages = twins.gatherTwin([rows, normed], indices, C);
  const pooled = twins.segmentPoolTwin(messages, offsets, C);
  return twins.matMulTwin(pooled, head!, SEGMENTS, 3 * C, 1).map((value) => value + bias![0]!);
}

function lossTwin(parameters: readonly Float64Array[]): number {
  const errors = forwardTwin(parameters).map((value, i) => Math.abs(value - target[i]!));
  const losses = errors.map((e) => (e < DELTA ? (e * e) / 2 : DELTA * (e - DELTA / 2)));
  return losses.reduce((sum, loss) => sum + loss, 0) / SEGMENTS;
}

/** The same in float64. */
export function trainTwin(): Trained {
  const parameters = start().map((values) => Float64Array.from(values));
  const moments = parameters.map(({ length }) => [
    new Float64Array(length),
    new Float64Array(length),
  ]);
  const losses: number[] = [];
  const gradNorms: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    losses.push(lossTwin(parameters));
    const slopes = parameters.map((values) => differences(values, () => lossTwin(parameters)));
    const norm = Math.sqrt(
      slopes.reduce((sum, part) => sum + part.reduce((s, v) => s + v * v, 0), 0),
    );
    gradNorms.push(norm);
    parameters.forEach((values, p) => {
      const [first, second] = moments[p]!;
      const keep = PARAMETERS[p]![1].length >= 2 ? 1 - RATE * DECAY : 1;
      values.forEach((value, i) => {
        const slope = slopes[p]![i]! * Math.min(1, CLIP / norm);
        first![i] = 0.9 * first![i]! + 0.1 * slope;
        second![i] = 0.999 * second![i]! + 0.001 * slope ** 2;
        const direction =
          first![i]! / (1 - 0.9 ** step) / (Math.sqrt(second![i]! / (1 - 0.999 ** step)) + 1e-8);
        values[i] = keep * value - RATE * direction;
      });
    });
  }
  const weights = parameters.flatMap((values) => [...values]);
  return { losses, gradNorms, weights, predictions: forwardTwin(parameters) };
}

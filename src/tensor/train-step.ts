/** One training step: loss, gradients, clipping and update, with every tensor it made freed. */
import * as tf from "@tensorflow/tfjs-core";
import type { Gang } from "../core/gang.js";
import { activeMemory } from "./kernels/kernel.js";
import type { Optimizer } from "./optimizer.js";
import { type ParameterStore, readAll } from "./parameters.js";
import { type LossGradients, sumGradients } from "./sum-gradients.js";

/** Settings of {@link trainStep}. */
export interface TrainStepOptions {
  /** Longest allowed global gradient; longer ones are scaled down to it. Absent: no limit. */
  readonly clipNorm?: number;
  /** Overrides the optimizer's learning rate, for a schedule. */
  readonly learningRate?: number;
  /** Whose gradients are added to these; `weight`: the share of the batch that this rank's rows are. */
  readonly shared?: { readonly gang: Gang; readonly weight: number } | null;
}

/** What a step measured, before its update. */
export interface TrainStepResult {
  readonly loss: number;
  /** Euclidean length of all gradients together, before clipping. */
  readonly gradNorm: number;
}

/**
 * Differentiates a loss for all parameters of a store and updates them.
 *
 * @param store - its parameters are the variables.
 * @param lossFn - builds the loss from the store's variables; its other tensors are freed. `null`: this rank of a gang has no rows.
 * @param optimizer - made for the same store.
 * @returns loss and gradient norm. Where the norm is not finite the weights stay as they are.
 * @see Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent neural networks, alg. 1 (norm clipping).
 */
export function trainStep(
  store: ParameterStore,
  lossFn: (() => tf.Scalar) | null,
  optimizer: Optimizer,
  { clipNorm, learningRate, shared = null }: TrainStepOptions = {},
): TrainStepResult {
  const own = lossFn && computeGradients(store, lossFn);
  const { loss, gradients } =
    shared === null
      ? (own ?? { loss: 0, gradients: new Map<string, tf.Tensor>() })
      : sumGradients(store, shared.gang, shared.weight, own);
  const gradNorm = globalNorm([...gradients.values()]);
  if (Number.isFinite(gradNorm)) {
    const scale = clipNorm !== undefined && gradNorm > clipNorm ? clipNorm / gradNorm : 1;
    optimizer.step(gradients, learningRate === undefined ? { scale } : { scale, learningRate });
  }
  tf.dispose([...gradients.values()]);
  return { loss, gradNorm };
}

/**
 * Differentiates a loss for all parameters of a store. The caller frees the gradients.
 *
 * @param lossFn - as in {@link trainStep}.
 * @returns the loss, and gradients by parameter name; a parameter the loss does not depend on has none.
 */
export function computeGradients(store: ParameterStore, lossFn: () => tf.Scalar): LossGradients {
  const parameters = store.list();
  const { value, grads } = tf.variableGrads(
    lossFn,
    parameters.map(({ variable }) => variable),
  );
  const loss = value.dataSync()[0]!;
  value.dispose();
  const gradients = new Map<string, tf.Tensor>();
  for (const { name, variable } of parameters) {
    const gradient = grads[variable.name];
    if (gradient) gradients.set(name, gradient);
  }
  return { loss, gradients };
}

/**
 * Measures the Euclidean length of several tensors as one vector, in double precision.
 *
 * @param tensors - float32 of any shapes.
 */
export function globalNorm(tensors: readonly tf.Tensor[]): number {
  const memory = activeMemory();
  const read = memory ? null : readAll(tensors);
  return Math.sqrt(
    tensors.reduce(
      (sum, tensor, t) => sum + sumOfSquares(read ? read[t]! : memory!.floats(tensor)),
      0,
    ),
  );
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** AdamW over a parameter store, in place on the backend's memory where it is at hand. */
import * as tf from "@tensorflow/tfjs-core";
import type { AdamAttrs } from "./kernels/adam.js";
import { ADAM } from "./kernels/all.js";
import { hasKernel, runKernel } from "./kernels/kernel.js";
import {
  checkSameNames,
  makeVariable,
  type NamedArrays,
  type Parameter,
  type ParameterStore,
  readValues,
  writeValues,
} from "./parameters.js";

/** Settings of {@link createAdamW}. */
export interface AdamWOptions {
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Share of each matrix, times the learning rate, taken off per step; gains and biases are not decayed. */
  readonly weightDecay?: number;
}

/** Settings of one step. */
export interface StepOptions {
  /** Overrides the optimizer's learning rate, for a schedule. */
  readonly learningRate?: number;
  /** Factor on all gradients, for clipping. Absent: 1. */
  readonly scale?: number;
}

/** Gradients by parameter name; a parameter without one stays as it is. */
export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** Changes the parameters of a store by their gradients, and owns the running moments. */
export interface Optimizer {
  /** Makes one step. The gradients are read and not disposed. */
  step(gradients: Gradients, options?: StepOptions): void;
  /** Copies the state off the backend, for a checkpoint. */
  toArrays(): NamedArrays;
  /**
   * Restores a state.
   *
   * @throws {@link ModelError} MOD102 if it belongs to another store.
   */
  fromArrays(arrays: NamedArrays): void;
  /** Frees the state. */
  dispose(): void;
}

interface Slot {
  readonly parameter: Parameter;
  readonly moment1: tf.Variable;
  readonly moment2: tf.Variable;
}

/**
 * Makes an AdamW optimizer for the parameters a store has now.
 *
 * @param store - its parameters are changed by each step; later ones are not seen.
 * @param options - defaults: rate 0.001, betas 0.9 and 0.999, epsilon 1e-8, decay 0.01.
 * @see Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, alg. 2.
 */
export function createAdamW(
  store: ParameterStore,
  {
    learningRate = 1e-3,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0.01,
  }: AdamWOptions = {},
): Optimizer {
  let steps = 0;
  const slots = store.list().map((parameter): Slot => {
    const { shape, size } = parameter.variable;
    const zeros = new Float32Array(size);
    return { parameter, moment1: makeVariable(zeros, shape), moment2: makeVariable(zeros, shape) };
  });
  return {
    step(gradients, { learningRate: rate = learningRate, scale = 1 } = {}) {
      steps++;
      for (const slot of slots) {
        const gradient = gradients.get(slot.parameter.name);
        if (!gradient) continue;
        update(slot, gradient, {
          beta1,
          beta2,
          epsilon,
          stepSize: rate / (1 - beta1 ** steps),
          rootCorrection: 1 / Math.sqrt(1 - beta2 ** steps),
          keep: slot.parameter.decay ? 1 - rate * weightDecay : 1,
          scale,
        });
      }
    },
    toArrays() {
      const arrays: Record<string, { shape: readonly number[]; values: Float32Array }> = {
        steps: { shape: [1], values: Float32Array.of(steps) },
      };
      for (const { parameter, moment1, moment2 } of slots) {
        const { shape } = parameter.variable;
        arrays[`moment1/${parameter.name}`] = { shape, values: readValues(moment1) };
        arrays[`moment2/${parameter.name}`] = { shape, values: readValues(moment2) };
      }
      return arrays;
    },
    fromArrays(arrays) {
      const names = slots.flatMap(({ parameter: { name } }) => [
        `moment1/${name}`,
        `moment2/${name}`,
      ]);
      checkSameNames(["steps", ...names], Object.keys(arrays));
      steps = arrays["steps"]!.values[0]!;
      for (const { parameter, moment1, moment2 } of slots) {
        writeValues(moment1, arrays[`moment1/${parameter.name}`]!.values);
        writeValues(moment2, arrays[`moment2/${parameter.name}`]!.values);
      }
    },
    dispose() {
      for (const { moment1, moment2 } of slots) tf.dispose([moment1, moment2]);
    },
  };
}

/** Moments and weights change in place where our kernels reach the backend's memory. */
function update({ parameter, moment1, moment2 }: Slot, gradient: tf.Tensor, attrs: AdamAttrs) {
  if (!hasKernel(ADAM)) return updateByTensors({ parameter, moment1, moment2 }, gradient, attrs);
  runKernel(ADAM, { weight: parameter.variable, moment1, moment2, gradient }, attrs).dispose();
}

function updateByTensors(slot: Slot, gradient: tf.Tensor, attrs: AdamAttrs): void {
  const { beta1, beta2, epsilon, stepSize, rootCorrection, keep, scale } = attrs;
  const { parameter, moment1, moment2 } = slot;
  tf.tidy(() => {
    const slope = tf.mul(gradient, scale);
    moment1.assign(tf.add(tf.mul(moment1, beta1), tf.mul(slope, 1 - beta1)));
    moment2.assign(tf.add(tf.mul(moment2, beta2), tf.mul(tf.square(slope), 1 - beta2)));
    const root = tf.add(tf.mul(tf.sqrt(moment2), rootCorrection), epsilon);
    const change = tf.div(tf.mul(moment1, stepSize), root);
    parameter.variable.assign(tf.sub(tf.mul(parameter.variable, keep), change));
  });
}

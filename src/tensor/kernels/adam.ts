/** One AdamW update of one parameter in one pass: moments and weights change in place. */
import type * as tf from "@tensorflow/tfjs-core";
import type { BackendMemory, Kernel } from "./kernel.js";

/** What an update needs besides the tensors. */
export interface AdamAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Learning rate over the first moment's bias correction. */
  readonly stepSize: number;
  /** Inverse root of the second moment's bias correction. */
  readonly rootCorrection: number;
  /** What remains of the weight after decay. */
  readonly keep: number;
  /** Factor on the gradient, for clipping. */
  readonly scale: number;
}

/** Operands of one shape; all but the gradient are changed. */
export interface AdamOperands {
  readonly weight: tf.TensorInfo;
  readonly moment1: tf.TensorInfo;
  readonly moment2: tf.TensorInfo;
  readonly gradient: tf.TensorInfo;
}

/** The inner loop of an update. */
export type AdamLoop = (memory: BackendMemory, operands: AdamOperands, attrs: AdamAttrs) => void;

/**
 * Makes the kernel over an implementation of the loop. Its output says nothing: dispose it. Its inputs must be variables, which alone
 * may change in place, and there is no gradient.
 *
 * @param loop - in JavaScript or in wasm.
 */
export function adamKernel(loop: AdamLoop): Kernel<AdamAttrs> {
  return {
    name: "RelgraphAdam",
    run(call) {
      const [weight, moment1] = [call.input("weight"), call.input("moment1")];
      const [moment2, gradient] = [call.input("moment2"), call.input("gradient")];
      loop(call, { weight, moment1, moment2, gradient }, call.attrs);
      return call.output([]);
    },
  };
}

/**
 * The loop in JavaScript, in double precision.
 *
 * @see Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, alg. 2.
 */
export const plainAdam: AdamLoop = (memory, operands, attrs) => {
  const { beta1, beta2, epsilon, stepSize, rootCorrection, keep, scale } = attrs;
  const weights = memory.floats(operands.weight);
  const moment1 = memory.floats(operands.moment1);
  const moment2 = memory.floats(operands.moment2);
  const slopes = memory.floats(operands.gradient);
  for (let i = 0; i < weights.length; i++) {
    const slope = slopes[i]! * scale;
    const first = (moment1[i] = beta1 * moment1[i]! + (1 - beta1) * slope);
    const second = (moment2[i] = beta2 * moment2[i]! + (1 - beta2) * slope * slope);
    weights[i] =
      keep * weights[i]! - (stepSize * first) / (Math.sqrt(second) * rootCorrection + epsilon);
  }
};

/** Inverted dropout whose mask is a hash of seed and position: nothing is stored for the gradient. */
import type * as tf from "@tensorflow/tfjs-core";
import { mix } from "../../core/random.js";
import { type BackendMemory, type Kernel, runKernel } from "./kernel.js";

/** The share of values set to zero, and the seed of the mask. */
export interface DropoutAttrs {
  readonly rate: number;
  /** An unsigned 32-bit integer. */
  readonly seed: number;
}

/** Writes `x`, masked and scaled, to `out` of the same shape. */
export type DropoutLoop = (
  memory: BackendMemory,
  x: tf.TensorInfo,
  out: tf.TensorInfo,
  attrs: DropoutAttrs,
) => void;

/**
 * Makes the kernel over an implementation of the loop. It zeroes values at random and scales the others by `1 / (1 − rate)`;
 * its gradient is itself.
 *
 * @param loop - in JavaScript or in wasm; the mask must be the same.
 */
export function dropoutKernel(loop: DropoutLoop): Kernel<DropoutAttrs> {
  const kernel: Kernel<DropoutAttrs> = {
    name: "RelgraphDropout",
    run(call) {
      const out = call.output(call.input("x").shape);
      loop(call, call.input("x"), out, call.attrs);
      return out;
    },
    gradient: {
      backward: (dy, _saved, attrs) => ({ x: () => runKernel(kernel, { x: dy }, attrs) }),
    },
  };
  return kernel;
}

/** The loop in JavaScript: position `i` is dropped if its hash, as a share of 2^32, is below the rate. */
export const plainDropout: DropoutLoop = (memory, x, out, { rate, seed }) => {
  const [source, values] = [memory.floats(x), memory.floats(out)];
  const threshold = rate * 4294967296;
  const scale = Math.fround(1 / (1 - rate));
  for (let i = 0; i < values.length; i++)
    values[i] = mix(seed, i) >>> 0 < threshold ? 0 : source[i]! * scale;
};

/** The mask of {@link dropoutKernel} as factors `0` or `1 / (1 − rate)`, for backends without the kernel. */
export function dropoutFactors(size: number, { rate, seed }: DropoutAttrs): Float32Array {
  const factors = new Float32Array(size);
  const threshold = rate * 4294967296;
  for (let i = 0; i < size; i++) factors[i] = mix(seed, i) >>> 0 < threshold ? 0 : 1 / (1 - rate);
  return factors;
}

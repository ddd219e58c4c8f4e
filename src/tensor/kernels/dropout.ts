/** Inverted dropout whose mask is a hash of seed and position: nothing is stored for the gradient. */
import { mix } from "../../core/random.js";
import { type Kernel, runKernel } from "./kernel.js";

/** The share of values set to zero, and the seed of the mask. */
export interface DropoutAttrs {
  readonly rate: number;
  /** An unsigned 32-bit integer. */
  readonly seed: number;
}

/** Zeroes values at random and scales the others by `1 / (1 − rate)`. */
export const DROPOUT: Kernel<DropoutAttrs> = {
  name: "RelgraphDropout",
  run(call) {
    const out = call.output(call.input("x").shape);
    const x = call.floats(call.input("x"));
    const values = call.floats(out);
    const { rate, seed } = call.attrs;
    const threshold = rate * 4294967296;
    const scale = 1 / (1 - rate);
    for (let i = 0; i < values.length; i++)
      values[i] = mix(seed, i) >>> 0 < threshold ? 0 : x[i]! * scale;
    return out;
  },
  gradient: {
    backward: (dy, _saved, attrs) => ({ x: () => runKernel(DROPOUT, { x: dy }, attrs) }),
  },
};

/** The mask of {@link DROPOUT} as factors `0` or `1 / (1 − rate)`, for backends without the kernel. */
export function dropoutFactors(size: number, { rate, seed }: DropoutAttrs): Float32Array {
  const factors = new Float32Array(size);
  const threshold = rate * 4294967296;
  for (let i = 0; i < size; i++) factors[i] = mix(seed, i) >>> 0 < threshold ? 0 : 1 / (1 - rate);
  return factors;
}

/** Counts floating point operations by wrapping our kernels for the time of one call. */
import * as tf from "@tensorflow/tfjs-core";
import { allKernels, PLAIN_LOOPS } from "./kernels/all.js";

/** What a counted call did. */
export interface FlopCount {
  /** Multiplications and additions of matrix and sparse products (gathers and pooling too), forward and backward. */
  readonly flops: number;
  /** The same by kernel name, in order of first use. */
  readonly byKernel: Readonly<Record<string, number>>;
}

/**
 * Runs a function and counts the operations of its products on the active backend. The kernels of the registry are
 * wrapped during the call and put back after it, also when it throws.
 *
 * @param run - synchronous work, for instance one training step.
 * @returns the function's result and the count; 0 on backends without our kernels.
 */
export function countFlops<T>(run: () => T): { readonly result: T; readonly count: FlopCount } {
  const backendName = tf.getBackend();
  const byKernel: Record<string, number> = {};
  const originals: tf.KernelConfig[] = [];
  for (const { name, flops } of allKernels(PLAIN_LOOPS)) {
    const original = tf.getKernel(name, backendName);
    if (!flops || !original) continue;
    originals.push(original);
    tf.registerKernel({
      ...original,
      kernelFunc: (call) => {
        const shapes = (input: string): readonly number[] => call.inputs[input]!.shape;
        byKernel[name] = (byKernel[name] ?? 0) + flops(shapes, call.attrs);
        return original.kernelFunc(call);
      },
    });
  }
  try {
    const result = run();
    const flops = Object.values(byKernel).reduce((sum, count) => sum + count, 0);
    return { result, count: { flops, byKernel } };
  } finally {
    for (const original of originals) tf.registerKernel(original);
  }
}

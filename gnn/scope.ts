/** Runs tensor work that ends in plain data, and frees every tensor it made. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Runs a function and frees all tensors made in it.
 *
 * @param work - makes tensors, returns plain data (numbers, arrays, objects without tensors).
 */
export function freeing<T>(work: () => T): T {
  const holder: { result?: T } = {};
  tf.tidy(() => {
    holder.result = work();
  });
  return holder.result as T;
}

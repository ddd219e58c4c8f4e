/** Gradients of the stock tfjs operations a model uses: in Node, tfjs-core comes with none. */
import * as tf from "@tensorflow/tfjs-core";
import { ELEMENTWISE_GRADIENTS } from "./elementwise.js";
import { SHAPE_GRADIENTS } from "./shape.js";

/**
 * Registers a gradient for every stock operation that has none yet.
 *
 * @param options - `replace`: also where there is one, as after an import of `@tensorflow/tfjs`.
 */
export function registerStockGradients({ replace = false }: { replace?: boolean } = {}): void {
  for (const gradient of [...ELEMENTWISE_GRADIENTS, ...SHAPE_GRADIENTS])
    if (replace || !tf.getGradient(gradient.kernelName)) tf.registerGradient(gradient);
}

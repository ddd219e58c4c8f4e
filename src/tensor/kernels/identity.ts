/** Copies by reference: tfjs-core clones every tensor that a gradient needs, and the wasm backend's own kernel copies values. */
import * as tf from "@tensorflow/tfjs-core";

/** The part of a backend that counts the users of its values. */
interface CountingBackend {
  incRef(dataId: object): void;
}

/**
 * Replaces `Identity` on the wasm backend by one more reference to the same values. Values of tensors never change but those of
 * variables, between steps; a clone of a variable therefore follows it, so read a variable's values (`readValues`) to keep them.
 *
 * @see tfjs-backend-cpu `kernels/Identity.ts`, which does the same.
 */
export function registerSharedIdentity(): void {
  tf.registerKernel({
    kernelName: tf.Identity,
    backendName: "wasm",
    kernelFunc: ({ inputs, backend }) => {
      const { dataId, shape, dtype } = inputs["x"]!;
      (backend as CountingBackend).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}

/** Adds the gradients of a gang, so that all of its ranks make the same step. */
import * as tf from "@tensorflow/tfjs-core";
import type { Gang } from "../core/gang.js";
import { type ParameterStore, readAll } from "./parameters.js";

/** A loss with its gradients; the caller frees them. */
export interface LossGradients {
  readonly loss: number;
  /** By parameter name; a parameter that the loss does not depend on has none. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

/**
 * Adds losses and gradients over a gang, each rank's by its weight.
 *
 * @param store - the parameters.
 * @param gang - the gang.
 * @param weight - this rank's share of the batch, 0 to 1: with losses that are means over rows the sum is that of the whole batch.
 * @param own - this rank's; `null` where it has no rows. Its gradients are freed.
 * @returns the same on every rank.
 *
 * Source: Li et al. 2020, PyTorch Distributed: synchronous data-parallel training.
 */
export function sumGradients(
  store: ParameterStore,
  gang: Gang,
  weight: number,
  own: LossGradients | null,
): LossGradients {
  const parameters = store.list();
  const values = parameters.reduce((sum, { variable }) => sum + variable.size, 0);
  // Loss, values of all parameters, and for each whether anybody has a gradient.
  const flat = new Float32Array(1 + values + parameters.length);
  if (own !== null) {
    flat[0] = own.loss * weight;
    const tensors = parameters.map(({ name }) => own.gradients.get(name));
    const read = readAll(tensors.filter((tensor) => tensor !== undefined));
    let at = 1;
    let next = 0;
    for (const [p, { variable }] of parameters.entries()) {
      if (tensors[p] !== undefined) {
        flat.set(scaled(read[next++]!, weight), at);
        flat[1 + values + p] = 1;
      }
      at += variable.size;
    }
    tf.dispose([...own.gradients.values()]);
  }
  gang.sum(flat);
  const gradients = new Map<string, tf.Tensor>();
  let at = 1;
  for (const [p, { name, variable }] of parameters.entries()) {
    const { size, shape } = variable;
    if (flat[1 + values + p]! > 0) {
      gradients.set(name, tf.tensor(flat.slice(at, at + size), shape, "float32"));
    }
    at += size;
  }
  return { loss: flat[0]!, gradients };
}

function scaled(values: Float32Array, weight: number): Float32Array {
  return weight === 1 ? values : values.map((value) => value * weight);
}

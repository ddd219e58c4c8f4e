/** The exponential moving average of a store's weights, which often predicts better than the last weights. */
import { activeMemory } from "./kernels/kernel.js";
import {
  checkSameNames,
  type NamedArrays,
  type ParameterStore,
  readAll,
  readValues,
  writeValues,
} from "./parameters.js";

/** A running average beside a store. */
export interface Ema {
  /** Takes the store's present weights into the average; call it after each step. */
  update(): void;
  /** Puts the average into the store and keeps the trained weights aside. */
  swapIn(): void;
  /** Puts the trained weights back. */
  swapOut(): void;
  /** Copies the average, for a checkpoint. */
  toArrays(): NamedArrays;
  /**
   * Restores an average.
   *
   * @throws {@link ModelError} MOD102 if it belongs to another store.
   */
  fromArrays(arrays: NamedArrays): void;
}

/**
 * Starts an average at the store's present weights.
 *
 * @param store - the parameters to follow.
 * @param decay - share of the old average kept per update, in `[0, 1)`. The first updates keep less, so that the start is
 * forgotten: `min(decay, (1 + updates) / (10 + updates))`.
 * @see Polyak and Juditsky 1992; TensorFlow's ExponentialMovingAverage (`num_updates`).
 */
export function createEma(store: ParameterStore, decay: number): Ema {
  const averages = store
    .list()
    .map(({ name, variable }) => ({ name, variable, average: readValues(variable) }));
  let updates = 0;
  let trained: readonly Float32Array[] | null = null;
  return {
    update() {
      updates++;
      const keep = Math.min(decay, (1 + updates) / (10 + updates));
      const memory = activeMemory();
      const read = memory ? null : readAll(averages.map(({ variable }) => variable));
      averages.forEach(({ variable, average }, p) => {
        blend(average, read ? read[p]! : memory!.floats(variable), keep);
      });
    },
    swapIn() {
      if (trained) return;
      trained = readAll(averages.map(({ variable }) => variable));
      for (const { variable, average } of averages) writeValues(variable, average);
    },
    swapOut() {
      averages.forEach(({ variable }, i) => {
        if (trained) writeValues(variable, trained[i]!);
      });
      trained = null;
    },
    toArrays() {
      const kept = averages.map(({ name, variable, average }) => [
        name,
        { shape: variable.shape, values: average.slice() },
      ]);
      return {
        ...Object.fromEntries(kept),
        updates: { shape: [1], values: Float32Array.of(updates) },
      };
    },
    fromArrays(arrays) {
      checkSameNames([...averages.map(({ name }) => name), "updates"], Object.keys(arrays));
      updates = arrays["updates"]!.values[0]!;
      for (const { name, average } of averages) average.set(arrays[name]!.values);
    },
  };
}

/** Moves an average towards the weights, in place. */
function blend(average: Float32Array, weights: Float32Array, keep: number): void {
  const take = 1 - keep;
  for (let i = 0; i < average.length; i++) average[i] = keep * average[i]! + take * weights[i]!;
}

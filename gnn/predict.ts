/** Prediction in batches: the network's outputs for any number of seeds. */
import * as tf from "@tensorflow/tfjs-core";
import type { Seeds } from "../graph/seeds.js";
import { checkAborted, type WorkOptions } from "../src/core/progress.js";
import type { Rng } from "../src/core/random.js";
import type { NeighborLoader } from "./batch.js";
import type { RelationalGnn } from "./model.js";

/** Options of {@link predictLogits}. */
export interface PredictOptions extends WorkOptions {
  readonly batchSize?: number;
}

/**
 * Computes the network's outputs.
 *
 * @param model - a trained network.
 * @param loader - the database to read.
 * @param seeds - any number of seeds, N.
 * @param rng - the sampling stream; the same stream gives the same bytes whatever the batch size.
 * @returns float32 `[N, K]`, row-major: logits, or numbers on the target's scale.
 */
export function predictLogits(
  model: RelationalGnn,
  loader: NeighborLoader,
  seeds: Seeds,
  rng: Rng,
  options: PredictOptions = {},
): Float32Array {
  const { batchSize = 512, onProgress, signal } = options;
  const total = seeds.rows.length;
  const { outputs } = model.spec;
  const logits = new Float32Array(total * outputs);
  for (let from = 0; from < total; from += batchSize) {
    checkAborted(signal, "prediction");
    const to = Math.min(total, from + batchSize);
    const part: Seeds = {
      rows: seeds.rows.subarray(from, to),
      anchorTimes: seeds.anchorTimes.subarray(from, to),
      visibleTimes: seeds.visibleTimes.subarray(from, to),
    };
    const batch = loader.load(part, rng);
    const values = tf.tidy(() => model.forward(batch, model.embed(batch)).logits.dataSync());
    logits.set(values, from * outputs);
    onProgress?.({ stage: "predict", message: `predicted ${to} of ${total}`, done: to, total });
  }
  return logits;
}

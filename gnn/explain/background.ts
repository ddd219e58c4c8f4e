/** The background of explanations: what the network sees and says on average, so that reasons have something to differ from. */
import * as tf from "@tensorflow/tfjs-core";
import type { Seeds } from "../../graph/seeds.js";
import type { Rng } from "../../src/core/random.js";
import type { NeighborLoader } from "../batch.js";
import type { RelationalGnn } from "../model.js";
import { freeing } from "../scope.js";

/** Averages over the background seeds; plain data that a model folder keeps. */
export interface Background {
  /** `[K]`: mean output, the baseline of every explanation. */
  readonly logits: readonly number[];
  /** `[K]`: mean of the part of the seed's own row and season. */
  readonly seed: readonly number[];
  /** By position id: `[K]`, mean of its part. */
  readonly paths: Readonly<Record<string, readonly number[]>>;
  /** `[K]`: mean of the joint part; `null` with an additive head. */
  readonly joint: readonly number[] | null;
  /** By position id (`seed` for the seeds): per encoding of its table, `[C]`, the mean sum of its codes. */
  readonly columns: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** By position id: `[C]`, the mean code of ages; `null` for tables without time. */
  readonly ages: Readonly<Record<string, readonly number[] | null>>;
  /** By position id: `[C]`, the mean code of counts. */
  readonly counts: Readonly<Record<string, readonly number[]>>;
  /** Per part of the seed's context: `[C]`, its mean code. */
  readonly context: readonly (readonly number[])[];
}

/**
 * Averages what a network sees and says over some seeds.
 *
 * @param model - a trained network.
 * @param loader - the database it was trained on.
 * @param seeds - background seeds, such as 256 recent training rows; at least one.
 * @param rng - the sampling stream.
 */
export function fitBackground(
  model: RelationalGnn,
  loader: NeighborLoader,
  seeds: Seeds,
  rng: Rng,
): Background {
  const { spec } = model;
  const batch = loader.load(seeds, rng, { separate: true });
  return freeing(() => {
    const inputs = model.embed(batch);
    const output = model.forward(batch, inputs);
    const meanRow = (x: tf.Tensor2D): number[] =>
      x.shape[0] === 0 ? new Array<number>(x.shape[1]).fill(0) : [...tf.mean(x, 0).dataSync()];
    const idOf = (position: number): string => spec.layout.positions[position]!.id;
    const columns: Record<string, readonly (readonly number[])[]> = {};
    batch.tables.forEach((table, t) => {
      const codes = model.codes({ kind: "rows", table: table.table }).dataSync() as Float32Array;
      for (const place of new Set(table.places)) {
        columns[place < 0 ? "seed" : idOf(place)] = spec.encodings[t]!.encodings.map((encoding) =>
          meanCode(
            table.features,
            codes,
            spec.config.channels,
            encoding,
            (u) => table.places[u] === place,
          ),
        );
      }
    });
    const contextCodes = model.codes({ kind: "context" }).dataSync() as Float32Array;
    return {
      logits: meanRow(output.logits),
      seed: meanRow(output.seed),
      joint: output.joint && meanRow(output.joint),
      paths: Object.fromEntries(
        batch.positions.map((p, i) => [idOf(p.position), meanRow(output.paths[i]!)]),
      ),
      columns,
      ages: Object.fromEntries(
        batch.positions.map((p, i) => [
          idOf(p.position),
          inputs.ages[i] === null ? null : meanRow(inputs.ages[i]!),
        ]),
      ),
      counts: Object.fromEntries(
        batch.positions.map((p, i) => [idOf(p.position), meanRow(inputs.counts[i]!)]),
      ),
      context: spec.context.parts.map((part) =>
        meanCode(batch.context, contextCodes, spec.config.channels, part, () => true),
      ),
    };
  });
}

/** Averages the summed codes of one encoding over the rows of one place: `[C]`. */
function meanCode(
  features: {
    readonly offsets: Int32Array;
    readonly codes: Int32Array;
    readonly weights: Float32Array;
  },
  codes: Float32Array,
  channels: number,
  range: { readonly firstCode: number; readonly width: number },
  included: (row: number) => boolean,
): number[] {
  const sum = new Array<number>(channels).fill(0);
  const { offsets } = features;
  let rows = 0;
  for (let u = 0; u + 1 < offsets.length; u++) {
    if (!included(u)) continue;
    rows++;
    for (let j = offsets[u]!; j < offsets[u + 1]!; j++) {
      const code = features.codes[j]!;
      if (code < range.firstCode || code >= range.firstCode + range.width) continue;
      for (let c = 0; c < channels; c++)
        sum[c]! += features.weights[j]! * codes[code * channels + c]!;
    }
  }
  return rows === 0 ? sum : sum.map((value) => value / rows);
}

/** Pooling: the messages of a seed's rows at one position, put together in several ways side by side. */
import * as tf from "@tensorflow/tfjs-core";
import { assertNever } from "../src/core/assert.js";
import {
  concatColumns,
  linear,
  type SparseRows,
  segmentMax,
  segmentPool,
  segmentSoftmax,
  segmentSum,
  sparseMatMul,
} from "../src/tensor/ops.js";

/**
 * One way of putting the messages `u` of `n` rows together: `mean`; `root`, `Σ u / √(1 + n)`; `sum`, `Σ u` by a constant of the
 * position; `last`, the newest row; `max`, column by column; `attention`, a mean weighted by a learned softmax.
 */
export type Aggregator = "mean" | "root" | "sum" | "last" | "max" | "attention";

/** All of them, in the order in which they are documented. */
export const AGGREGATORS: readonly Aggregator[] = [
  "mean",
  "root",
  "sum",
  "last",
  "max",
  "attention",
];

/** What pooling needs to know besides the messages. */
export interface PoolOptions {
  readonly aggregators: readonly Aggregator[];
  /** What `sum` is divided by: about the square root of the rows there can be. */
  readonly sumScale: number;
  /** float32 `[C, 1]`: weights of the score of `attention`; needed where it is asked for. */
  readonly score?: tf.Tensor2D | undefined;
}

/**
 * Puts the messages of each seed together.
 *
 * @param messages - float32 `[E, C]`, by seed, within a seed from old to new.
 * @param offsets - int32 `[S + 1]`: where each seed's messages start.
 * @param options - how.
 * @returns float32 `[S, A · C]`, one block of columns per aggregator in their order; a seed without messages gets zeros.
 * @see Corso et al. 2020, Principal Neighbourhood Aggregation (several aggregators, scaled by degree); Veličković et al.
 * 2018, Graph Attention Networks (`attention`, with one head and without the receiver's side).
 */
export function poolMessages(
  messages: tf.Tensor2D,
  offsets: Int32Array,
  options: PoolOptions,
): tf.Tensor2D {
  const { aggregators } = options;
  if (aggregators.join() === "mean,root,last") return segmentPool(messages, offsets);
  const linearOnes = aggregators.filter((kind) => kind !== "max" && kind !== "attention");
  const weighted =
    linearOnes.length > 0 ? weightedRows(messages, offsets, linearOnes, options) : null;
  if (weighted && linearOnes.length === aggregators.length) return weighted;
  const C = messages.shape[1];
  let next = 0;
  const blocks = aggregators.map((kind): tf.Tensor2D => {
    if (kind === "max") return segmentMax(messages, offsets);
    if (kind === "attention") return attentionOf(messages, offsets, options.score!);
    return tf.slice2d(weighted!, [0, C * next++], [offsets.length - 1, C]);
  });
  return concatColumns(blocks);
}

/** All aggregators that are weighted sums, by one product: float32 `[S, A · C]`. */
function weightedRows(
  messages: tf.Tensor2D,
  offsets: Int32Array,
  kinds: readonly Aggregator[],
  { sumScale }: PoolOptions,
): tf.Tensor2D {
  const weights = poolWeights(offsets, kinds, sumScale);
  const shape: [number, number] = [offsets.length - 1, kinds.length * messages.shape[1]];
  return tf.reshape(sparseMatMul(weights, messages), shape);
}

/** The weights of the rows of each seed: `A` sparse rows per seed over the messages. */
function poolWeights(
  offsets: Int32Array,
  kinds: readonly Aggregator[],
  sumScale: number,
): SparseRows {
  const seeds = offsets.length - 1;
  const starts = new Int32Array(seeds * kinds.length + 1);
  const codes = new Int32Array(offsets[seeds]! * kinds.length);
  const weights = new Float32Array(codes.length);
  let size = 0;
  let at = 0;
  for (let s = 0; s < seeds; s++) {
    const [start, end] = [offsets[s]!, offsets[s + 1]!];
    for (const kind of kinds) {
      const weight = weightOf(kind, end - start, sumScale);
      for (let e = kind === "last" ? Math.max(start, end - 1) : start; e < end; e++) {
        codes[size] = e;
        weights[size++] = weight;
      }
      starts[++at] = size;
    }
  }
  return { offsets: starts, codes: codes.subarray(0, size), weights: weights.subarray(0, size) };
}

function weightOf(kind: Aggregator, count: number, sumScale: number): number {
  switch (kind) {
    case "mean":
      return 1 / count;
    case "root":
      return 1 / Math.sqrt(1 + count);
    case "sum":
      return 1 / sumScale;
    case "last":
      return 1;
    case "max":
    case "attention":
      return 0;
    default:
      return assertNever(kind);
  }
}

/** A mean of the messages, weighted by the softmax of a learned score. */
function attentionOf(messages: tf.Tensor2D, offsets: Int32Array, score: tf.Tensor2D): tf.Tensor2D {
  const shares = segmentSoftmax(linear(messages, score, null, "none"), offsets);
  return segmentSum(tf.mul(messages, shares) as tf.Tensor2D, offsets);
}

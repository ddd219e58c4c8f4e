/** Weights of a blend: what each expert counts, from predictions it made on rows it had not learned from. */
import type { ScoreSpace } from "./score.js";
import { scoreLosses } from "./score.js";

/** What a blend's weights are chosen on. */
export interface HeldOut {
  /** Per expert float64 `[S, outputs]`: scores of rows the expert was not trained on. */
  readonly scores: readonly Float64Array[];
  /** float64 `[S]`. */
  readonly targets: Float64Array;
  /** int32 `[S]`: the entity of each row; rows of one entity are not independent. */
  readonly entities: Int32Array;
}

/** Steps of the grid that weights lie on. */
const GRID = 10;

/**
 * Chooses the weights of a blend by the loss on held-out rows. They leave the given prior only as far as the rows prove the
 * gain: with a gain of one standard error (entities as clusters) half the way, with a clear gain nearly all of it.
 *
 * @param space - the score space.
 * @param heldOut - predictions and truth.
 * @param prior - weights to start from, which add up to 1.
 * @returns one weight an expert, non-negative, adding up to 1.
 * @see RelBench practice: blends of decorrelated models; Wolpert 1992, Stacked generalization (convex weights).
 */
export function blendWeights(
  space: ScoreSpace,
  heldOut: HeldOut,
  prior: readonly number[],
): readonly number[] {
  if (prior.length < 2 || heldOut.targets.length === 0) return prior;
  const start = lossesOf(space, heldOut, prior);
  let best = { weights: prior, total: sum(start) };
  for (const weights of gridOfWeights(prior.length)) {
    const total = sum(lossesOf(space, heldOut, weights));
    if (total < best.total) best = { weights, total };
  }
  if (best.weights === prior) return prior;
  const gains = lossesOf(space, heldOut, best.weights).map((loss, i) => start[i]! - loss);
  const gain = sum(gains);
  const trust = gain ** 2 / (gain ** 2 + clusteredVariance(gains, heldOut.entities));
  return prior.map((weight, m) => weight + trust * (best.weights[m]! - weight));
}

/**
 * Tells whether gains on held-out rows exceed what chance may give: one standard error, entities as clusters.
 *
 * @param gains - float64 `[S]`: what each row gains.
 * @param entities - int32 `[S]`.
 */
export function isProvenGain(gains: Float64Array, entities: Int32Array): boolean {
  const gain = sum(gains);
  return gain > 0 && gain ** 2 > clusteredVariance(gains, entities);
}

/**
 * Adds up scores with weights.
 *
 * @param scores - per expert float64 `[S, outputs]`.
 * @param weights - one an expert.
 */
export function weighScores(
  scores: readonly Float64Array[],
  weights: readonly number[],
): Float64Array {
  const blended = new Float64Array(scores[0]?.length ?? 0);
  scores.forEach((own, m) => {
    const weight = weights[m]!;
    for (let i = 0; i < blended.length; i++) blended[i]! += weight * own[i]!;
  });
  return blended;
}

function lossesOf(
  space: ScoreSpace,
  { scores, targets }: HeldOut,
  weights: readonly number[],
): Float64Array {
  return scoreLosses(space, weighScores(scores, weights), targets);
}

/** All weights in steps of a tenth that add up to 1. */
function* gridOfWeights(count: number, left = GRID): Generator<number[]> {
  if (count === 1) {
    yield [left / GRID];
    return;
  }
  for (let step = 0; step <= left; step++) {
    for (const rest of gridOfWeights(count - 1, left - step)) yield [step / GRID, ...rest];
  }
}

/** The variance of a sum whose rows come in clusters, numbered from 0. */
function clusteredVariance(values: Float64Array, clusters: Int32Array): number {
  const highest = clusters.reduce((a, b) => Math.max(a, b), -1);
  const sums = new Float64Array(highest + 1);
  const seen = new Uint8Array(highest + 1);
  for (let i = 0; i < values.length; i++) {
    sums[clusters[i]!]! += values[i]!;
    seen[clusters[i]!] = 1;
  }
  const count = seen.reduce((a, b) => a + b, 0);
  if (count < 2) return Infinity;
  const mean = sum(values) / count;
  let variance = 0;
  for (let c = 0; c <= highest; c++) if (seen[c]) variance += (sums[c]! - mean) ** 2;
  return (variance * count) / (count - 1);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

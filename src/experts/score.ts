/** The score space: where experts are blended and where reasons add up. Logits of probabilities, standardised numbers. */
import { classShares, scaleTarget, type TargetScale, unscaleOutput } from "../../gnn/target.js";

/** The score space of a task, as plain data. */
export interface ScoreSpace {
  /** `logit` for probabilities, and for classes their logarithms; else how numbers are standardised. */
  readonly scale: TargetScale;
  /** Outputs a row: the number of classes, else 1. */
  readonly outputs: number;
}

/** Probabilities are kept this far from 0 and 1, so that no expert alone decides for certain. */
const LEAST_PROBABILITY = 1e-5;

/**
 * Moves outputs of an expert to the score space.
 *
 * @param outputs - float64 `[S, outputs]`: numbers, probabilities, or shares of classes.
 * @returns float64 of the same shape: standardised numbers, logits, or logarithms of shares.
 */
export function toScores(
  { scale, outputs: width }: ScoreSpace,
  outputs: Float64Array,
): Float64Array {
  if (scale.kind !== "logit") return outputs.map((y) => scaleTarget(scale, y));
  if (width > 1) return outputs.map((share) => Math.log(Math.max(LEAST_PROBABILITY, share)));
  return outputs.map((p) => {
    const kept = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, p));
    return Math.log(kept / (1 - kept));
  });
}

/**
 * Moves targets to the score space: numbers are standardised, labels of classes stay.
 *
 * @param targets - float64 `[S]`.
 */
export function targetScores({ scale }: ScoreSpace, targets: Float64Array): Float64Array {
  return targets.map((y) => scaleTarget(scale, y));
}

/**
 * Moves scores back to outputs, see {@link toScores}; numbers stay within the bounds seen in training.
 *
 * @param scores - float64 `[S, outputs]`.
 */
export function toOutputs(
  { scale, outputs: width }: ScoreSpace,
  scores: Float64Array,
): Float64Array {
  if (width === 1) return scores.map((z) => unscaleOutput(scale, z));
  const shares = new Float64Array(scores.length);
  for (let from = 0; from < shares.length; from += width) {
    shares.set(classShares(scores.subarray(from, from + width)), from);
  }
  return shares;
}

/**
 * The loss of each row in the score space: absolute error of standardised numbers, else the logarithmic loss.
 *
 * @param scores - float64 `[S, outputs]`.
 * @param targets - float64 `[S]`: numbers, 0 or 1, or class indices.
 * @returns float64 `[S]`.
 */
export function scoreLosses(
  { scale, outputs: width }: ScoreSpace,
  scores: Float64Array,
  targets: Float64Array,
): Float64Array {
  if (scale.kind !== "logit") {
    return targets.map((y, i) => Math.abs(scaleTarget(scale, y) - scores[i]!));
  }
  if (width === 1) {
    // log(1 + e^z) − y z, written so that neither end overflows.
    return targets.map((y, i) => {
      const z = scores[i]!;
      return Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z))) - y * z;
    });
  }
  return targets.map((label, i) => {
    const row = scores.subarray(i * width, (i + 1) * width);
    const highest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (const z of row) sum += Math.exp(z - highest);
    return Math.log(sum) + highest - row[label]!;
  });
}

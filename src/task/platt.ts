/** Platt scaling: a line on the log-odds of probabilities. */
import { logit, sigmoid, softplus } from "./log-odds.js";

/** A line on log-odds. */
export interface OddsLine {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Fits slope and intercept by Newton's method with halved steps, on softened targets.
 *
 * @param probabilities - `[rows]`.
 * @param targets - `[rows]`: 0 or 1.
 * @returns `null` where the line would fall: then probabilities say the opposite of what is true.
 * @see Platt 1999; Lin et al. 2007, A note on Platt's probabilistic outputs.
 */
export function fitPlatt(probabilities: Float64Array, targets: Float64Array): OddsLine | null {
  const odds = probabilities.map(logit);
  const positives = targets.reduce((sum, y) => sum + y, 0);
  const yes = (positives + 1) / (positives + 2);
  const no = 1 / (targets.length - positives + 2);
  const soft = targets.map((y) => (y === 1 ? yes : no));
  const lossAt = (slope: number, intercept: number): number =>
    odds.reduce(
      (sum, z, row) => sum + softplus(slope * z + intercept) - soft[row]! * (slope * z + intercept),
      0,
    );
  let [slope, intercept] = [0, logit((positives + 1) / (targets.length + 2))];
  let loss = lossAt(slope, intercept);
  for (let step = 0; step < 50; step++) {
    const [da, db] = newtonStep(odds, soft, slope, intercept);
    let size = 1;
    while (size > 1e-6 && !(lossAt(slope - size * da, intercept - size * db) <= loss)) size /= 2;
    slope -= size * da;
    intercept -= size * db;
    const better = lossAt(slope, intercept);
    if (!(loss - better > 1e-10 * targets.length)) break;
    loss = better;
  }
  const usable = Number.isFinite(slope) && Number.isFinite(intercept) && slope > 0;
  return usable ? { slope, intercept } : null;
}

function newtonStep(
  odds: Float64Array,
  soft: Float64Array,
  slope: number,
  intercept: number,
): readonly [number, number] {
  let [a, b, aa, ab, bb] = [0, 0, 1e-9, 0, 1e-9];
  for (let row = 0; row < odds.length; row++) {
    const p = sigmoid(slope * odds[row]! + intercept);
    const error = p - soft[row]!;
    const weight = p * (1 - p);
    a += error * odds[row]!;
    b += error;
    aa += weight * odds[row]! ** 2;
    ab += weight * odds[row]!;
    bb += weight;
  }
  const determinant = aa * bb - ab * ab;
  return [(bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant];
}

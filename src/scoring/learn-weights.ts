/** Constrained regression of outcomes on points: no weight is negative, categories keep their sums. */
import type { CategoryConfig, DeductionConfig } from "./config.js";
import type { ScoreHistory } from "./history.js";
import { deductionPoints, pointsOfPart } from "./points.js";

/** What gives and takes points. */
export interface PointModel {
  readonly categories: readonly CategoryConfig[];
  readonly deductions: readonly DeductionConfig[];
}

/** Learned weights. */
export interface LearnedWeights {
  /** float64 `[parts]` per category: the most that each part gives. */
  readonly parts: readonly Float64Array[];
  /** float64 `[deductions]`: what each is multiplied by. */
  readonly taken: Float64Array;
}

/** What churned, stayed and expanded are worth: losing somebody weighs more than winning more. */
const WORTH = [-2, 0, 1] as const;
/** The most that a deduction may grow. */
const GROWTH = 3;
/** How far weights of parts, in points, and factors of deductions are expected to be from the given ones. */
const PART_SPREAD = 8;
const FACTOR_SPREAD = 1;
/** Rows of one entity at several moments tell about as much as one of them. */
const ROWS_PER_ENTITY = 3;
const ROUNDS = 40;
const STEPS = 60;

/**
 * Learns weights: the least squared error of what the outcome is worth against a line of the score, with a prior
 * around the given weights. Slope and weights are fitted in turn, weights by projected gradient on the matrix of products.
 *
 * @param model - the points to begin with.
 * @param history - metrics and outcomes.
 * @param rows - of the history, to learn from.
 */
export function learnWeights(
  { categories, deductions }: PointModel,
  history: Pick<ScoreHistory, "metrics" | "outcomes">,
  rows: readonly number[],
): LearnedWeights {
  const all = history.outcomes.length;
  const parts = categories.flatMap((category) => category.parts);
  const inputs = [
    ...parts.map((part) => {
      const given = pointsOfPart(part, history.metrics, all);
      return Float64Array.from(rows, (row) => given[row]! / (part.points || 1));
    }),
    ...deductions.map((deduction) => {
      const values = history.metrics.get(deduction.metric)!;
      return Float64Array.from(rows, (row) => deductionPoints(deduction, values[row]!));
    }),
  ].map(centred);
  const target = centred(Float64Array.from(rows, (row) => WORTH[history.outcomes[row]!]!));
  const products = inputs.map((a) => inputs.map((b) => meanProduct(a, b)));
  const withTarget = inputs.map((a) => meanProduct(a, target));
  const noise = (meanProduct(target, target) * ROWS_PER_ENTITY) / Math.max(1, rows.length);
  const given = Float64Array.from([
    ...parts.map(({ points }) => points),
    ...deductions.map(() => 1),
  ]);
  const spread = given.map((_, j) => (j < parts.length ? PART_SPREAD : FACTOR_SPREAD));
  const weights = given.slice();
  for (let round = 0; round < ROUNDS; round++) {
    // A score that runs against the outcomes cannot be mended by its slope.
    const slope = Math.max(0, slopeOf(weights, products, withTarget));
    // The step differs by input, so that points and factors move alike.
    const curvature = inputs.map(
      (_, j) =>
        products[j]!.reduce(
          (sum, product, k) => sum + (Math.abs(product) * spread[k]!) / spread[j]!,
          0,
        ) *
          slope ** 2 +
        noise / spread[j]! ** 2,
    );
    for (let step = 0; step < STEPS; step++) {
      const moved = weights.map((weight, j) => {
        let gradient = -withTarget[j]!;
        for (let k = 0; k < weights.length; k++) gradient += slope * weights[k]! * products[j]![k]!;
        const pull = (noise * (weight - given[j]!)) / spread[j]! ** 2;
        return weight - (slope * gradient + pull) / curvature[j]!;
      });
      let at = 0;
      for (const { parts: members, points } of categories) {
        weights.set(onSimplex(moved.subarray(at, at + members.length), points), at);
        at += members.length;
      }
      for (let j = at; j < moved.length; j++) weights[j] = Math.min(GROWTH, Math.max(0, moved[j]!));
    }
  }
  let at = 0;
  return {
    parts: categories.map(({ parts: members }) => {
      at += members.length;
      return weights.slice(at - members.length, at);
    }),
    taken: weights.slice(parts.length),
  };
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return values.map((value) => value - mean);
}

function meanProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / Math.max(1, a.length);
}

/** The slope of the least-squares line of the outcome by the score. */
function slopeOf(
  weights: Float64Array,
  products: readonly (readonly number[])[],
  withTarget: readonly number[],
): number {
  let both = 0;
  let squares = 0;
  weights.forEach((weight, j) => {
    both += weight * withTarget[j]!;
    weights.forEach((other, k) => {
      squares += weight * other * products[j]![k]!;
    });
  });
  return squares > 0 ? both / squares : 0;
}

/**
 * The nearest weights that are not negative and add up to a total.
 *
 * @see Duchi et al. 2008, Efficient projections onto the l1-ball.
 */
export function onSimplex(weights: Float64Array, total: number): Float64Array {
  const sorted = weights.slice().sort().reverse();
  let sum = 0;
  let shift = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i]!;
    const candidate = (sum - total) / (i + 1);
    if (sorted[i]! > candidate) shift = candidate;
  }
  return weights.map((weight) => Math.max(0, weight - shift));
}

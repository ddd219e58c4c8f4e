/** How much families of signals count over many explanations, and how alike two such orders are. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import { correlation, ranksOf } from "../approaches/measure.js";

/**
 * Adds absolute contributions up by family.
 *
 * @param explanations - with all their reasons.
 * @returns by family, in the unit of the prediction.
 */
export function familyWeights(explanations: readonly Explanation[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { contributions } of explanations) {
    for (const { family, contribution } of contributions) {
      weights.set(family, (weights.get(family) ?? 0) + Math.abs(contribution));
    }
  }
  return weights;
}

/** Families that make up most of the weight are compared; the long tail is noise. */
const COMPARED = 20;

/**
 * Correlates the ranks of the families that count most in either of two orders; a family that one lacks counts 0 there.
 *
 * @returns `null` where fewer than three families are there to compare.
 */
export function rankCorrelationOf(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): number | null {
  const top = [...a].sort((x, y) => y[1] - x[1]).slice(0, COMPARED);
  if (top.length < 3) return null;
  const own = Float64Array.from(top, ([, weight]) => weight);
  const other = Float64Array.from(top, ([family]) => b.get(family) ?? 0);
  return correlation(ranksOf(own), ranksOf(other));
}

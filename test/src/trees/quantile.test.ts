/** Weighted quantiles against sorting. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { weightedQuantile } from "../../../src/trees/quantile.js";

const alphas = fc.constantFrom(0.05, 0.1, 0.25, 0.5, 0.75, 0.9);
/** Whole numbers, so that sums of weights are exact in any order. */
const rows = fc.array(fc.tuple(fc.integer({ min: -40, max: 40 }), fc.nat({ max: 3 })), {
  maxLength: 300,
});

test("equals the quantile of sorted values", () => {
  fc.assert(
    fc.property(rows, alphas, (pairs, alpha) => {
      const values = Float64Array.from(pairs, ([value]) => value);
      const expected = bySorting(
        pairs.map(([value]) => [value, 1]),
        alpha,
      );
      expect(weightedQuantile(values, alpha)).toBe(expected);
    }),
  );
});

test("equals the quantile of sorted values where they have weights, zeros among them", () => {
  fc.assert(
    fc.property(rows, alphas, (pairs, alpha) => {
      const values = Float64Array.from(pairs, ([value]) => value);
      const weights = Float64Array.from(pairs, ([, weight]) => weight);
      expect(weightedQuantile(values, alpha, weights)).toBe(bySorting(pairs, alpha));
    }),
  );
});

function bySorting(pairs: readonly (readonly [number, number])[], alpha: number): number {
  const known = pairs.filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b);
  const total = known.reduce((sum, [, weight]) => sum + weight, 0);
  let below = 0;
  for (const [k, [value, weight]] of known.entries()) {
    below += weight;
    if (below < alpha * total) continue;
    const next = known[k + 1];
    return below === alpha * total && next ? (value + next[0]) / 2 : value;
  }
  return 0;
}

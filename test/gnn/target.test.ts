import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitTargetScale, scaleTarget, unscaleOutput } from "../../gnn/target.js";

describe("the scale of a target", () => {
  it("leaves classes alone: outputs are logits", () => {
    const scale = fitTargetScale("binary_classification", Float64Array.of(0, 1, 1));
    expect(scale).toEqual({ kind: "logit" });
    expect(scaleTarget(scale, 1)).toBe(1);
    expect(unscaleOutput(scale, 0)).toBe(0.5);
    expect(unscaleOutput(scale, 800)).toBe(1);
    expect(unscaleOutput(scale, -800)).toBe(0);
  });

  it("is logarithmic for amounts with a long tail, linear for others", () => {
    const tail = Float64Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 0 : 2 ** (i / 20)));
    const even = Float64Array.from({ length: 200 }, (_, i) => i - 100);
    expect(fitTargetScale("regression", tail)).toMatchObject({ kind: "log" });
    expect(fitTargetScale("regression", even)).toMatchObject({ kind: "linear" });
    const negative = tail.map((y, i) => (i === 0 ? -1 : y));
    expect(fitTargetScale("regression", negative)).toMatchObject({ kind: "linear" });
  });

  it("maps back what it mapped, and ascends", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const scale = fitTargetScale("regression", Float64Array.from(values));
          const { low, high } = scale as { low: number; high: number };
          for (const y of values) {
            const back = unscaleOutput(scale, scaleTarget(scale, y));
            const expected = Math.min(high, Math.max(low, y));
            expect(Math.abs(back - expected)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(y)));
          }
          expect(unscaleOutput(scale, -1)).toBeLessThanOrEqual(unscaleOutput(scale, 1));
          for (const z of [-1e9, 0, 1e9]) {
            expect(unscaleOutput(scale, z)).toBeGreaterThanOrEqual(low);
            expect(unscaleOutput(scale, z)).toBeLessThanOrEqual(high);
          }
        },
      ),
      { examples: [[[1e-15, 5e-324, 1e-323]], [[0, 1e6, 1e-318, 1e-318]]] },
    );
  });

  it("is finite for no target and for equal targets", () => {
    for (const targets of [[], [0, 0], [5]]) {
      const scale = fitTargetScale("regression", Float64Array.from(targets));
      expect(scaleTarget(scale, 5)).toSatisfy(Number.isFinite);
      expect(unscaleOutput(scale, 3)).toSatisfy(Number.isFinite);
    }
  });
});

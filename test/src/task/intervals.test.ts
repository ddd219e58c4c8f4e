import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { applyIntervals, fitIntervals } from "../../../src/task/intervals.js";

/** Rows whose noise grows with the prediction. */
function noisyRows(rows: number, seed: number, skew = false) {
  const rng = createRng(seed);
  const predictions = new Float64Array(rows);
  const targets = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const point = rng.next() * 10;
    const noise = skew ? -Math.log(1 - rng.next()) : rng.normal();
    predictions[i] = point;
    targets[i] = point + noise * (0.2 + point);
  }
  return { predictions, targets };
}

function coverage(lower: Float64Array, upper: Float64Array, targets: Float64Array): number {
  return targets.filter((y, i) => y >= lower[i]! && y <= upper[i]!).length / targets.length;
}

describe("fitIntervals", () => {
  it("covers new rows of the same kind as often as the level says, within binomial bounds", () => {
    for (const level of [0.5, 0.8, 0.95]) {
      for (const skew of [false, true]) {
        const fit = noisyRows(4000, 1, skew);
        const fresh = noisyRows(4000, 2, skew);
        const model = fitIntervals(fit.predictions, fit.targets, { level });
        const { lower, upper } = applyIntervals(model, fresh.predictions);
        const spread = 4 * Math.sqrt((2 * level * (1 - level)) / 4000);
        expect(coverage(lower, upper, fresh.targets)).toBeGreaterThan(level - spread);
        if (!skew) expect(coverage(lower, upper, fresh.targets)).toBeLessThan(level + spread);
      }
    }
  });

  it("covers at least the level on average over small calibration sets", () => {
    const rng = createRng(5);
    let inside = 0;
    const trials = 4000;
    for (let trial = 0; trial < trials; trial++) {
      const residuals = Float64Array.from({ length: 13 }, () => rng.normal());
      const model = fitIntervals(new Float64Array(12), residuals.subarray(0, 12), { level: 0.7 });
      const { lower, upper } = applyIntervals(model, new Float64Array(1));
      const y = residuals[12]!;
      if (y >= lower[0]! && y <= upper[0]!) inside++;
    }
    expect(inside / trials).toBeGreaterThan(0.7 - 4 * Math.sqrt(0.21 / trials));
  });

  it("widens with the prediction where there are rows enough for bins", () => {
    const { predictions, targets } = noisyRows(4000, 3);
    const model = fitIntervals(predictions, targets);
    expect(model.edges).toHaveLength(4);
    const { lower, upper } = applyIntervals(model, Float64Array.of(0.5, 9.5));
    expect(upper[1]! - lower[1]!).toBeGreaterThan(3 * (upper[0]! - lower[0]!));
  });

  it("takes the finite-sample quantile of the signed residuals", () => {
    const targets = Float64Array.from({ length: 9 }, (_, i) => i + 1);
    const model = fitIntervals(new Float64Array(9), targets, { level: 0.8 });
    expect(model.offsets).toEqual([{ lower: 1, upper: 9 }]);
    const wider = fitIntervals(new Float64Array(19), Float64Array.from(Array(19).keys()), {});
    expect(wider.offsets).toEqual([{ lower: 1, upper: 17 }]);
  });

  it("is unbounded where rows are too few for the level, or there are none", () => {
    const few = fitIntervals(new Float64Array(8), new Float64Array(8), { level: 0.8 });
    expect(few.offsets).toEqual([{ lower: null, upper: null }]);
    const none = fitIntervals(new Float64Array(0), new Float64Array(0), {
      support: { min: 0, max: null },
    });
    expect(applyIntervals(none, Float64Array.of(3))).toEqual({
      lower: Float64Array.of(0),
      upper: Float64Array.of(Infinity),
    });
  });

  it("never makes a bin smaller than the fewest rows, whatever values repeat", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 20 }),
        (values, minRows) => {
          const predictions = Float64Array.from(values);
          const { edges } = fitIntervals(predictions, predictions, { minRows });
          const bounds = [-Infinity, ...edges, Infinity];
          if (edges.length === 0) return;
          for (let b = 1; b < bounds.length; b++) {
            const inBin = values.filter((v) => v >= bounds[b - 1]! && v < bounds[b]!);
            expect(inBin.length).toBeGreaterThanOrEqual(minRows);
          }
        },
      ),
    );
  });

  it("keeps bounds around the prediction and inside the support, in any space", () => {
    const space = { forward: Math.log1p, inverse: Math.expm1 };
    const { predictions, targets } = noisyRows(600, 4, true);
    const model = fitIntervals(predictions, targets, { space, support: { min: 0, max: 12 } });
    const { lower, upper } = applyIntervals(model, predictions, space);
    for (let i = 0; i < predictions.length; i++) {
      expect(lower[i]).toBeLessThanOrEqual(predictions[i]!);
      expect(upper[i]).toBeGreaterThanOrEqual(predictions[i]!);
      expect(lower[i]).toBeGreaterThanOrEqual(0);
      expect(upper[i]).toBeLessThanOrEqual(12);
    }
  });

  it("lets older rows count less when weights say so", () => {
    const targets = Float64Array.from(
      { length: 200 },
      (_, i) => (i < 100 ? 10 : 1) * ((i % 9) - 4),
    );
    const weights = Float64Array.from({ length: 200 }, (_, i) => (i < 100 ? 0.01 : 1));
    const predictions = new Float64Array(200);
    expect(fitIntervals(predictions, targets, { weights }).offsets).toEqual([
      { lower: -4, upper: 4 },
    ]);
    expect(fitIntervals(predictions, targets).offsets[0]?.upper).toBeGreaterThan(4);
  });

  it("survives the way through JSON", () => {
    const { predictions, targets } = noisyRows(900, 6);
    const model = fitIntervals(predictions, targets, { support: { min: 0, max: null } });
    const kept = JSON.parse(JSON.stringify(model));
    expect(applyIntervals(kept, predictions)).toEqual(applyIntervals(model, predictions));
  });

  it("refuses a level that is no share", () => {
    for (const level of [0, 1, 80, Number.NaN]) {
      expect(() => fitIntervals(new Float64Array(1), new Float64Array(1), { level })).toThrow(
        expect.objectContaining({ code: "CFG111" }),
      );
    }
  });
});

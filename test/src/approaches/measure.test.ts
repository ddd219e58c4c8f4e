import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correlation, measureApproach, ranksOf } from "../../../src/approaches/measure.js";

const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });

describe("measures of an approach", () => {
  it("ranks by counting, ties shared", () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const ranks = ranksOf(Float64Array.from(numbers));
        numbers.forEach((value, i) => {
          const below = numbers.filter((other) => other < value).length;
          const equal = numbers.filter((other) => other === value).length;
          expect(ranks[i]).toBe(below + (equal + 1) / 2);
        });
      }),
    );
  });

  it("is perfect for the truth and knows nothing of a constant", () => {
    const targets = Float64Array.from({ length: 50 }, (_, i) => i * i);
    expect(measureApproach(targets, targets)).toEqual({
      rows: 50,
      mae: 0,
      rankCorrelation: 1,
      lowestTenth: 1,
    });
    const flat = measureApproach(new Float64Array(50), targets);
    expect(flat.rankCorrelation).toBeNull();
    expect(flat.lowestTenth).toBe(0.5);
    expect(flat.mae).toBeCloseTo(targets.reduce((a, b) => a + b, 0) / 50, 9);
  });

  it("looks at the rows of a mask only", () => {
    const guesses = Float64Array.of(1, 2, 100, 4);
    const targets = Float64Array.of(1, 3, 3, 4);
    const mask = Uint8Array.of(1, 1, 0, 1);
    expect(measureApproach(guesses, targets, mask)).toMatchObject({ rows: 3, mae: 1 / 3 });
    const partly = Float64Array.of(Number.NaN, 3, 3, Number.NaN);
    expect(measureApproach(partly, targets)).toMatchObject({ rows: 2, mae: 0 });
    expect(measureApproach(guesses, targets, new Uint8Array(4))).toEqual({
      rows: 0,
      mae: null,
      rankCorrelation: null,
      lowestTenth: null,
    });
  });

  it("correlates as Pearson defined it", () => {
    expect(correlation(Float64Array.of(1, 2, 3), Float64Array.of(2, 4, 6))).toBeCloseTo(1, 12);
    expect(correlation(Float64Array.of(1, 2, 3), Float64Array.of(3, 3, 0))).toBeCloseTo(
      -Math.sqrt(3) / 2,
      12,
    );
    expect(correlation(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBeNull();
  });
});

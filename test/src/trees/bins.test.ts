/** Bins: cuts between values, shares of rows, missing values, categories; fast ways equal slow ones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { binFeatures } from "../../../src/trees/bins.js";
import { assignBins, chooseCuts } from "../../../src/trees/numerical-bins.js";
import { predictRaw } from "../../../src/trees/predict.js";
import { sortFloats } from "../../../src/trees/sort-floats.js";
import { trainTrees } from "../../../src/trees/train.js";
import { codes, numbers, randomData } from "./fixtures.js";

const float = fc
  .oneof(
    fc.float({ noNaN: true }),
    fc.integer({ min: -3, max: 3 }).map(Math.fround),
    fc.constantFrom(0, -0, Infinity, -Infinity, 1e-45, -1e-45, 3.4028234663852886e38),
  )
  .map(Math.fround);

/** Repeats values until there are enough for the fast ways. */
function many(values: readonly number[]): Float32Array {
  return Float32Array.from({ length: 5000 }, (_, i) => values[i % values.length]!);
}

describe("cuts", () => {
  it("part all distinct values where there are few", () => {
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 60 }), (values) => {
        const distinct = [...new Set(values.map((v) => v + 0))].sort((a, b) => a - b);
        const uppers = chooseCuts(Float32Array.from(values).sort(), 255);
        expect(uppers).toHaveLength(distinct.length);
        distinct.forEach((value, i) => {
          expect(value <= uppers[i]!).toBe(true);
          if (i > 0) expect(value > uppers[i - 1]!).toBe(true);
        });
      }),
    );
  });

  it("give bins about equal shares, and a value that fills one nearly its own", () => {
    const rng = createRng(1);
    const values = Float32Array.from({ length: 20_000 }, (_, i) =>
      i % 5 === 0 ? 0 : rng.normal(),
    );
    const uppers = chooseCuts(values.slice().sort(), 50);
    const bins = new Uint8Array(values.length);
    assignBins(values, uppers, bins);
    const counts = new Int32Array(51);
    for (const bin of bins) counts[bin]!++;
    const zero = bins[0]!;
    expect(counts[zero]).toBeGreaterThanOrEqual(4000);
    expect(counts[zero]).toBeLessThan(4200);
    const others = [...counts.keys()].filter((b) => b > 0 && b !== zero && b <= uppers.length);
    for (const b of others) expect(counts[b]!).toBeLessThan(700);
    expect(uppers.length).toBeLessThanOrEqual(50);
    expect(uppers.length).toBeGreaterThan(45);
  });
});

describe("assignBins", () => {
  it("finds with its table what a search finds without", () => {
    const cutValues = fc.array(float, { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(cutValues, cutValues, fc.integer({ min: 2, max: 255 }), (fitted, asked, most) => {
        const uppers = chooseCuts(Float32Array.from(fitted).sort(), most);
        const values = many([...asked, Number.NaN]);
        const out = new Uint8Array(values.length);
        expect(assignBins(values, uppers, out)).toBe(true);
        for (let i = 0; i <= asked.length && i < values.length; i++) {
          const value = values[i]!;
          const expected = Number.isNaN(value)
            ? 0
            : uppers.findIndex((upper) => value <= upper) + 1;
          expect(out[i]).toBe(expected);
        }
      }),
      { numRuns: 60, examples: [[[-0, Number.POSITIVE_INFINITY], [0, -0], 2]] },
    );
  });
});

describe("sortFloats", () => {
  it("sorts as comparing does", () => {
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 200 }), (values) => {
        const mixed = many(values).map((v, i) => (i % 7 === 0 ? -v : v));
        const [fast, slow] = [sortFloats(mixed.slice()), mixed.slice().sort()];
        expect(Buffer.from(fast.buffer).equals(Buffer.from(slow.buffer))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe("binFeatures", () => {
  it("keeps the most frequent categories and pools the rest with what is missing", () => {
    const values = [5, 5, 5, 2, 2, 9, 7, null];
    const { features, bins } = binFeatures([codes("c", values)], { maxBins: 3 });
    expect(features[0]).toMatchObject({
      codes: Int32Array.of(5, 2, 7),
      count: 4,
      hasMissing: true,
    });
    expect([...bins]).toEqual([1, 1, 1, 2, 2, 0, 3, 0]);
  });

  it("is used again by several models, which are as if binned for each", () => {
    const data = randomData(800, 4, 9);
    const binned = binFeatures(data.features);
    for (const objective of [{ kind: "l2" }, { kind: "quantile", alpha: 0.1 }] as const) {
      const again = trainTrees({ binned, targets: data.targets }, { objective, rounds: 5 });
      const once = trainTrees(data, { objective, rounds: 5 });
      expect(predictRaw(again, data.features)).toEqual(predictRaw(once, data.features));
    }
  });

  it("chooses cuts from a sample of many rows, the same one for a seed", () => {
    const rng = createRng(2);
    const column = numbers(
      "x",
      Array.from({ length: 250_000 }, () => rng.normal()),
    );
    const bin = (seed: number) => binFeatures([column], { rng: createRng(seed) }).features[0];
    expect(bin(1)).toEqual(bin(1));
    expect(bin(1)).not.toEqual(bin(2));
  });

  it("refuses a number of bins that a byte does not hold", () => {
    expect(() => binFeatures([], { maxBins: 256 })).toThrow(
      expect.objectContaining({ code: "CFG701" }),
    );
  });
});

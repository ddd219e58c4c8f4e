import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildCategorySeries,
  neighbourSeries,
  runCount,
  runDistinct,
} from "../../../graph/signals/category-series.js";
import {
  buildNumberSeries,
  runMax,
  runMin,
  runSpread,
  runSum,
} from "../../../graph/signals/number-series.js";
import { buildOrdering, type Ordering } from "../../../graph/signals/ordering.js";
import { createRng } from "../../../src/core/random.js";

interface Drawn {
  readonly ordering: Ordering;
  readonly values: Float64Array;
  readonly codes: Int32Array;
  readonly runs: readonly { readonly start: number; readonly lo: number; readonly hi: number }[];
}

/** Lists of up to some thousand rows, so that blocks of blocks occur, with runs that start and end anywhere. */
const arbDrawn: fc.Arbitrary<Drawn> = fc
  .record({
    lengths: fc.array(fc.oneof(fc.nat(40), fc.nat(300), fc.integer({ min: 1000, max: 2600 })), {
      minLength: 1,
      maxLength: 4,
    }),
    seed: fc.nat(),
  })
  .map(({ lengths, seed }) => {
    const rng = createRng(seed);
    const roots = Int32Array.from(
      lengths.flatMap((length, root) => Array<number>(length).fill(root)),
    );
    const times = Float64Array.from(roots, (_, row) => row);
    const ordering = buildOrdering({ roots, times, numRoots: lengths.length }, null, null);
    const values = Float64Array.from(roots, () =>
      rng.int(40) === 0 ? 1e9 * rng.normal() : rng.normal(),
    );
    const codes = Int32Array.from(roots, () => rng.int(4));
    const runs = Array.from({ length: 12 }, () => {
      const root = rng.int(lengths.length);
      const start = ordering.offsets[root]!;
      const ends = [rng.int(lengths[root]! + 1), rng.int(lengths[root]! + 1)].sort((a, b) => a - b);
      return { start, lo: start + ends[0]!, hi: start + ends[1]! };
    });
    return { ordering, values, codes, runs };
  });

describe("a series of numbers", () => {
  it("sums, spreads and extremes of any run equal a loop", () => {
    fc.assert(
      fc.property(arbDrawn, ({ ordering, values, runs }) => {
        const series = buildNumberSeries(ordering, (row) => values[row]!);
        for (const { start, lo, hi } of runs) {
          const inside = values.subarray(lo, hi);
          const sum = inside.reduce((a, b) => a + b, 0);
          const size = inside.reduce((a, b) => a + Math.abs(b), 0);
          expect(Math.abs(runSum(series, start, lo, hi) - sum)).toBeLessThanOrEqual(1e-12 * size);
          expect(runMin(series, start, lo, hi)).toBe(
            inside.reduce((a, b) => Math.min(a, b), Infinity),
          );
          expect(runMax(series, start, lo, hi)).toBe(
            inside.reduce((a, b) => Math.max(a, b), -Infinity),
          );
          if (hi === lo) continue;
          const mean = sum / (hi - lo);
          const spread = inside.reduce((a, b) => a + (b - mean) ** 2, 0);
          expect(Math.abs(runSpread(series, start, lo, hi, mean) - spread)).toBeLessThanOrEqual(
            1e-9 * spread + 1e-9,
          );
        }
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it("does not lose small numbers behind a large one", () => {
    const roots = new Int32Array(200);
    const times = Float64Array.from(roots, (_, row) => row);
    const ordering = buildOrdering({ roots, times, numRoots: 1 }, null, null);
    const series = buildNumberSeries(ordering, (row) => (row === 3 ? 1e17 : 0.1));
    expect(runSum(series, 0, 64, 164)).toBeCloseTo(10, 12);
    expect(runSpread(series, 0, 64, 164, 0.1)).toBeCloseTo(0, 12);
  });
});

describe("a series of categories", () => {
  it("counts codes, neighbours and distinct codes of any run as a loop does", () => {
    fc.assert(
      fc.property(arbDrawn, ({ ordering, codes, runs }) => {
        const series = buildCategorySeries(ordering, codes, ["a", "b", "c", "d"]);
        const neighbours = neighbourSeries(series);
        for (const { start, lo, hi } of runs) {
          const inside = [...codes.subarray(lo, hi)];
          expect(runCount(series, 2, lo, hi)).toBe(inside.filter((code) => code === 2).length);
          expect(runCount(series, -1, lo, hi)).toBe(0);
          expect(runDistinct(series, lo, hi)).toBe(new Set(inside).size);
          const pairs = inside.filter(
            (code, i) => lo + i > start && codes[lo + i - 1] === 1 && code === 3,
          );
          expect(runCount(neighbours, 7, lo, hi)).toBe(pairs.length);
        }
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });
});

/** The radix sort of times against the comparison sort. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeOrder } from "../../graph/time-order.js";

const sorted = (times: readonly number[]): number[] =>
  times
    .map((_, row) => row)
    .sort((a, b) => (times[a]! < times[b]! ? -1 : times[a]! > times[b]! ? 1 : a - b));

describe("timeOrder", () => {
  it("leaves rows that are in order alone", () => {
    expect(timeOrder(Float64Array.of())).toBeNull();
    expect(timeOrder(Float64Array.of(3))).toBeNull();
    expect(timeOrder(Float64Array.of(-Infinity, -1, -0, 0, 0, 2.5, Infinity))).toBeNull();
  });

  it("treats the two zeros as equal", () => {
    expect([...timeOrder(Float64Array.of(5, 0, -0, 0))!]).toEqual([1, 2, 3, 0]);
  });

  it("sorts any numbers as the comparison sort does, ties by row", () => {
    const time = fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: 1.6e12, max: 1.7e12 }),
      fc.constantFrom(Infinity, -Infinity, 5e-324, -5e-324, Number.MAX_VALUE),
    );
    fc.assert(
      fc.property(fc.array(time, { maxLength: 300 }), (times) => {
        const expected = sorted(times);
        const order = timeOrder(Float64Array.from(times));
        expect(order === null ? times.map((_, row) => row) : [...order]).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});

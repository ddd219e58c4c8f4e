import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FOUR_TIERS, type PartConfig, TIERS, tierOf } from "../../../src/scoring/config.js";
import {
  deductionPoints,
  givePoints,
  pointsOfPart,
  reasonsOf,
} from "../../../src/scoring/points.js";

const PART: PartConfig = {
  name: "frequency",
  metric: "visits",
  points: 15,
  rules: [
    { from: 5, points: 15, label: "daily" },
    { from: 1, below: 5, points: 8 },
    { below: 1, points: 3 },
  ],
  missing: 1,
};

/** The points of a value, and of another metric's where a rule looks at one. */
function partPoints(part: PartConfig, value: number, size = Number.NaN): number {
  const values = new Map([
    ["visits", Float64Array.of(value)],
    ["size", Float64Array.of(size)],
  ]);
  return pointsOfPart(part, values, 1)[0]!;
}

const words = () => ({ label: "Visits a week" });

describe("points by rules", () => {
  it.each([
    [7, 15],
    [5, 15],
    [4.99, 8],
    [1, 8],
    [0, 3],
    [-3, 3],
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 15],
  ])("gives a value of %d %d points", (value, points) => {
    expect(partPoints(PART, value)).toBe(points);
  });

  it("lets a rule look at another metric; the first that holds counts", () => {
    const part: PartConfig = {
      ...PART,
      rules: [{ metric: "size", below: 2, points: 0, label: "alone" }, ...PART.rules],
    };
    expect([1, 2, Number.NaN].map((size) => partPoints(part, 7, size))).toEqual([0, 15, 15]);
    expect(partPoints(part, Number.NaN, 1)).toBe(0);
    expect(partPoints(part, Number.NaN, 3)).toBe(1);
    const values = new Map([
      ["visits", Float64Array.of(7)],
      ["size", Float64Array.of(1)],
    ]);
    const category = { name: "USAGE", points: 15, parts: [part] };
    const label = (name: string) => ({ label: name });
    expect(reasonsOf([category], [], values, 0, label)[0]!.text).toBe(
      "size: 1, alone (0 of 15 points)",
    );
  });

  it("gives points for every one of a count, up to the part's", () => {
    const part: PartConfig = { name: "a", metric: "visits", points: 20, rules: [], each: 3 };
    expect([0, 2, 6, 7, -1, Number.NaN].map((value) => partPoints(part, value))).toEqual([
      0, 6, 18, 20, 0, 0,
    ]);
  });

  it("takes points for each, up to a limit, or between bounds", () => {
    const each = { name: "tickets", metric: "open", each: -5, most: -12 };
    expect([0, 1, 2, 3, 9, Number.NaN].map((value) => deductionPoints(each, value) + 0)).toEqual([
      0, -5, -10, -12, -12, 0,
    ]);
    const between = { name: "falling", metric: "trend", below: -0.2, points: -10 };
    expect([-0.2, -0.21, 3].map((value) => deductionPoints(between, value))).toEqual([0, -10, 0]);
  });

  it("adds up to at most 100, and below 0 where much is taken", () => {
    const value = fc.double({ min: -10, max: 40, noNaN: false });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { maxLength: 12 }), (rows) => {
        const metrics = new Map([
          ["visits", Float64Array.from(rows, ([visits]) => visits)],
          ["open", Float64Array.from(rows, ([, open]) => open)],
        ]);
        const categories = [
          { name: "USAGE", points: 12, parts: [PART] },
          { name: "MORE", points: 88, parts: [{ ...PART, points: 88, rules: [{ points: 88 }] }] },
        ];
        const deductions = [{ name: "tickets", metric: "open", each: -5 }];
        const found = givePoints(categories, deductions, metrics, rows.length);
        rows.forEach(([visits, open], i) => {
          const usage = Math.min(12, partPoints(PART, visits));
          const more = Number.isNaN(visits) ? 1 : 88;
          const taken = Number.isNaN(open) ? 0 : Math.min(0, -5 * open);
          expect(found.categories[0]![i]).toBe(usage);
          expect(found.scores[i]).toBeCloseTo(Math.min(100, usage + more) + taken, 9);
          expect(found.deductions[i]).toBeCloseTo(taken, 9);
        });
      }),
    );
  });

  it("tells what costs most first, with what was measured", () => {
    const metrics = new Map([
      ["visits", Float64Array.of(0.5)],
      ["open", Float64Array.of(4)],
    ]);
    const categories = [{ name: "USAGE", points: 15, parts: [PART] }];
    const deductions = [{ name: "tickets", metric: "open", each: -5 }];
    const reasons = reasonsOf(categories, deductions, metrics, 0, words);
    expect(reasons.map(({ name, lost }) => [name, lost])).toEqual([
      ["tickets", 20],
      ["frequency", 12],
    ]);
    expect(reasons[1]!.text).toBe("Visits a week: 0.5 (3 of 15 points)");
  });

  it("puts scores into tiers by their edges", () => {
    const names = [-40, 29.9, 30, 49.9, 50, 70, 89.9, 90, 100].map(
      (score) => TIERS[tierOf(score, TIERS)]!.name,
    );
    expect(names).toEqual([
      "high risk",
      "high risk",
      "at risk",
      "at risk",
      "stable",
      "healthy",
      "healthy",
      "champion",
      "champion",
    ]);
    expect(FOUR_TIERS[tierOf(85, FOUR_TIERS)]!.name).toBe("power user");
  });
});

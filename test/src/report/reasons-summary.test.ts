import { describe, expect, it } from "vitest";
import type { Contribution, Explanation } from "../../../gnn/explain/explanation.js";
import { summarizeReasons } from "../../../src/report/reasons-summary.js";

function reason(family: string, value: number | null, contribution: number): Contribution {
  return {
    label: `${family} label`,
    value,
    display: value === null ? "red" : String(value),
    comparison: null,
    contribution,
    share: 0,
    direction: contribution < 0 ? "down" : "up",
    family,
    evidence: [],
  };
}

/** An explanation whose shares fit its contributions. */
function explained(reasons: readonly Contribution[], other = 0): Explanation {
  const size = reasons.reduce((sum, one) => sum + Math.abs(one.contribution), Math.abs(other));
  const contributions = reasons.map((one) => ({
    ...one,
    share: Math.abs(one.contribution) / size,
  }));
  const moved = reasons.reduce((sum, one) => sum + one.contribution, other);
  return {
    entity: { id: 1 },
    timestamp: null,
    prediction: 10 + moved,
    baseline: 10,
    unit: null,
    contributions,
    other: { contribution: other, share: Math.abs(other) / size },
  };
}

describe("the global view of reasons", () => {
  const rows = Array.from({ length: 40 }, (_, i) =>
    explained([reason("visits", i, i - 20), reason("colour", null, i % 2 === 0 ? 1 : -1)], 0.5),
  );
  const targets = Float64Array.from(rows, (_, i) => 2 * i);
  const summary = summarizeReasons(rows, targets);

  it("adds absolute contributions up by family, the largest first", () => {
    expect(summary.families.map(({ family }) => family)).toEqual(["visits", "colour"]);
    const [visits, colour] = summary.families;
    expect(visits!.meanSize).toBeCloseTo(400 / 40, 12);
    expect(visits!.meanContribution).toBeCloseTo(-20 / 40, 12);
    expect(colour!.meanSize).toBe(1);
    const shares = summary.families.reduce((sum, { share }) => sum + share, summary.other);
    expect(shares).toBeCloseTo(1, 12);
    expect(summary.other).toBeCloseTo(20 / 460, 12);
  });

  it("tells cohorts of about equal size with what came true in them", () => {
    const { cohorts } = summary.families[0]!;
    expect(cohorts.map(({ bucket }) => bucket)).toEqual(["0 … 9", "10 … 19", "20 … 29", "30 … 39"]);
    expect(cohorts.map(({ rows: count }) => count)).toEqual([10, 10, 10, 10]);
    expect(cohorts[0]).toMatchObject({ population: 0.25, meanTarget: 9, meanContribution: -15.5 });
    expect(cohorts[3]!.meanPrediction).toBeGreaterThan(cohorts[0]!.meanPrediction);
  });

  it("keeps equal values in one cohort", () => {
    const same = Array.from({ length: 20 }, (_, i) => explained([reason("x", i < 15 ? 0 : 1, 1)]));
    const [x] = summarizeReasons(same, new Float64Array(20)).families;
    expect(x!.cohorts.map(({ bucket, rows: count }) => [bucket, count])).toEqual([
      ["0", 15],
      ["1", 5],
    ]);
  });

  it("says that the truth is not known yet", () => {
    const { cohorts } = summarizeReasons(rows, new Float64Array(40).fill(Number.NaN)).families[0]!;
    expect(cohorts[0]!.meanTarget).toBeNull();
  });

  it("is empty without rows", () => {
    expect(summarizeReasons([], new Float64Array(0))).toEqual({ rows: 0, families: [], other: 0 });
  });
});

import { describe, expect, test } from "vitest";
import type { Contribution } from "../../../gnn/explain/explanation.js";
import type { Database } from "../../../src/data/database.js";
import { makeBlend } from "../../../src/experts/blend.js";
import type { FittedExpert } from "../../../src/experts/expert.js";
import { OWN_ROW_ONLY } from "../../../src/experts/reads.js";
import type { ScoreSpace } from "../../../src/experts/score.js";

const db = null as unknown as Database;
const seeds = {
  rows: Int32Array.of(0),
  anchorTimes: Float64Array.of(0),
  visibleTimes: Float64Array.of(0),
};

/** An expert that always says the same, for the given reasons. */
function saying(
  name: "trees" | "gnn",
  output: readonly number[],
  baseline: number,
  families: Readonly<Record<string, number>>,
  explained = 0,
): FittedExpert {
  const sum = Object.values(families).reduce((a, b) => a + b, 0);
  const prediction = output[explained]!;
  return {
    name,
    predict: () => Float64Array.from(output),
    explain: () => ({
      prediction,
      baseline,
      contributions: Object.entries(families).map(
        ([family, contribution]): Contribution => ({
          label: `${name} ${family}`,
          value: 1,
          display: "1",
          comparison: null,
          contribution,
          share: 0,
          direction: "up",
          family,
          evidence: [],
        }),
      ),
      other: { contribution: prediction - baseline - sum, share: 0 },
    }),
    reads: () => OWN_ROW_ONLY,
    state: () => ({
      name,
      settings: { name },
      weights: { w: { shape: [1], values: Float32Array.of(1) } },
    }),
    dispose: () => undefined,
  };
}

const spaces: readonly (readonly [string, ScoreSpace, FittedExpert, FittedExpert])[] = [
  [
    "numbers",
    {
      scale: { kind: "linear", unit: 1, center: 0, scale: 3, low: -100, high: 100 },
      outputs: 1,
    },
    saying("trees", [12], 10, { a: 3, b: -2 }),
    saying("gnn", [9], 8, { a: 0.5, c: 1 }),
  ],
  [
    "probabilities",
    { scale: { kind: "logit" }, outputs: 1 },
    saying("trees", [0.7], 0.4, { a: 0.2, b: 0.05 }),
    saying("gnn", [0.2], 0.3, { b: -0.2 }),
  ],
  [
    "classes",
    { scale: { kind: "logit" }, outputs: 3 },
    saying("trees", [0.6, 0.3, 0.1], 0.33, { a: 0.2 }),
    saying("gnn", [0.5, 0.1, 0.4], 0.3, { a: 0.1, c: 0.05 }),
  ],
];

describe("a blend", () => {
  for (const [name, space, trees, gnn] of spaces) {
    const members = [
      { name: "trees", expert: trees, weight: 0.6 },
      { name: "gnn", expert: gnn, weight: 0.4 },
    ] as const;
    const blend = makeBlend(space, members);

    test(`of ${name}: baseline and contributions add up to its prediction`, () => {
      for (const top of [1, 2, 5]) {
        const reasons = blend.explain(db, seeds, { top });
        expect(reasons.prediction).toBeCloseTo(blend.predict(db, seeds)[0]!, 9);
        const told = reasons.contributions.reduce((sum, c) => sum + c.contribution, 0);
        const total = reasons.baseline + told + reasons.other.contribution;
        expect(total).toBeCloseTo(reasons.prediction, 9);
        const shares = reasons.contributions.reduce((sum, c) => sum + c.share, 0);
        expect(shares + reasons.other.share).toBeCloseTo(1, 9);
        expect(reasons.contributions.length).toBeLessThanOrEqual(top);
      }
    });

    test(`of ${name}: what two experts say of one family is one reason`, () => {
      const families = blend.explain(db, seeds).contributions.map(({ family }) => family);
      expect(new Set(families).size).toBe(families.length);
    });

    test(`of ${name}: one member with all the weight predicts as it does alone`, () => {
      const alone = makeBlend(space, [
        { ...members[0], weight: 1 },
        { ...members[1], weight: 0 },
      ]);
      alone.predict(db, seeds).forEach((value, k) => {
        expect(value).toBeCloseTo(trees.predict(db, seeds)[k]!, 9);
      });
      expect(Object.keys(alone.predictMembers!(db, seeds))).toEqual(["trees", "gnn"]);
    });
  }

  test("calibrated probabilities are explained as they are predicted", () => {
    const [, space, trees, gnn] = spaces[1]!;
    for (const calibration of [
      { kind: "temperature", temperature: 2 },
      { kind: "platt", slope: 0.7, intercept: -0.4 },
      { kind: "isotonic", x: [0.1, 0.5, 0.9], y: [0.05, 0.2, 0.95] },
    ] as const) {
      const blend = makeBlend(
        space,
        [
          { name: "trees", expert: trees, weight: 0.5 },
          { name: "gnn", expert: gnn, weight: 0.5 },
        ],
        calibration,
      );
      const [raw] = makeBlend(space, blend.members).predict(db, seeds);
      const { prediction, baseline, contributions, other } = blend.explain(db, seeds);
      expect(prediction).toBe(blend.predict(db, seeds)[0]);
      expect(prediction).not.toBeCloseTo(raw!, 3);
      const told = contributions.reduce((sum, { contribution }) => sum + contribution, 0);
      expect(baseline + told + other.contribution).toBeCloseTo(prediction, 9);
      expect(blend.state().settings).toMatchObject({ calibration });
    }
  });

  test("keeps the weights of its members apart by name", () => {
    const [, space, trees, gnn] = spaces[0]!;
    const { settings, weights } = makeBlend(space, [
      { name: "trees", expert: trees, weight: 0.5 },
      { name: "gnn", expert: gnn, weight: 0.5 },
    ]).state();
    expect(Object.keys(weights)).toEqual(["trees/w", "gnn/w"]);
    expect(settings).toMatchObject({ members: [{ name: "trees", weight: 0.5 }, { name: "gnn" }] });
  });
});

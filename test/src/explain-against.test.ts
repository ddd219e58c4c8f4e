import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Contribution, Explanation } from "../../gnn/explain/explanation.js";
import { explainAgainst } from "../../src/explain-against.js";
import { generateSaasDatabase } from "../../src/generate/database.js";
import { Predictor } from "../../src/predictor.js";
import { at } from "../support/shop.js";

function reason(family: string, contribution: number): Contribution {
  return {
    label: family,
    value: contribution,
    display: contribution.toFixed(1),
    comparison: null,
    contribution,
    share: 0,
    direction: contribution < 0 ? "down" : "up",
    family,
    evidence: [],
  };
}

function explained(contributions: Readonly<Record<string, number>>, other: number): Explanation {
  const reasons = Object.entries(contributions).map(([family, value]) => reason(family, value));
  return {
    entity: { id: 1 },
    timestamp: "2025-01-01",
    prediction: reasons.reduce((sum, one) => sum + one.contribution, 10 + other),
    baseline: 10,
    unit: null,
    contributions: reasons,
    other: { contribution: other, share: 0 },
  };
}

const arbExplanation = fc
  .tuple(
    fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), fc.integer({ min: -9, max: 9 })),
    fc.integer({ min: -3, max: 3 }),
  )
  .map(([families, other]) => explained(families, other));

describe("reasons against others", () => {
  it("lead from the others' mean prediction to the own one, whatever is listed", () => {
    fc.assert(
      fc.property(
        arbExplanation,
        fc.array(arbExplanation, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 6 }),
        (own, others, top) => {
          const found = explainAgainst(own, others, { name: "others", top });
          const mean = others.reduce((sum, { prediction }) => sum + prediction, 0) / others.length;
          expect(found.baseline).toBeCloseTo(mean, 9);
          const sum = found.contributions.reduce(
            (total, { contribution }) => total + contribution,
            found.baseline + found.other.contribution,
          );
          expect(sum).toBeCloseTo(own.prediction, 9);
          expect(found.contributions.length).toBeLessThanOrEqual(top);
        },
      ),
    );
  });

  it("tell what was and is no more", () => {
    const found = explainAgainst(explained({ a: 2 }, 0), [explained({ a: 2, b: 5 }, 0)], {
      name: "at 2024-12-01",
    });
    expect(found.against).toBe("at 2024-12-01");
    expect(found.contributions).toMatchObject([
      { family: "b", display: "–", comparison: "before 5.0", contribution: -5, share: 1 },
    ]);
  });

  it("tell why a user's prediction changed", async () => {
    const db = await generateSaasDatabase({ users: 120, seed: 5 });
    const query = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
    const predictor = await Predictor.fit(db, query, { experts: ["linear"] });
    const [anchor, since] = [at("2025-05-01"), at("2025-03-01")];
    const now = await predictor.explain("U3", { anchor });
    const before = await predictor.explain("U3", { anchor: since });
    const change = await predictor.explain("U3", { anchor, since });
    expect(change.prediction).toBe(now.prediction);
    expect(change.baseline).toBeCloseTo(before.prediction, 9);
    expect(predictor.describe(change)).toContain("(at 2025-03-01 ");
    const sum = change.contributions.reduce((total, c) => total + c.contribution, change.baseline);
    expect(sum + change.other.contribution).toBeCloseTo(now.prediction, 6);
    predictor.dispose();
  }, 30_000);
});

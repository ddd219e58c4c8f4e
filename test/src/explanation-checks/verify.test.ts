import { describe, expect, it } from "vitest";
import type { Explanation } from "../../../gnn/explain/explanation.js";
import { formatChecks } from "../../../src/explanation-checks/check.js";
import { familyWeights, rankCorrelationOf } from "../../../src/explanation-checks/importance.js";
import {
  sharesCheck,
  sumsCheck,
  verifyExplanations,
} from "../../../src/explanation-checks/verify.js";
import { upTo } from "../../../src/explanation-checks/visible.js";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import { Predictor } from "../../../src/predictor.js";
import { at, shop } from "../../support/shop.js";

const GOOD: Explanation = {
  entity: { id: 1 },
  timestamp: null,
  prediction: 7,
  baseline: 4,
  unit: null,
  contributions: [
    {
      label: "visits",
      value: 1,
      display: "1",
      comparison: null,
      contribution: 4,
      share: 0.8,
      direction: "up",
      family: "visits",
      evidence: [],
    },
  ],
  other: { contribution: -1, share: 0.2 },
};

describe("checks of explanations", () => {
  it("fail where sums or shares are wrong, and hold where they are right", () => {
    expect(sumsCheck([GOOD])).toMatchObject({ passed: true, cases: 1 });
    expect(sumsCheck([GOOD, { ...GOOD, prediction: 7.1 }]).passed).toBe(false);
    expect(sharesCheck([GOOD]).passed).toBe(true);
    const wrong = { ...GOOD, other: { contribution: -1, share: 0.3 } };
    expect(sharesCheck([wrong]).passed).toBe(false);
    expect(sumsCheck([]).passed).toBeNull();
    expect(formatChecks([sumsCheck([GOOD]), sharesCheck([wrong])])).toMatch(/holds[\s\S]*FAILS/);
  });

  it("compare orders of families by rank", () => {
    const weights = new Map([
      ["a", 3],
      ["b", 2],
      ["c", 1],
    ]);
    expect(rankCorrelationOf(weights, weights)).toBe(1);
    const turned = new Map([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
    expect(rankCorrelationOf(weights, turned)).toBe(-1);
    expect(rankCorrelationOf(new Map([["a", 1]]), weights)).toBeNull();
    expect(familyWeights([GOOD, GOOD])).toEqual(new Map([["visits", 8]]));
  });

  it("see a database as it was", () => {
    const then = upTo(shop(), at("2023-01-02"));
    const times = then.timeColumn("orders")!;
    expect(Math.max(...times.values.filter((time) => !Number.isNaN(time)))).toBeLessThanOrEqual(
      at("2023-01-02"),
    );
    expect(then.table("orders").numRows).toBeLessThan(shop().table("orders").numRows);
    expect(then.table("items").numRows).toBe(shop().table("items").numRows);
  });

  it("hold for a model of the company, with models on noise, a twin and another seed", async () => {
    const db = await generateSaasDatabase({ users: 150, seed: 3 });
    const how = { experts: ["trees"], trees: { bags: 1, rounds: 40 }, quantiles: false } as const;
    const query = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
    const predictor = await Predictor.fit(db, query, how);
    const checks = await verifyExplanations(db, predictor, { rows: 40, refit: how });
    const names = checks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(checks.filter(({ passed }) => passed === false)).toEqual([]);
    const deletion = checks.find(({ name }) => name.startsWith("without the rows"))!;
    expect(deletion.cases).toBeGreaterThan(3);
    predictor.dispose();
  }, 90_000);
});

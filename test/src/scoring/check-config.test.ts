import { describe, expect, it } from "vitest";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import type { ScoreConfig } from "../../../src/scoring/config.js";
import {
  checkConfig,
  defaultScoreConfig,
  engagementScore,
  readScoreConfig,
  writeScoreConfig,
} from "../../../src/scoring/index.js";
import { shop } from "../../support/shop.js";

const db = await generateSaasDatabase({ users: 60, seed: 2 });
const base = defaultScoreConfig(db);

/** Changes the first category's first part. */
function withPart(change: object): ScoreConfig {
  const [category, ...others] = base.categories;
  const [part, ...parts] = category!.parts;
  return {
    ...base,
    categories: [{ ...category!, parts: [{ ...part!, ...change }, ...parts] }, ...others],
  };
}

describe("a configuration of scores", () => {
  it("is fine as it is made, written and read again", () => {
    checkConfig(base, db.schema);
    const read = readScoreConfig(writeScoreConfig(base), base, "c.json");
    expect(read).toEqual(base);
  });

  it.each<[string, ScoreConfig, string, RegExp]>([
    ["an unknown table", { ...base, entity: "USER" }, "CFG230", /USERS/],
    ["an unknown metric", withPart({ metric: "frequncy" }), "CFG231", /frequency/],
    ["a rule above its part", withPart({ points: 10 }), "CFG232", /lower the points/],
    ["parts above their category", withPart({ points: 30 }), "CFG232", /lower the points/],
    [
      "overlapping rules",
      withPart({
        rules: [
          { from: 0, below: 5, points: 1 },
          { from: 4, points: 2 },
        ],
      }),
      "CFG233",
      /below/,
    ],
    ["an empty rule", withPart({ rules: [{ from: 5, below: 5, points: 1 }] }), "CFG233", /smaller/],
    [
      "tiers in no order",
      {
        ...base,
        tiers: [
          { name: "low", from: -Infinity },
          { name: "b", from: 50 },
          { name: "a", from: 30 },
        ],
      },
      "CFG233",
      /lowest/,
    ],
    ["no tiers", { ...base, tiers: [] }, "CFG234", /at risk/],
    [
      "a deduction that gives",
      { ...base, deductions: [{ name: "x", metric: "frequency", each: 5 }] },
      "CFG232",
      /lower/,
    ],
    [
      "a deduction without points",
      { ...base, deductions: [{ name: "x", metric: "frequency" }] },
      "CFG234",
      /each/,
    ],
    [
      "a missing column",
      {
        ...base,
        metrics: {
          ...base.metrics,
          x: { expression: "SUM(SESSIONS.DURATON_MIN, -7, 0, days)", label: "x" },
        },
      },
      "CFG235",
      /DURATION_MIN/,
    ],
    [
      "a metric that looks ahead",
      {
        ...base,
        metrics: {
          ...base.metrics,
          x: { expression: "COUNT(SESSIONS.*, 0, 7, days)", label: "x" },
        },
      },
      "CFG235",
      /.+/,
    ],
    [
      "a metric of a table without a link",
      {
        ...base,
        metrics: {
          ...base.metrics,
          x: { expression: "COUNT(SESSIONS.*, -7, 0, days)", label: "x", of: "FEATURES" },
        },
      },
      "CFG236",
      /COMPANIES/,
    ],
    [
      "a segment that is no condition",
      { ...base, segments: [{ name: "big", when: "USERS.NOPE = 1" }] },
      "CFG238",
      /.+/,
    ],
    [
      "an outcome beyond its days",
      { ...base, outcomes: { days: 90, churned: "COUNT(SESSIONS.*, 0, 120, days) = 0" } },
      "CFG239",
      /days/,
    ],
    [
      "an outcome of a table without a link",
      {
        ...base,
        outcomes: { days: 90, churned: { when: "ended", of: "FEATURES" } },
      },
      "CFG236",
      /COMPANIES/,
    ],
    [
      "a rule on an unknown metric",
      withPart({ rules: [{ metric: "recencey", points: 1 }] }),
      "CFG231",
      /recency/,
    ],
    ["no days", { ...base, previousDays: 0 }, "CFG234", /above 0/],
    [
      "an outcome that knows its end without looking ahead",
      { ...base, outcomes: { days: 90, churned: "USERS.ROLE = 'admin'" } },
      "CFG239",
      /COUNT/,
    ],
    [
      "an outcome that looks back",
      { ...base, outcomes: { days: 90, churned: "COUNT(SESSIONS.*, -90, 0, days) = 0" } },
      "CFG239",
      /.+/,
    ],
  ])("refuses %s", (_, config, code, hint) => {
    let found: unknown;
    try {
      engagementScore(db, { config });
    } catch (error) {
      found = error;
    }
    expect(found).toMatchObject({ code });
    expect((found as { hint: string }).hint).toMatch(hint);
  });

  it.each(["user", "account"] as const)(
    "of a %s refuses a metric that reads its own end",
    (level) => {
      const { entity, metrics, ...config } = defaultScoreConfig(db, { level });
      const end = db.tableSchema(entity).endTimeColumn!;
      const leaking: ScoreConfig = {
        ...config,
        entity,
        metrics: {
          ...metrics,
          gone: { expression: `${entity}.${end} IS NOT NULL`, label: "Gone" },
        },
      };
      expect(config.outcomes!.churned).toBe("ended");
      expect(() => engagementScore(db, { config: leaking })).toThrowError(
        `it reads \`${end}\`, of which an outcome is made`,
      );
      // That colleagues have left may be read.
      expect(metrics["leftMembers"]!.expression).toContain("DEACTIVATED_AT");
    },
  );

  it("says what is wrong with a file", () => {
    expect(() => readScoreConfig("{", base, "c.json")).toThrowError(/c\.json.*JSON/);
    expect(() => readScoreConfig("[]", base, "c.json")).toThrowError(/no configuration/);
    expect(() => readScoreConfig('{ "tires": [] }', base, "c.json")).toThrowError(/tires/);
  });

  it("keeps what a file does not say, and adds its metrics", () => {
    const metrics = { extra: { expression: "COUNT(SESSIONS.*, -7, 0, days)", label: "Visits" } };
    const read = readScoreConfig(JSON.stringify({ previousDays: 7, metrics }), base, "c.json");
    expect(read.previousDays).toBe(7);
    expect(read.categories).toEqual(base.categories);
    expect(Object.keys(read.metrics)).toEqual([...Object.keys(base.metrics), "extra"]);
  });

  it("fits another product: orders of a shop", () => {
    const config = defaultScoreConfig(shop());
    expect(config.entity).toBe("users");
    const scores = engagementScore(shop(), { config });
    expect(scores.scores.length).toBeGreaterThan(0);
    for (const score of scores.scores) expect(score).toBeLessThanOrEqual(100);
  });
});

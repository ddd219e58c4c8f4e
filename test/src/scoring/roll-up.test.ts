import { describe, expect, it } from "vitest";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import {
  accountLink,
  accountsToTable,
  defaultScoreConfig,
  engagementScore,
  rollUp,
  scoreTrend,
  simpleScoreConfig,
  trendToTable,
} from "../../../src/scoring/index.js";
import { at, shop } from "../../support/shop.js";

const db = await generateSaasDatabase({ users: 150, seed: 2 });
const anchor = at("2025-05-01");
const scores = engagementScore(db, { anchor });

describe("scores of accounts' people", () => {
  it("hold everybody once, with their mean, lowest and those who stand out", () => {
    const link = accountLink(db, "USERS");
    const accounts = rollUp(scores, db, link);
    const { parentRows } = db.link("USERS", db.tableSchema("USERS").foreignKeys[0]!);
    const seen = new Set(accounts.map(({ row }) => row));
    expect(seen.size).toBe(accounts.length);
    for (const { row, people, mean, lowest, atRisk, champions } of accounts) {
      const own = [...scores.entityRows.keys()].filter(
        (i) => parentRows[scores.entityRows[i]!] === row,
      );
      const values = own.map((i) => scores.scores[i]!);
      expect(people).toBe(values.length);
      expect(mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / people, 9);
      expect(lowest).toBe(Math.min(...values));
      expect(atRisk).toBe(values.filter((score) => score < 50).length);
      expect(champions).toBe(values.filter((score) => score >= 90).length);
    }
    const means = accounts.map(({ mean }) => mean);
    expect(means).toEqual([...means].sort((a, b) => a - b));
    const table = accountsToTable(accounts, db, link.of);
    expect(table.columns.map(({ name }) => name)).toContain("COMPANY_ID");
  });

  it("are refused where nobody belongs to an account", () => {
    expect(() => accountLink(db, "COMPANIES")).toThrowError(/belong to no accounts/);
  });
});

describe("the trend of scores", () => {
  it("ends with the scores of now, and counts who moved within a week", () => {
    const { config } = scores;
    const weeks = scoreTrend(db, config, { anchor, weeks: 3 });
    expect(weeks).toHaveLength(3);
    const last = weeks.at(-1)!;
    expect(last.time).toBe(anchor);
    expect(last.entities).toBe(scores.scores.length);
    expect(last.tiers.reduce((a, b) => a + b, 0)).toBe(last.entities);
    const weekly = engagementScore(db, { anchor, config: { ...config, previousDays: 7 } });
    const moved = weekly.scores.map((score, i) => score - weekly.previous[i]!);
    expect(last.risen).toBe(moved.filter((points) => points >= 5).length);
    expect(last.fallen).toBe(moved.filter((points) => points <= -5).length);
    expect(trendToTable(weeks, config).columns.map(({ name }) => name)).toContain("HIGH_RISK");
  });
});

describe("a weighted sum", () => {
  it("adds what was done in its days, each kind up to its share", () => {
    const config = simpleScoreConfig(db, { days: 14 });
    const found = engagementScore(db, { anchor, config });
    const [category] = config.categories;
    const value = (name: string, i: number): number => found.metrics.get(name)![i]!;
    found.scores.forEach((score, i) => {
      const sum = category!.parts.reduce(
        (total, { metric, each, points }) => total + Math.min(points, each! * value(metric, i)),
        0,
      );
      expect(score).toBeCloseTo(sum, 9);
    });
    expect(category!.parts.map(({ name, each }) => [name, each])).toEqual([
      ["sessions", 1],
      ["value actions", 3],
      ["adopted features", 2],
    ]);
  });

  it("fits other products, and refuses windows that are none", () => {
    const config = simpleScoreConfig(shop(), { days: 7 });
    expect(config.entity).toBe(defaultScoreConfig(shop()).entity);
    expect(() => simpleScoreConfig(db, { days: 0.5 })).toThrowError(/whole number/);
  });
});

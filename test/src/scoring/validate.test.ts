import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import {
  defaultScoreConfig,
  formatValidation,
  learnConfig,
  populationTiers,
  predictionsToScores,
  readHistory,
  TIERS,
  validateScores,
} from "../../../src/scoring/index.js";
import { onSimplex } from "../../../src/scoring/learn.js";
import { correct } from "../../../src/scoring/screen.js";
import { at } from "../../support/shop.js";

const db = await generateSaasDatabase({ users: 600, seed: 1 });
const config = defaultScoreConfig(db);

describe("a validated score", () => {
  const found = validateScores(db, config);

  it("sees churn fall from tier to tier on the generated company", () => {
    const churn = found.tiers.filter(({ rows }) => rows >= 50).map(({ shares }) => shares[0]!);
    expect(churn.length).toBeGreaterThan(2);
    expect(churn).toEqual([...churn].sort((a, b) => b - a));
    expect(found.auc.churned).toBeGreaterThan(0.7);
  });

  it("adds up: rows of tiers, shares, tenths", () => {
    expect(found.tiers.reduce((sum, { rows }) => sum + rows, 0)).toBe(found.rows);
    expect(found.calibration.reduce((sum, { rows }) => sum + rows, 0)).toBe(found.rows);
    for (const { shares, rows } of found.tiers) {
      if (rows > 0) expect(shares.reduce<number>((sum, one) => sum + one!, 0)).toBeCloseTo(1, 12);
    }
    const { accuracy, majority, best } = found.threeWay;
    expect(best).toBeGreaterThanOrEqual(Math.max(accuracy, majority) - 1e-12);
    expect(formatValidation(found)).toContain("three-way call");
  });

  it("knows no outcome before it has come", () => {
    const anchor = at("2025-03-01");
    const history = readHistory(db, config, { anchor });
    const last = history.moments.at(-1)!;
    expect(last + history.window).toBeLessThanOrEqual(anchor);
  });

  it("screens metrics with an interval around each correlation", () => {
    expect(found.metrics.length).toBeGreaterThan(15);
    for (const { correlation, low, high, chance } of found.metrics) {
      expect(low).toBeLessThanOrEqual(correlation + 0.05);
      expect(high).toBeGreaterThanOrEqual(correlation - 0.05);
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThanOrEqual(1);
    }
    const ranks = found.metrics.filter(({ outcome }) => outcome === "churned");
    expect(ranks.map(({ rank }) => rank)).toEqual(ranks.map((_, i) => i + 1));
  });

  it("refuses data that are too short for outcomes", () => {
    expect(() => readHistory(db, config, { anchor: at("2024-03-01") })).toThrowError(/too short/);
    const { outcomes: _, ...without } = config;
    expect(() => validateScores(db, without)).toThrowError(/no outcomes/);
  });
});

describe("learned points", () => {
  it("keep the shape of the model, and tell churn no worse on the newest moment", () => {
    const learned = learnConfig(db, config);
    learned.categories.forEach((category, c) => {
      expect(category.points).toBe(config.categories[c]!.points);
      const given = category.parts.reduce((sum, { points }) => sum + points, 0);
      expect(given).toBeLessThanOrEqual(category.points + 1e-9);
      for (const { points, rules } of category.parts) {
        expect(points).toBeGreaterThanOrEqual(0);
        for (const rule of rules) expect(rule.points).toBeLessThanOrEqual(points + 1e-9);
      }
    });
    const before = validateScores(db, config, { moments: 1 });
    const after = validateScores(db, learned, { moments: 1 });
    expect(after.auc.churned!).toBeGreaterThanOrEqual(before.auc.churned! - 0.005);
  });

  it("project onto weights that add up", () => {
    const weights = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(weights, fc.double({ min: 1, max: 40, noNaN: true }), (given, total) => {
        const found = onSimplex(Float64Array.from(given), total);
        expect(found.reduce((a, b) => a + b, 0)).toBeCloseTo(total, 6);
        for (const weight of found) expect(weight).toBeGreaterThanOrEqual(0);
        // The order of weights is kept.
        given.forEach((a, i) => {
          given.forEach((b, k) => {
            if (a > b) expect(found[i]!).toBeGreaterThanOrEqual(found[k]! - 1e-9);
          });
        });
      }),
    );
  });

  it("correct chances for many tries as Benjamini and Hochberg do", () => {
    const expected = [0.04, 0.06, 0.04, 0.5];
    correct([0.01, 0.045, 0.02, 0.5]).forEach((chance, i) => {
      expect(chance).toBeCloseTo(expected[i]!, 12);
    });
  });

  it("put predictions on the scale of scores, and tiers where the population is", () => {
    const scores = predictionsToScores(Float64Array.of(5, 1, 3, 3, 9));
    expect([...scores]).toEqual([75, 0, 25, 25, 100]);
    const many = Float64Array.from({ length: 1000 }, (_, i) => i / 10);
    const tiers = populationTiers(many, TIERS);
    expect(tiers.map(({ from }) => Math.round(from))).toEqual([-Infinity, 12, 33, 76, 95]);
  });
});

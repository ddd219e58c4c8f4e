import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { upTo } from "../../../src/explanation-checks/visible.js";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import type { ScoreHistory } from "../../../src/scoring/history.js";
import {
  compareLearned,
  defaultScoreConfig,
  formatLearned,
  formatValidation,
  type LearnedComparison,
  learnConfig,
  outcomeTiers,
  populationTiers,
  predictionsToScores,
  readHistory,
  type ScoreConfig,
  scorePredictions,
  TIERS,
  threeWayCall,
  validateScores,
} from "../../../src/scoring/index.js";
import { learnWeights, onSimplex } from "../../../src/scoring/learn-weights.js";
import { correct } from "../../../src/scoring/screen.js";
import { at } from "../../support/shop.js";

const db = await generateSaasDatabase({ users: 600, seed: 1 });
const larger = await generateSaasDatabase({ users: 1200, seed: 1, sessionsPerUser: 30 });
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

  it("sees the scores of those who churn fall in the months before", () => {
    const told = found.lead.map(({ churned }) => churned!);
    expect(told.at(-1)!).toBeLessThan(told[0]! - 10);
    expect(found.lead.at(-1)!.others!).toBeGreaterThan(told.at(-1)! + 10);
    expect(found.passive).toBeGreaterThan(0);
    expect(found.passive).toBeLessThan(1);
    expect(found.gameable).toBeGreaterThan(0);
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
  it("keep the shape of the model", () => {
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
  });

  it("tell outcomes that came after they were learned no worse than the given ones", async () => {
    const found: LearnedComparison[] = [];
    for (const seed of [11, 12, 13]) {
      const company = await generateSaasDatabase({ users: 1200, seed, sessionsPerUser: 30 });
      found.push(compareLearned(company, defaultScoreConfig(company)));
    }
    expect(found.map((one) => one.config.notes!.at(-1))).toContainEqual(
      expect.stringContaining("learned from"),
    );
    const mean = (of: (one: LearnedComparison) => number): number =>
      found.reduce((sum, one) => sum + of(one), 0) / found.length;
    const given = mean((one) => one.given.auc.churned!);
    expect(mean((one) => one.learned.auc.churned!)).toBeGreaterThan(given);
    expect(formatLearned(found[0]!)).toMatch(/points learned : AUROC churned 0\.\d{3}/);
  });

  it("do not change with what comes after their moment", () => {
    const anchor = at("2025-03-15");
    const learned = learnConfig(db, config, { anchor });
    expect(learned.categories).not.toEqual(config.categories);
    expect(learnConfig(upTo(db, anchor), config, { anchor })).toEqual(learned);
  });

  it("may do with few signals", () => {
    const count = ({ categories, deductions }: ScoreConfig): number =>
      categories.reduce((sum, { parts }) => sum + parts.length, deductions.length);
    const learned = learnConfig(larger, config, { few: true });
    expect(count(learned)).toBeLessThan(count(config));
    for (const { parts } of learned.categories) expect(parts.length).toBeGreaterThan(0);
  });

  it("stay as they are where too few have churned", () => {
    const learned = learnConfig(db, config, { anchor: at("2024-08-01") });
    expect(learned.categories).toEqual(config.categories);
    expect(learned.notes!.at(-1)).toMatch(/as given/);
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

  it("find the weights that a noiseless outcome is made of", () => {
    const rng = createRng(5);
    const rows = 3000;
    const draw = (): Float64Array => Float64Array.from({ length: rows }, () => rng.int(2));
    const metrics = new Map([
      ["a", draw()],
      ["b", draw()],
      ["c", draw()],
    ]);
    const outcomes = Uint8Array.from({ length: rows }, (_, i) =>
      metrics.get("a")![i] === 1 ? 1 : 0,
    );
    const part = (name: string) => ({
      name,
      metric: name,
      points: 10,
      rules: [{ from: 1, points: 10 }],
    });
    const category = { name: "USAGE", points: 30, parts: ["a", "b", "c"].map(part) };
    const history = { outcomes, metrics } as Pick<ScoreHistory, "outcomes" | "metrics">;
    const all = Array.from({ length: rows }, (_, i) => i);
    const found = learnWeights({ categories: [category], deductions: [] }, history, all);
    expect(found.parts[0]![0]).toBeGreaterThan(27);
    expect(found.parts[0]!.reduce((a, b) => a + b, 0)).toBeCloseTo(30, 6);
  });

  it("move tiers to where churn falls", () => {
    const scores = Float64Array.from({ length: 1000 }, (_, i) => i / 10);
    // Below 20 half churn, from 20 to 60 a tenth, above nobody.
    const outcomes = Uint8Array.from(scores, (score, i) =>
      (score < 20 && i % 2 === 0) || (score >= 20 && score < 60 && i % 10 === 0) ? 0 : 1,
    );
    const tiers = outcomeTiers(scores, outcomes, TIERS);
    expect(tiers.map(({ name }) => name)).toEqual(TIERS.map(({ name }) => name));
    const starts = tiers.map(({ from }) => from);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(new Set(starts).size).toBe(5);
    expect(starts[2]).toBeGreaterThan(8);
    expect(starts[2]).toBeLessThan(45);
    expect(starts[3]).toBeGreaterThan(starts[2]!);
  });

  it("call the best thresholds as a search over all pairs does", () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 2 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const scores = Float64Array.from(rows, ([score]) => score * 8);
        const outcomes = Uint8Array.from(rows, ([, outcome]) => outcome);
        const edges = [-1, ...new Set(scores)].sort((a, b) => a - b);
        let best = 0;
        for (const low of edges) {
          for (const high of edges) {
            if (high < low) continue;
            const right = rows.filter(([, outcome], i) => {
              const call = scores[i]! <= low ? 0 : scores[i]! > high ? 2 : 1;
              return call === outcome;
            }).length;
            best = Math.max(best, right / rows.length);
          }
        }
        expect(threeWayCall(scores, outcomes).best).toBeCloseTo(best, 12);
      }),
    );
  });

  it("put predictions on the scale of scores, and tiers where the population is", () => {
    const scores = predictionsToScores(Float64Array.of(5, 1, 3, 3, 9));
    expect([...scores]).toEqual([75, 0, 25, 25, 100]);
    const chances = predictionsToScores(Float64Array.of(0.9, Number.NaN, 0.1), {
      lowerIsBetter: true,
    });
    expect([...chances]).toEqual([0, Number.NaN, 100]);
    const values = { kind: "binary", probability: Float64Array.of(0.9, 0.5, 0.1) } as const;
    const risk = scorePredictions({ values }, { lowerIsBetter: true });
    expect([...risk.scores]).toEqual([0, 50, 100]);
    expect([...risk.tiers].map((tier) => TIERS[tier]!.name)).toEqual([
      "high risk",
      "stable",
      "champion",
    ]);
    const classes = { kind: "multiclass", classes: [], scores: new Float64Array() } as const;
    expect(() => scorePredictions({ values: classes })).toThrowError(/no order/);
    const many = Float64Array.from({ length: 1000 }, (_, i) => i / 10);
    const tiers = populationTiers(many, TIERS);
    expect(tiers.map(({ from }) => Math.round(from))).toEqual([-Infinity, 12, 33, 76, 95]);
  });
});

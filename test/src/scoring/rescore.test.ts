import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Database } from "../../../src/data/database.js";
import { dropRows } from "../../../src/explanation-checks/visible.js";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import {
  defaultScoreConfig,
  engagementScore,
  rescore,
  type ScoreConfig,
  scoresToTable,
} from "../../../src/scoring/index.js";
import { at } from "../../support/shop.js";

const after = await generateSaasDatabase({ users: 90, seed: 4, sessionsPerUser: 20 });
const anchor = at("2025-05-01");
const LEVELS = ["user", "account"] as const;
const configs = LEVELS.map((level) => defaultScoreConfig(after, { level }));
const whole = configs.map((config) => engagementScore(after, { config, anchor }));

/** The database without the last rows of some tables. */
function without(last: Readonly<Record<string, number>>): Database {
  return Object.entries(last).reduce((db, [name, rows]) => {
    const kept = db.table(name).numRows - rows;
    return dropRows(db, name, (row) => row >= kept);
  }, after);
}

describe("scoring again after new rows", () => {
  it("gives what scoring everybody gives", () => {
    const rows = (most: number) => fc.integer({ min: 0, max: most });
    const last = fc.record({
      USERS: rows(5),
      SESSIONS: rows(60),
      SUPPORT_TICKETS: rows(8),
      FEATURE_EVENTS: rows(40),
      INVOICES: rows(10),
      COMPANIES: rows(2),
      FEATURES: rows(2),
    });
    fc.assert(
      fc.property(last, fc.integer({ min: 0, max: 1 }), (dropped, level) => {
        const before = without(dropped);
        const config = configs[level]!;
        const scores = engagementScore(before, { config, anchor });
        const { scores: found } = rescore(scores, before, after);
        expect(scoresToTable(found, after).toRecords()).toEqual(
          scoresToTable(whole[level]!, after).toRecords(),
        );
      }),
      { numRuns: 25 },
    );
  });

  it("computes only whom the rows can have to do with", () => {
    const before = without({ SESSIONS: 5 });
    const scores = engagementScore(before, { config: configs[0]!, anchor });
    const { computed } = rescore(scores, before, after);
    expect(computed).toBeLessThan(scores.scores.length / 2);
    expect(rescore(whole[0]!, after, after).computed).toBe(0);
  });

  it("follows links through a table that all share, and to what others do", () => {
    const before = without({ FEATURES: 1 });
    const scores = engagementScore(before, { config: configs[0]!, anchor });
    const { scores: again, computed: some } = rescore(scores, before, after);
    expect(some).toBeLessThan(whole[0]!.scores.length);
    expect([...again.scores]).toEqual([...whole[0]!.scores]);
    const config: ScoreConfig = {
      ...configs[0]!,
      metrics: {
        ...configs[0]!.metrics,
        alike: {
          expression:
            "COUNT(FEATURE_EVENTS.* WHERE COUNT(FEATURE_EVENTS.* VIA FEATURE -> FEATURE, -90, 0, days) > 50, -90, 0, days)",
          label: "Uses of features that many use",
        },
      },
      deductions: [{ name: "alike", metric: "alike", each: -1 }],
    };
    const fewer = without({ FEATURE_EVENTS: 3 });
    const told = engagementScore(fewer, { config, anchor });
    const { scores: found, computed } = rescore(told, fewer, after);
    expect(computed).toBeGreaterThan(some);
    expect([...found.scores]).toEqual([...engagementScore(after, { config, anchor }).scores]);
  });

  it("takes rows that changed in place", () => {
    const tickets = after.table("SUPPORT_TICKETS").numRows;
    const changed = new Map([["SUPPORT_TICKETS", Int32Array.of(tickets - 1)]]);
    const { computed, scores } = rescore(whole[0]!, after, after, { changed });
    expect(computed).toBeGreaterThan(0);
    expect([...scores.scores]).toEqual([...whole[0]!.scores]);
    expect(scores.reasons(0)).toEqual(whole[0]!.reasons(0));
    expect(scores.changes(0)).toEqual(whole[0]!.changes(0));
  });
});

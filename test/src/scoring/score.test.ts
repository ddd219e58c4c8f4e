import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberColumn, timestampColumn } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { upTo } from "../../../src/explanation-checks/visible.js";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import {
  actionLists,
  actionsToTable,
  defaultScoreConfig,
  engagementScore,
  type ScoreConfig,
  scoresToTable,
  TIERS,
} from "../../../src/scoring/index.js";
import { at, databaseOf } from "../../support/shop.js";

const db = await generateSaasDatabase({ users: 150, seed: 2 });
const ANCHOR = at("2025-03-01");
const DAY = 86_400_000;

const CONFIG: ScoreConfig = {
  entity: "users",
  metrics: {
    visits: { expression: "COUNT(visits.*, -28, 0, days)", label: "Visits" },
    peers: { expression: "COUNT(users.*, -INF, 0, days)", label: "Team", of: "teams" },
  },
  categories: [
    {
      name: "USAGE",
      points: 60,
      parts: [
        {
          name: "visits",
          metric: "visits",
          points: 60,
          rules: [
            { from: 2, points: 60 },
            { below: 2, points: 10 },
          ],
        },
      ],
    },
  ],
  deductions: [{ name: "alone", metric: "peers", below: 2, points: -20 }],
  tiers: TIERS,
  playbooks: {},
};

function product(visits: readonly (readonly [user: number, day: number])[]): Database {
  return databaseOf({
    teams: { columns: [numberColumn("id", [1, 2])], primaryKey: "id" },
    users: {
      columns: [
        numberColumn("id", [1, 2, 3]),
        numberColumn("team_id", [1, 1, 2]),
        timestampColumn("joined", [ANCHOR - 300 * DAY, ANCHOR - 10 * DAY, ANCHOR - 300 * DAY]),
      ],
      primaryKey: "id",
      timeColumn: "joined",
      foreignKeys: { team_id: "teams" },
    },
    visits: {
      columns: [
        numberColumn(
          "user_id",
          visits.map(([user]) => user),
        ),
        timestampColumn(
          "at",
          visits.map(([, day]) => ANCHOR - day * DAY),
        ),
      ],
      timeColumn: "at",
      foreignKeys: { user_id: "users" },
    },
  });
}

describe("engagement scores", () => {
  it("are the points of what a filter counts, now and a month before", () => {
    const visit = fc.tuple(fc.constantFrom(1, 2, 3), fc.integer({ min: 0, max: 80 }));
    fc.assert(
      fc.property(fc.array(visit, { minLength: 1, maxLength: 25 }), (visits) => {
        const found = engagementScore(product(visits), { config: CONFIG, anchor: ANCHOR });
        const points = (user: number, shift: number): number => {
          const count = visits.filter(
            ([owner, day]) => owner === user && day >= shift && day < 28 + shift,
          ).length;
          // User 2 joined ten days ago: a month ago user 1 was alone, too.
          const alone = user === 3 || shift > 0;
          return (count >= 2 ? 60 : 10) - (alone ? 20 : 0);
        };
        [1, 2, 3].forEach((user, i) => {
          expect(found.scores[i]).toBe(points(user, 0));
          if (user === 2) expect(found.previous[i]).toBeNaN();
          else expect(found.previous[i]).toBe(points(user, 30));
        });
      }),
      { numRuns: 50 },
    );
  });

  it.each(["user", "account"] as const)("of a %s do not change with what comes after", (level) => {
    const config = defaultScoreConfig(db, { level });
    const rows = engagementScore(db, { config, anchor: ANCHOR });
    const cut = upTo(db, ANCHOR);
    const before = engagementScore(cut, { config, anchor: ANCHOR });
    const keys = scoresToTable(rows, db);
    expect(scoresToTable(before, cut).toRecords()).toEqual(keys.toRecords());
  });

  it("count what has changed, as of their moment", () => {
    const days = fc.array(fc.integer({ min: -30, max: 200 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(days, (visits) => {
        const config: ScoreConfig = {
          ...CONFIG,
          metrics: {
            more: {
              expression: "COUNT(visits.*, -28, 0, days)",
              label: "More visits",
              change: 28,
            },
          },
          categories: [],
          deductions: [{ name: "fewer", metric: "more", each: -1 }],
        };
        const found = engagementScore(product(visits.map((day) => [1, day])), {
          config,
          anchor: ANCHOR,
        });
        const count = (from: number): number =>
          visits.filter((day) => day >= from && day < from + 28).length;
        expect(found.metrics.get("more")![0]).toBe(count(0) - count(28));
        // User 2 is not there 28 days before.
        expect(found.metrics.get("more")![1]).toBeNaN();
      }),
      { numRuns: 30 },
    );
  });

  it("are the same for some entities as for all, and refuse those that are not there", () => {
    const all = engagementScore(db, { anchor: ANCHOR });
    const table = scoresToTable(all, db).toRecords();
    const two = engagementScore(db, {
      anchor: ANCHOR,
      entities: [table[3]!["USER_ID"]!, table[0]!["USER_ID"]!],
    });
    expect(scoresToTable(two, db).toRecords()).toEqual([table[3], table[0]]);
    expect(() => engagementScore(db, { entities: ["nobody"] })).toThrowError(/nobody/);
  });

  it("have the columns that users script against", () => {
    const scores = engagementScore(db, { anchor: ANCHOR });
    const table = scoresToTable(scores, db);
    expect(table.columns.map(({ name }) => name)).toEqual([
      "USER_ID",
      "TIMESTAMP",
      "SCORE",
      "TIER",
      "PREVIOUS_SCORE",
      "CHANGE",
      "TOP_REASONS",
      "ACTION",
      "USAGE",
      "ADOPTION",
      "EXPANSION",
      "DEDUCTIONS",
    ]);
    for (const row of table.toRecords()) {
      const [usage, adoption, expansion, taken] = [
        "USAGE",
        "ADOPTION",
        "EXPANSION",
        "DEDUCTIONS",
      ].map((name) => row[name] as number);
      expect(row["SCORE"]).toBeCloseTo(Math.min(100, usage! + adoption! + expansion!) + taken!, 6);
      expect(row["ACTION"]).not.toBe("");
    }
  });

  it("are of accounts, with everybody in them", () => {
    const config = defaultScoreConfig(db, { level: "account" });
    expect(config.entity).toBe("COMPANIES");
    const scores = engagementScore(db, { config, anchor: ANCHOR });
    expect(scores.entityRows.length).toBeLessThan(db.table("COMPANIES").numRows + 1);
    expect(new Set(scores.tiers).size).toBeGreaterThan(1);
  });

  it("use a segment's own points where its condition holds", () => {
    const plain = engagementScore(db, { anchor: ANCHOR });
    const config: ScoreConfig = {
      ...plain.config,
      segments: [{ name: "admins", when: "USERS.ROLE = 'admin'", categories: [], deductions: [] }],
    };
    const found = engagementScore(db, { config, anchor: ANCHOR });
    const roles = db.table("USERS").column("ROLE");
    if (roles.kind !== "string") throw new Error("roles are texts");
    let admins = 0;
    found.entityRows.forEach((row, i) => {
      const isAdmin = roles.dictionary[roles.codes[row]!] === "admin";
      admins += isAdmin ? 1 : 0;
      expect(found.scores[i]).toBe(isAdmin ? 0 : plain.scores[i]);
    });
    expect(admins).toBeGreaterThan(0);
  });

  it("make lists of who needs what", () => {
    const scores = engagementScore(db, { anchor: ANCHOR });
    const items = actionLists(scores, db, { drop: 5, significance: 1 });
    const of = (list: string) => items.filter((item) => item.list === list);
    expect(of("at risk").length).toBe(scores.scores.filter((score) => score < 50).length);
    const growth = scores.categories.get("EXPANSION")!;
    const ready = scores.scores.filter(
      (score, i) => score >= 70 || (score >= 50 && growth[i]! >= 21),
    );
    expect(of("expansion").length).toBe(ready.length);
    const risks = of("at risk").map(({ score }) => score);
    expect(risks).toEqual([...risks].sort((a, b) => a - b));
    for (const alert of of("alert")) {
      expect(alert.change).toBeLessThanOrEqual(-5);
      expect(alert.significance).toBeLessThanOrEqual(-1);
      expect(alert.reasons).not.toBe("");
    }
    expect(of("alert").length).toBeGreaterThan(0);
    const table = actionsToTable(items, ["USER_ID"]);
    expect(table.numRows).toBe(items.length);
    expect(table.columns.map(({ name }) => name).slice(0, 4)).toEqual([
      "LIST",
      "TEAM",
      "USER_ID",
      "SCORE",
    ]);
  });
});

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { attribute } from "../../../gnn/explain/attribute.js";
import { fitBackground } from "../../../gnn/explain/background.js";
import { type DescribeContext, describeSeedColumn } from "../../../gnn/explain/describe.js";
import {
  type Explanation,
  explainAttribution,
  fitComparisons,
  formatExplanation,
} from "../../../gnn/explain/explanation.js";
import type { TargetScale } from "../../../gnn/target.js";
import { createRng } from "../../../src/core/random.js";
import { MS_PER_DAY } from "../../../src/core/time.js";
import { humanize, percent, singular, withoutUnit } from "../../../src/core/words.js";
import { initBackend } from "../../../src/tensor/backend.js";
import { at, shop } from "../../support/shop.js";
import { day, seedsAt, type World, worldOf } from "../fixtures.js";
import { helpdesk, knownRows, LAST_DAY } from "../helpdesk.js";

beforeAll(async () => {
  await initBackend({});
});

const rng = createRng(6);

function contextOf({ db, spec }: World): DescribeContext {
  return { db, spec, recent: 10 * MS_PER_DAY, words: {} };
}

function explainer(world: World, time: number) {
  const { model, loader, db } = world;
  const rows = knownRows(db, world.spec.context.table, time);
  const background = fitBackground(model, loader, seedsAt(rows, time), rng);
  const attributions = rows
    .slice(0, 4)
    .map((row) => attribute(model, loader, seedsAt([row], time), background, rng, { steps: 1 }));
  const comparisons = fitComparisons(contextOf(world), attributions);
  return (row: number, anchor: number, scale: TargetScale, output = 0, top = 5) =>
    explainAttribution(
      contextOf(world),
      attribute(model, loader, seedsAt([row], anchor), background, rng, { output, steps: 2 }),
      scale,
      comparisons,
      { top },
    );
}

const LOG: TargetScale = {
  kind: "log",
  unit: 2,
  center: 1,
  scale: 0.7,
  low: -1e9,
  high: 1e9,
};

describe("an explanation", () => {
  it("adds up in the unit of the prediction, and its shares to 1", () => {
    const explain = explainer(worldOf(helpdesk(10, 7), "users"), day(LAST_DAY));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: LAST_DAY }),
        fc.constantFrom<TargetScale>({ kind: "logit" }, { ...LOG, kind: "linear" }, LOG),
        fc.constantFrom(0, 1, 5, 100),
        (row, count, scale, top) => {
          const { prediction, baseline, contributions, other } = explain(
            row,
            day(count),
            scale,
            0,
            top,
          );
          const sum = contributions.reduce((a, { contribution }) => a + contribution, 0);
          const difference = baseline + sum + other.contribution - prediction;
          expect(Math.abs(difference)).toBeLessThan(1e-4 * (1 + Math.abs(prediction)));
          const shares = contributions.reduce((a, { share }) => a + share, other.share);
          expect(shares).toBeCloseTo(1, 6);
          expect(contributions.length).toBeLessThanOrEqual(top);
          for (const { contribution, direction } of contributions) {
            expect(direction).toBe(contribution < 0 ? "down" : "up");
          }
          const sizes = contributions.map(({ share }) => share);
          expect(sizes).toEqual(sizes.slice().sort((a, b) => b - a));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("of a class is in its probability", () => {
    const explain = explainer(worldOf(helpdesk(10, 7), "users", { outputs: 3 }), day(LAST_DAY));
    const all = [0, 1, 2].map((output) => explain(2, day(30), { kind: "logit" }, output));
    expect(all.reduce((sum, { prediction }) => sum + prediction, 0)).toBeCloseTo(1, 6);
    expect(all.reduce((sum, { baseline }) => sum + baseline, 0)).toBeCloseTo(1, 6);
    for (const { prediction, baseline, contributions, other } of all) {
      const sum = contributions.reduce((a, { contribution }) => a + contribution, 0);
      expect(baseline + sum + other.contribution).toBeCloseTo(prediction, 4);
    }
  });

  it("has evidence that exists and precedes the anchor", () => {
    const world = worldOf(helpdesk(10, 7), "users");
    const explain = explainer(world, day(LAST_DAY));
    let found = 0;
    for (const [row, count] of [
      [1, 15],
      [2, 25],
      [3, 40],
    ] as const) {
      for (const { evidence } of explain(row, day(count), LOG, 0, 30).contributions) {
        for (const { table, key } of evidence) {
          found++;
          const { primaryKey } = world.db.tableSchema(table);
          const [value] = Object.values(key);
          const row =
            primaryKey === null
              ? Number(value) - 1
              : world.db.keyIndex(table).find([value ?? null]);
          expect(knownRows(world.db, table, day(count))).toContain(row);
        }
      }
    }
    expect(found).toBeGreaterThan(0);
  });

  it("shows no cell of the entity that is not known yet", () => {
    const world = worldOf(shop(), "users");
    const describe = (visible: string, column: string): string => {
      const time = at(visible);
      const batch = world.loader.load(seedsAt([2], time), rng);
      return describeSeedColumn(contextOf(world), batch, 0, column).display;
    };
    expect(describe("2023-01-05", "left")).toBe("none");
    expect(describe("2023-01-05", "(age of) left")).toBe("unknown");
    expect(describe("2023-01-12", "left")).toBe("2023-01-10");
    expect(describe("2023-01-12", "(age of) left")).toBe("2 days");
    expect(describe("2023-01-05", "age")).toBe("45");
  });

  it("prints as a person would say it", () => {
    const explanation: Explanation = {
      entity: { USER_ID: "U202" },
      timestamp: "2025-03-05",
      prediction: 3.1,
      baseline: 14.2,
      unit: "hours",
      contributions: [
        {
          label: "Session duration trend (30d)",
          value: -0.54,
          display: "-54 %",
          comparison: "median +2 %",
          contribution: -3.6,
          share: 0.32,
          direction: "down",
          family: "sessions.duration_min",
          evidence: [],
        },
        {
          label: "User plan",
          value: null,
          display: "team",
          comparison: null,
          contribution: 1.2,
          share: 0.11,
          direction: "up",
          family: "users.plan",
          evidence: [],
        },
      ],
      other: { contribution: -8.7, share: 0.57 },
    };
    expect(
      formatExplanation(explanation, { entity: "USERS U202", horizon: "in the next 30 days" }),
    ).toMatchInlineSnapshot(`
      "USERS U202: predicted 3.1 hours in the next 30 days (on average 14.2 hours)
        reason                        now    usual        effect  share
        Session duration trend (30d)  -54 %  median +2 %  lowers   32 %
        User plan                     team                raises   11 %
        All other signals                                 lowers   57 %"
    `);
    expect(
      formatExplanation(
        { ...explanation, unit: null, contributions: [], other: { contribution: 0, share: 0 } },
        { entity: "users 7" },
      ),
    ).toMatchInlineSnapshot(`
      "users 7: predicted 3.1 (on average 14.2)
        reason             now  usual  effect  share
        All other signals              raises    0 %"
    `);
  });
});

describe("words", () => {
  it("are made from names as people write them in any style", () => {
    expect(
      ["DURATION_MIN", "durationMin", "duration-min", "größeÜber", "a.b"].map(humanize),
    ).toEqual(["duration min", "duration min", "duration min", "größe über", "a b"]);
    expect(
      ["sessions", "companies", "boxes", "status", "class", "news item", "churches"].map(singular),
    ).toEqual(["session", "company", "box", "status", "class", "news item", "church"]);
    expect(withoutUnit("duration min", "minutes")).toBe("duration");
    expect(withoutUnit("duration", "minutes")).toBe("duration");
    expect(withoutUnit("duration min", null)).toBe("duration min");
    expect([0.02, -0.54, 0, 12.3].map(percent)).toEqual(["+2 %", "-54 %", "0 %", "+1230 %"]);
  });
});

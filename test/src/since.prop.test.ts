/** Whoever is left out by `since` would get the same answer, to the bit; whoever is not gets that of a whole prediction. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/data/database.js";
import type { Since } from "../../src/prediction-options.js";
import { type FitOptions, Predictor } from "../../src/predictor.js";
import type { PredictionTable } from "../../src/task/prediction-table.js";
import {
  ANCHOR,
  arbGrowth,
  correct,
  DESK,
  firstState,
  type GrowthSchema,
  grow,
  SHOP,
  SINCE,
} from "../support/growth.js";

const TINY: FitOptions = {
  model: { channels: 8 },
  epochs: 1,
  seed: 3,
  threads: 1,
  trees: { rounds: 20, bags: 1, halfLives: 0 },
};

interface Case {
  readonly schema: GrowthSchema;
  readonly query: string;
  readonly options: FitOptions;
}

const spending = "PREDICT SUM(orders.amount, 0, 5, days) FOR EACH users.id";
const ordering =
  "PREDICT COUNT(orders.* WHERE items.price > 40, 0, 5, days) > 0 FOR EACH users.id WHERE COUNT(orders.*, -60, 0, days) > 2";
const paying =
  "PREDICT SUM(items.price VIA orders.item -> orders.user, 0, 5, days) FOR EACH users.id";
const opening = "PREDICT COUNT(tickets.* VIA user, 0, 5, days) FOR EACH users.id";
const kinds = "PREDICT LAST(tickets.kind VIA user, 0, 8, days) FOR EACH users.id";
const features = ["COUNT(returns.* VIA order -> user, -90, 0, days)"];

const CASES: Readonly<Record<string, Case>> = {
  "the network, two hops": { schema: SHOP, query: spending, options: { experts: ["gnn"] } },
  "the network, three hops": {
    schema: DESK,
    query: opening,
    options: { experts: ["gnn"], hops: 3 },
  },
  "the trees": { schema: SHOP, query: ordering, options: { experts: ["trees"], features } },
  "the linear expert": { schema: SHOP, query: spending, options: { experts: ["linear"] } },
  "what peers paid, by the prices of today": {
    schema: SHOP,
    query: paying,
    options: { experts: ["linear"] },
  },
  "classes by trees and past": {
    schema: DESK,
    query: kinds,
    options: { experts: ["trees", "constant"] },
  },
  "the entity's own past": { schema: DESK, query: opening, options: { experts: ["constant"] } },
  "a blend": { schema: DESK, query: opening, options: {} },
  "a forecast": {
    schema: SHOP,
    query: "PREDICT COUNT(orders.*, 0, 3, days) FORECAST 2 TIMEFRAMES FOR EACH users.id",
    options: { experts: ["linear"] },
  },
  "several targets": {
    schema: DESK,
    query:
      "PREDICT COUNT(tickets.* VIA user, 0, 5, days) AS asked, COUNT(tickets.* VIA agent, 0, 5, days) AS helped FOR EACH users.id",
    options: { experts: ["linear"] },
  },
};

/** All numbers of each entity. */
function answers(table: PredictionTable): Map<number, string> {
  const parts = table.targets ?? [table];
  return new Map(
    Array.from(table.entityRows, (row, i) => {
      const told = parts.map(({ values }) => {
        const own = Object.entries(values).filter(([, array]) => array instanceof Float64Array);
        return own.map(([name, array]) => {
          const width = (array as Float64Array).length / table.entityRows.length;
          return [name, [...(array as Float64Array).subarray(i * width, (i + 1) * width)]];
        });
      });
      return [row, JSON.stringify(told)];
    }),
  );
}

const fitted = new Map<string, Predictor>();
beforeAll(async () => {
  for (const [name, { schema, query, options }] of Object.entries(CASES)) {
    const db = firstState(schema, 11, 3);
    fitted.set(name, await Predictor.fit(db, query, { ...TINY, ...options }));
  }
}, 120_000);
afterAll(() => {
  for (const predictor of fitted.values()) predictor.dispose();
});

describe("entities that `since` leaves out have the answers they had before", () => {
  for (const [name, { schema }] of Object.entries(CASES)) {
    it(name, async () => {
      const predictor = fitted.get(name)!;
      const seen = { left: 0, again: 0 };
      const check = async (before: Database, after: Database, since: Since): Promise<void> => {
        const anchor = ANCHOR;
        const old = answers(await predictor.predict({ db: before, anchor }));
        const now = answers(await predictor.predict({ db: after, anchor }));
        const some = answers(await predictor.predict({ db: after, anchor, since }));
        for (const [row, answer] of now) {
          expect([row, some.get(row) ?? old.get(row)]).toEqual([row, answer]);
          if (some.has(row)) seen.again++;
          else seen.left++;
        }
        for (const row of some.keys()) expect(now.has(row)).toBe(true);
      };
      await fc.assert(
        fc.asyncProperty(fc.nat(1 << 20), arbGrowth(schema), async (seed, growth) => {
          const before = firstState(schema, seed);
          await check(before, grow(before, schema, growth), SINCE);
          const early = firstState(schema, seed, 1, true);
          await check(early, correct(grow(early, schema, growth), schema, growth), early);
        }),
        { numRuns: 25 },
      );
      expect(seen.left).toBeGreaterThan(10);
      expect(seen.again).toBeGreaterThan(10);
    }, 60_000);
  }
});

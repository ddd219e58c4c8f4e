import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runPlan } from "../../../pql/run/execute.js";
import type { Database } from "../../../src/data/database.js";
import { plainConstant, restoreConstant } from "../../../src/experts/constant.js";
import { day, seedsAt, usersWithEvents } from "../../gnn/fixtures.js";
import { arbHelpdesk, changeLater, helpdesk, knownRows, LAST_DAY } from "../../gnn/helpdesk.js";
import { planOf } from "../../support/pql.js";

const db = usersWithEvents(3, [
  [0, 1, 4],
  [0, 5, 4],
  [0, 15, 4],
  [1, 22, 4],
]);

function constantOf(data: Database, query: string, anchors: readonly number[]) {
  const plan = planOf(data, query);
  const { targets, classes } = runPlan(plan, data, anchors);
  return plainConstant(plan, targets, classes);
}

describe("the constant expert", () => {
  const query = "PREDICT COUNT(events.*, 0, 10, days) FOR EACH users.id";

  it("draws an entity's own mean towards everyone's as if that were two more labels", () => {
    const expert = constantOf(db, query, [day(0), day(10)]);
    // Everyone's mean: (2 + 0 + 0 + 1 + 0 + 0) / 6. User 0: 2, 1 and 0 in the windows before day 30.
    const overall = 0.5;
    const predictions = expert.predict(db, seedsAt([0, 1, 2], day(30)));
    expect([...predictions]).toEqual([
      (3 + 2 * overall) / 5,
      (1 + 2 * overall) / 5,
      (0 + 2 * overall) / 5,
    ]);
  });

  it("sees up to the visible time only", () => {
    const expert = constantOf(db, query, [day(0), day(10)]);
    const stale = expert.predict(db, seedsAt([0], day(30), day(20)));
    expect(stale).toEqual(expert.predict(db, seedsAt([0], day(20))));
  });

  it("without any label takes the mean of what has passed by then, else 0", () => {
    const expert = constantOf(db, query, []);
    expect(expert.predict(db, seedsAt([2], day(10)))[0]).toBeCloseTo(((2 / 3) * 2) / 3, 12);
    const empty = usersWithEvents(2, []);
    expect([...constantOf(empty, query, []).predict(empty, seedsAt([0, 1], day(10)))]).toEqual([
      0, 0,
    ]);
  });

  it("gives the shares of classes, which add up to 1", () => {
    const desk = helpdesk(6, 3);
    const kinds = constantOf(desk, "PREDICT LAST(tickets.priority, 0, 7, days) FOR EACH users.id", [
      day(7),
      day(14),
    ]);
    const values = kinds.predict(desk, seedsAt([0, 1, 2, 3, 4, 5], day(30)));
    expect(values).toHaveLength(6 * 3);
    for (let row = 0; row < 6; row++) {
      const shares = values.subarray(3 * row, 3 * row + 3);
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    }
    const { prediction, baseline, contributions } = kinds.explain(desk, seedsAt([0], day(30)), {
      output: 1,
    });
    expect(baseline + contributions[0]!.contribution).toBeCloseTo(prediction, 12);
    expect(prediction).toBe(values[1]);
  });

  it("explains itself by the entity's past, adding up", () => {
    const expert = constantOf(db, query, [day(0), day(10)]);
    const seeds = seedsAt([0], day(30));
    const reasons = expert.explain(db, seeds);
    const [past] = reasons.contributions;
    expect(reasons.prediction).toBe(expert.predict(db, seeds)[0]);
    expect(reasons.baseline + past!.contribution).toBeCloseTo(reasons.prediction, 12);
    expect(past).toMatchObject({ share: 1, direction: "up", display: "1 avg", value: 1 });
    const none = expert.explain(db, seedsAt([0], day(-300)));
    expect(none.contributions[0]).toMatchObject({ value: null, display: "no history" });
  });

  it("predicts the same after it was kept as JSON", () => {
    const expert = constantOf(db, query, [day(0), day(10)]);
    const settings = JSON.parse(JSON.stringify(expert.state().settings));
    const restored = restoreConstant(planOf(db, query), settings);
    const seeds = seedsAt([0, 1, 2], day(23));
    expect(restored.predict(db, seeds)).toEqual(expert.predict(db, seeds));
  });

  it("is not changed by anything later than the visible time", () => {
    const targets = [
      "COUNT(tickets.*, 0, 7, days)",
      "AVG(tickets.hours, 0, 7, days)",
      "COUNT(tickets.* WHERE tickets.hours > 5, 0, 7, days) > 0",
      "COUNT(tickets.*, 0, 1, months) > 0 AND COUNT(tickets.*, 0, 5, days) > 0",
      "LAST(tickets.priority, 0, 7, days)",
    ];
    fc.assert(
      fc.property(
        arbHelpdesk(),
        fc.integer({ min: 5, max: LAST_DAY }),
        fc.nat(1000),
        fc.constantFrom(...targets),
        fc.boolean(),
        (desk, count, seed, target, labelled) => {
          const expert = constantOf(
            desk,
            `PREDICT ${target} FOR EACH users.id`,
            labelled ? [day(0), day(7)] : [],
          );
          const seeds = seedsAt(knownRows(desk, "users", day(count)), day(count + 4), day(count));
          expect(expert.predict(changeLater(desk, day(count), seed), seeds)).toEqual(
            expert.predict(desk, seeds),
          );
        },
      ),
      { numRuns: 80 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runPlan } from "../../../pql/run/execute.js";
import { planOf } from "../../support/pql.js";
import { otherFuture } from "./other-future.js";
import { arbFlags, arbRows, arbTime, build, HOUR, type RichRows } from "./rich-database.js";
import { userQueries } from "./rich-queries.js";

/** Queries with a WHERE: what it selects is what may be known at the anchor. */
const arbCase = arbFlags.chain((flags) =>
  fc.record({
    flags: fc.constant(flags),
    rows: arbRows,
    others: arbRows,
    query: userQueries(flags).filter((query) => query.includes("FOR EACH users.id WHERE")),
    anchor: arbTime.map((time) => time - 13 * HOUR),
  }),
);

describe("whatever happens after the anchor", () => {
  it("changes nothing about who is predicted", () => {
    let selected = 0;
    fc.assert(
      fc.property(arbCase, ({ flags, rows, others, query, anchor }) => {
        const predicted = (state: RichRows): number[] => {
          const { db } = build(state, { ...flags, inOrder: false });
          const plan = planOf(db, query);
          return [...runPlan(plan, db, [anchor], { mode: "predict" }).entityRows];
        };
        const now = predicted(rows);
        selected += now.length;
        expect(predicted(otherFuture(rows, others, flags, anchor))).toEqual(now);
      }),
      { numRuns: 300 },
    );
    expect(selected).toBeGreaterThan(100);
  });
});

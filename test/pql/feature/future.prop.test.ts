import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindFeature } from "../../../pql/feature/bind-feature.js";
import { runFeature } from "../../../pql/feature/run-feature.js";
import { otherFuture } from "../run/other-future.js";
import { arbFlags, arbRows, arbTime, build, HOUR, type RichRows } from "../run/rich-database.js";
import { userFeatures } from "../run/rich-queries.js";

const arbCase = arbFlags.chain((flags) =>
  fc.record({
    flags: fc.constant({ ...flags, inOrder: false }),
    rows: arbRows,
    others: arbRows,
    text: userFeatures(flags),
    now: arbTime.map((time) => time + 5 * HOUR),
    asked: fc.array(fc.tuple(fc.nat(5), fc.nat(20)), { minLength: 1, maxLength: 8, size: "max" }),
  }),
);

describe("whatever happens after a time", () => {
  it("changes no bit of a feature that is seen at it or before", () => {
    let there = 0;
    fc.assert(
      fc.property(arbCase, ({ flags, rows, others, text, now, asked }) => {
        const seeds = {
          rows: Int32Array.from(asked, ([row]) => row % rows.users.length),
          times: Float64Array.from(asked, ([, steps]) => now - steps * 12 * HOUR),
        };
        const seen = (state: RichRows): readonly [Int32Array, readonly string[] | null] => {
          const { db } = build(state, flags);
          const feature = bindFeature(text, db.schema, "users");
          const { values, categories } = runFeature(feature, db, seeds);
          there += values.filter((value) => !Number.isNaN(value)).length;
          return [new Int32Array(values.buffer), categories];
        };
        expect(seen(otherFuture(rows, others, flags, now))).toEqual(seen(rows));
      }),
      { numRuns: 200 },
    );
    expect(there).toBeGreaterThan(200);
  });
});

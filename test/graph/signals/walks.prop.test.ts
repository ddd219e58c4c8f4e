/** What signals are said to read is all that they read. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../../graph/build.js";
import { planSignals } from "../../../graph/signals/plan.js";
import { createSignalStore } from "../../../graph/signals/store.js";
import { signalReads } from "../../../graph/signals/walks.js";
import type { Database } from "../../../src/data/database.js";
import { rowsChanged, rowsKnownSince } from "../../../src/data/new-rows.js";
import { type RowMarks, rowsLeadingTo } from "../../../src/data/walks.js";
import {
  ANCHOR,
  arbGrowth,
  correct,
  DESK,
  firstState,
  grow,
  SHOP,
  SINCE,
} from "../../support/growth.js";

const groups = { children: true, peers: true, recent: true, sequence: true, open: true } as const;

/** A seed's own row is read even where its time has not come. */
function isThere(db: Database, user: number): boolean {
  const times = db.timeColumn("users");
  return times === null || times.values[user]! <= ANCHOR;
}

describe("the walks of signals", () => {
  for (const [name, schema] of Object.entries({ SHOP, DESK })) {
    it(`lead to every row that changes one of them: ${name}`, () => {
      const large = firstState(schema, 5, 3);
      const plan = planSignals(large, buildGraph(large), "users", {
        horizon: { count: 7, unit: "days" },
        cutoff: SINCE,
        groups,
        maxSignals: 4_000,
      });
      const reads = signalReads(plan.signals);
      expect([reads.shared, reads.compares]).toEqual([[], false]);
      const columnsOf = (db: Database, rows: number) => {
        const moments = new Float64Array(rows).fill(ANCHOR);
        const seeds = {
          rows: Int32Array.from({ length: rows }, (_, row) => row),
          anchorTimes: moments,
          visibleTimes: moments,
        };
        return createSignalStore(db, buildGraph(db)).compute(plan, seeds).columns;
      };
      let kept = 0;
      const check = (before: Database, after: Database, marks: RowMarks): void => {
        const users = before.table("users").numRows;
        const [old, now] = [columnsOf(before, users), columnsOf(after, users)];
        const hit = rowsLeadingTo([after, before], "users", reads.walks, marks);
        for (let row = 0; row < users; row++) {
          if (hit?.[row] === 1 || !isThere(after, row)) continue;
          kept++;
          plan.signals.forEach((signal, s) => {
            if (!Object.is(now[s]![row], old[s]![row])) expect.fail(`${signal.id} of ${row}`);
          });
        }
      };
      fc.assert(
        fc.property(fc.nat(1 << 20), arbGrowth(schema), (seed, growth) => {
          const before = firstState(schema, seed);
          const after = grow(before, schema, growth);
          check(before, after, rowsKnownSince(after, SINCE, ANCHOR).marks);
          const early = firstState(schema, seed, 1, true);
          const changed = correct(grow(early, schema, growth), schema, growth);
          check(early, changed, rowsChanged(changed, early, ANCHOR)!);
        }),
        { numRuns: 120 },
      );
      expect(kept).toBeGreaterThan(50);
    });
  }
});

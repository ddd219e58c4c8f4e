import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Database } from "../../../src/data/database.js";
import { visibleColumns } from "../../../src/evaluation/visible-cells.js";
import { day, seedsAt } from "../../gnn/fixtures.js";
import { arbHelpdesk, changeLater, deleteLater, knownRows, LAST_DAY } from "../../gnn/helpdesk.js";

/** Every column around the users that are known at a time. */
function seen(db: Database, users: readonly number[], time: number): Record<string, number[]> {
  const seeds = seedsAt(users, time);
  const columns = [...visibleColumns(db, "users", seeds, [])];
  return Object.fromEntries(columns.map(({ name, values }) => [name, [...values]]));
}

describe("the cells around seeds", () => {
  it("do not change with what comes later", () => {
    fc.assert(
      fc.property(
        arbHelpdesk(),
        fc.integer({ min: 0, max: LAST_DAY }),
        fc.nat(1_000_000),
        (db, at, seed) => {
          const time = day(at);
          const users = knownRows(db, "users", time);
          expect(seen(changeLater(db, time, seed), users, time)).toEqual(seen(db, users, time));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are those of a database in which everything later is deleted", () => {
    fc.assert(
      fc.property(arbHelpdesk(), fc.integer({ min: 0, max: LAST_DAY }), (db, at) => {
        const time = day(at);
        const users = knownRows(db, "users", time);
        const cut = deleteLater(db, time);
        const kept = users.map((_, i) => i);
        expect(seen(cut, kept, time)).toEqual(seen(db, users, time));
      }),
      { numRuns: 60 },
    );
  });
});

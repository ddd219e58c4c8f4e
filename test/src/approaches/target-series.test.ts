import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuery } from "../../../pql/index.js";
import { additiveTarget, targetSeries } from "../../../src/approaches/target-series.js";
import { numberColumn, timestampColumn } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { at, databaseOf } from "../../support/shop.js";

const QUERY = "PREDICT SUM(visits.minutes, 0, 30, days) FOR EACH users.id";
const DAY = 86_400_000;
const ANCHOR = at("2024-06-30");

/** Visits of two users, by day before the anchor. */
function visits(
  rows: readonly (readonly [user: number, day: number, minutes: number])[],
): Database {
  return databaseOf({
    users: {
      columns: [
        numberColumn("id", [1, 2]),
        timestampColumn("joined", [at("2024-01-01"), ANCHOR - 20 * DAY]),
      ],
      primaryKey: "id",
      timeColumn: "joined",
    },
    visits: {
      columns: [
        numberColumn(
          "user_id",
          rows.map(([user]) => user),
        ),
        timestampColumn(
          "at",
          rows.map(([, day]) => ANCHOR - day * DAY),
        ),
        numberColumn(
          "minutes",
          rows.map(([, , minutes]) => minutes),
        ),
      ],
      timeColumn: "at",
      foreignKeys: { user_id: "users" },
    },
  });
}

function seriesOf(db: Database, points = 26): readonly Float64Array[] {
  const query = parseQuery(QUERY);
  const rows = Int32Array.of(0, 1);
  return targetSeries(db, query, additiveTarget(query)!, { rows, anchor: ANCHOR, points }).values;
}

const arbVisits = fc.array(
  fc.tuple(
    fc.constantFrom(1, 2),
    fc.double({ min: -50, max: 200, noNaN: true }),
    fc.integer({ min: 0, max: 90 }),
  ),
  { minLength: 1, maxLength: 40 },
);

describe("the series of a target", () => {
  it("is what a filter adds up, step by step, from when the entity was there", () => {
    fc.assert(
      fc.property(arbVisits, (rows) => {
        const found = seriesOf(visits(rows));
        const joined = [at("2024-01-01"), ANCHOR - 20 * DAY];
        found.forEach((series, user) => {
          series.forEach((value, i) => {
            const from = ANCHOR - (series.length - i) * 7 * DAY;
            expect(from).toBeGreaterThanOrEqual(joined[user]!);
            const inside = rows.filter(([owner, day]) => {
              const time = ANCHOR - day * DAY;
              return owner === user + 1 && time > from && time <= from + 7 * DAY;
            });
            expect(value).toBe(inside.reduce((sum, [, , minutes]) => sum + minutes, 0));
          });
        });
        expect(found[1]!.length).toBe(2);
      }),
      { numRuns: 60 },
    );
  });

  it("does not change with rows after the anchor", () => {
    fc.assert(
      fc.property(arbVisits, arbVisits, (rows, later) => {
        const past = [[1, 100, 1] as const, ...rows.filter(([, day]) => day >= 0)];
        const future = later.map(([user, day, m]) => [user, -1 - Math.abs(day), m] as const);
        expect(seriesOf(visits([...past, ...future]))).toEqual(seriesOf(visits(past)));
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ["PREDICT SUM(visits.minutes, 0, 30, days) FOR EACH users.id", 30],
    ["PREDICT COUNT(visits.*, 0, 2, weeks) FOR EACH users.id", 14],
    ["PREDICT AVG(visits.minutes, 0, 30, days) FOR EACH users.id", null],
    ["PREDICT SUM(visits.minutes, 1, 30, days) FOR EACH users.id", null],
    ["PREDICT COUNT(visits.*, 0, 30, days) > 0 FOR EACH users.id", null],
    ["PREDICT COUNT(visits.*, 0, 12, hours) FOR EACH users.id", null],
  ])("tells whether %s adds up over time", (text, days) => {
    expect(additiveTarget(parseQuery(text))?.days ?? null).toBe(days);
  });
});

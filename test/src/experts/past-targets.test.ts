import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addTime, formatTime, placeWindow } from "../../../src/core/time.js";
import { numberColumn, stringColumn, timestampColumn } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import {
  PAST_TARGETS,
  PAST_WINDOWS,
  readsLateCells,
  withPastTargets,
} from "../../../src/experts/past-targets.js";
import { day, usersWithEvents } from "../../gnn/fixtures.js";
import { arbHelpdesk, changeLater, LAST_DAY } from "../../gnn/helpdesk.js";
import { planOf } from "../../support/pql.js";
import { databaseOf, times } from "../../support/shop.js";

function rowsOf(db: Database, upTo = Infinity): string[] {
  return db
    .table(PAST_TARGETS)
    .toRecords()
    .filter((row) => (row["CLOSED_AT"] as number) <= upTo)
    .map((row) =>
      Object.entries(row)
        .map(([name, value]) => (name === "CLOSED_AT" ? formatTime(value as number) : value))
        .join(" "),
    );
}

describe("past targets", () => {
  const db = usersWithEvents(2, [
    [0, 1, 5],
    [0, 12, 6],
    [0, 13, 7],
    [1, 15, 8],
    [0, 21, 9],
  ]);

  it("are the labels of the windows before an anchor, dated by their end", () => {
    const plan = planOf(db, "PREDICT COUNT(events.*, 0, 10, days) FOR EACH users.id");
    const seen = withPastTargets(db, plan, [day(22)]);
    expect(rowsOf(seen)).toEqual([
      "0 1 2024-01-03",
      "1 0 2024-01-03",
      "0 1 2024-01-13",
      "1 0 2024-01-13",
      "0 2 2024-01-23",
      "1 1 2024-01-23",
    ]);
    const { foreignKeys, timeColumn, primaryKey } = seen.tableSchema(PAST_TARGETS);
    expect(foreignKeys).toEqual([{ name: "id", columns: ["id"], table: "users" }]);
    expect([timeColumn, primaryKey]).toEqual(["CLOSED_AT", null]);
  });

  it("reach back a fixed number of windows, none of which closes before the data begins", () => {
    const plan = planOf(db, "PREDICT COUNT(events.*, 0, 1, days) FOR EACH users.id");
    const closed = new Set(
      withPastTargets(db, plan, [day(40)])
        .table(PAST_TARGETS)
        .toRecords()
        .map((row) => row["CLOSED_AT"]),
    );
    expect(closed.size).toBe(PAST_WINDOWS);
    expect(Math.max(...([...closed] as number[]))).toBe(day(40));
    const early = withPastTargets(db, plan, [day(3)])
      .table(PAST_TARGETS)
      .toRecords();
    expect(Math.min(...early.map((row) => row["CLOSED_AT"] as number))).toBe(day(1));
    expect(withPastTargets(db, plan, []).table(PAST_TARGETS).numRows).toBe(0);
  });

  it("name classes, and follow the entity over keys of any kind", () => {
    const keyed = databaseOf({
      seats: {
        columns: [stringColumn("seat", ["9007199254740993", "9007199254740995"], { int64: true })],
        primaryKey: "seat",
      },
      sold: {
        columns: [
          stringColumn("seat", ["9007199254740993", "9007199254740995", "9007199254740993"]),
          times("at", ["2024-01-02", "2024-01-03", "2024-01-12"]),
          stringColumn("kind", ["day", "nächtlich", "nächtlich"]),
        ],
        timeColumn: "at",
        foreignKeys: { seat: "seats" },
      },
    });
    const plan = planOf(keyed, "PREDICT LAST(sold.kind, 0, 10, days) FOR EACH seats.seat");
    const seen = withPastTargets(keyed, plan, [day(20)]);
    const link = seen.link(PAST_TARGETS, seen.tableSchema(PAST_TARGETS).foreignKeys[0]!);
    expect([...link.parentRows]).toEqual([0, 1, 0]);
    expect(rowsOf(seen)).toEqual([
      "9007199254740993 day 2024-01-11",
      "9007199254740995 nächtlich 2024-01-11",
      "9007199254740993 nächtlich 2024-01-21",
    ]);
  });

  it("are left out where a label may rest on cells that become known later", () => {
    const tickets = databaseOf({
      users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
      tickets: {
        columns: [
          numberColumn("user_id", [1]),
          times("opened", ["2024-01-01"]),
          times("solved", ["2024-03-01"]),
          numberColumn("hours", [9]),
          numberColumn("stars", [3]),
        ],
        timeColumn: "opened",
        foreignKeys: { user_id: "users" },
        knownFrom: { hours: "solved", solved: "solved" },
      },
    });
    const late = (target: string): boolean =>
      readsLateCells(planOf(tickets, `PREDICT ${target} FOR EACH users.id`));
    expect(late("SUM(tickets.hours, 0, 10, days)")).toBe(true);
    expect(late("COUNT(tickets.* WHERE tickets.hours > 3, 0, 10, days)")).toBe(true);
    expect(late("SUM(tickets.stars, 0, 10, days)")).toBe(false);
    expect(late("COUNT(tickets.*, 0, 10, days)")).toBe(false);
    const plan = planOf(tickets, "PREDICT SUM(tickets.hours, 0, 10, days) FOR EACH users.id");
    expect(withPastTargets(tickets, plan, [day(50)])).toBe(tickets);
  });

  it("are never dated before the last of their windows is over, in any unit", () => {
    const when = [0, 20, 40, 59.9, 60.5, 75, 90, 121, 150].map((count) => [0, count, 1] as const);
    const long = usersWithEvents(1, when);
    for (const target of [
      "COUNT(events.*, 0, 1, months)",
      "COUNT(events.*, 0, 1, months) > 0 AND COUNT(events.*, 0, 10, days) > 0",
      "COUNT(events.*, 0, 1, months) > 0 OR COUNT(events.*, 0, 30, days) > 1",
    ]) {
      const plan = planOf(long, `PREDICT ${target} FOR EACH users.id`);
      const { end, unit } = plan.horizon!;
      for (const anchor of [day(150), Date.UTC(2024, 4, 31)]) {
        const rows = withPastTargets(long, plan, [anchor]).table(PAST_TARGETS).toRecords();
        const ends = Array.from({ length: PAST_WINDOWS }, (_, k) => {
          const past = addTime(anchor, -(k + 1) * end, unit);
          return Math.max(...plan.labelWindows.map((window) => placeWindow(past, window).to));
        });
        for (const row of rows) expect(ends).toContain(row["CLOSED_AT"]);
      }
    }
  });

  it("that have closed do not change with what comes later", () => {
    const targets = [
      "COUNT(tickets.*, 0, 7, days)",
      "COUNT(tickets.*, 2, 9, days)",
      "COUNT(tickets.*, 0, 1, months) > 0 AND COUNT(tickets.*, 0, 5, days) > 0",
      "COUNT(tickets.* WHERE tickets.priority = 'high', 0, 7, days) > 0",
    ];
    fc.assert(
      fc.property(
        arbHelpdesk(),
        fc.integer({ min: 5, max: LAST_DAY }),
        fc.nat(1000),
        fc.constantFrom(...targets),
        (desk, count, seed, target) => {
          const anchor = day(count);
          const query = `PREDICT ${target} FOR EACH users.id`;
          const later = changeLater(desk, anchor, seed);
          const before = withPastTargets(desk, planOf(desk, query), [anchor, day(count + 0.5)]);
          const after = withPastTargets(later, planOf(later, query), [anchor, day(count + 0.5)]);
          expect(rowsOf(after, anchor)).toEqual(rowsOf(before, anchor));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of a static target do not exist", () => {
    const plan = planOf(
      databaseOf({
        users: {
          columns: [
            numberColumn("id", [1]),
            numberColumn("age", [3]),
            timestampColumn("at", [day(1)]),
          ],
          primaryKey: "id",
          timeColumn: "at",
        },
      }),
      "PREDICT users.age FOR EACH users.id",
    );
    expect(withPastTargets(db, plan, [day(3)])).toBe(db);
  });
});

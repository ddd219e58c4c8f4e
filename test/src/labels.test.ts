import { describe, expect, it } from "vitest";
import { numberColumn } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { computeLabels, formatAnchors, type TimeOptions } from "../../src/labels.js";
import { splitRows } from "../../src/task/training-table.js";
import { day, usersWithEvents } from "../gnn/fixtures.js";
import { planOf } from "../support/pql.js";
import { databaseOf, times } from "../support/shop.js";

/** One user with an event every day for 200 days, from day 0 to day 200. */
const daily = usersWithEvents(
  1,
  Array.from({ length: 201 }, (_, i) => [0, i, 1]),
);
const COUNT = "PREDICT COUNT(events.*, 0, 10, days) FOR EACH users.id";

function label(db: Database, query: string, options: TimeOptions = {}) {
  return computeLabels(db, planOf(db, query), options, { seed: 5 });
}

function daysOf(set: ReturnType<typeof label>, part: "train" | "val" | "test"): number[] {
  const rows = splitRows(set.labels, part);
  return [
    ...new Set([...rows].map((row) => (set.labels.anchorTimes[row]! - day(0)) / (day(1) - day(0)))),
  ];
}

describe("the anchors of a query", () => {
  it("by default step back from the latest whole window and split 0.8 / 0.1 / 0.1", () => {
    const set = label(daily, COUNT);
    expect(daysOf(set, "test")).toEqual([180, 190]);
    expect(daysOf(set, "val")).toEqual([160, 170]);
    expect(daysOf(set, "train")).toEqual(Array.from({ length: 16 }, (_, i) => 10 * i));
    expect(set.splitTimes).toBeNull();
    expect(set.warnings).toEqual(expect.not.arrayContaining([expect.stringContaining("few")]));
    expect([...set.labels.targets].every((target) => target === 10)).toBe(true);
    expect(formatAnchors(set)).toBe("20 anchors from 2024-01-01 to 2024-07-09");
  });

  it("take a step, and drop those whose window reaches into the next part", () => {
    const set = label(daily, COUNT, { step: { count: 5, unit: "days" } });
    const [train, val, test] = (["train", "val", "test"] as const).map((part) => daysOf(set, part));
    expect(test![0]! - val!.at(-1)!).toBeGreaterThanOrEqual(10);
    expect(val![0]! - train!.at(-1)!).toBeGreaterThanOrEqual(10);
    expect(train![1]! - train![0]!).toBe(5);
  });

  it("follow RelBench's protocol where validation and test times are given", () => {
    const set = label(daily, COUNT, { val: day(100), test: day(150), evalAnchors: 3 });
    expect(daysOf(set, "train")).toEqual(Array.from({ length: 10 }, (_, i) => 10 * i));
    expect(daysOf(set, "val")).toEqual([100, 110, 120]);
    expect(daysOf(set, "test")).toEqual([150, 160, 170]);
    expect(set.splitTimes).toEqual({ val: day(100), test: day(150) });
    const one = label(daily, COUNT, { val: day(100), test: day(150) });
    expect([daysOf(one, "val"), daysOf(one, "test")]).toEqual([[100], [150]]);
  });

  it("are refused where only one of the two times is given", () => {
    for (const [options, name] of [
      [{ val: day(100) }, "val"],
      [{ test: day(100) }, "test"],
    ] as const) {
      expect(() => label(daily, COUNT, options)).toThrow(
        expect.objectContaining({ code: "CFG180", message: expect.stringContaining(name) }),
      );
    }
  });

  it("may be given, in any order and with repetitions", () => {
    const given = [50, 20, 30, 20, 40, 10].map(day);
    const set = label(daily, COUNT, { anchors: given });
    expect([...new Set(set.labels.anchorTimes)]).toEqual([10, 20, 30, 40, 50].map(day));
    expect(daysOf(set, "test")).toEqual([50]);
  });

  it("all train, with a warning, where they are too few to split", () => {
    const set = label(daily, COUNT, { anchors: [day(10), day(20)] });
    expect(daysOf(set, "train")).toEqual([10, 20]);
    expect(splitRows(set.labels, "test")).toHaveLength(0);
    expect(set.warnings.join()).toContain("2 anchors are too few to split");
  });

  it("are none, with a warning, where the history is shorter than a window or has no time", () => {
    const short = label(daily, "PREDICT COUNT(events.*, 0, 300, days) FOR EACH users.id");
    expect(short.labels.targets).toHaveLength(0);
    expect(short.warnings.join()).toContain("no label window (t, t + 300 days]");
    const none = label(usersWithEvents(3, []), COUNT);
    expect(none.labels.targets).toHaveLength(0);
    expect(none.warnings.join()).toContain("no row of `events` has a time");
  });
});

describe("the rows of a static target", () => {
  const column = Array.from({ length: 50 }, (_, i) => i);
  const members = (timed: boolean): Database =>
    databaseOf({
      members: {
        columns: [
          numberColumn("id", column),
          numberColumn("height", column),
          times(
            "joined",
            column.map((i) => new Date(day((i * 7) % 50)).toISOString()),
          ),
        ],
        primaryKey: "id",
        ...(timed && { timeColumn: "joined" }),
      },
    });
  const query = "PREDICT members.height FOR EACH members.id";

  it("are split by their own times, earliest first", () => {
    const set = label(members(true), query);
    expect([daysOf(set, "train").length, daysOf(set, "val").length]).toEqual([40, 5]);
    expect(Math.max(...daysOf(set, "train"))).toBe(39);
    expect(Math.min(...daysOf(set, "test"))).toBe(45);
    expect(formatAnchors(set)).toBe("each row at its own time");
  });

  it("are split at the times that are given", () => {
    const set = label(members(true), query, { val: day(20), test: day(30) });
    expect(Math.max(...daysOf(set, "train"))).toBe(20);
    expect(Math.min(...daysOf(set, "test"))).toBe(31);
    expect(set.splitTimes).toEqual({ val: day(20), test: day(30) });
  });

  it("are split by the seed where they have no time", () => {
    const [one, two] = [label(members(false), query), label(members(false), query)];
    expect(one.labels.split).toEqual(two.labels.split);
    const plan = planOf(members(false), query);
    const other = computeLabels(members(false), plan, {}, { seed: 6 });
    expect(other.labels.split).not.toEqual(one.labels.split);
    expect(one.labels.anchorTimes.every((time) => time === Infinity)).toBe(true);
  });
});

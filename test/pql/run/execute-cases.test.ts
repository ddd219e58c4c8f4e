import { describe, expect, it } from "vitest";
import { runPlan } from "../../../pql/run/execute.js";
import type { ConfigError } from "../../../src/core/errors.js";
import { numberColumn, stringColumn } from "../../../src/data/column.js";
import { labelsOf, pairs, planOf, rowsToPredict } from "../../support/pql.js";
import { at, databaseOf, shop, times } from "../../support/shop.js";

const db = shop();
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as ConfigError).code;
  }
  return "none";
};

describe("static targets", () => {
  it("take each row at its own time, in the order of time", () => {
    const table = labelsOf(db, "PREDICT users.age FOR EACH users.id", null);
    expect(pairs(table)).toEqual([
      [2, 45],
      [3, 20],
      [0, 30],
    ]);
    expect(table.anchorTimes[0]).toBe(at("2022-12-01"));
    expect(table.dropped.undefinedLabel).toBe(1);
    expect(table.task.hiddenColumns).toEqual([{ table: "users", column: "age" }]);
    expect(table.anchors).toEqual([{ anchorTime: null, rows: 3, mean: 95 / 3 }]);
  });

  it("have no time where the table has none", () => {
    const table = labelsOf(db, "PREDICT items.price > 2 FOR EACH items.sku", null);
    expect(pairs(table)).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
    ]);
    expect([...table.anchorTimes]).toEqual([Infinity, Infinity, Infinity]);
  });

  it("are predicted where they are missing, or where ids are listed", () => {
    const rows = (entity: string): number[] => [
      ...rowsToPredict(db, `PREDICT users.age ${entity}`, null).entityRows,
    ];
    expect(rows("FOR EACH users.id")).toEqual([1]);
    expect(rows("FOR users.id IN (3, 1)")).toEqual([2, 0]);
  });

  it("see conditions as of the row's own time", () => {
    const late = databaseOf({
      tickets: {
        columns: [
          numberColumn("id", [1, 2]),
          times("opened", ["2023-01-01", "2023-01-01"]),
          times("resolved", ["2023-01-05", "2023-01-01"]),
          stringColumn("outcome", ["good", "good"]),
          numberColumn("score", [4, 5]),
        ],
        primaryKey: "id",
        timeColumn: "opened",
        knownFrom: { outcome: "resolved", score: "resolved" },
      },
    });
    const query = "PREDICT tickets.score FOR EACH tickets.id WHERE tickets.outcome = 'good'";
    expect(pairs(labelsOf(late, query, null))).toEqual([[1, 5]]);
    expect(pairs(labelsOf(late, query, ["2023-01-05"]))).toEqual([
      [0, 4],
      [1, 5],
    ]);
  });
});

describe("classes", () => {
  it("are all values of the column in order, whatever the anchors", () => {
    const query = "PREDICT LAST(orders.status, 0, 1, days) FOR EACH users.id";
    for (const anchor of ["2023-01-01", "2023-01-03"]) {
      expect(labelsOf(db, query, [anchor]).classes).toEqual(["open", "paid", "returned"]);
    }
    expect(pairs(labelsOf(db, query, ["2023-01-03"]))).toEqual([[0, 2]]);
    expect(labelsOf(db, query, ["2023-01-03"]).anchors[0]!.mean).toBeNull();
  });

  it("order numbers by value and 64-bit integers by value, too", () => {
    const small = databaseOf({
      t: {
        columns: [
          numberColumn("id", [1, 2, 3, 4]),
          numberColumn("grade", [10, 9, null, 10]),
          stringColumn("code", ["9007199254740993", "-1", "7", null], { int64: true }),
        ],
        primaryKey: "id",
        stypes: { grade: "categorical", code: "categorical" },
      },
    });
    const grades = labelsOf(small, "PREDICT t.grade FOR EACH t.id", null);
    expect([grades.classes, [...grades.targets]]).toEqual([
      ["9", "10"],
      [1, 0, 1],
    ]);
    const code = labelsOf(small, "PREDICT t.code FOR EACH t.id", null);
    expect(code.classes).toEqual(["-1", "7", "9007199254740993"]);
    const bigger = labelsOf(small, "PREDICT t.grade FOR EACH t.id WHERE t.code > '8'", null);
    expect([...bigger.entityRows]).toEqual([0]);
  });
});

describe("what a label table tells", () => {
  it("counts every dropped row under its first reason", () => {
    const odd = databaseOf({
      users: {
        columns: [
          numberColumn("id", [1, null, 1, 2, 3, 4, 5]),
          times("joined", [
            "2022-01-01",
            "2022-01-01",
            "2022-01-01",
            "2024-01-01",
            null,
            "2022-01-01",
            "2022-01-01",
          ]),
          times("left", [null, null, null, null, null, "2022-06-01", null]),
          numberColumn("age", [30, 30, 30, 30, 30, 30, 10]),
        ],
        primaryKey: "id",
        timeColumn: "joined",
        endTimeColumn: "left",
      },
      orders: {
        columns: [numberColumn("user_id", [5]), times("at", ["2023-02-01"])],
        timeColumn: "at",
        foreignKeys: { user_id: "users" },
      },
    });
    const query = "PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id WHERE users.age > 20";
    const table = labelsOf(odd, query, ["2023-01-01"]);
    expect(pairs(table)).toEqual([[0, 0]]);
    expect(table.dropped).toEqual({
      nullKey: 1,
      duplicateKey: 1,
      notYetCreated: 2,
      ended: 1,
      where: 1,
      assuming: 0,
      undefinedLabel: 0,
    });
  });

  it("gives the base rate of each anchor, in order, each anchor once", () => {
    const query = "PREDICT COUNT(orders.*, 0, 1, days) > 0 FOR EACH users.id";
    const table = labelsOf(db, query, ["2023-01-04", "2023-01-01", "2023-01-04"]);
    expect(table.anchors).toEqual([
      { anchorTime: at("2023-01-01"), rows: 3, mean: 1 / 3 },
      { anchorTime: at("2023-01-04"), rows: 4, mean: 1 / 4 },
    ]);
    expect([...table.entityRows]).toEqual([0, 2, 3, 0, 1, 2, 3]);
  });

  it("knows unit, span and whether targets are whole numbers", () => {
    const task = (target: string) =>
      labelsOf(db, `PREDICT ${target} FOR EACH users.id`, ["2023-01-01"]).task;
    expect(task("SUM(orders.amount, 1, 3, weeks)")).toMatchObject({
      window: { start: 1, end: 3, unit: "weeks" },
      unit: "euros",
      integer: true,
      targetName: "SUM(orders.amount, 1, 3, weeks)",
      hiddenColumns: [],
    });
    expect(task("AVG(orders.amount, 0, 3)")).toMatchObject({ unit: "euros", integer: false });
    expect(task("COUNT(orders.amount, 0, 3)")).toMatchObject({ unit: null, integer: true });
    expect(
      task("COUNT(orders.*, 0, 1, months) > 0 OR COUNT(orders.*, 1, 36, hours) > 0"),
    ).toMatchObject({
      window: { start: 0, end: 720, unit: "hours" },
      unit: null,
    });
  });

  it("warns where a label window is not over, and where nobody is eligible", () => {
    const query = "PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id";
    const warnings = (anchor: string): string[] =>
      labelsOf(db, query, [anchor]).warnings.map((warning) => warning.code);
    expect(warnings("2022-12-29")).toEqual([]);
    expect(warnings("2022-12-30")).toEqual(["PQL494"]);
    expect(warnings("2022-11-30")).toEqual(["PQL495"]);
    expect(labelsOf(db, query, []).warnings.map((warning) => warning.code)).toEqual(["PQL495"]);
  });
});

describe("rows to predict", () => {
  const query = "PREDICT COUNT(orders.*, 0, 7) > 0 FOR EACH users.id";

  it("need no label and no assumption", () => {
    const rows = rowsToPredict(db, `${query} ASSUMING COUNT(orders.*, 0, 7) > 9`, ["2023-06-01"]);
    expect([...rows.entityRows]).toEqual([0, 1, 3]);
  });

  it("name listed ids that do not exist, and leave out who has left", () => {
    const rows = rowsToPredict(db, "PREDICT COUNT(orders.*, 0, 7) FOR users.id IN (99, 3, 1)", [
      "2023-06-01",
    ]);
    expect([...rows.entityRows]).toEqual([0]);
    expect(rows.missingIds).toEqual([[99]]);
  });
});

describe("late cells", () => {
  const late = databaseOf({
    users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
    tickets: {
      columns: [
        numberColumn("user_id", [1, 1]),
        times("opened", ["2023-01-02", "2023-01-03"]),
        times("resolved", ["2023-01-10", null]),
        numberColumn("score", [4, 2]),
      ],
      timeColumn: "opened",
      foreignKeys: { user_id: "users" },
      knownFrom: { score: "resolved" },
    },
  });

  it("are null to filters until they are known", () => {
    const query =
      "PREDICT COUNT(tickets.*, 0, 1) FOR EACH users.id WHERE SUM(tickets.score, -INF, 0) > 0";
    expect([...labelsOf(late, query, ["2023-01-05", "2023-01-10"]).anchorTimes]).toEqual([
      at("2023-01-10"),
    ]);
  });

  it("count in labels with what they turn out to be", () => {
    const query = "PREDICT SUM(tickets.score, 0, 30) FOR EACH users.id";
    expect([...labelsOf(late, query, ["2023-01-01"]).targets]).toEqual([6]);
  });
});

describe("anchors", () => {
  it("may be close to the end of a month, where windows cross", () => {
    const edge = databaseOf({
      users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
      orders: {
        columns: [numberColumn("user_id", [1]), times("at", ["2023-02-28 12:00"])],
        timeColumn: "at",
        foreignKeys: { user_id: "users" },
      },
    });
    // One month after the first anchor is 28 February 23:00, after the second 28 February 01:00.
    const query = "PREDICT COUNT(orders.*, 0, 1, months) FOR EACH users.id";
    const anchors = ["2023-01-30 23:00", "2023-01-31 01:00"];
    expect([...labelsOf(edge, query, anchors).targets]).toEqual([1, 0]);
  });

  it("are needed for windows, and are times", () => {
    const plan = planOf(db, "PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id");
    expect(codeOf(() => runPlan(plan, db, null))).toBe("CFG140");
    expect(codeOf(() => runPlan(plan, db, [Number.NaN]))).toBe("CFG141");
  });

  it("report progress and can be stopped", () => {
    const plan = planOf(db, "PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id");
    const events: string[] = [];
    runPlan(plan, db, [0, 1], { onProgress: (event) => events.push(event.message) });
    expect(events).toEqual(["2 of 2 anchors"]);
    const signal = AbortSignal.abort();
    expect(codeOf(() => runPlan(plan, db, [0], { signal }))).toBe("CFG900");
  });
});

describe("tables without rows", () => {
  it("give no rows, and no error", () => {
    const empty = databaseOf({
      users: { columns: [numberColumn("id", [])], primaryKey: "id" },
      orders: {
        columns: [numberColumn("user_id", []), times("at", []), numberColumn("v", [])],
        timeColumn: "at",
        foreignKeys: { user_id: "users" },
      },
    });
    for (const target of [
      "SUM(orders.v, 0, 7)",
      "MAX(orders.v, 0, 7)",
      "COUNT_DISTINCT(orders.v, 0, 7)",
    ]) {
      const table = labelsOf(empty, `PREDICT ${target} FOR EACH users.id`, ["2023-01-01"]);
      expect(table.entityRows.length).toBe(0);
    }
    expect(labelsOf(empty, "PREDICT users.id > 3 FOR EACH users.id", null).targets.length).toBe(0);
  });
});

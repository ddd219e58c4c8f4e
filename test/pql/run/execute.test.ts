import { describe, expect, it } from "vitest";
import { numberColumn } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { labelsOf, pairs, rowsToPredict } from "../../support/pql.js";
import { databaseOf, shop, times } from "../../support/shop.js";

const db = shop();
const NEW_YEAR = "2023-01-01";

/** The label of user 1 (row 0) at New Year, `undefined` where the row is dropped. */
function label(target: string, anchor = NEW_YEAR, database: Database = db): number | undefined {
  const table = labelsOf(database, `PREDICT ${target} FOR EACH users.id`, [anchor]);
  return new Map(pairs(table)).get(0);
}

describe("golden vectors: orders of user 1 on 1 to 4 January for 1, 2, 4, 8", () => {
  it("leaves the row at the anchor to the past and takes the row at the window's end", () => {
    expect(label("SUM(orders.amount, 0, 2, days)")).toBe(6);
  });

  it("sees the row at the anchor in a filter that looks back", () => {
    const query =
      "PREDICT COUNT(orders.*, 0, 2, days) FOR EACH users.id WHERE SUM(orders.amount, -1, 0, days) = 1";
    expect(pairs(labelsOf(db, query, [NEW_YEAR]))).toEqual([[0, 2]]);
  });

  it("has no lower bound with -INF", () => {
    const query =
      "PREDICT COUNT(orders.*, 0, 2, days) FOR EACH users.id WHERE COUNT(orders.*, -INF, 0) = 1";
    expect(pairs(labelsOf(db, query, [NEW_YEAR]))).toEqual([[0, 2]]);
  });

  it("delays a window that starts later", () => {
    expect(label("COUNT(orders.*, 1, 3, days)")).toBe(2);
  });

  it.each(["0, 24, hours", "0, 1440, minutes", "0, 86400, seconds", "0, 1, day"])(
    "gives the same for %s",
    (window) => expect(label(`COUNT(orders.*, ${window})`)).toBe(1),
  );

  it("clamps a month to the month's end", () => {
    const edge = databaseOf({
      users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
      orders: {
        columns: [
          numberColumn("user_id", [1, 1]),
          times("ordered_at", ["2023-02-28", "2023-03-01"]),
        ],
        timeColumn: "ordered_at",
        foreignKeys: { user_id: "users" },
      },
    });
    expect(label("COUNT(orders.*, 0, 1, months)", "2023-01-31", edge)).toBe(1);
  });

  it("drops a row whose average is missing, and keeps it for IS NULL", () => {
    expect(label("AVG(orders.amount, 4, 9)")).toBeUndefined();
    expect(label("AVG(orders.amount, 4, 9) IS NULL")).toBe(1);
  });

  it("keeps a row whose sum is over nothing", () => {
    expect(label("SUM(orders.amount, 4, 9)")).toBe(0);
  });

  it("does not keep a missing value under NOT, unless the logic is Kumo's", () => {
    const query =
      "PREDICT COUNT(orders.* WHERE NOT orders.amount = 1, 0, 9, days) FOR EACH users.id";
    const anchor = ["2023-01-02 12:00"];
    expect(new Map(pairs(labelsOf(db, query, anchor))).get(1)).toBe(0);
    expect(new Map(pairs(labelsOf(db, query, anchor, { nullLogic: "kumo" }))).get(1)).toBe(1);
  });

  it("takes a user from the instant of joining on", () => {
    const query = "PREDICT COUNT(orders.*, 0, 1, days) FOR EACH users.id";
    expect([...labelsOf(db, query, ["2023-01-02 12:00"]).entityRows]).toContain(1);
    expect([...labelsOf(db, query, ["2023-01-02 11:59:59"]).entityRows]).not.toContain(1);
  });

  it("leaves a user out from the instant of leaving on", () => {
    const query = "PREDICT COUNT(orders.*, 0, 1, days) FOR EACH users.id";
    expect([...labelsOf(db, query, ["2023-01-09 23:59:59"]).entityRows]).toContain(2);
    expect([...labelsOf(db, query, ["2023-01-10"]).entityRows]).not.toContain(2);
  });

  it("filters scored rows with FOR EACH and not with listed ids, training rows with both", () => {
    const target = "PREDICT COUNT(orders.*, 0, 1, days)";
    const listed = `${target} FOR users.id IN (1, 3) WHERE users.age > 99`;
    const each = `${target} FOR EACH users.id WHERE users.age > 99`;
    expect([...rowsToPredict(db, listed, [NEW_YEAR]).entityRows]).toEqual([0, 2]);
    expect([...rowsToPredict(db, each, [NEW_YEAR]).entityRows]).toEqual([]);
    expect(labelsOf(db, listed, [NEW_YEAR]).entityRows.length).toBe(0);
    expect(labelsOf(db, each, [NEW_YEAR]).entityRows.length).toBe(0);
  });
});

describe("golden vector of the executor", () => {
  const small = databaseOf({
    users: { columns: [numberColumn("id", [0, 1, 2, 3, 4, 5])], primaryKey: "id" },
    orders: {
      columns: [
        numberColumn("owner", [0, 0, 1, 3, 3, 3, 4]),
        numberColumn("value", [2, 4, null, 4, 6, 6, 2]),
        times("at", Array(7).fill("2023-01-02")),
      ],
      timeColumn: "at",
      foreignKeys: { owner: "users" },
    },
  });
  const run = (target: string): [number, number][] =>
    pairs(labelsOf(small, `PREDICT ${target} FOR EACH users.id`, [NEW_YEAR]));

  it("sums to 0 over nothing", () => {
    expect(run("SUM(orders.value, 0, 1)").map(([, sum]) => sum)).toEqual([6, 0, 0, 16, 2, 0]);
  });

  it("averages only what is there", () => {
    expect(run("AVG(orders.value, 0, 1)")).toEqual([
      [0, 3],
      [3, 16 / 3],
      [4, 2],
    ]);
  });

  it("counts values that are there, or rows", () => {
    expect(run("COUNT(orders.value, 0, 1)").map(([, n]) => n)).toEqual([2, 0, 0, 3, 1, 0]);
    expect(run("COUNT(orders.*, 0, 1)").map(([, n]) => n)).toEqual([2, 1, 0, 3, 1, 0]);
  });

  it("lists distinct values, and none where there are none", () => {
    expect(run("COUNT_DISTINCT(orders.value, 0, 1)").map(([, n]) => n)).toEqual([2, 0, 0, 2, 1, 0]);
    expect(run("LIST_DISTINCT(orders.value, 0, 1) CONTAINS 4")).toEqual([
      [0, 1],
      [3, 1],
      [4, 0],
    ]);
    expect(run("LIST_DISTINCT(orders.value, 0, 1) IS NULL").map(([, n]) => n)).toEqual([
      0, 1, 1, 0, 0, 1,
    ]);
  });
});

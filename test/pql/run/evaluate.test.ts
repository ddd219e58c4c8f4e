import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileLike } from "../../../pql/run/like.js";
import { numberColumn, stringColumn } from "../../../src/data/column.js";
import { labelsOf, rowsToPredict } from "../../support/pql.js";
import { at, databaseOf, times } from "../../support/shop.js";
import { like } from "./oracle-values.js";

/** One user whose order of 2 January is for an item; that it is for it may be known from the 7th on only. */
const shopOf = (added: string, lateKey: boolean) =>
  databaseOf({
    users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
    items: {
      columns: [stringColumn("sku", ["A"]), numberColumn("price", [3]), times("added", [added])],
      primaryKey: "sku",
      timeColumn: "added",
    },
    orders: {
      columns: [
        numberColumn("id", [1, 2]),
        numberColumn("user_id", [1, 1]),
        stringColumn("sku", ["A", null]),
        times("at", ["2023-01-02", "2023-01-12"]),
        times("settled", ["2023-01-07", null]),
      ],
      primaryKey: "id",
      timeColumn: "at",
      foreignKeys: { user_id: "users", sku: "items" },
      ...(lateKey && { knownFrom: { sku: "settled" } }),
    },
    parcels: {
      columns: [numberColumn("order_id", [1, 1]), times("sent", ["2023-01-03", "2023-01-06"])],
      timeColumn: "sent",
      foreignKeys: { order_id: "orders" },
    },
  });
const ANCHORS = ["2023-01-04", "2023-01-06", "2023-01-08"];
const db = shopOf("2023-01-05", true);
const eligibleAt = (where: string, data = db): number[] => [
  ...rowsToPredict(data, `PREDICT COUNT(orders.*, 0, 30) FOR EACH users.id WHERE ${where}`, ANCHORS)
    .anchorTimes,
];

describe("several anchors that see the same row otherwise", () => {
  it("count nested aggregations at each anchor, in WHERE", () => {
    const where = "COUNT(orders.* WHERE COUNT(parcels.*, -INF, 0) = 1, -INF, 0) = 1";
    expect(eligibleAt(where)).toEqual([at("2023-01-04")]);
  });

  it("count nested aggregations at each anchor, in labels", () => {
    const target = "COUNT(orders.* WHERE COUNT(parcels.*, -30, 0) = 2, -30, 30)";
    const both = "COUNT(orders.* WHERE COUNT(parcels.*, 0, 2) > 0, -30, 30)";
    const label = (text: string): number[] => [
      ...labelsOf(db, `PREDICT ${text} + COUNT(orders.*, 0, 1) FOR EACH users.id`, ANCHORS).targets,
    ];
    expect(() => label(target)).toThrow("before the anchor");
    expect(label(both)).toEqual([1, 0, 0]);
  });

  it.each([
    ["that has not come", shopOf("2023-01-05", false), ["2023-01-06", "2023-01-08"]],
    ["whose key is not known", shopOf("2023-01-01", true), ["2023-01-08"]],
  ])("do not look up or join a parent %s", (_, data, expected) => {
    const lookedUp = "COUNT(orders.* WHERE items.price = 3, -INF, 0) = 1";
    const joined = "SUM(items.price VIA orders.sku -> orders.user_id, -INF, 0) = 3";
    expect(eligibleAt(lookedUp, data)).toEqual(expected.map(at));
    expect(eligibleAt(joined, data)).toEqual(expected.map(at));
  });

  it("compare with ANCHOR at each anchor", () => {
    const where = "COUNT(orders.* WHERE orders.settled <= ANCHOR, -INF, 0) = 0";
    expect(eligibleAt(where)).toEqual([at("2023-01-04"), at("2023-01-06")]);
  });
});

describe("LIKE", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "😀", "_"), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "😀", "_", "%"), maxLength: 8 });

  it("matches what trying every way matches", () => {
    fc.assert(
      fc.property(text, pattern, (t, p) => {
        expect(compileLike(p)(t)).toBe(like(t, p));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes no time that grows with the ways to match", () => {
    expect(compileLike(`${"%a".repeat(500)}%b`)("a".repeat(5000))).toBe(false);
  });
});

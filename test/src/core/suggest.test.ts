/** Near matches: what a person meant by a misspelt name. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { suggest, suggestHint } from "../../../src/core/suggest.js";

const TABLES = ["users", "orders", "order_items", "products", "USERS_OLD"];

describe("suggest", () => {
  it.each([
    ["ordrs", ["orders"]],
    ["oredrs", ["orders"]],
    ["USER", ["users"]],
    ["user_old", ["USERS_OLD"]],
    ["orders_items", ["order_items"]],
    ["zzz", []],
    ["", []],
  ])("%j means %j", (name, expected) => {
    expect(suggest(name, TABLES)).toEqual(expected);
  });

  it("takes a word for the misspelt beginning of a longer name where no whole name is near", () => {
    expect(suggest("DURATON", ["SESSION_ID", "DURATION_MIN"])).toEqual(["DURATION_MIN"]);
    expect(suggest("DURATION_MI", ["DURATION_MIN", "DURATION_MIN_TOTAL"])).toEqual([
      "DURATION_MIN",
    ]);
  });

  it("puts the nearest first, equals by name, and no more than asked for", () => {
    const names = ["abcx", "abc", "abd", "abcd", "zbcd"];
    expect(suggest("abcd", names)).toEqual(["abcd", "abc", "abcx"]);
    expect(suggest("abcd", names, 1)).toEqual(["abcd"]);
  });

  it("always finds a name that is there, in any case", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), {
      minLength: 1,
      selector: (name) => name.toLowerCase(),
    });
    fc.assert(
      fc.property(names, (candidates) => {
        expect(suggest(candidates[0]!, candidates)[0]).toBe(candidates[0]);
        expect(suggest(candidates[0]!.toLowerCase(), candidates)[0]).toBe(candidates[0]);
      }),
    );
  });
});

describe("suggestHint", () => {
  it("asks about the near match and lists what exists", () => {
    expect(suggestHint("ordrs", ["users", "orders"], "tables")).toBe(
      "did you mean `orders`? tables: users, orders",
    );
    expect(suggestHint("zzz", ["users", "orders"], "tables")).toBe("tables: users, orders");
    expect(suggestHint("zzz", [], "tables")).toBe("there are no tables");
  });

  it("cuts a long list", () => {
    const names = Array.from({ length: 20 }, (_, i) => `column_${i}`);
    expect(suggestHint("zzz", names, "columns")).toBe(
      `columns: ${names.slice(0, 12).join(", ")}, …`,
    );
  });
});

import { describe, expect, it } from "vitest";
import { bindFeature, type FeatureOptions } from "../../../pql/feature/bind-feature.js";
import type { PqlError } from "../../../src/core/errors.js";
import { widerShop } from "../../support/shop.js";

const { schema } = widerShop();
const bind = (text: string, options: FeatureOptions = {}) =>
  bindFeature(text, schema, "users", options);

/** Binds what must fail. */
function errorOf(text: string, options: FeatureOptions = {}): PqlError {
  try {
    bind(text, options);
  } catch (error) {
    return error as PqlError;
  }
  throw new Error(`binds: ${text}`);
}

describe("bindFeature", () => {
  it.each([
    ["SUM(orders.amount, -90, 0, days)", "number"],
    ["count(orders.* where orders.status = 'paid', -30, 0) / COUNT(orders.*, -30, 0)", "number"],
    ["SUM(orders.gift, -2, -1, months)", "number"],
    ["users.premium", "number"],
    ["WEEKDAY(ANCHOR)", "number"],
    ["COUNT(notes.*)", "number"],
    ["COUNT(orders.*, -7, 0) > COUNT(orders.*, -14, -7)", "condition"],
    ["users.tags CONTAINS 'vip' AND users.age > 20", "condition"],
    ["EXISTS(returns.*, -INF, 0)", "condition"],
    ["LAST(orders.status, -INF, 0)", "category"],
    ["COALESCE(users.country, 'none')", "category"],
    ["MODE(visits.guide_id VIA user_id, -INF, 0)", "category"],
    ["MAX(orders.ordered_at, -INF, 0)", "age"],
    ["users.joined", "age"],
  ])("takes %s as a %s", (text, kind) => {
    expect(bind(text).kind).toBe(kind);
  });

  it("prints a canonical text that binds to the same feature, parameters and names included", () => {
    const options = { params: { days: -90, kind: "paid", unused: 1 } };
    const feature = bind(
      "sum(Orders.amount where orders.status == :kind, :days, 0) as `for`",
      options,
    );
    expect(feature.text).toBe(
      "SUM(orders.amount WHERE orders.status = 'paid', -90, 0, days) AS `for`",
    );
    expect(feature.name).toBe("for");
    expect(feature.warnings).toEqual([]);
    expect(bind(feature.text).text).toBe(feature.text);
    expect(String(bind(feature.text))).toBe(String(feature));
  });

  it("takes a word of the language as a name", () => {
    expect(bind("SUM(orders.amount, -90, 0) AS rank").name).toBe("rank");
  });

  it("says what it reads, and over which links", () => {
    expect(
      String(bind("SUM(items.price WHERE users.age > 1, -3, 0, weeks)")),
    ).toMatchInlineSnapshot(`
      "BoundFeature  SUM(items.price WHERE users.age > 1, -3, 0, weeks)
        of users   kind number   null logic kleene
        clause   function  column       type    stype      link                                window
        -------  --------  -----------  ------  ---------  ----------------------------------  ----------------
        feature  SUM       items.price  number  numerical  items ← orders.sku.user_id → users  (t - 3 weeks, t]"
    `);
  });

  it.each([
    ["SUM(orders.amount, 0, 30, days)", "PQL413", "0, 30, days", "end it at 0"],
    ["COUNT(orders.*, -30, 1) > 2", "PQL413", "-30, 1", "end it at 0"],
    ["COUNT(orders.* WHERE COUNT(returns.*, 0, 7) = 0, -30, 0)", "PQL413", "0, 7", "end it at 0"],
    ["TIME_TO_NEXT(orders.*, 0, 30)", "PQL413", "0, 30", "end it at 0"],
    ["TIME_TO_NEXT(orders.*, -30, 0)", "PQL408", "-30, 0", "use MAX of the time"],
    ["COUNT(orders.*)", "PQL402", "COUNT(orders.*)", "-INF, 0, days"],
    ["COUNT(notes.*, -3, 0)", "PQL401", "-3, 0", "time column"],
    ["SUM(orders.amount, 0, -3)", "PQL403", "0, -3", "before the end"],
    ["LIST_DISTINCT(orders.sku, -9, 0)", "PQL329", "LIST_DISTINCT(orders.sku, -9, 0)", "CONTAINS"],
    ["users.tags", "PQL329", "users.tags", "CONTAINS"],
    ["users.id", "PQL209", "users.id", "identifier"],
    ["1 + 1", "PQL327", "1 + 1", "ANCHOR"],
    ["SUM(orders.ammount, -9, 0)", "PQL202", "orders.ammount", "did you mean `amount`"],
    ["SUM(order.amount, -9, 0)", "PQL201", "order", "did you mean `orders`"],
    ["COUNT(visits.*, -9, 0)", "PQL207", "visits.*", "VIA visits.user_id"],
    ["COUNT(visits.* VIA sku, -9, 0)", "PQL222", "sku", "user_id"],
    ["COUNT(weather.*, -9, 0)", "PQL206", "weather.*", ""],
    ["SUM(orders.status, -9, 0)", "PQL301", "orders.status", "COUNT"],
    ["SUM(orders.amount, :days, 0)", "PQL220", ":days", "--param days"],
    ["orders.amount", "PQL208", "orders.amount", "LAST"],
  ])("refuses %s with %s", (text, code, place, hint) => {
    const { code: found, span, source, hint: advice } = errorOf(text);
    expect([found, text.slice(span!.start, span!.end)]).toEqual([code, place]);
    expect(source).toBe(text);
    expect(advice).toContain(hint);
  });

  it.each([
    ["", "", "nothing"],
    ["-- only a comment", "", "nothing"],
    ["PREDICT SUM(orders.amount, -9, 0) FOR EACH users.id", "PREDICT", "`PREDICT`"],
    ["SUM(orders.amount, -9, 0) for  each users.id", "for  each", "`FOR EACH`"],
    ["COUNT(orders.*, -3, 0) > 1 WHERE users.age > 3", "WHERE", "inside the brackets"],
    ["users.age, users.country", ",", "by itself"],
    ["COUNT(orders.*, -3, 0) AT 2024-01-01", "AT", "at the time of each prediction"],
    ["users.age;", ";", "leave it out"],
  ])("takes one expression, not %j", (text, place, words) => {
    const error = errorOf(text);
    expect([error.code, text.slice(error.span!.start, error.span!.end)]).toEqual(["PQL120", place]);
    expect(error.format()).toContain(words);
  });

  it.each([
    ["SUM(orders.amount, -9, 0", "expected `)`, found the end of the feature"],
    ["SUM(orders.amount, -9, 0))", "expected the end of the feature, found `)`"],
    ["(users.age, 2)", "a list in brackets is no feature"],
    ["[users.age]", "unexpected `[`"],
    [`${"(".repeat(101)}users.age${")".repeat(101)}`, "the feature is deeper than 100 levels"],
  ])("speaks of the feature where %s cannot be read", (text, message) => {
    expect(errorOf(text).message).toBe(message);
  });

  it("reports all mistakes at once, in the order of the text", () => {
    const { code, others } = errorOf("SUM(orders.ammount, -9, 0) + COUNT(orders.*, 0, 9)");
    expect([code, ...others.map((other) => other.code)]).toEqual(["PQL202", "PQL413"]);
  });

  it("refuses columns that the query hides, inside aggregations too", () => {
    const hidden = [{ table: "users", column: "age" }];
    expect(errorOf("users.age + 1", { hidden }).code).toBe("PQL216");
    expect(
      errorOf("COUNT(users.* VIA orders.user_id -> orders.user_id)", { hidden }).code,
    ).not.toBe("PQL216");
    const inside = errorOf("COUNT(orders.* WHERE users.age > 3, -9, 0)", { hidden });
    expect(inside.format()).toContain("`users.age`");
    expect(bind("users.country", { hidden }).kind).toBe("category");
  });

  it("takes the published language only, in its dialect", () => {
    const dialect = "kumo";
    expect(bind("SUM(orders.amount, -90, 0, days)", { dialect }).kind).toBe("number");
    expect(errorOf("SUM(orders.amount, -90, 0, days) / 2", { dialect }).code).toBe("PQL163");
    expect(errorOf("SUM(orders.amount, -90, 0, days) AS x", { dialect }).code).toBe("PQL166");
  });

  it("says which tables there are, where the entity's is none of them", () => {
    expect(() => bindFeature("users.age", schema, "user")).toThrow(
      expect.objectContaining({ code: "SCH101", hint: expect.stringContaining("`users`") }),
    );
  });
});

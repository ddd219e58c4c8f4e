import { describe, expect, it } from "vitest";
import { bindQuery } from "../../../pql/bind/bind.js";
import type { BoundAggregation, BoundColumn, BoundComparison } from "../../../pql/bind/bound.js";
import { printPath } from "../../../pql/bind/describe-bound.js";
import type { Parameters } from "../../../pql/bind/parameters.js";
import { checkQuery } from "../../../pql/check.js";
import { planTrainingTable } from "../../../pql/plan/plan.js";
import type { Dialect } from "../../../pql/syntax/ast.js";
import { parseQuery } from "../../../pql/syntax/parse.js";
import { printQuery } from "../../../pql/syntax/print.js";
import type { PqlError } from "../../../src/core/errors.js";
import { widerShop } from "../../support/shop.js";

const { schema } = widerShop();
const check = (text: string, dialect: Dialect = "relgraph", params: Parameters = {}) =>
  checkQuery(text, schema, { dialect, params });
const codes = (text: string, dialect?: Dialect): string[] =>
  check(text, dialect).errors.map((error) => error.code);
const warnings = (text: string): string[] => check(text).warnings.map((warning) => warning.code);
/** Codes of a query whose target or filter is given, the rest being fine. */
const target = (written: string): string[] => codes(`PREDICT ${written} FOR EACH users.id`);
const where = (written: string): string[] =>
  codes(`PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id WHERE ${written}`);
const inline = (written: string): string[] => target(`COUNT(orders.* WHERE ${written}, 0, 7)`);

describe("names", () => {
  it("fits letter case where only one name is meant", () => {
    const query = parseQuery("PREDICT count(ORDERS.*, 0, 7) FOR EACH Users.ID WHERE USERS.Age > 3");
    const bound = bindQuery(query, schema);
    expect(printQuery(bound.query)).toBe(
      "PREDICT COUNT(orders.*, 0, 7, days) FOR EACH users.id WHERE users.age > 3",
    );
  });

  it("wants exact names in the strict dialect", () => {
    expect(codes("PREDICT COUNT(ORDERS.*, 0, 7) FOR EACH users.ID", "kumo")).toEqual([
      "PQL201",
      "PQL202",
    ]);
  });

  it("refuses letter case that fits two names", () => {
    const twice = { tables: [...schema.tables, { ...schema.tables[2]!, name: "Orders" }] };
    const found = checkQuery("PREDICT COUNT(ORDERS.*, 0, 7) FOR EACH users.id", twice);
    expect(found.errors.map((error) => error.code)).toEqual(["PQL203"]);
    expect(checkQuery("PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id", twice).errors).toEqual([]);
  });

  it("finds every unknown name, once, with near matches", () => {
    const { errors } = check(
      "PREDICT SUM(ordrs.amount, 0, 7) FOR EACH users.id WHERE users.agge > 3 AND COUNT(ordrs.*, -7, 0) > 0",
    );
    expect(errors.map((error) => [error.code, error.hint?.split("?")[0]])).toEqual([
      ["PQL201", "did you mean `orders`"],
      ["PQL202", "did you mean `age`"],
      ["PQL201", "did you mean `orders`"],
    ]);
  });

  it("throws the first and carries the others", () => {
    const query = parseQuery("PREDICT SUM(orders.status, 7, 0) FOR EACH users.age");
    try {
      bindQuery(query, schema);
      expect.unreachable();
    } catch (error) {
      const { code, others } = error as PqlError;
      expect([code, ...others.map((other) => other.code)]).toEqual(["PQL301", "PQL403", "PQL204"]);
    }
  });
});

describe("entities", () => {
  it.each([
    ["PQL204", "FOR EACH users.age"],
    ["PQL204", "FOR EACH visits.user_id"],
    ["PQL205", "FOR EACH users.*"],
    ["PQL211", "FOR users.id"],
    ["PQL212", "FOR EACH users.id = 3"],
    ["PQL213", "FOR users.id > 3"],
    ["PQL301", "FOR users.id = 'x'"],
    ["PQL301", "FOR users.id IN (1, '2')"],
    ["PQL302", "FOR users.id IN 3"],
    ["PQL302", "FOR users.id = (3, 4)"],
  ])("gives %s for %s", (code, entity) => {
    expect(codes(`PREDICT COUNT(orders.*, 0, 7) ${entity}`)).toContain(code);
  });

  it("takes text keys in quotes, and 64-bit keys as they are", () => {
    const item = (id: string): string[] =>
      codes(`PREDICT COUNT(orders.*, 0, 7) FOR items.sku = ${id}`);
    expect(item("'A'")).toEqual([]);
    expect(item("5")).toEqual(["PQL301"]);
    expect(item("9223372036854775807")).toEqual([]);
  });

  it("takes all columns of a composite key, in any order, and ids as they are written", () => {
    expect(codes("PREDICT COUNT(deliveries.*, 0, 7) FOR EACH stock.sku")).toEqual(["PQL204"]);
    const { bound } = check(
      "PREDICT COUNT(deliveries.*, 0, 7) FOR (stock.store, stock.sku) IN ((1, 'A'), (2, 'B'))",
    );
    expect(bound?.entity.keys.map(({ name }) => name)).toEqual(["sku", "store"]);
    expect(bound?.entity.ids).toEqual([
      ["A", 1],
      ["B", 2],
    ]);
    expect(
      check("PREDICT stock.shelf FOR (stock.sku, stock.store) = ('A', 1)").bound,
    ).toMatchObject({
      entity: { ids: [["A", 1]] },
    });
  });

  it.each([
    ["PQL204", "FOR EACH (stock.sku, items.sku)"],
    ["PQL204", "FOR EACH (users.id, users.age)"],
    ["PQL204", "FOR EACH users.id VIA user_id"],
    ["PQL302", "FOR (stock.sku, stock.store) = 'A'"],
    ["PQL302", "FOR (stock.sku, stock.store) IN (('A', 1), ('B', 1, 2))"],
    ["PQL301", "FOR (stock.sku, stock.store) IN (('A', 1), ('B', 'x'))"],
  ])("gives %s for %s", (code, entity) => {
    expect(codes(`PREDICT COUNT(deliveries.*, 0, 7) ${entity}`)).toContain(code);
  });
});

describe("links", () => {
  it.each([
    ["PQL206", "COUNT(weather.*, 0, 7)"],
    ["PQL207", "COUNT(visits.*, 0, 7)"],
    ["PQL207", "COUNT(items.* VIA sku)"],
    ["PQL208", "orders.amount"],
    ["PQL208", "orders.amount VIA orders.user_id"],
    ["PQL210", "items.price"],
    ["PQL214", "COUNT(1, 0, 7)"],
    ["PQL215", "SUM(orders.amount * visits.minutes, 0, 7)"],
    ["PQL222", "COUNT(visits.* VIA visitor_id, 0, 7)"],
    ["PQL906", "SUM(COUNT(orders.*, 0, 7), 0, 7)"],
  ])("gives %s for %s", (code, written) => expect(target(written)).toEqual([code]));

  it("names the links it cannot choose between", () => {
    const [error] = check("PREDICT COUNT(visits.*, 0, 7) FOR EACH users.id").errors;
    expect(error!.message).toContain("`visits.user_id` and `visits.guide_id`");
  });

  /** The path of an aggregation that is the target, as `returns.order_id → orders.user_id → users`. */
  const path = (written: string, entity = "users.id"): string => {
    const { bound, errors } = check(`PREDICT ${written} FOR EACH ${entity}`);
    expect(errors.map((error) => error.format())).toEqual([]);
    return printPath((bound!.targets[0]!.value as BoundAggregation).path.hops);
  };

  it("finds the only way up, else the only shortest way of any links", () => {
    expect(path("COUNT(returns.*, 0, 7)")).toBe("returns.order_id → orders.user_id → users");
    expect(path("SUM(items.price, 0, 7)")).toBe("items ← orders.sku.user_id → users");
    expect(path("COUNT(staff.*, 0, 7)", "staff.id")).toBe("staff.lead_id → staff");
    expect(path("SUM(deliveries.pieces, 0, 7)", "items.sku")).toBe(
      "deliveries.sku+store → stock.sku → items",
    );
  });

  it("follows VIA, from the child or from the parent, with or without the table's name", () => {
    expect(path("COUNT(visits.* VIA guide_id, 0, 7)")).toBe("visits.guide_id → users");
    expect(path("COUNT(visits.* VIA visits.USER_ID, 0, 7)")).toBe("visits.user_id → users");
    expect(path("SUM(items.price VIA orders.sku -> user_id, 0, 7)")).toBe(
      path("SUM(items.price, 0, 7)"),
    );
    expect(path("COUNT(calls.* VIA order_id, 0, 7)")).toBe(
      "calls.order_id → orders.user_id → users",
    );
  });

  it("counts windows by the first time on the path", () => {
    const clock = (written: string): string | undefined => {
      const value = check(`PREDICT ${written} FOR EACH users.id`).bound!.targets[0]!
        .value as BoundAggregation;
      const { hops, clock: at } = value.path;
      return at === null ? undefined : [value.table, ...hops.map((hop) => hop.to)][at]!.name;
    };
    expect(clock("COUNT(returns.*, 0, 7)")).toBe("returns");
    expect(clock("SUM(items.price, 0, 7)")).toBe("orders");
    expect(clock("COUNT(notes.*)")).toBeUndefined();
  });

  it("looks columns up one link or more, from any table of the path", () => {
    const steps = (filter: string, aggregation = "orders.*"): [number, string] => {
      const text = `PREDICT COUNT(${aggregation} WHERE ${filter}, 0, 7) FOR EACH users.id`;
      const { bound, errors } = check(text);
      expect(errors.map((error) => error.format())).toEqual([]);
      const { where } = bound!.targets[0]!.value as BoundAggregation;
      const { position, steps } = (where as BoundComparison).left as BoundColumn;
      return [position, printPath(steps)];
    };
    expect(steps("items.price > 3")).toEqual([0, "orders.sku → items"]);
    expect(steps("items.price > 3", "returns.*")).toEqual([
      0,
      "returns.order_id → orders.sku → items",
    ]);
    expect(steps("orders.amount > 3", "returns.*")).toEqual([1, ""]);
    expect(steps("orders.amount > 3", "items.*")).toEqual([1, ""]);
    expect(inline("visits.minutes > 3")).toEqual(["PQL210"]);
    expect(target("COUNT(visits.* VIA user_id WHERE users.age VIA guide_id > 30, 0, 7)")).toEqual(
      [],
    );
  });

  it("nests aggregations in filters, per row of the outer table", () => {
    expect(inline("COUNT(returns.*, 0, 30) > 0")).toEqual([]);
    expect(inline("COUNT(returns.*, -30, 0) > 0")).toEqual([]);
    expect(inline("COUNT(visits.*, -7, 0) > 3")).toEqual(["PQL207"]);
  });

  it("warns of a filter on the entity table", () => {
    expect(warnings("PREDICT COUNT(orders.* WHERE users.age > 3, 0, 7) FOR EACH users.id")).toEqual(
      ["PQL491"],
    );
  });
});

describe("types", () => {
  it.each([
    ["PQL205", "SUM(orders.*, 0, 7)"],
    ["PQL205", "users.*"],
    ["PQL209", "users.id"],
    ["PQL301", "SUM(orders.status, 0, 7)"],
    ["PQL301", "AVG(orders.ordered_at, 0, 7)"],
    ["PQL306", "SUM(orders.user_id, 0, 7)"],
    ["PQL306", "AVG(orders.order_id, 0, 7)"],
    ["PQL307", "users.bio"],
    ["PQL307", "users.joined"],
    ["PQL307", "MAX(orders.ordered_at, 0, 7)"],
    ["PQL310", "FIRST(orders.sku, 0, 7)"],
    ["PQL310", "LIST_DISTINCT(orders.order_id, 0, 7) RANK TOP 3"],
    ["PQL311", "LIST_DISTINCT(orders.user_id, 0, 7) RANK TOP 3"],
    ["PQL320", "COUNT(orders.*, 0, 7) RANK TOP 3"],
    ["PQL320", "users.age CLASSIFY"],
    ["PQL321", "LIST_DISTINCT(orders.sku, 0, 7) RANK"],
    ["PQL322", "LIST_DISTINCT(orders.sku, 0, 7) TOP 3"],
    ["PQL323", "LIST_DISTINCT(orders.sku, 0, 7) CLASSIFY TOP 0"],
    ["PQL324", "COUNT(orders.*, 0, 7) FORECAST 0 TIMEFRAMES"],
    ["PQL324", "COUNT(orders.*, 0, 7) FORECAST 10001 TIMEFRAMES"],
    ["PQL324", "LAST(orders.status, 0, 7) FORECAST 3 TIMEFRAMES"],
    ["PQL325", "LIST_DISTINCT(orders.sku, 0, 7)"],
    ["PQL325", "users.tags"],
    ["PQL118", "QUANTILE(orders.amount, 2, 0, 7)"],
    ["PQL301", "users.country + 1"],
    ["PQL301", "LENGTH(users.age)"],
    ["PQL301", "COALESCE(users.age, 'none')"],
    ["PQL301", "YEAR(users.country)"],
    ["PQL302", "users.age + (1, 2)"],
    ["PQL304", "users.age + NULL"],
    ["PQL307", "COALESCE(users.joined, 2023-01-01)"],
    ["PQL312", "ABS(users.age, 3)"],
    ["PQL312", "COALESCE(users.age)"],
    ["PQL324", "COUNT(orders.*, 0, 7) + COUNT(orders.*, 0, 1, months) FORECAST 3 TIMEFRAMES"],
    ["PQL326", "COUNT(orders.*, 0, 7) AS a, COUNT(returns.*, 0, 7) AS b CLASSIFY"],
    ["PQL327", "1 + 2"],
    ["PQL327", "YEAR(ANCHOR)"],
  ])("gives %s for the target %s", (code, written) => expect(target(written)).toEqual([code]));

  it.each([
    ["PQL301", "orders.amount = '5'"],
    ["PQL301", "orders.amount = TRUE"],
    ["PQL301", "orders.status = 5"],
    ["PQL301", "orders.status IN ('paid', 5)"],
    ["PQL301", "orders.ordered_at > '2023-01-01'"],
    ["PQL301", "orders.ordered_at > 2023"],
    ["PQL301", "orders.gift = 2"],
    ["PQL302", "orders.amount = (1, 2)"],
    ["PQL302", "orders.amount IN 1"],
    ["PQL303", "orders.amount CONTAINS '5'"],
    ["PQL303", "orders.status CONTAINS 5"],
    ["PQL303", "orders.gift > FALSE"],
    ["PQL304", "orders.amount > NULL"],
    ["PQL304", "orders.amount IN NULL"],
    ["PQL305", "orders.amount IN (1, NULL)"],
    ["PQL301", "orders.amount > orders.status"],
    ["PQL302", "orders.amount IN (1, (3, 4))"],
    ["PQL303", "orders.status LIKE items.category"],
    ["PQL303", "orders.gift > orders.gift"],
    ["PQL303", "orders.gift BETWEEN FALSE AND TRUE"],
    ["PQL304", "orders.amount BETWEEN 1 AND NULL"],
    ["PQL308", "1 = 1"],
    ["PQL308", "'x' LIKE orders.status"],
  ])("gives %s for the filter %s", (code, written) => expect(inline(written)).toEqual([code]));

  it.each([
    "orders.amount IN (1, 2.5)",
    "orders.amount >= -1.5e1",
    "orders.status < 'q'",
    "orders.status NOT LIKE 'pa%'",
    "orders.gift != FALSE",
    "orders.status LIKE 'pa%d'",
    "orders.status LIKE '_aid'",
    "orders.amount BETWEEN 1 AND 3 AND orders.ordered_at NOT BETWEEN 2023-01-01 AND 2023-02-01",
    "orders.amount * 2 > orders.order_id - 1",
    "3 <= orders.amount",
    "orders.ordered_at < ANCHOR",
    "LENGTH(orders.status) > 3",
    "orders.gift = orders.gift",
    "orders.gift < orders.amount",
    "COALESCE(orders.amount, 0) = ABS(orders.amount)",
  ])("takes the filter %s", (written) => expect(inline(written)).toEqual([]));

  it("looks into lists with CONTAINS only", () => {
    expect(where("users.tags CONTAINS 'vip'")).toEqual([]);
    expect(where("users.tags IS NULL")).toEqual([]);
    expect(where("users.tags = 'vip'")).toEqual(["PQL303"]);
    expect(where("users.tags CONTAINS TRUE")).toEqual(["PQL301"]);
    expect(where("LIST_DISTINCT(orders.status, -7, 0) CONTAINS 'paid'")).toEqual([]);
    expect(where("LIST_DISTINCT(orders.amount, -7, 0) CONTAINS 'paid'")).toEqual(["PQL301"]);
  });

  it("says how to mend what was quoted wrong", () => {
    const hint = (filter: string): string | undefined =>
      check(`PREDICT COUNT(orders.* WHERE ${filter}, 0, 7) FOR EACH users.id`).errors[0]!.hint;
    expect(hint("orders.amount = '5'")).toBe("leave out the quotes: 5");
    expect(hint("orders.status = 5")).toBe("did you forget the quotes? write '5'");
    expect(hint("orders.ordered_at > '2023-01-31T10:00'")).toBe(
      "leave out the quotes: 2023-01-31 10:00:00",
    );
  });

  it("refuses COUNT_DISTINCT of keys in the strict dialect only", () => {
    const query = "PREDICT COUNT_DISTINCT(orders.sku, 0, 7) FOR EACH users.id";
    expect(codes(query)).toEqual([]);
    expect(codes(query, "kumo")).toEqual(["PQL306"]);
  });

  it("refuses NOT LIKE 'x%' in the strict dialect only", () => {
    const query =
      "PREDICT COUNT(orders.* WHERE orders.status NOT LIKE 'x%', 0, 7) FOR EACH users.id";
    expect(codes(query)).toEqual([]);
    expect(codes(query, "kumo")).toEqual(["PQL309"]);
  });

  it.each(["'pa%d'", "'paid'", "'%'", "'%%'"])(
    "refuses LIKE %s in the strict dialect",
    (pattern) => {
      const query = `PREDICT COUNT(orders.* WHERE orders.status LIKE ${pattern}, 0, 7) FOR EACH users.id`;
      expect(codes(query, "kumo")).toEqual(["PQL309"]);
    },
  );

  it("turns a comparison round that begins with its constant", () => {
    const { bound } = check("PREDICT 3 < COUNT(orders.*, 0, 7) FOR EACH users.id");
    expect(bound!.targets[0]!.value).toMatchObject({
      kind: "comparison",
      left: { kind: "aggregation" },
      operator: ">",
      right: 3,
    });
  });
});

describe("parameters", () => {
  const text =
    "PREDICT QUANTILE(orders.amount, :q, 0, :days) > :amount FOR users.id IN :ids WHERE users.joined < :day AND users.country = :land AND users.premium = :is AT :at";
  const given = {
    q: 0.5,
    days: 7,
    amount: 3,
    ids: [1, 2],
    day: "2023-01-02",
    land: "US",
    is: true,
    at: new Date(0),
  };

  it("takes values in their kinds, or texts that can be read as them", () => {
    const texts = {
      ...given,
      q: "0.5",
      days: "7",
      amount: "3",
      ids: ["1", "2"],
      is: "true",
      at: "1970-01-01",
    };
    for (const params of [given, texts]) {
      const { bound, errors, warnings } = check(text, "relgraph", params);
      expect(errors.map((error) => error.format())).toEqual([]);
      expect(warnings).toEqual([]);
      expect(bound).toMatchObject({ entity: { ids: [[1], [2]] }, at: 0 });
      expect(printQuery(bound!.query)).toBe(
        "PREDICT QUANTILE(orders.amount, 0.5, 0, 7, days) > 3 FOR users.id IN (1, 2) WHERE (users.joined < 2023-01-02) AND (users.country = 'US') AND (users.premium = TRUE) AT 1970-01-01",
      );
    }
  });

  it("never splices a text into the query", () => {
    const land = "US' OR users.age > 0 --";
    const { bound } = check(
      "PREDICT users.age FOR EACH users.id WHERE users.country = :land",
      "relgraph",
      { land },
    );
    expect(bound!.where).toMatchObject({ right: land });
    expect(checkQuery(printQuery(bound!.query), schema).bound!.where).toMatchObject({
      right: land,
    });
  });

  it("prints times to the millisecond, so that they are read back", () => {
    const at = new Date("2023-01-02T03:04:05.678Z");
    const { bound } = check("PREDICT users.age FOR EACH users.id AT :at", "relgraph", { at });
    expect(checkQuery(printQuery(bound!.query), schema).bound!.at).toBe(at.getTime());
  });

  it("says which value is missing, once each place, and nothing else", () => {
    expect(codes(text)).toEqual(Array(8).fill("PQL220"));
    const [error] = check(text, "relgraph", {
      ...given,
      amuont: 3,
      amount: undefined,
    } as never).errors;
    expect(error!.hint).toContain("did you mean `:amuont`");
    expect(codes("PREDICT LIST_DISTINCT(orders.sku, 0, 7) RANK TOP :k FOR EACH users.id")).toEqual([
      "PQL220",
    ]);
    expect(codes("PREDICT COUNT(orders.*, 0, 7) FORECAST :n TIMEFRAMES FOR EACH users.id")).toEqual(
      ["PQL220"],
    );
    expect(
      codes(
        "PREDICT users.age FOR EACH users.id WHERE users.age IN (1, :n) OR users.age BETWEEN 1 AND :m",
      ),
    ).toEqual(["PQL220", "PQL220"]);
  });

  it("warns of a value that is not used", () => {
    const { warnings } = check("PREDICT users.age FOR EACH users.id", "relgraph", { n: 1 });
    expect(warnings).toMatchObject([{ code: "PQL290" }]);
  });

  it.each([
    ["PQL221", { days: 1.5 }],
    ["PQL221", { days: "7.0" }],
    ["PQL221", { days: 1e300 }],
    ["PQL221", { days: 10n ** 30n }],
    ["PQL221", { days: new Date(Number.NaN) }],
    ["PQL221", { days: [7] }],
    ["PQL221", { q: 50 }],
    ["PQL221", { q: "" }],
    ["PQL221", { amount: Number.NaN }],
    ["PQL221", { amount: Number.POSITIVE_INFINITY }],
    ["PQL221", { ids: [] }],
    ["PQL221", { at: new Date(Number.NaN) }],
    ["PQL221", { at: new Date(8.64e15) }],
    ["PQL301", { at: "noon" }],
    ["PQL301", { at: 3 }],
    ["PQL301", { amount: "many" }],
    ["PQL301", { is: "perhaps" }],
    ["PQL301", { day: 8e15 }],
    ["PQL302", { ids: 3 }],
    ["PQL302", { amount: [1, 2] }],
    ["PQL304", { amount: null }],
  ])("gives %s for %o", (code, params) => {
    expect(check(text, "relgraph", { ...given, ...params }).errors.map((e) => e.code)).toEqual([
      code,
    ]);
  });
});

describe("several targets", () => {
  it("have a name and a task each", () => {
    const { bound } = check(
      "PREDICT COUNT(orders.*, 0, 7) = 0 AS churn, SUM(orders.amount, 0, 7) AS sales FOR EACH users.id",
    );
    expect(bound!.targets.map(({ name, taskType }) => [name, taskType])).toEqual([
      ["churn", "binary_classification"],
      ["sales", "regression"],
    ]);
    expect(() => planTrainingTable(bound!)).toThrow(expect.objectContaining({ code: "PQL328" }));
  });
});

describe("windows", () => {
  it.each([
    ["PQL401", "COUNT(notes.*, 0, 7)"],
    ["PQL402", "COUNT(orders.*)"],
    ["PQL403", "COUNT(orders.*, 7, 7)"],
    ["PQL404", "COUNT(orders.*, -1, 7)"],
    ["PQL404", "COUNT(orders.*, -INF, 7)"],
    ["PQL407", "COUNT(orders.*, 0, 2147483648)"],
    ["PQL408", "TIME_TO_NEXT(orders.*, -7, 7)"],
    ["PQL410", "COUNT(orders.*, 0, 7) > 0 AND users.age > 3"],
    ["PQL410", "COUNT(orders.*, 0, 7) > 0 OR COUNT(notes.*) > 3"],
  ])("gives %s for the target %s", (code, written) => expect(target(written)).toEqual([code]));

  it("lets WHERE look back only", () => {
    expect(where("COUNT(orders.*, -7, 1) > 0")).toEqual(["PQL406"]);
    expect(where("COUNT(orders.*, -7, -2) > 0 AND COUNT(orders.*, -INF, 0) > 0")).toEqual([]);
  });

  it("lets ASSUMING look ahead only", () => {
    const assuming = (written: string): string[] =>
      codes(`PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id ASSUMING ${written}`);
    expect(assuming("COUNT(orders.*, 0, 9) > 0")).toEqual([]);
    expect(assuming("COUNT(orders.*, -7, 9) > 0")).toEqual(["PQL405"]);
    expect(assuming("users.age > 3")).toEqual(["PQL412"]);
  });

  it("keeps static queries free of windows and assumptions", () => {
    expect(codes("PREDICT users.age FOR EACH users.id WHERE COUNT(orders.*, -7, 0) > 0")).toEqual([
      "PQL409",
    ]);
    expect(codes("PREDICT users.age FOR EACH users.id ASSUMING COUNT(orders.*, 0, 7) > 0")).toEqual(
      ["PQL411"],
    );
    expect(codes("PREDICT users.age FOR EACH users.id WHERE COUNT(notes.*) > 0")).toEqual([]);
  });
});

describe("warnings", () => {
  it.each([
    ["PQL090", "PREDICT users.age FOR EACH users.id WHERE users.joined > 1/2/2023"],
    ["PQL190", "PREDICT users.age FOR EACH users.id WHERE users.country IS IN ('US', 'DE')"],
    ["PQL390", "PREDICT users.age FOR EACH users.id WHERE users.premium = 1"],
    ["PQL490", "PREDICT COUNT(orders.*, 0, 7) FOR EACH items.sku"],
    [
      "PQL493",
      "PREDICT COUNT(orders.*, 0, 1, months) > 0 OR COUNT(orders.*, 0, 7) > 3 FOR EACH users.id",
    ],
  ])("gives %s for %s", (code, text) => {
    expect(codes(text)).toEqual([]);
    expect(warnings(text)).toEqual([code]);
  });

  it("gives PQL391 for the sum of a categorical number", () => {
    const orders = schema.tables[2]!;
    const columns = orders.columns.map((c) =>
      c.name === "amount" ? { ...c, stype: "categorical" as const } : c,
    );
    const tables = schema.tables.map((table) =>
      table === orders ? { ...orders, columns } : table,
    );
    const found = checkQuery("PREDICT SUM(orders.amount, 0, 7) FOR EACH users.id", { tables });
    expect(found.warnings.map((warning) => warning.code)).toEqual(["PQL391"]);
  });
});

describe("tasks", () => {
  it.each([
    ["binary_classification", "COUNT(orders.*, 0, 7) = 0"],
    ["binary_classification", "NOT (SUM(orders.amount, 0, 7) > 3)"],
    ["binary_classification", "users.premium"],
    ["binary_classification", "LAST(orders.gift, 0, 7)"],
    ["binary_classification", "users.bio CONTAINS 'tea'"],
    ["binary_classification", "users.tags CONTAINS 'vip'"],
    ["multiclass_classification", "users.country"],
    ["multiclass_classification", "FIRST(orders.status, 0, 7)"],
    ["multiclass_classification", "MAX(orders.status, 0, 7)"],
    ["regression", "users.age"],
    ["regression", "COUNT(orders.status, 0, 7)"],
    ["regression", "COUNT_DISTINCT(orders.sku, 0, 7)"],
    ["regression", "SUM(orders.gift, 0, 7)"],
    ["regression", "AVG(orders.amount, 0, 7)"],
    ["regression", "LAST(orders.amount, 0, 7)"],
    ["regression", "SUM(notes.stars)"],
    ["regression", "SUM(orders.amount, 0, 7) / COALESCE(COUNT(orders.*, 0, 7), 1)"],
    ["regression", "users.age + 1"],
    ["regression", "TIME_TO_NEXT(orders.*, 0, 7)"],
    ["regression", "MEDIAN(orders.amount, 0, 7)"],
    ["multiclass_classification", "MODE(orders.status, 0, 7)"],
    ["multiclass_classification", "MODE(items.category, 0, 7)"],
    ["binary_classification", "EXISTS(orders.*, 0, 7)"],
    ["binary_classification", "users.age > LENGTH(users.bio)"],
    ["forecasting", "COUNT(orders.*, 0, 7) FORECAST 3 TIMEFRAMES"],
    ["temporal_link_prediction", "LIST_DISTINCT(orders.sku, 0, 7) RANK TOP 3"],
    ["temporal_link_prediction", "LIST_DISTINCT(items.sku, 0, 7) RANK TOP 3"],
    ["multilabel_ranking", "LIST_DISTINCT(orders.status, 0, 7) RANK TOP 3"],
    ["multilabel_classification", "LIST_DISTINCT(orders.status, 0, 7) CLASSIFY"],
    ["multilabel_classification", "users.tags CLASSIFY TOP 5"],
    ["multilabel_ranking", "users.tags RANK TOP 5"],
  ])("infers %s for %s", (task, written) => {
    const { bound } = check(`PREDICT ${written} FOR EACH users.id`);
    expect(bound?.targets.map(({ taskType }) => taskType)).toEqual([task]);
  });
});

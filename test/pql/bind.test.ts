import { describe, expect, it } from "vitest";
import type { Dialect } from "../../pql/ast.js";
import { bindQuery } from "../../pql/bind.js";
import { checkQuery } from "../../pql/check.js";
import { parseQuery } from "../../pql/parse.js";
import { printQuery } from "../../pql/print.js";
import type { PqlError } from "../../src/core/errors.js";
import { shop } from "../support/shop.js";

const { schema } = shop();
const check = (text: string, dialect: Dialect = "relgraph") =>
  checkQuery(text, schema, { dialect });
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

  it("does not take a part of a composite key", () => {
    const users = { ...schema.tables[0]!, primaryKey: ["id", "country"] };
    const found = checkQuery("PREDICT users.age FOR EACH users.id", { tables: [users] });
    expect(found.errors.map((error) => error.code)).toEqual(["PQL907"]);
  });
});

describe("links", () => {
  it.each([
    ["PQL206", "COUNT(items.*)"],
    ["PQL207", "COUNT(visits.*, 0, 7)"],
    ["PQL908", "COUNT(returns.*, 0, 7)"],
    ["PQL208", "orders.amount"],
    ["PQL210", "items.price"],
  ])("gives %s for %s", (code, written) => expect(target(written)).toEqual([code]));

  it("names the links it cannot choose between", () => {
    const [error] = check("PREDICT COUNT(visits.*, 0, 7) FOR EACH users.id").errors;
    expect(error!.message).toContain("`visits.user_id` and `visits.guide_id`");
  });

  it("keeps filters to the aggregated table", () => {
    expect(inline("items.price > 3")).toEqual(["PQL905"]);
    expect(inline("visits.minutes > 3")).toEqual(["PQL210"]);
    expect(inline("COUNT(visits.*, -7, 0) > 3")).toEqual(["PQL906"]);
    expect(
      check("PREDICT COUNT(orders.* WHERE users.age > 3, 0, 7) FOR EACH users.id"),
    ).toMatchObject({
      errors: [{ code: "PQL905" }],
      warnings: [{ code: "PQL491" }],
    });
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
    ["PQL901", "COUNT(orders.*, 0, 7) FORECAST 3 TIMEFRAMES"],
    ["PQL902", "LIST_DISTINCT(orders.sku, 0, 7) RANK TOP 3"],
    ["PQL903", "LIST_DISTINCT(orders.status, 0, 7) CLASSIFY"],
    ["PQL904", "users.tags CLASSIFY"],
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
    ["PQL309", "orders.status LIKE 'pa%d'"],
    ["PQL309", "orders.status LIKE 'paid'"],
    ["PQL309", "orders.status LIKE '%'"],
    ["PQL309", "orders.status NOT LIKE '%%'"],
  ])("gives %s for the filter %s", (code, written) => expect(inline(written)).toEqual([code]));

  it.each([
    "orders.amount IN (1, 2.5)",
    "orders.amount >= -1.5e1",
    "orders.status < 'q'",
    "orders.status NOT LIKE 'pa%'",
    "orders.gift != FALSE",
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
});

describe("windows", () => {
  it.each([
    ["PQL401", "COUNT(notes.*, 0, 7)"],
    ["PQL402", "COUNT(orders.*)"],
    ["PQL403", "COUNT(orders.*, 7, 7)"],
    ["PQL404", "COUNT(orders.*, -1, 7)"],
    ["PQL404", "COUNT(orders.*, -INF, 7)"],
    ["PQL407", "COUNT(orders.*, 0, 2147483648)"],
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
  ])("infers %s for %s", (task, written) => {
    const { bound } = check(`PREDICT ${written} FOR EACH users.id`);
    expect(bound?.taskType).toBe(task);
  });
});

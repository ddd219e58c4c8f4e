import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BindOptions } from "../../../pql/bind/bind.js";
import type { Parameters } from "../../../pql/bind/parameters.js";
import { applyFix } from "../../../pql/service/diagnose.js";
import { createLanguageService } from "../../../pql/service/language-service.js";
import type { Diagnostic, QuickFix } from "../../../pql/service/types.js";
import { shop, widerShop } from "../../support/shop.js";

const { schema } = shop();
const diagnose = (text: string, options: BindOptions = {}): readonly Diagnostic[] =>
  createLanguageService(schema, options).diagnostics(text);
const repairs = ({ fix, choices = [] }: Diagnostic): readonly QuickFix[] => (fix ? [fix] : choices);

/** The text with the first problem's repairs applied, each by itself. */
function fixed(text: string, options: BindOptions = {}): string[] {
  const [first] = diagnose(text, options);
  return first ? repairs(first).map((fix) => applyFix(text, fix)) : [];
}

describe("diagnostics", () => {
  it("say what, where and how to repair it", () => {
    const text = "PREDICT SUM(orders.ammount,\n  0, 30, days) FOR EACH users.id";
    expect(diagnose(text)).toEqual([
      {
        severity: "error",
        code: "PQL202",
        message: "unknown column `ammount` in table `orders`",
        hint: expect.stringContaining("did you mean `amount`?"),
        span: { start: 12, end: 26 },
        range: { start: { line: 1, column: 13 }, end: { line: 1, column: 27 } },
        fix: {
          title: "write amount",
          edits: [{ span: { start: 19, end: 26 }, newText: "amount" }],
        },
      },
    ]);
  });

  it("come in the order of the text, warnings too", () => {
    const text = "PREDICT SUM(ordrs.amount, 0, 7) FOR EACH users.age WHERE users.premium = 1";
    expect(
      diagnose(text).map(
        ({ severity, code, range }) => `${severity} ${code} ${range.start.column}`,
      ),
    ).toEqual(["error PQL201 13", "error PQL204 42", "warning PQL390 74"]);
  });

  it("check the syntax only without a schema", () => {
    const service = createLanguageService();
    expect(service.diagnostics("PREDICT COUNT(nothing.*, 0, 7) FOR EACH no.id")).toEqual([]);
    expect(service.diagnostics("PREDICT COUNT(nothing.*, 0, 7)")[0]?.code).toBe("PQL102");
  });

  it("refuse the superset in the strict dialect, behind other errors too", () => {
    const text = "predict Count(orders.*, 0, 7) FOR EACH users.id;";
    expect(diagnose(text)).toEqual([]);
    expect(diagnose(text, { dialect: "kumo" }).map(({ code }) => code)).toEqual([
      "PQL150",
      "PQL159",
    ]);
    const broken = "PREDICT Count(orders.*, 0, 7, dyas) FOR EACH users.id;";
    expect(diagnose(broken, { dialect: "kumo" }).map(({ code }) => code)).toEqual([
      "PQL150",
      "PQL103",
      "PQL159",
    ]);
  });
});

const query = (target: string, rest = ""): string => `PREDICT ${target} FOR EACH users.id${rest}`;
const filter = (condition: string): string => query(`COUNT(orders.* WHERE ${condition}, 0, 7)`);

describe("repairs", () => {
  it.each([
    [query("COUNT(ordrs.*, 0, 7)"), query("COUNT(orders.*, 0, 7)")],
    [query("SUM(`ordrs`.amount, 0, 7)"), query("SUM(orders.amount, 0, 7)")],
    [query("COUNT(orders.*, 0, 7, dyas)"), query("COUNT(orders.*, 0, 7, days)")],
    [query("COUNT(orders.* 0, 7)"), query("COUNT(orders.*, 0, 7)")],
    [query("COUNT(orders.* -7, 0)"), query("COUNT(orders.*, -7, 0)")],
    [query("COUNT(orders.*, 0, 7 days)"), query("COUNT(orders.*, 0, 7, days)")],
    [query("AVERAGE(orders.amount, 0, 7)"), query("AVG(orders.amount, 0, 7)")],
    ["PREDICT users.age FOR EACH users.*", query("users.age")],
    [`${query("users.age")} /* all`, `${query("users.age")} /* all */`],
    [filter("orders.status = paid"), filter("orders.status = 'paid'")],
    [filter("orders.status = 5"), filter("orders.status = '5'")],
    [filter("orders.amount = '5'"), filter("orders.amount = 5")],
    [filter("orders.ordered_at > '2023-01-02'"), filter("orders.ordered_at > 2023-01-02")],
    [filter("orders.status IS IN ('a', 'b')"), filter("orders.status IN ('a', 'b')")],
    [filter("orders.amount = (1, 2)"), filter("orders.amount IN (1, 2)")],
    [filter("orders.amount ≥ 2"), filter("orders.amount >= 2")],
    [filter("orders.status = “paid”"), filter('orders.status = "paid"')],
    [filter("orders.ordered_at > 1/2/2023"), filter("orders.ordered_at > 2023-01-02")],
    [query("SUM(shop.orders.amount, 0, 7)"), query("SUM(orders.amount, 0, 7)")],
    [query("SUM(`orders.amount`, 0, 7)"), query("SUM(orders.amount, 0, 7)")],
    [query("SUM(amount, 0, 7)"), query("SUM(orders.amount, 0, 7)")],
    [query("SUM(orders.`amount, 0, 7)"), query("SUM(orders.`amount`, 0, 7)")],
    [query("COUNT(notes.*, 0, 7)"), query("COUNT(notes.*)")],
    ["PREDCT users.age FOR EACH users.id", query("users.age")],
    ["COUNT(orders.*, 0, 7) FOR EACH users.id", query("COUNT(orders.*, 0, 7)")],
    ["PREDICT users.age FOREACH users.id", query("users.age")],
    ["PREDICT users.age FR EACH users.id", query("users.age")],
    ["PREDICT users.age", query("users.age")],
    ["PREDICT users.age FOR EACH users.country", query("users.age")],
    ["PREDICT users.age FOR EACH id", query("users.age")],
    ["PREDICT users.age FOR users.id", query("users.age")],
    ["PREDICT users.age FOR EACH users.id = 3", "PREDICT users.age FOR users.id = 3"],
    [query("users.age", " WHERE users.premium"), query("users.age", " WHERE users.premium = TRUE")],
    ["PREDICT SUM(orders.amount, 0, 7 FOR EACH users.id", query("SUM(orders.amount, 0, 7)")],
    [
      "PREDICT SUM(orders.amount, 0, 7) WHERE orders.gift = TRUE FOR EACH users.id",
      query("SUM(orders.amount WHERE orders.gift = TRUE, 0, 7)"),
    ],
    [
      query("LIST_DISTINCT(orders.sku, 0, 7)", " RANK TOP 3"),
      "PREDICT LIST_DISTINCT(orders.sku, 0, 7) RANK TOP 3 FOR EACH users.id",
    ],
    ["PREDICT users.age RANK TOP 3 FOR EACH users.id", query("users.age")],
    [query("COUNT(visits.* VIA guide, 0, 7)"), query("COUNT(visits.* VIA visits.guide_id, 0, 7)")],
  ])("%s", (text, expected) => {
    const [first] = diagnose(text);
    expect(first?.fix && applyFix(text, first.fix)).toBe(expected);
    expect(diagnose(expected).filter(({ code }) => code === first?.code)).toEqual([]);
  });

  it("offer choices where several are possible", () => {
    expect(fixed(query("COUNT(visits.*, 0, 7)"))).toEqual([
      query("COUNT(visits.* VIA visits.user_id, 0, 7)"),
      query("COUNT(visits.* VIA visits.guide_id, 0, 7)"),
    ]);
    expect(fixed("PREDICT COUNT(orders.*, 0, 7)")).toEqual([
      "PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id",
      "PREDICT COUNT(orders.*, 0, 7) FOR EACH items.sku",
    ]);
    expect(fixed(query("SUM(user_id, 0, 7)")).length).toBe(3);
    expect(fixed(query("SUM(orders.amount, -7, 0)"))).toEqual([query("SUM(orders.amount, 0, 7)")]);
    expect(diagnose(query("SUM(orders.amount, -7, 0)"))[0]?.fix).toBeUndefined();
  });

  it("name a parameter that is nearly right", () => {
    const text = query("COUNT(orders.*, 0, :dyas)");
    const problem = diagnose(text, { params: { days: 7 } }).find(({ code }) => code === "PQL220");
    expect(applyFix(text, problem!.fix!)).toBe(query("COUNT(orders.*, 0, :days)"));
  });

  it.each([
    [filter("orders.status NOT IN ('a', 'b')"), filter("NOT orders.status IN ('a', 'b')")],
    [filter("orders.status IN ('a')"), filter("orders.status = 'a'")],
    [filter("orders.status IN ('a', 'b',)"), filter("orders.status IN ('a', 'b')")],
    [filter("orders.amount <> 2"), filter("orders.amount != 2")],
    [filter("orders.amount BETWEEN 1 AND 3"), filter("orders.amount >= 1 AND orders.amount <= 3")],
    [query("EXISTS(orders.*, 0, 7)"), query("COUNT(orders.*, 0, 7) > 0")],
    [query("COUNT(orders.*, 0, 7, day)"), query("COUNT(orders.*, 0, 7, days)")],
    [query("(users.age)"), query("users.age")],
    [`EXPLAIN ${query("users.age")}`, query("users.age")],
    [query("users.age", ";"), query("users.age")],
    [`-- age\n${query("users.age")}`, `# age\n${query("users.age")}`],
    ["PREDICT users.age For  Each users.id", query("users.age")],
  ])("lead back to the published language: %s", (text, expected) => {
    expect(fixed(text, { dialect: "kumo" })).toEqual([expected]);
    expect(
      diagnose(expected, { dialect: "kumo" }).filter(({ severity }) => severity === "error"),
    ).toEqual([]);
  });

  const folder = join(import.meta.dirname, "../../golden/errors");
  const golden = readdirSync(folder).filter((name) => name.endsWith(".pql"));

  it.each(golden)("make the problem go away: %s", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const service = createLanguageService(widerShop().schema, optionsOf(text));
    for (const problem of service.diagnostics(text)) {
      expect(text.slice(problem.span.start, problem.span.end).includes("\n")).toBe(
        problem.range.end.line > problem.range.start.line,
      );
      for (const fix of repairs(problem)) {
        const after = service.diagnostics(applyFix(text, fix));
        const same = after.filter(
          ({ code, span }) => code === problem.code && span.start === problem.span.start,
        );
        expect(same.map(({ message }) => `${fix.title}: ${message}`)).toEqual([]);
      }
    }
  });
});

/** The options that a golden query names in its comments. */
function optionsOf(text: string): BindOptions {
  const params = /^# params: (.*)$/m.exec(text)?.[1];
  return {
    dialect: text.includes("dialect: kumo") ? "kumo" : "relgraph",
    ...(params !== undefined && { params: JSON.parse(params) as Parameters }),
  };
}

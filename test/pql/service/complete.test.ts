import { describe, expect, it } from "vitest";
import { createLanguageService } from "../../../pql/service/language-service.js";
import { phraseOf, readSource } from "../../../pql/service/source.js";
import type { Completion } from "../../../pql/service/types.js";
import { spanOf } from "../../../pql/syntax/dialect.js";
import { parseQuery, parseText } from "../../../pql/syntax/parse.js";
import * as T from "../../../pql/syntax/tokens.js";
import { shop } from "../../support/shop.js";
import { fittingSchema } from "../bind/fitting-schema.js";
import { readCorpus } from "../syntax/corpus.js";
import { corpusTexts, SUPERSET } from "./support.js";

const { schema } = shop();
const service = createLanguageService(schema, { params: { days: 7, share: 0.5 } });
const strict = createLanguageService(schema, { dialect: "kumo" });

/** Completes at the bar. */
function at(text: string, from = service): readonly Completion[] {
  return from.complete(text.replace("|", ""), text.indexOf("|"));
}
const labels = (text: string, from = service): string[] => at(text, from).map(({ label }) => label);

/** The text with a completion accepted, its places filled with their defaults. */
function accept(text: string, { replace, insertText, snippet }: Completion): string {
  const filled = insertText.replace(/\$\{\d+:((?:\\.|[^}])*)\}|\$\d/g, (_, text = "1") =>
    text.replace(/\\(.)/g, "$1"),
  );
  return text.slice(0, replace.start) + (snippet ? filled : insertText) + text.slice(replace.end);
}

describe("complete", () => {
  it("begins a query", () => {
    expect(labels("|")).toEqual(["PREDICT", "EXPLAIN", "EVALUATE"]);
    expect(labels("pre|")).toEqual(["PREDICT"]);
    expect(labels("EXPLAIN |")).toEqual(["PREDICT"]);
    expect(labels("|", strict)).toEqual(["PREDICT"]);
  });

  it("offers numbers inside of SUM, of tables that lead to the entity", () => {
    expect(labels("PREDICT SUM(| FOR EACH users.id").slice(0, 8)).toMatchInlineSnapshot(`
      [
        "orders",
        "visits",
        "notes",
        "returns",
        "items",
        "orders.amount",
        "orders.gift",
        "visits.minutes",
      ]
    `);
    expect(labels("PREDICT SUM(orders.|, 0, 30, days) FOR EACH users.id")).toEqual([
      "amount",
      "gift",
    ]);
    expect(labels("PREDICT SUM(AM| FOR EACH users.id")).toEqual(["orders.amount"]);
    expect(labels("PREDICT YEAR(users.| FOR EACH users.id")).toEqual(["joined", "left"]);
  });

  it("offers rows inside of COUNT", () => {
    expect(labels("PREDICT COUNT(orders.|")[0]).toBe("*");
    expect(labels("PREDICT COUNT(ret| FOR EACH users.id")).toContain("returns.*");
  });

  it("offers the tables of the joined row and their parents in a filter", () => {
    const tables = at("PREDICT COUNT(orders.* WHERE |, 0, 30) FOR EACH users.id").filter(
      ({ kind }) => kind === "table",
    );
    expect(tables.map(({ label }) => label)).toEqual(["orders", "users", "items"]);
  });

  it("offers operators that fit the column", () => {
    const operators = (column: string): string[] =>
      labels(`PREDICT COUNT(orders.* WHERE ${column} |`);
    expect(operators("orders.status")).toContain("STARTS WITH");
    expect(operators("orders.amount")).toContain("BETWEEN");
    expect(operators("orders.amount")).not.toContain("LIKE");
    expect(operators("orders.gift")).not.toContain(">");
    expect(labels("PREDICT users.tags |")).toMatchInlineSnapshot(`
      [
        "CONTAINS",
        "NOT CONTAINS",
        "IS NULL",
        "IS NOT NULL",
        "RANK TOP",
        "CLASSIFY",
        "FOR EACH",
        "FOR",
        "AS",
      ]
    `);
    expect(labels("PREDICT COUNT(orders.* WHERE orders.amount |", strict)).not.toContain("BETWEEN");
    expect(labels("PREDICT users.bio NOT |")).toEqual([
      "IN",
      "BETWEEN",
      "LIKE",
      "CONTAINS",
      "STARTS WITH",
      "ENDS WITH",
    ]);
    expect(labels("PREDICT users.bio STARTS w|")).toEqual(["WITH"]);
  });

  it("offers what fits on the right", () => {
    expect(labels("PREDICT users.premium = |").slice(0, 2)).toEqual(["TRUE", "FALSE"]);
    expect(labels("PREDICT users.premium IS N|")).toEqual(["NULL", "NOT NULL"]);
    expect(labels("PREDICT COUNT(orders.* WHERE orders.ordered_at <= |").slice(0, 2)).toEqual([
      "date",
      "ANCHOR",
    ]);
    expect(at("PREDICT users.country IN (|")[0]?.insertText).toBe("'$1'");
  });

  it("offers windows that look ahead or back", () => {
    const texts = ["|", "0, |", "0, 7, |", "0, 7, mo|"];
    expect(texts.map((text) => labels(`PREDICT COUNT(orders.*, ${text}`))).toMatchInlineSnapshot(`
      [
        [
          "0",
          ":days",
          ":share",
        ],
        [
          "30",
          "7",
          "90",
          "1",
          ":days",
          ":share",
        ],
        [
          "days",
          "weeks",
          "months",
          "quarters",
          "years",
          "hours",
          "minutes",
          "seconds",
          "milliseconds",
        ],
        [
          "months",
        ],
      ]
    `);
    const back = "PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id WHERE COUNT(orders.*, ";
    expect(labels(`${back}|`)).toContain("-INF");
    expect(at(`${back}-i|`).map((item) => accept(`${back}-i`, item))).toEqual([`${back}-INF`]);
    expect(at(`${back}-30|`)).toEqual([]);
    expect(
      at(`${back.slice(0, -14)}`.concat("|")).find(({ label }) => label === "COUNT")?.insertText,
    ).toBe(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a snippet's places are written like that
      "COUNT(${1:orders.*}, ${2:-30}, ${3:0}, ${4:days})",
    );
  });

  it("offers keys after FOR EACH", () => {
    expect(labels("PREDICT users.age FOR EACH |")).toEqual([
      "users.id",
      "items.sku",
      "orders.order_id",
    ]);
    expect(labels("PREDICT users.age FOR EACH users.|")).toEqual(["id"]);
    expect(labels("PREDICT users.age FOR e|")).toEqual(["EACH"]);
    expect(labels("PREDICT users.age FOR users.id |")).toEqual(["=", "IN"]);
  });

  it("offers links after VIA", () => {
    expect(labels("PREDICT COUNT(visits.* | FOR EACH users.id")[0]).toBe("VIA");
    expect(labels("PREDICT COUNT(visits.* VIA |")).toEqual(["user_id", "guide_id"]);
    expect(labels("PREDICT COUNT(returns.* VIA order_id -> |").slice(0, 2)).toEqual([
      "user_id",
      "sku",
    ]);
    expect(labels("PREDICT COUNT(returns.* VIA order_id -> orders.|")).toEqual(["user_id", "sku"]);
  });

  it("offers the clauses that may follow", () => {
    const query = "PREDICT COUNT(orders.*, 0, 7) > 0 FOR EACH users.id ";
    expect(labels(`${query}|`)).toEqual(["WHERE", "ASSUMING", "AT"]);
    expect(labels(`${query}WHERE users.age > 3 A|`)).toEqual(["AND", "ASSUMING", "AT"]);
    expect(labels("PREDICT LIST_DISTINCT(orders.sku, 0, 7) |")).toContain("RANK TOP");
    expect(labels("PREDICT COUNT(orders.*, 0, 7) FORECAST 4 |")).toEqual(["TIMEFRAMES"]);
  });

  it("offers parameters", () => {
    expect(
      labels("PREDICT COUNT(orders.*, 0, :| FOR EACH users.id WHERE users.age > :age"),
    ).toEqual([":days", ":share", ":age"]);
  });

  it("writes names in backquotes where they need them", () => {
    const table = { ...schema.tables[0]!, name: "My Users" };
    const other = createLanguageService({ tables: [table] });
    expect(at("PREDICT my|", other).map(({ insertText }) => insertText)).toContain("`My Users`.");
    expect(labels("PREDICT `My Users`.ag|", other)).toEqual(["age"]);
    expect(at("PREDICT `My U|", other)[0]?.replace).toEqual({ start: 8, end: 13 });
  });

  it("forgives misspelt beginnings", () => {
    expect(labels("PREDICT SUM(orders.amuont|")).toEqual(["amount"]);
    expect(labels("PREDICT COUNT(orders.* WHERE orders.ordat|")).toEqual(["ordered_at"]);
  });

  it("replaces the whole word, and leaves brackets that are there alone", () => {
    const [item] = at("PREDICT CO|UNT(orders.*, 0, 7) FOR EACH users.id");
    expect(item).toMatchObject({
      label: "COUNT",
      insertText: "COUNT",
      replace: { start: 8, end: 13 },
    });
  });

  it("is silent in texts, comments and numbers", () => {
    for (const text of [
      "PREDICT users.bio = 'a|b'",
      "PREDICT users.bio = 'a|",
      "PREDICT # a|",
      "/* a| */",
      "/* a|",
      "PREDICT 1|",
    ]) {
      expect(at(text)).toEqual([]);
    }
  });

  it("goes on behind mistakes", () => {
    expect(labels("PREDICT SUM(§ orders.amount 0 FOR EACH users.id WHERE users.ag|")).toEqual([
      "age",
    ]);
  });

  const words = new Set([...T.wordTokens, T.FqnColumn, T.WildcardColumn]);
  const wanted = corpusTexts().filter((text) => parseText(text).query !== null);

  it("offers each word of a query where it stands", () => {
    const missed: string[] = [];
    for (const { text: block, verdict, task } of readCorpus()) {
      if (verdict !== "ok") continue;
      const text = block.replace(/^# .*\n/, "");
      const fitting = createLanguageService(fittingSchema(parseQuery(text), task));
      for (const token of readSource(text).tokens) {
        if (!words.has(token.tokenType) || T.Str === token.tokenType) continue;
        if (/^(!=|<=|>=|=|<|>)$|^-inf/i.test(token.image)) continue;
        const found = fitting.complete(
          text.slice(0, token.startOffset) + token.image[0] + text.slice(spanOf(token).end),
          token.startOffset + 1,
        );
        const image =
          token.tokenType === T.FqnColumn || token.tokenType === T.WildcardColumn
            ? token.image.replaceAll("`", "")
            : phraseOf(token);
        const fits = found.some(({ label }) =>
          label.replaceAll("`", "").toUpperCase().startsWith(image.toUpperCase()),
        );
        if (!fits)
          missed.push(`${text.slice(0, token.startOffset)}‸${text.slice(token.startOffset)}`);
      }
    }
    expect(missed).toEqual([]);
  });

  it("offers nothing that the grammar refuses there", () => {
    const refused = new Set<string>();
    for (const text of [...wanted.filter((_, i) => i % 8 === 0), ...SUPERSET]) {
      for (const token of readSource(text).tokens) {
        const start = text.slice(0, token.startOffset);
        for (const item of service.complete(start, start.length)) {
          if (item.kind === "table") continue;
          const whole = accept(start, item);
          const early = parseText(whole).errors.find(
            ({ code, span }) => code !== "PQL110" && span!.start < whole.trimEnd().length,
          );
          if (early) refused.add(`${whole} — ${early.message}`);
        }
      }
    }
    expect([...refused]).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { glossary } from "../../../pql/service/glossary.js";
import { createLanguageService } from "../../../pql/service/language-service.js";
import { phraseOf, readSource } from "../../../pql/service/source.js";
import { AGGREGATES, FUNCTIONS } from "../../../pql/syntax/ast.js";
import { parseText } from "../../../pql/syntax/parse.js";
import * as T from "../../../pql/syntax/tokens.js";
import { shop } from "../../support/shop.js";
import { corpusTexts, SUPERSET } from "./support.js";

const service = createLanguageService(shop().schema, { params: { days: 7 } });

/** What is shown at the bar, and for which words. */
function at(text: string): string {
  const whole = text.replace("|", "");
  const hover = service.hover(whole, text.indexOf("|"));
  return hover ? `${whole.slice(hover.span.start, hover.span.end)} => ${hover.markdown}` : "";
}

describe("hover", () => {
  it("explains an aggregation, its empty window and its path", () => {
    expect(at("PREDICT A|VG(orders.amount, 0, 7) FOR EACH users.id")).toMatchInlineSnapshot(`
      "AVG => **AVG**: mean

      The mean of numbers or truth values; nulls are skipped.

      Over an empty window: null, so that the row has no label.

      Per row of \`users\`, over \`orders → users (user_id)\`."
    `);
    expect(at("PREDICT CO|UNT(returns.*, 0, 7) FOR EACH users.id")).toContain(
      "Per row of `users`, over `returns → orders (order_id) → users (user_id)`.",
    );
  });

  it("explains columns and tables", () => {
    expect(at("PREDICT SUM(orders.am|ount, 0, 7) FOR EACH users.id")).toMatchInlineSnapshot(`
      "amount => **Column** \`orders.amount\`: number, numerical

      - unit: euros"
    `);
    expect(at("PREDICT SUM(ord|ers.amount, 0, 7) FOR EACH users.id")).toMatchInlineSnapshot(`
      "orders => **Table** \`orders\`

      - key: \`orders.order_id\`
      - time: \`ordered_at\`
      - links: \`user_id → users, sku → items\`
      - linked by: \`returns\`
      - columns: \`order_id, user_id, sku, ordered_at, amount, status, gift\`"
    `);
    expect(at("PREDICT COUNT(orders.|*, 0, 7) FOR EACH users.id")).toContain("orders");
    expect(at("PREDICT COUNT(orders.* WHERE items.pr|ice > 3, 0, 7) FOR EACH users.id")).toContain(
      "Looked up over `orders → items (sku)`.",
    );
  });

  it("says a window in words, in broken texts too", () => {
    expect(at("PREDICT COUNT(orders.*, 0, 3|0, days")).toMatchInlineSnapshot(`
      "0, 30, days => **Window** \`(t, t + 30 days]\`

      Rows later than the anchor, up to and including 30 days after the anchor."
    `);
    expect(at("PREDICT COUNT(orders.*, -INF, 0, we|eks)")).toContain("(-inf, t]");
    expect(at("PREDICT COUNT(orders.*, 0, :da|ys) FOR EACH users.id")).toContain("(t, t + 7 days]");
    expect(at("PREDICT COUNT(orders.*, |7, 0) FOR EACH users.id")).toContain("No row can be in it");
    expect(at("PREDICT QUANTILE(orders.amount, 1, 0, 3|0)")).toContain("(t, t + 30 days]");
    expect(at("PREDICT users.age IN (1, 2|, 3)")).not.toContain("Window");
  });

  it("names the task of the target", () => {
    expect(at("PRE|DICT COUNT(orders.*, 0, 7) = 0 FOR EACH users.id")).toContain(
      "binary classification",
    );
    expect(at("PREDICT LIST_DISTINCT|(orders.sku, 0, 7) RANK TOP 3 FOR EACH users.id")).toContain(
      "LIST_DISTINCT",
    );
    expect(at("PREDICT COUNT(orders.*, 0, 7)| FORECAST 4 TIMEFRAMES FOR EACH users.id")).toContain(
      "forecasting, 4 windows",
    );
  });

  it("explains links, parameters, words and signs", () => {
    expect(at("PREDICT COUNT(visits.* VIA gui|de_id, 0, 7) FOR EACH users.id")).toContain(
      "`visits.guide_id` → `users`",
    );
    expect(at("PREDICT COUNT(visits.* V|IA guide_id, 0, 7) FOR EACH users.id")).toContain(
      "over `visits → users (guide_id)`",
    );
    expect(at("PREDICT users.age > :da|ys FOR EACH users.id")).toContain("= `7`");
    expect(at("PREDICT users.age for e|ach users.id")).toContain("**FOR EACH**");
    expect(at("PREDICT users.bio not st|arts with 'a'")).toContain("**NOT STARTS WITH**");
  });

  it("says nothing where there is nothing to say", () => {
    expect(service.hover("", 0)).toBeNull();
    expect(service.hover("PREDICT   ", 9)).toBeNull();
    expect(service.hover("PREDICT no.thing FOR", 12)).toBeNull();
  });

  it("knows every word of the language", () => {
    const missing = [...AGGREGATES, ...FUNCTIONS, "EXISTS"].filter((word) => !glossary[word]);
    const texts = [...corpusTexts(), ...SUPERSET].filter((text) => parseText(text).query !== null);
    for (const token of texts.flatMap((text) => readSource(text).tokens)) {
      if (!T.wordTokens.has(token.tokenType) || token.tokenType === T.Identifier) continue;
      if (token.tokenType !== T.Unit && !glossary[phraseOf(token)]) missing.push(phraseOf(token));
    }
    expect(missing).toEqual([]);
  });
});

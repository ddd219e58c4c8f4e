import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatQuery } from "../../../pql/service/format.js";
import { commentsBefore, readSource } from "../../../pql/service/source.js";
import { parseQuery, parseText } from "../../../pql/syntax/parse.js";
import { printQuery } from "../../../pql/syntax/print.js";
import { arbQuery } from "../syntax/arbitrary-query.js";
import { withoutPlaces } from "../syntax/without-places.js";
import { corpusTexts, SUPERSET } from "./support.js";

const formatted = (text: string, width?: number): string =>
  formatQuery(text, width === undefined ? {} : { width }).text;
const texts = corpusTexts().filter((text) => parseText(text).query !== null);

describe("format", () => {
  it("puts a short query on one line", () => {
    expect(formatted("predict   count(orders.* ,0,30,DAYS)==0 for\neach users.id;")).toBe(
      "PREDICT COUNT(orders.*, 0, 30, days) == 0 FOR EACH users.id;",
    );
  });

  it("gives each clause a line, and breaks what is still too long", () => {
    const text = `predict sum(orders.amount where orders.status in ('paid', 'open', 'sent') and not (orders.amount < 3 or orders.amount is null), 0, 30, days) > 100
      and exists(visits.*, 0, 7) for each users.id where users.country = 'US' and (count(orders.*, -90, 0, days) > 0 or users.age between 18 and 25) assuming count(visits.*, 0, 7, days) > 0 at 2024-01-01 12:00:00`;
    expect(formatted(text)).toMatchInlineSnapshot(`
      "PREDICT SUM(
        orders.amount
        WHERE orders.status IN ('paid', 'open', 'sent')
          AND NOT (orders.amount < 3 OR orders.amount IS NULL),
        0, 30, days
      ) > 100
        AND EXISTS(visits.*, 0, 7)
      FOR EACH users.id
      WHERE users.country = 'US'
        AND (COUNT(orders.*, -90, 0, days) > 0 OR users.age BETWEEN 18 AND 25)
      ASSUMING COUNT(visits.*, 0, 7, days) > 0
      AT 2024-01-01 12:00:00"
    `);
  });

  it("lays out several targets, arithmetic, lists and paths", () => {
    const text = `evaluate predict sum(items.qty * items.price, 0, 30, days) + coalesce(sum(refunds.amount, 0, 30, days), 0) - 1 as spent, list_distinct(orders.item_id via user_id->users.region_id, 0, 30, days) as items rank top 10 for users.id in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25)`;
    expect(formatted(text)).toMatchInlineSnapshot(`
      "EVALUATE PREDICT SUM(items.qty * items.price, 0, 30, days)
        + COALESCE(SUM(refunds.amount, 0, 30, days), 0)
        - 1 AS spent,
        LIST_DISTINCT(
          orders.item_id VIA user_id -> users.region_id,
          0, 30, days
        ) AS items
      RANK TOP 10
      FOR users.id IN (
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
        23, 24, 25
      )"
    `);
  });

  it("keeps comments where they are", () => {
    const text = `# what\n  predict count(orders.* # rows\n , 0, /* a month */ 30)\n-- who\nfor each users.id # all\n/* and\n   no more */`;
    expect(formatted(text)).toMatchInlineSnapshot(`
      "# what
      PREDICT COUNT(
        orders.* # rows
        ,
        0, /* a month */ 30
      )
      -- who
      FOR EACH users.id # all
      /* and
         no more */"
    `);
  });

  it("keeps how things are spelled", () => {
    for (const text of [
      "PREDICT EXISTS(orders.*, 0, 30) FOR EACH users.id",
      'PREDICT COUNT(`orders`.* WHERE orders.a <> "x" AND orders.b IS NOT 1.50e2, 00, 1) FOR EACH users.id',
      "PREDICT NOT (users.a = TRUE) FOR users.id IN (1,)",
      "PREDICT SUM(t.a, 0, 1) - 1 * - 5 > - -3 - -x.y FOR EACH t.id",
    ]) {
      expect(formatQuery(text, { width: 200 })).toEqual({ text, parsed: true });
    }
  });

  it("returns a text that cannot be read as it is", () => {
    const text = "predict  count(orders.* for each";
    expect(formatQuery(text)).toEqual({ text, parsed: false });
  });

  it.each([20, 60, 80, 1000])("changes no meaning and nothing twice, %d wide", (width) => {
    for (const text of [...texts, ...SUPERSET]) {
      const once = formatted(text, width);
      expect(withoutPlaces(parseQuery(once))).toEqual(withoutPlaces(parseQuery(text)));
      expect(formatted(once, width)).toBe(once);
    }
  });

  it("changes no meaning and nothing twice, whatever the query", () => {
    fc.assert(
      fc.property(arbQuery, fc.nat(120), (query, width) => {
        const once = formatted(printQuery(query), width);
        expect(withoutPlaces(parseQuery(once))).toEqual(withoutPlaces(query));
        expect(formatted(once, width)).toBe(once);
      }),
      { numRuns: 150 },
    );
  });

  it("changes no meaning and nothing twice, wherever comments and blanks stand", () => {
    const glue = fc.constantFrom(
      " ",
      "\n",
      "\t",
      " # c\n",
      "\n# c\n",
      " -- c \n\n",
      "/* a */",
      "\n/* a\n b */\n",
    );
    const all = [...texts, ...SUPERSET];
    fc.assert(
      fc.property(
        fc.nat(all.length - 1),
        fc.array(glue, { minLength: 1, maxLength: 20 }),
        fc.nat(80),
        (i, glues, width) => {
          const text = readSource(all[i]!)
            .tokens.map((token, k) => token.image + glues[k % glues.length])
            .join("");
          fc.pre(parseText(text).query !== null);
          const once = formatted(text, width);
          expect(withoutPlaces(parseQuery(once))).toEqual(withoutPlaces(parseQuery(text)));
          expect(formatted(once, width)).toBe(once);
          expect(countComments(once)).toBe(countComments(text));
        },
      ),
      { numRuns: 500 },
    );
  });
});

function countComments(text: string): number {
  const source = readSource(text);
  return Array.from(
    { length: source.tokens.length + 1 },
    (_, i) => commentsBefore(source, i).length,
  ).reduce((a, b) => a + b, 0);
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkQuery } from "../../../pql/check.js";
import { parseQuery } from "../../../pql/syntax/parse.js";
import { printQuery } from "../../../pql/syntax/print.js";
import { shop } from "../../support/shop.js";
import { arbQuery } from "./arbitrary-query.js";
import { withoutPlaces } from "./without-places.js";

describe("printQuery", () => {
  it("is undone by parseQuery, whatever the query", () => {
    fc.assert(
      fc.property(arbQuery, (query) => {
        expect(withoutPlaces(parseQuery(printQuery(query)))).toEqual(withoutPlaces(query));
      }),
      { numRuns: 1500 },
    );
  });

  it.each([
    ["a sign before a number, a date or another sign", "-(1)", "-(2024-01-01)", "-(-u.a)", "- 'x'"],
    ["what would be a date", "1 - 2 - 3", "1 / 2 / 3"],
    ["lists of one", "COALESCE((1,), 2)", "ABS(((1,),))"],
  ])("keeps apart %s", (_, ...written) => {
    for (const text of written) {
      const query = parseQuery(`PREDICT ${text} > u.a FOR EACH u.id`);
      expect(withoutPlaces(parseQuery(printQuery(query)))).toEqual(withoutPlaces(query));
    }
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(arbQuery, (query) => {
        const printed = printQuery(query);
        expect(printQuery(parseQuery(printed))).toBe(printed);
      }),
      { numRuns: 300 },
    );
  });
});

describe("checkQuery", () => {
  const { schema } = shop();
  const word = fc.constantFrom(
    ..."PREDICT COUNT SUM ( ) , FOR EACH WHERE ASSUMING AND OR NOT users.id orders.amount orders.* 0 30 -7 days = > IN 'x' `a NULL 2024-01-01 RANK TOP -INF ; # * . \\ \u00e9".split(
      " ",
    ),
  );

  it("never throws, whatever the text", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(word, { maxLength: 30 }).map((words) => words.join(" ")),
      arbQuery.map(printQuery),
    );
    fc.assert(
      fc.property(text, (source) => {
        const { query, bound, errors } = checkQuery(source, schema);
        expect(bound === undefined).toBe(errors.length > 0);
        if (query === undefined) expect(errors).not.toEqual([]);
        for (const error of errors) {
          expect(error.code).toMatch(/^PQL\d{3}$/);
          expect(error.format()).not.toMatch(/-->|<--|undefined|NaN/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("reads deep and long queries without running out of stack", () => {
    for (const text of ["(".repeat(5000), "NOT ".repeat(5000), "users.age = 1 AND ".repeat(9000)]) {
      expect(checkQuery(`PREDICT ${text}`, schema).errors).not.toEqual([]);
    }
    const long = Array(2000).fill("users.age = 1").join(" AND ");
    expect(checkQuery(`PREDICT ${long} FOR EACH users.id`, schema).errors).toEqual([]);
  });
});

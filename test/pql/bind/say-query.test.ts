import { describe, expect, it } from "vitest";
import { bindAll } from "../../../pql/bind/bind.js";
import { sayQuery, sayWindow } from "../../../pql/bind/say-query.js";
import { bindQuery, parseQuery } from "../../../pql/index.js";
import { shop } from "../../support/shop.js";
import { readCorpus } from "../syntax/corpus.js";
import { fittingSchema } from "./fitting-schema.js";

const say = (text: string): string => sayQuery(bindQuery(parseQuery(text), shop().schema));

describe("a query in words", () => {
  it.each([
    [
      "PREDICT SUM(orders.amount, 0, 30, days) FOR EACH users.id",
      "For each row of users: the total of orders.amount in the next 30 days.",
    ],
    [
      "PREDICT COUNT(orders.*, 0, 7, days) = 0 FOR EACH users.id WHERE COUNT(orders.*, -90, 0, days) > 0",
      "For each row of users: whether there are no orders in the next 7 days. Only rows count for which there are orders in the last 90 days.",
    ],
    [
      "PREDICT AVG(orders.amount WHERE orders.amount > 2, 1, 2, months) >= 4 FOR EACH users.id",
      "For each row of users: whether the average of orders.amount where orders.amount is above 2 between 1 month from now and 2 months from now is at least 4.",
    ],
  ])("says %s", (text, words) => {
    expect(say(text)).toBe(words);
  });

  it("says windows as people do", () => {
    const window = (start: number, end: number) => sayWindow({ start, end, unit: "days" });
    expect(window(0, 1)).toBe("in the next 1 day");
    expect(window(-Infinity, 0)).toBe("so far");
    expect(window(-7, -1)).toBe("between 7 days ago and 1 day ago");
    expect(window(7, Infinity)).toBe("after 7 days from now");
  });

  it("has words for every query of the corpus that is one", () => {
    let said = 0;
    for (const { text, verdict, task } of readCorpus()) {
      if (verdict !== "ok") continue;
      const query = parseQuery(text);
      const { bound } = bindAll(query, fittingSchema(query, task));
      if (bound === null) continue;
      const words = sayQuery(bound);
      expect(words).toMatch(/^For each row of .+\.$/s);
      expect(words).not.toMatch(/undefined|null|\[object/);
      said++;
    }
    expect(said).toBeGreaterThan(60);
  });
});

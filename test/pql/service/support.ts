/** Texts for the tests of the language service: the corpus, the superset, and ways to break them. */
import { readCorpus } from "../syntax/corpus.js";

/** The queries of the corpus without their lines of facts. */
export function corpusTexts(): string[] {
  return readCorpus().map(({ text }) => text.replace(/^# .*\n/, ""));
}

/** Queries about the shop that use what only the superset has. */
export const SUPERSET: readonly string[] = [
  "EXPLAIN PREDICT EXISTS(orders.* WHERE orders.amount BETWEEN 1 AND 3, 0, 30, days) FOR EACH users.id",
  "PREDICT NOT EXISTS(orders.*, 0, 30, days) FOR EACH users.id AT 2024-02-29 12:30:00",
  "PREDICT QUANTILE(orders.amount WHERE orders.status NOT IN ('open', 'paid'), 0.9, 0, 30, days) FOR EACH users.id",
  "PREDICT SUM(orders.amount * 2 - 1, 0, 30, days) / (COUNT(orders.*, 0, 30, days) + 1) AS mean, COUNT(visits.* VIA visits.user_id, :a, :b, days) AS visits FOR EACH users.id WHERE users.age > :age",
  "PREDICT COUNT(orders.* WHERE items.category = 'toys' OR YEAR(orders.ordered_at) <= YEAR(ANCHOR), 0, 1, quarter) > COUNT(orders.*, 0, 7, days) FOR EACH users.id",
  "PREDICT LIST_DISTINCT(orders.item_id, 0, 30, days) RANK TOP :k FOR users.id IN (1, 2,);",
  "PREDICT COALESCE(MAX(orders.amount, 0, 30, days), -1) - -1 -2 * -(3) > - - 4 FOR EACH users.id WHERE NOT users.country NOT LIKE 'U_' AND -users.age <> 3",
  "PREDICT SUM(orders.amount, 0, 7, days) FORECAST 4 TIMEFRAMES FOR EACH users.id",
  "PREDICT COUNT(lines.* VIA order_id -> orders.user_id, -INF, 0) > 0 FOR (lines.order_id, lines.line) IN ((1, 2), (3, 4))",
  "PREDICT COUNT(orders.* VIA Top, 0, 7) AS Minutes, SUM(t.a, 0, 7) + 1 AS `top 3`, users.age AS rank RANK TOP 3 FOR EACH users.id",
  "PREDICT users.age FOR EACH users.id WHERE users.joined NOT BETWEEN 2020-01-01 AND 2021-01-01 OR users.name STARTS WITH 'a\\'b'",
];

/** PostgreSQL's spellings. */
import type { Engine } from "./engine.js";
import { doubleQuotes, timeLiteral } from "./literals.js";

/** @see PostgreSQL documentation: string functions, aggregate functions, ordered-set aggregates. */
export const postgres: Engine = {
  rowOrder: false,
  string: "TEXT",
  stringList: "TEXT[]",
  double: "DOUBLE PRECISION",
  weekday: "isodow",
  quote: (name) => doubleQuotes(name, '"'),
  text: (value) => doubleQuotes(value, "'"),
  time: (time) => timeLiteral(time, "-infinity", "infinity"),
  plainOrder: (text) => `${text} COLLATE "C"`,
  startsWith: (text, start) => `starts_with(${text}, ${postgres.text(start)})`,
  endsWith: (text, end) => `right(${text}, ${[...end].length}) = ${postgres.text(end)}`,
  contains: (text, part) => `strpos(${text}, ${postgres.text(part)}) > 0`,
  like: (text, pattern) => `${text} LIKE ${postgres.text(pattern)} ESCAPE ''`,
  hasItem: (list, item) => `${item} = ANY (${list})`,
  listLength: (list) => `cardinality(${list})`,
  packList: (list) => `CAST(${list} AS TEXT)`,
  unpackList: (packed) => `CAST(${packed} AS TEXT[])`,
  timeBetween: (earlier, later, unitMs) =>
    `CAST(extract(epoch FROM ${later} - ${earlier}) AS DOUBLE PRECISION) / ${unitMs / 1000}`,
  first: (value, order) => pick(value, order, ""),
  last: (value, order) => pick(value, order, " DESC"),
  collect: (value, order) => `array_agg(${value} ORDER BY ${order.join(", ")})`,
  quantile: (value, share) => `percentile_cont(${share}) WITHIN GROUP (ORDER BY ${value})`,
  mode: (_, order) => `mode() WITHIN GROUP (ORDER BY ${order})`,
};

function pick(value: string, order: readonly string[], direction: string): string {
  const keys = order.map((key) => `${key}${direction}`).join(", ");
  return `(array_agg(${value} ORDER BY ${keys}) FILTER (WHERE ${value} IS NOT NULL))[1]`;
}

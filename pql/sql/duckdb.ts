/** DuckDB's spellings. */
import type { Engine } from "./engine.js";
import { doubleQuotes, timeLiteral } from "./literals.js";

/** @see DuckDB documentation: functions, aggregates with ORDER BY, the pseudocolumn `rowid`. */
export const duckdb: Engine = {
  rowOrder: true,
  string: "VARCHAR",
  stringList: "VARCHAR[]",
  double: "DOUBLE",
  weekday: "isodow",
  quote: (name) => doubleQuotes(name, '"'),
  text: (value) => doubleQuotes(value, "'"),
  time: (time) => timeLiteral(time, "-infinity", "infinity"),
  plainOrder: (text) => text,
  startsWith: (text, start) => `starts_with(${text}, ${duckdb.text(start)})`,
  endsWith: (text, end) => `ends_with(${text}, ${duckdb.text(end)})`,
  contains: (text, part) => `contains(${text}, ${duckdb.text(part)})`,
  like: (text, pattern) => `${text} LIKE ${duckdb.text(pattern)}`,
  hasItem: (list, item) => `list_contains(${list}, ${item})`,
  listLength: (list) => `len(${list})`,
  packList: (list) => list,
  unpackList: (packed) => packed,
  timeBetween: (earlier, later, unitMs) =>
    `(epoch_us(CAST(${later} AS TIMESTAMP)) - epoch_us(${earlier})) / ${unitMs * 1000}`,
  first: (value, order) =>
    `first(${value} ORDER BY ${order.join(", ")}) FILTER (WHERE ${value} IS NOT NULL)`,
  last: (value, order) =>
    `last(${value} ORDER BY ${order.join(", ")}) FILTER (WHERE ${value} IS NOT NULL)`,
  collect: (value, order) => `list(${value} ORDER BY ${order.join(", ")})`,
  quantile: (value, share) => `quantile_cont(CAST(${value} AS DOUBLE), ${share})`,
  mode: (value, order) => `mode(${value} ORDER BY ${order})`,
};

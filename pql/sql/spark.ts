/** Spark's spellings. */
import type { Engine } from "./engine.js";
import { doubleQuotes, timeLiteral } from "./literals.js";

/** @see Spark SQL reference: literals, built-in functions. */
export const spark: Engine = {
  rowOrder: false,
  string: "STRING",
  stringList: "ARRAY<STRING>",
  double: "DOUBLE",
  weekday: "DAYOFWEEK_ISO",
  quote: (name) => doubleQuotes(name, "`"),
  text,
  time: (time) => timeLiteral(time, "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"),
  plainOrder: (value) => value,
  startsWith: (value, start) => `startswith(${value}, ${text(start)})`,
  endsWith: (value, end) => `endswith(${value}, ${text(end)})`,
  contains: (value, part) => `contains(${value}, ${text(part)})`,
  // Backslashes escape in patterns, so each stands for itself only when doubled.
  like: (value, pattern) => `${value} LIKE ${text(pattern.replaceAll("\\", "\\\\"))}`,
  hasItem: (list, item) => `exists(${list}, item -> item = ${item})`,
  listLength: (list) => `size(${list})`,
  packList: (list) => list,
  unpackList: (packed) => packed,
  timeBetween: (earlier, later, unitMs) =>
    `(unix_micros(CAST(${later} AS TIMESTAMP)) - unix_micros(${earlier})) / ${unitMs * 1000}`,
  first: (value, order) => pick("min_by", value, order),
  last: (value, order) => pick("max_by", value, order),
  collect: (value, order) =>
    `transform(array_sort(collect_list(struct(${order.join(", ")}, ${value} AS listed))), x -> x.listed)`,
  quantile: (value, share) => `percentile(${value}, ${share})`,
  mode: (value) => `mode(${value}, TRUE)`,
};

function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function pick(name: string, value: string, order: readonly string[]): string {
  const key = order.length === 1 ? order[0] : `struct(${order.join(", ")})`;
  return `${name}(${value}, ${key}) FILTER (WHERE ${value} IS NOT NULL)`;
}

/** A bound query as a person would say it, for pages that people read who do not write queries. */
import { formatTime, type TimeWindow } from "../../src/core/time.js";
import { argumentName, columnName } from "./aggregation-rules.js";
import type {
  BoundAggregation,
  BoundColumn,
  BoundCondition,
  BoundExpression,
  BoundQuery,
  BoundValue,
  ValueType,
} from "./bound.js";
import { isBoundCondition } from "./bound.js";

/**
 * Says a query in words: "For each row of `USERS`: the total of `SESSIONS.DURATION_MIN` in the next 30 days."
 *
 * @param bound - the query.
 * @returns one or two sentences; parts that have no plain words stand as the query writes them.
 */
export function sayQuery(bound: Omit<BoundQuery, "toString">): string {
  const { entity, targets, where, assuming } = bound;
  const said = targets.map(({ name, value }) => {
    const words = isBoundCondition(value) ? `whether ${sayCondition(value)}` : say(value);
    return name === null ? words : `${name}, ${words}`;
  });
  const only = where ? ` Only rows count for which ${sayCondition(where)}.` : "";
  const given = assuming ? ` It is assumed that ${sayCondition(assuming)}.` : "";
  return `For each row of ${entity.table.name}: ${said.join("; ")}.${only}${given}`;
}

function say(node: BoundExpression): string {
  switch (node.kind) {
    case "aggregation":
      return sayAggregation(node);
    case "column":
      return sayColumn(node);
    case "constant":
      return node.value === null ? "nothing" : sayValue(node.value, node.type);
    case "anchor":
      return "the moment of prediction";
    case "negative":
      return `minus ${say(node.operand)}`;
    case "arithmetic":
      return `(${say(node.left)} ${node.operator} ${say(node.right)})`;
    case "call":
      return `${node.name.toLowerCase()}(${node.args.map(say).join(", ")})`;
  }
}

function sayColumn(column: BoundColumn): string {
  return columnName(column);
}

const WORDS: Readonly<Record<string, string>> = {
  SUM: "the total of",
  AVG: "the average of",
  MIN: "the smallest",
  MAX: "the largest",
  MEDIAN: "the median of",
  STDDEV: "the spread of",
  VARIANCE: "the variance of",
  MODE: "the most frequent",
  FIRST: "the first",
  LAST: "the last",
  COUNT_DISTINCT: "the number of different",
  LIST_DISTINCT: "the different",
};

function sayAggregation(aggregation: BoundAggregation): string {
  const { name, window, where, argument, quantile, table } = aggregation;
  const what = argument === null ? table.name : argumentName(aggregation);
  const filter = where ? ` where ${sayCondition(where)}` : "";
  const when = window === null ? "" : ` ${sayWindow(window)}`;
  switch (name) {
    case "COUNT":
      return `the number of ${table.name}${filter}${when}`;
    case "QUANTILE":
      return `the ${quantile} quantile of ${what}${filter}${when}`;
    case "TIME_TO_NEXT":
      return `the time to the next of ${table.name}${filter}${when}`;
    default:
      return `${WORDS[name] ?? `${name.toLowerCase()} of`} ${what}${filter}${when}`;
  }
}

/** Says a window: "in the next 30 days", "in the last 90 days", "from 7 to 14 days from now". */
export function sayWindow({ start, end, unit }: TimeWindow): string {
  const many = (count: number): string =>
    `${Math.abs(count)} ${Math.abs(count) === 1 ? unit.replace(/s$/, "") : unit}`;
  if (start === -Infinity) return end === 0 ? "so far" : `until ${sayMoment(end, many)}`;
  if (end === Infinity) return start === 0 ? "ever after" : `after ${sayMoment(start, many)}`;
  if (start === 0) return `in the next ${many(end)}`;
  if (end === 0) return `in the last ${many(start)}`;
  return `between ${sayMoment(start, many)} and ${sayMoment(end, many)}`;
}

function sayMoment(offset: number, many: (count: number) => string): string {
  if (offset === 0) return "now";
  return offset < 0 ? `${many(offset)} ago` : `${many(offset)} from now`;
}

const RELATIONS: Readonly<Record<string, string>> = {
  "=": "is",
  "!=": "is not",
  "<": "is below",
  "<=": "is at most",
  ">": "is above",
  ">=": "is at least",
};

function sayCondition(node: BoundCondition): string {
  switch (node.kind) {
    case "not":
      return `it is not so that ${sayCondition(node.operand)}`;
    case "and":
    case "or":
      return node.operands.map(sayCondition).join(` ${node.kind} `);
    case "relation":
      return `${say(node.left)} ${RELATIONS[node.operator]!} ${say(node.right)}`;
    case "comparison": {
      const { left, operator, right } = node;
      if (left.kind === "aggregation" && left.name === "COUNT" && typeof right === "number") {
        const rows = sayAggregation(left).replace(/^the number of /, "");
        if (right === 0 && (operator === "=" || operator === "<=")) return `there are no ${rows}`;
        if (right === 0 && (operator === ">" || operator === "!=")) return `there are ${rows}`;
      }
      if (right === null) return `${say(left)} ${operator === "=" ? "is missing" : "is known"}`;
      const relation = RELATIONS[operator] ?? operator.toLowerCase().replaceAll("_", " ");
      return `${say(left)} ${relation} ${sayValue(right, left.type)}`;
    }
  }
}

function sayValue(value: Exclude<BoundValue, null>, type: ValueType): string {
  if (typeof value === "object") return value.map((one) => sayValue(one, type)).join(", ");
  return type === "time" && typeof value === "number" ? formatTime(value) : String(value);
}

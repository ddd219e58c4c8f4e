/** Functions, comparisons and aggregations of the oracle: one value, or the few values of one cell, at a time. */

import type { BoundAggregation, BoundOperator, BoundValue } from "../../../pql/bind/bound.js";
import type { FunctionName } from "../../../pql/syntax/ast.js";

/** A value; truth values are 0 and 1, lists have their items. */
export type Value = number | string | readonly (number | string)[] | null;

/** A number, null where it is none. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Calls a function. */
export function callOf(name: FunctionName, args: readonly Value[]): Value {
  const [first] = args;
  if (name === "COALESCE") return args.find((value) => value !== null) ?? null;
  if (first === null || first === undefined) return null;
  if (name === "LENGTH") return [...(first as string)].length;
  const number = first as number;
  const date = new Date(number);
  switch (name) {
    case "ABS":
      return Math.abs(number);
    case "LOG":
      return finite(Math.log(number));
    case "YEAR":
      return date.getUTCFullYear();
    case "MONTH":
      return date.getUTCMonth() + 1;
    case "WEEKDAY":
      return ((date.getUTCDay() + 6) % 7) + 1;
  }
}

/** Orders two values; digits by value. */
function order(a: Value, b: Value, digits: boolean): number {
  const [x, y] = digits ? [BigInt(a as string), BigInt(b as string)] : [a!, b!];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Compares two values that are there. */
export function relationOf(a: Value, operator: string, b: Value, digits: boolean): boolean {
  const sign = order(a, b, digits);
  switch (operator) {
    case "=":
      return sign === 0;
    case "!=":
      return sign !== 0;
    case "<":
      return sign < 0;
    case "<=":
      return sign <= 0;
    case ">":
      return sign > 0;
    case ">=":
      return sign >= 0;
    default:
      throw new Error(`operator ${operator}`);
  }
}

/** Compares a value with a constant; `null` is unknown. */
export function compareOf(
  left: Value,
  operator: BoundOperator,
  right: BoundValue,
  digits: boolean,
): boolean | null {
  if (right === null) return (left === null) === (operator === "=");
  if (left === null) return null;
  const text = String(left);
  const wanted = String(right);
  switch (operator) {
    case "IN":
      return (right as readonly Value[]).includes(left);
    case "BETWEEN": {
      const [low, high] = right as readonly [Value, Value];
      return relationOf(left, ">=", low, digits) && relationOf(left, "<=", high, digits);
    }
    case "CONTAINS":
    case "NOT CONTAINS": {
      const has = Array.isArray(left) ? left.includes(right) : text.includes(wanted);
      return has === (operator === "CONTAINS");
    }
    case "STARTS WITH":
      return text.startsWith(wanted);
    case "ENDS WITH":
      return text.endsWith(wanted);
    case "LIKE":
      return like(text, wanted);
    case "NOT LIKE":
      return !like(text, wanted);
    default:
      return relationOf(left, operator, right as Value, digits);
  }
}

/** Matches a pattern by trying every way to use it up. */
export function like(text: string, pattern: string): boolean {
  const match = (t: readonly string[], p: readonly string[]): boolean => {
    if (p.length === 0) return t.length === 0;
    if (p[0] === "%") return match(t, p.slice(1)) || (t.length > 0 && match(t.slice(1), p));
    return t.length > 0 && (p[0] === "_" || p[0] === t[0]) && match(t.slice(1), p.slice(1));
  };
  return match([...text], [...pattern]);
}

/** One event of a cell. */
export interface CellEvent {
  readonly time: number;
  readonly value: Value;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  weeks: 7 * 86_400_000,
};

/** Aggregates the events of one cell, given in the order of their rows; none has a null value. */
export function aggregateOf(
  { name, quantile, window }: BoundAggregation,
  events: readonly CellEvent[],
  anchor: number,
  digits: boolean,
): Value {
  const values = events.map((event) => event.value);
  const inTime = events.toSorted((a, b) => a.time - b.time).map((event) => event.value);
  const inOrder = values.toSorted((a, b) => order(a, b, digits));
  const numbers = values.map(Number);
  const n = numbers.length;
  const sum = numbers.reduce((total, value) => total + value, 0);
  switch (name) {
    case "COUNT":
      return n;
    case "COUNT_DISTINCT":
      return new Set(values).size;
    case "SUM":
      return sum;
    case "AVG":
      return n === 0 ? null : sum / n;
    case "MIN":
      return inOrder[0] ?? null;
    case "MAX":
      return inOrder.at(-1) ?? null;
    case "FIRST":
      return inTime[0] ?? null;
    case "LAST":
      return inTime.at(-1) ?? null;
    case "LIST_DISTINCT":
      return n === 0 ? null : ([...new Set(inTime)] as (number | string)[]);
    case "MEDIAN":
      return quantileOf(numbers, 0.5);
    case "QUANTILE":
      return quantileOf(numbers, quantile!);
    case "VARIANCE":
    case "STDDEV": {
      if (n < 2) return null;
      const squares = numbers.map((value) => (value - sum / n) ** 2);
      const variance = squares.reduce((total, value) => total + value, 0) / (n - 1);
      return name === "VARIANCE" ? variance : Math.sqrt(variance);
    }
    case "MODE": {
      const counts = new Map<Value, number>();
      for (const value of inOrder) counts.set(value, (counts.get(value) ?? 0) + 1);
      const most = Math.max(...counts.values());
      return [...counts].find(([, count]) => count === most)?.[0] ?? null;
    }
    case "TIME_TO_NEXT": {
      if (n === 0) return null;
      const next = Math.min(...events.map((event) => event.time));
      return (next - anchor) / (UNIT_MS[window!.unit] ?? 86_400_000);
    }
  }
}

function quantileOf(numbers: readonly number[], share: number): number | null {
  if (numbers.length === 0) return null;
  const sorted = numbers.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (place - low);
}

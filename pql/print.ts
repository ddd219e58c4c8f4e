/** Trees back to text, in one canonical form: parse after print is the identity, print is idempotent. */
import { assertNever } from "../src/core/assert.js";
import { formatTime } from "../src/core/time.js";
import type {
  Aggregation,
  ColumnRef,
  Condition,
  Constant,
  Entity,
  PredictiveQuery,
  Problem,
  Target,
  Wildcard,
  Window,
} from "./ast.js";

/**
 * Prints a query in canonical form: keywords in upper case, the unit always shown, operands of AND, OR and
 * NOT in brackets, names in backquotes only where needed.
 *
 * @param query - the query.
 * @returns one line.
 * @see Kumo `PQueryAST.to_string`, whose form this is.
 */
export function printQuery(query: PredictiveQuery): string {
  return [
    `PREDICT ${printTarget(query.target)}`,
    query.problem && printProblem(query.problem),
    printEntity(query.entity),
    query.where && `WHERE ${printCondition(query.where)}`,
    query.assuming && `ASSUMING ${printCondition(query.assuming)}`,
  ]
    .filter((part) => part !== null)
    .join(" ");
}

/** Prints a target: a column, an aggregation or a condition. */
export function printTarget(target: Target): string {
  switch (target.kind) {
    case "column":
    case "wildcard":
      return printColumn(target);
    case "aggregation":
      return printAggregation(target);
    default:
      return printCondition(target);
  }
}

/** Prints a condition; operands of AND, OR and NOT stand in brackets. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "comparison": {
      const { left, right } = condition;
      const isNull = right.kind === "null";
      const operator =
        isNull && condition.operator === "="
          ? "IS"
          : isNull && condition.operator === "!="
            ? "IS NOT"
            : condition.operator;
      return `${printTarget(left)} ${operator} ${printConstant(right)}`;
    }
    case "not":
      return `NOT (${printCondition(condition.operand)})`;
    case "and":
    case "or": {
      const { left, right, kind } = condition;
      return `(${printCondition(left)}) ${kind.toUpperCase()} (${printCondition(right)})`;
    }
    default:
      return assertNever(condition);
  }
}

/** Prints an aggregation with its filter and window. */
export function printAggregation(aggregation: Aggregation): string {
  const { name, column, where, window } = aggregation;
  const filter = where ? ` WHERE ${printCondition(where)}` : "";
  return `${name}(${printColumn(column)}${filter}${window ? `, ${printWindow(window)}` : ""})`;
}

function printWindow({ start, end, unit }: Window): string {
  return `${start === Number.NEGATIVE_INFINITY ? "-INF" : start}, ${end}, ${unit}`;
}

function printProblem(problem: Problem): string {
  switch (problem.kind) {
    case "forecast":
      return `FORECAST ${problem.timeframes} TIMEFRAMES`;
    case "top":
      return `TOP ${problem.top}`;
    case "rank":
    case "classify": {
      const word = problem.kind.toUpperCase();
      return problem.top === null ? word : `${word} TOP ${problem.top}`;
    }
    default:
      return assertNever(problem);
  }
}

function printEntity({ each, key, selection }: Entity): string {
  const head = `${each ? "FOR EACH" : "FOR"} ${printColumn(key)}`;
  return selection ? `${head} ${selection.operator} ${printConstant(selection.value)}` : head;
}

/** Prints `table.column` or `table.*`. */
export function printColumn(column: ColumnRef | Wildcard): string {
  return column.kind === "wildcard"
    ? `${printName(column.table)}.*`
    : `${printName(column.table)}.${printName(column.column)}`;
}

/** Prints one name, in backquotes where it is no plain identifier. */
export function printName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name}\``;
}

/** Prints a constant so that it is read back as the same value. */
export function printConstant(constant: Constant): string {
  switch (constant.kind) {
    case "null":
      return "NULL";
    case "boolean":
      return constant.value ? "TRUE" : "FALSE";
    case "number":
      return constant.text;
    case "string":
      return printString(constant.value);
    case "time": {
      const iso = formatTime(constant.value);
      return iso.replace("T", " ").replace("Z", "");
    }
    case "list":
      return `(${constant.items.map(printConstant).join(", ")})`;
    default:
      return assertNever(constant);
  }
}

const CONTROL: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function printString(value: string): string {
  const escaped = value.replace(/[\\']/g, "\\$&").replace(/\p{Cc}/gu, (char) => {
    const hex = char.charCodeAt(0).toString(16).padStart(4, "0");
    return CONTROL[char] ?? `\\u${hex}`;
  });
  return `'${escaped}'`;
}

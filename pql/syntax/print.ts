/** Trees back to text, in one canonical form: parse after print is the identity, print is idempotent. */
import { assertNever } from "../../src/core/assert.js";
import { formatTime } from "../../src/core/time.js";
import {
  type Aggregation,
  type Arithmetic,
  type ColumnRef,
  type Comparison,
  type Condition,
  type Constant,
  type Entity,
  type Expression,
  isCondition,
  type NamedTarget,
  type Parameter,
  type PredictiveQuery,
  type Problem,
  type Target,
  type Wildcard,
  type Window,
} from "./ast.js";
import { isBareWord } from "./tokens.js";

/**
 * Prints a query in canonical form: keywords in upper case, the unit always shown, operands of AND, OR and
 * NOT in brackets, names in backquotes only where needed.
 *
 * @param query - the query.
 * @returns one line.
 * @see Kumo `PQueryAST.to_string`, whose form this is.
 */
export function printQuery(query: PredictiveQuery): string {
  const { command, at } = query;
  const targets = query.targets.map(printNamedTarget);
  return [
    command?.toUpperCase() ?? null,
    `PREDICT ${targets.join(", ")}`,
    query.problem && printProblem(query.problem),
    printEntity(query.entity),
    query.where && `WHERE ${printCondition(query.where)}`,
    query.assuming && `ASSUMING ${printCondition(query.assuming)}`,
    at && `AT ${printExpression(at)}`,
  ]
    .filter((part) => part !== null)
    .join(" ");
}

/** Prints a target with its name, where it has one. */
export function printNamedTarget({ value, name }: NamedTarget): string {
  return name === null ? printTarget(value) : `${printTarget(value)} AS ${printWord(name)}`;
}

/** Prints a target: a value or a condition. */
export function printTarget(target: Target): string {
  return isCondition(target) ? printCondition(target) : printExpression(target);
}

/** Prints a condition; operands of AND, OR and NOT stand in brackets. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "comparison":
      return printComparison(condition);
    case "not":
      return `NOT (${printCondition(condition.operand)})`;
    case "and":
    case "or": {
      const operands = condition.operands.map((operand) => `(${printCondition(operand)})`);
      return operands.join(` ${condition.kind.toUpperCase()} `);
    }
    default:
      return assertNever(condition);
  }
}

function printComparison({ left, operator, right }: Comparison): string {
  const head = printExpression(left);
  if (right.kind === "null" && operator === "=") return `${head} IS NULL`;
  if (right.kind === "null" && operator === "!=") return `${head} IS NOT NULL`;
  if (operator === "BETWEEN" && right.kind === "list" && right.items.length === 2) {
    return `${head} BETWEEN ${right.items.map(printExpression).join(" AND ")}`;
  }
  return `${head} ${operator} ${operator === "IN" ? printItem(right) : printExpression(right)}`;
}

/** Prints what stands after IN and among the ids: nothing but a list is in brackets there, one value needs no comma. */
function printItem(node: Expression): string {
  if (node.kind !== "list") return printExpression(node);
  return `(${node.items.map(printItem).join(", ")})`;
}

/** Prints a value, in brackets only where precedence needs them. */
export function printExpression(node: Expression): string {
  switch (node.kind) {
    case "column":
    case "wildcard":
      return printColumn(node);
    case "aggregation":
      return printAggregation(node);
    case "anchor":
      return "ANCHOR";
    case "parameter":
      return `:${node.name}`;
    case "call":
      return `${node.name}(${node.args.map(printExpression).join(", ")})`;
    case "negative": {
      const { operand } = node;
      const text = printExpression(operand);
      return BRACKETED.has(operand.kind) ? `-(${text})` : `-${text}`;
    }
    case "arithmetic": {
      const own = precedence(node.operator);
      const bracketed = (side: Expression, least: number): string =>
        side.kind === "arithmetic" && precedence(side.operator) < least
          ? `(${printExpression(side)})`
          : printExpression(side);
      return `${bracketed(node.left, own)} ${node.operator} ${bracketed(node.right, own + 1)}`;
    }
    default:
      return printConstant(node);
  }
}

/** What a minus in front would change: the sign of a number, or of the first number of a date, belongs to it. */
const BRACKETED: ReadonlySet<string> = new Set(["negative", "number", "time", "arithmetic"]);

function precedence(operator: Arithmetic["operator"]): number {
  return operator === "+" || operator === "-" ? 1 : 2;
}

/** Prints an aggregation with its filter and window. */
export function printAggregation(aggregation: Aggregation): string {
  const { name, argument, where, quantile, window } = aggregation;
  const filter = where ? ` WHERE ${printCondition(where)}` : "";
  const share = quantile ? `, ${printExpression(quantile)}` : "";
  const bounds = window ? `, ${printWindow(window)}` : "";
  return `${name}(${printExpression(argument)}${filter}${share}${bounds})`;
}

function printWindow({ start, end, unit }: Window): string {
  return `${printAmount(start)}, ${printAmount(end)}, ${unit}`;
}

function printAmount(amount: number | Parameter): string {
  if (typeof amount !== "number") return `:${amount.name}`;
  return amount === Number.NEGATIVE_INFINITY ? "-INF" : String(amount);
}

function printProblem(problem: Problem): string {
  switch (problem.kind) {
    case "forecast":
      return `FORECAST ${printAmount(problem.timeframes)} TIMEFRAMES`;
    case "top":
      return `TOP ${printAmount(problem.top)}`;
    case "rank":
    case "classify": {
      const word = problem.kind.toUpperCase();
      return problem.top === null ? word : `${word} TOP ${printAmount(problem.top)}`;
    }
    default:
      return assertNever(problem);
  }
}

function printEntity({ each, keys, selection }: Entity): string {
  const names = keys.map(printColumn).join(", ");
  const head = `${each ? "FOR EACH" : "FOR"} ${keys.length === 1 ? names : `(${names})`}`;
  return selection ? `${head} ${selection.operator} ${printItem(selection.value)}` : head;
}

/** Prints `table.column` or `table.*`. */
export function printColumn(column: ColumnRef | Wildcard): string {
  const last = column.kind === "wildcard" ? "*" : printName(column.column);
  const name = `${printName(column.table)}.${last}`;
  if (column.via === null) return name;
  const links = column.via.links.map((link) =>
    link.table === null
      ? printWord(link.column)
      : `${printName(link.table)}.${printName(link.column)}`,
  );
  return `${name} VIA ${links.join(" -> ")}`;
}

/** Prints one name, in backquotes where it is no plain identifier. */
export function printName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name}\``;
}

/** Prints a name that stands alone, in backquotes also where it would be read as a keyword. */
function printWord(name: string): string {
  return isBareWord(name) ? name : `\`${name}\``;
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
    case "list": {
      // A comma tells a list of one from a value in brackets.
      const comma = constant.items.length === 1 ? "," : "";
      return `(${constant.items.map(printExpression).join(", ")}${comma})`;
    }
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

/** Expressions and conditions as SQL. */
import { assertNever } from "../../src/core/assert.js";
import {
  type BoundArithmetic,
  type BoundCall,
  type BoundComparison,
  type BoundCondition,
  type BoundConstant,
  type BoundExpression,
  type BoundRelation,
  plainColumn,
  type ValueType,
} from "../bind/bound.js";
import type { Engine } from "./engine.js";
import { numberLiteral } from "./literals.js";
import type { Select } from "./select.js";

/** Writes an expression; missing values are NULL. */
export function writeExpression(node: BoundExpression, select: Select): string {
  switch (node.kind) {
    case "column":
      return select.column(node);
    case "aggregation":
      return select.aggregation(node);
    case "constant":
      return writeConstant(node, engineOf(select));
    case "anchor":
      return select.anchor();
    case "arithmetic":
      return writeArithmetic(node, select);
    case "negative":
      return `-${group(writeNumber(node.operand, select))}`;
    case "call":
      return writeCall(node, select);
    default:
      return assertNever(node);
  }
}

/** Writes a number or a truth value as a number. */
export function writeNumber(node: BoundExpression, select: Select): string {
  const value = writeExpression(node, select);
  return node.type === "boolean" ? `CAST(${value} AS INTEGER)` : value;
}

function engineOf(select: Select): Engine {
  return select.clause.statement.engine;
}

/** Puts brackets around what is more than a name, a literal or a call. */
function group(sql: string): string {
  return /^(?:[\w.]+|"[^"]*"|`[^`]*`|\w+\([^()]*\)|\(-[\w.+-]+\)|[.])+$/.test(sql)
    ? sql
    : `(${sql})`;
}

function writeConstant({ value, type }: BoundConstant, engine: Engine): string {
  return value === null ? "NULL" : writeLiteral(value, type, engine);
}

/** Writes a constant in its type; the digits of large integers stand in quotes, and take the type of what they meet. */
function writeLiteral(value: number | string, type: ValueType, engine: Engine): string {
  if (typeof value === "string") return engine.text(value);
  switch (type) {
    case "boolean":
      return value === 0 ? "FALSE" : "TRUE";
    case "time":
      return engine.time(value);
    default:
      return numberLiteral(value);
  }
}

/** Numbers are float64, as the engines' own integers and decimals would round or overflow. */
function writeArithmetic({ operator, left, right }: BoundArithmetic, select: Select): string {
  const { double } = engineOf(select);
  const a = writeNumber(left, select);
  const b = writeNumber(right, select);
  const first = isDouble(left) || isDouble(right) ? group(a) : `CAST(${a} AS ${double})`;
  return `${first} ${operator} ${operator === "/" ? `nullif(${b}, 0)` : group(b)}`;
}

/** Tells whether a value is float64 in every engine. */
function isDouble(node: BoundExpression): boolean {
  switch (node.kind) {
    case "arithmetic":
      return true;
    case "negative":
      return isDouble(node.operand);
    case "call":
      return node.name === "LOG" || (node.name === "ABS" && isDouble(node.args[0]!));
    case "aggregation":
      return node.name === "MEDIAN" || node.name === "QUANTILE" || node.name === "TIME_TO_NEXT";
    default:
      return false;
  }
}

function writeCall(call: BoundCall, select: Select): string {
  const { name, args, type } = call;
  const first = args[0]!;
  switch (name) {
    case "COALESCE": {
      const words = type === "text" && keyOf(call) === null;
      const write = words ? writeText : type === "boolean" ? writeExpression : writeNumber;
      return `coalesce(${args.map((arg) => write(arg, select)).join(", ")})`;
    }
    case "ABS":
      return `abs(${writeNumber(first, select)})`;
    case "LOG":
      return `ln(nullif(greatest(${writeNumber(first, select)}, 0), 0))`;
    case "LENGTH":
      return `length(${writeText(first, select)})`;
    case "YEAR":
    case "MONTH":
      return `extract(${name} FROM ${writeExpression(first, select)})`;
    case "WEEKDAY":
      return `extract(${engineOf(select).weekday} FROM ${writeExpression(first, select)})`;
    default:
      return assertNever(name);
  }
}

/**
 * Writes a condition.
 *
 * @param node - the condition.
 * @param select - where it stands.
 * @param total - whether what is unknown must be false, as a comparison with NULL is to Kumo; elsewhere SQL drops it anyway.
 */
export function writeCondition(node: BoundCondition, select: Select, total = false): string {
  switch (node.kind) {
    case "comparison":
    case "relation": {
      const sql =
        node.kind === "comparison" ? writeComparison(node, select) : writeRelation(node, select);
      const exact = node.kind === "comparison" && node.right === null;
      return total && !exact ? `coalesce(${sql}, FALSE)` : sql;
    }
    case "not": {
      const inside = total || select.clause.statement.logic === "kumo";
      return `NOT (${writeCondition(node.operand, select, inside)})`;
    }
    case "and":
    case "or": {
      const parts = node.operands.map((part) => {
        const sql = writeCondition(part, select, total);
        return part.kind === "and" || part.kind === "or" ? `(${sql})` : sql;
      });
      return parts.join(node.kind === "and" ? " AND " : " OR ");
    }
  }
}

/** Writes a condition as operands of AND, to stand among others. */
export function conditionLines(node: BoundCondition, select: Select): string[] {
  if (node.kind === "and") return node.operands.flatMap((part) => conditionLines(part, select));
  const sql = writeCondition(node, select);
  return [node.kind === "or" ? `(${sql})` : sql];
}

/** Lists the operands of a condition, for Kumo's rule that a label needs them all. */
export function sidesOf(node: BoundCondition): BoundExpression[] {
  switch (node.kind) {
    case "comparison":
      return [node.left];
    case "relation":
      return [node.left, node.right];
    case "not":
      return sidesOf(node.operand);
    case "and":
    case "or":
      return node.operands.flatMap(sidesOf);
  }
}

function writeComparison({ left, operator, right }: BoundComparison, select: Select): string {
  const engine = engineOf(select);
  if (right === null) {
    return `${operand(writeExpression(left, select))} IS ${operator === "=" ? "" : "NOT "}NULL`;
  }
  const words = TEXT.has(operator) || !isDigits(right);
  const value = operand(words ? writeText(left, select) : writeExpression(left, select));
  const ordered = words && left.type === "text" ? engine.plainOrder(value) : value;
  const literal = (constant: number | string): string => writeLiteral(constant, left.type, engine);
  if (typeof right === "object") {
    if (operator !== "BETWEEN") return `${value} IN (${right.map(literal).join(", ")})`;
    return `${ordered} BETWEEN ${literal(right[0]!)} AND ${literal(right[1]!)}`;
  }
  const text = String(right);
  if (left.type === "list") {
    const item = writeLiteral(right, itemType(left), engine);
    const has = engine.hasItem(writeList(left, right, value, engine), item);
    return operator === "NOT CONTAINS" ? `NOT (${has})` : has;
  }
  switch (operator) {
    case "=":
      return `${value} = ${literal(right)}`;
    case "!=":
      return `${value} <> ${literal(right)}`;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return `${ordered} ${operator} ${literal(right)}`;
    case "CONTAINS":
      return engine.contains(value, text);
    case "NOT CONTAINS":
      return `NOT (${engine.contains(value, text)})`;
    case "STARTS WITH":
      return engine.startsWith(value, text);
    case "ENDS WITH":
      return engine.endsWith(value, text);
    case "LIKE":
      return engine.like(value, text);
    case "NOT LIKE":
      return `NOT (${engine.like(value, text)})`;
    case "IN":
    case "BETWEEN":
      return `${value} = ${literal(right)}`;
    default:
      return assertNever(operator);
  }
}

function writeRelation({ left, operator, right }: BoundRelation, select: Select): string {
  const { plainOrder } = engineOf(select);
  const integers = mayBeInteger(left) && keyOf(left) === keyOf(right);
  const write = left.type !== right.type ? writeNumber : integers ? writeExpression : writeText;
  const [a, b] = [left, right].map((side) => operand(write(side, select)));
  if (operator === "=") return `${a} = ${b}`;
  if (operator === "!=") return `${a} <> ${b}`;
  return `${isText(left) && !integers ? plainOrder(a!) : a} ${operator} ${b}`;
}

/** A CASE or a sum binds tighter than comparisons, but reads better in brackets. */
function operand(sql: string): string {
  return sql.startsWith("CASE ") ? `(${sql})` : sql;
}

/** Tells whether a value is a text with an order of texts. */
export function isText(node: BoundExpression): boolean {
  return node.type === "text" && !mayBeInteger(node);
}

/**
 * Names the key that a text is of; `null` for words. Such a text can be an integer in the engine, as relgraph holds 64-bit
 * keys as their digits. It stays as it is where it meets digits, in quotes, which take its type, or the same key; where it
 * meets anything else it becomes a text.
 */
function keyOf(node: BoundExpression): string | null {
  if (node.type !== "text") return null;
  if (node.kind === "call") {
    const [first, ...others] = node.args.map(keyOf);
    return others.every((key) => key === first) ? first! : null;
  }
  const plain = plainColumn(node);
  if (plain === null || plain.column.stype !== "id") return null;
  const { table, column } = plain;
  const key = table.foreignKeys.find(({ columns }) => columns.includes(column.name));
  const place = (key?.columns ?? table.primaryKey ?? []).indexOf(column.name);
  return JSON.stringify([key?.table ?? table.name, place, place < 0 ? column.name : ""]);
}

function mayBeInteger(node: BoundExpression): boolean {
  return keyOf(node) !== null;
}

/** Writes a text as one for the engine, too; other values as they are. */
function writeText(node: BoundExpression, select: Select): string {
  const value = writeExpression(node, select);
  return mayBeInteger(node) ? `CAST(${value} AS ${engineOf(select).string})` : value;
}

const TEXT: ReadonlySet<string> = new Set([
  "LIKE",
  "NOT LIKE",
  "CONTAINS",
  "NOT CONTAINS",
  "STARTS WITH",
  "ENDS WITH",
]);

/** Tells whether constants are 64-bit integers. */
function isDigits(right: number | string | readonly (number | string)[]): boolean {
  const values = typeof right === "object" ? right : [right];
  return values.every((value) => {
    const text = String(value);
    return /^-?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
  });
}

/** A list of keys that meets a word becomes one of texts. */
function writeList(
  node: BoundExpression,
  item: number | string,
  list: string,
  { stringList }: Engine,
): string {
  const keys = node.kind === "aggregation" && node.argument && mayBeInteger(node.argument);
  return keys && !isDigits(item) ? `CAST(${list} AS ${stringList})` : list;
}

/** The type of the items of a list; those of list columns are texts. */
function itemType(node: BoundExpression): ValueType {
  return node.kind === "aggregation" && node.argument ? node.argument.type : "text";
}

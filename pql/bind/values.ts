/** The types of values: what an operand yields, which operators take it, and constants in its type. */
import { assertNever } from "../../src/core/assert.js";
import type { Span } from "../../src/core/span.js";
import { parseTime } from "../../src/core/time.js";
import type { ColumnSchema } from "../../src/data/schema.js";
import type {
  Comparison,
  Constant,
  ListConstant,
  NumberConstant,
  Parameter,
} from "../syntax/ast.js";
import { canonicalDecimal, canonicalInteger, isWrittenTime } from "../syntax/literals.js";
import { printConstant, printExpression } from "../syntax/print.js";
import type { BoundExpression, BoundOperator, BoundValue, ValueType } from "./bound.js";
import type { Report } from "./report.js";

/** Returns the type of a column's values. */
export function columnType(column: ColumnSchema): ValueType {
  switch (column.kind) {
    case "number":
    case "boolean":
    case "list":
    case "vector":
      return column.kind;
    case "timestamp":
      return "time";
    case "string":
      return "text";
    default:
      return assertNever(column.kind);
  }
}

/** A comparison with a constant on its right. */
export type ConstantComparison = Comparison & { readonly right: Constant };

/** A comparison whose operator and value fit its operand. */
export interface TypedComparison {
  readonly operator: BoundOperator;
  readonly right: BoundValue;
  /** Whether the comparison counts the other way round. */
  readonly negated: boolean;
}

const ORDER: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);
const TEXT: ReadonlySet<string> = new Set([
  "LIKE",
  "NOT LIKE",
  "CONTAINS",
  "NOT CONTAINS",
  "STARTS WITH",
  "ENDS WITH",
]);

/**
 * Checks a comparison's operator and constant against its operand.
 *
 * @param node - the comparison as written.
 * @param operand - its left side, bound.
 * @param strict - whether patterns are held to the published rules.
 * @param report - PQL301 to PQL309.
 * @returns operator and value, or `null` after an error.
 */
export function typeComparison(
  node: ConstantComparison,
  operand: BoundExpression,
  strict: boolean,
  report: Report,
): TypedComparison | null {
  const { operator, right, operatorSpan } = node;
  const { type } = operand;
  const name = printExpression(node.left);
  if (type === "vector") {
    const hint = "compare another column";
    return report.error("PQL303", node.left.span, `\`${name}\` holds vectors`, hint);
  }
  if (right.kind === "null") {
    if (operator === "=" || operator === "!=") return { operator, right: null, negated: false };
    const message = `\`${operator}\` cannot compare with NULL`;
    return report.error("PQL304", right.span, message, "write IS NULL or IS NOT NULL");
  }
  if (operator === "IN" && right.kind !== "list") {
    const hint = `write = ${printConstant(right)}, or a list in brackets`;
    return report.error("PQL302", right.span, "`IN` takes a list, found a single value", hint);
  }
  if (operator === "BETWEEN") return typeRange(node, type, report);
  if (operator !== "IN" && right.kind === "list") {
    const message = `\`${operator}\` takes a single value, found a list`;
    return report.error("PQL302", right.span, message, "write IN");
  }
  if (TEXT.has(operator)) return typeTextComparison(node, operand, strict, report);
  if (type === "list") {
    const hint = `write ${name} CONTAINS …, or IS NULL`;
    return report.error("PQL303", operatorSpan, `\`${name}\` is a list`, hint);
  }
  if (ORDER.has(operator) && (type === "boolean" || right.kind === "boolean")) {
    const message = `\`${operator}\` cannot compare truth values`;
    return report.error("PQL303", operatorSpan, message, "write = TRUE or = FALSE");
  }
  const value =
    right.kind === "list"
      ? typeList(right, name, type, report)
      : typeScalar(right, name, type, report);
  return value === null
    ? null
    : { operator: operator as BoundOperator, right: value, negated: false };
}

/** `BETWEEN a AND b`: a pair of values of a type with an order. */
function typeRange(
  node: ConstantComparison,
  type: ValueType,
  report: Report,
): TypedComparison | null {
  const name = printExpression(node.left);
  if (type === "boolean" || type === "list") {
    const message = `\`BETWEEN\` needs an order, \`${name}\` has none`;
    return report.error("PQL303", node.operatorSpan, message, "compare with =, != or IN");
  }
  const { right } = node;
  const items = right.kind === "list" ? right.items : [right];
  const empty = items.find((item) => item.kind === "null" || item.kind === "list");
  if (empty) {
    const message = `\`BETWEEN\` takes two single values, found ${printConstant(empty as Constant)}`;
    return report.error("PQL304", empty.span, message, "write BETWEEN 1 AND 3");
  }
  const values = items.map((item) => typeScalar(item, name, type, report));
  if (values.some((value) => value === null)) return null;
  return { operator: "BETWEEN", right: values as (number | string)[], negated: false };
}

function typeList(
  list: ListConstant,
  name: string,
  type: ValueType,
  report: Report,
): readonly (number | string)[] | null {
  const values = list.items.map((item) => {
    if (item.kind === "null") {
      const message = "a list cannot hold NULL";
      return report.error("PQL305", item.span, message, "write … IS NULL OR … IN (…)");
    }
    if (item.kind === "list") {
      const message = "a list of lists fits keys of several columns only";
      return report.error("PQL302", item.span, message, "write IN (1, 2)");
    }
    return typeScalar(item, name, type, report);
  });
  return values.every((value) => value !== null) ? (values as (number | string)[]) : null;
}

/**
 * Checks a constant against a type.
 *
 * @param constant - the constant; the text of a parameter is read as the type where that is possible. A parameter
 *   without a value is reported by now.
 * @param name - what it is compared with, for messages.
 * @param type - the type.
 * @param report - PQL301.
 */
export function typeScalar(
  constant: Constant | Parameter,
  name: string,
  type: ValueType,
  report: Report,
): number | string | null {
  if (constant.kind === "parameter") return null;
  const read = constant.parameter === undefined ? null : readAs(constant, type);
  if (read !== null) {
    report.settle(constant, read);
    return read.kind === "boolean" ? Number(read.value) : read.value;
  }
  const { parameter } = constant;
  const shown =
    parameter === undefined
      ? printConstant(constant)
      : `${printConstant(constant)}, the value of \`:${parameter}\``;
  const mismatch = (expected: string, hint: string): null =>
    report.error("PQL301", constant.span, `\`${name}\` is ${expected}, found ${shown}`, hint);
  switch (type) {
    case "number":
      if (constant.kind === "number") return constant.value;
      if (constant.kind === "string" && isNumeric(constant.value)) {
        return mismatch("a number", `leave out the quotes: ${constant.value.trim()}`);
      }
      return mismatch("a number", "compare with a number");
    case "boolean":
      if (constant.kind === "boolean") return constant.value ? 1 : 0;
      if (constant.kind === "number" && (constant.value === 0 || constant.value === 1)) {
        const word = constant.value === 1 ? "TRUE" : "FALSE";
        const message = `\`${name}\` is TRUE or FALSE; ${constant.text} counts as ${word}`;
        report.warn("PQL390", constant.span, message, `write ${word}`);
        return constant.value;
      }
      return mismatch("TRUE or FALSE", "compare with TRUE or FALSE");
    case "time": {
      if (constant.kind === "time") return constant.value;
      const time = constant.kind === "string" ? parseTime(constant.value) : null;
      if (time === null)
        return mismatch("a time", "compare with a date, such as 2024-02-29 12:30:00");
      return mismatch(
        "a time",
        `leave out the quotes: ${printConstant({ ...constant, kind: "time", value: time })}`,
      );
    }
    case "text":
      if (constant.kind === "string") return constant.value;
      // 64-bit keys are stored as their digits.
      if (isHugeInteger(constant)) return constant.text;
      return mismatch("a text", `did you forget the quotes? write '${printConstant(constant)}'`);
    case "list":
    case "vector":
      return mismatch("no single value", "compare another column");
    default:
      return assertNever(type);
  }
}

/** Reads a parameter as another type, where its value can be one: texts as numbers, times and truth values, numbers as texts. */
function readAs(
  constant: Constant,
  type: ValueType,
): Exclude<Constant, ListConstant | { readonly kind: "null" }> | null {
  const { span } = constant;
  if (constant.kind === "number") {
    if (type === "time" && isWrittenTime(constant.value)) {
      return { kind: "time", value: constant.value, span };
    }
    return type === "text" ? { kind: "string", value: constant.text, span } : null;
  }
  if (constant.kind !== "string") return null;
  const text = constant.value.trim();
  switch (type) {
    case "number":
      return readNumber(text, span);
    case "time": {
      const value = parseTime(text);
      return value === null ? null : { kind: "time", value, span };
    }
    case "boolean": {
      if (/^(true|1)$/i.test(text)) return { kind: "boolean", value: true, span };
      return /^(false|0)$/i.test(text) ? { kind: "boolean", value: false, span } : null;
    }
    default:
      return null;
  }
}

function readNumber(text: string, span: Span): NumberConstant | null {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return null;
  const value = Number(text) + 0;
  if (!Number.isFinite(value)) return null;
  const integer = /^[-+]?\d+$/.test(text);
  const digits = integer ? canonicalInteger(text.replace("+", "")) : canonicalDecimal(value);
  return { kind: "number", value, integer, text: digits, span };
}

/** Tells whether a constant is an integer that float64 cannot hold exactly. */
export function isHugeInteger(constant: Constant | Parameter): constant is NumberConstant {
  return constant.kind === "number" && constant.integer && !Number.isSafeInteger(constant.value);
}

function isNumeric(text: string): boolean {
  return /^\s*-?\d+(\.\d+)?\s*$/.test(text);
}

function typeTextComparison(
  node: ConstantComparison,
  operand: BoundExpression,
  strict: boolean,
  report: Report,
): TypedComparison | null {
  const { operator, right, operatorSpan } = node;
  const name = printExpression(node.left);
  const contains = operator === "CONTAINS" || operator === "NOT CONTAINS";
  if (operand.type === "list" && contains) {
    const item = typeItem(node, operand, report);
    return item === null ? null : { operator, right: item, negated: false };
  }
  if (operand.type !== "text") {
    const message = `\`${operator}\` compares texts, \`${name}\` is none`;
    return report.error("PQL303", operatorSpan, message, "write =, !=, <, <=, >, >= or IN");
  }
  if (right.kind !== "string") {
    const message = `\`${operator}\` takes a text in quotes, found ${printConstant(right)}`;
    return report.error("PQL303", right.span, message, `write '${printConstant(right)}'`);
  }
  if (operator === "LIKE" || operator === "NOT LIKE") {
    return typePattern(right.value, node, strict, report);
  }
  return { operator: operator as BoundOperator, right: right.value, negated: false };
}

/** Types the item looked for in a list: by what is listed, or as text in a column of lists. */
function typeItem(
  node: ConstantComparison,
  operand: BoundExpression,
  report: Report,
): number | string | null {
  const { right } = node;
  if (operand.kind === "aggregation" && operand.argument && operand.argument.type !== "list") {
    return typeScalar(right, printExpression(node.left), operand.argument.type, report);
  }
  if (right.kind === "string") return right.value;
  if (right.kind === "number") return right.text;
  const message = `a list holds texts or numbers, found ${printConstant(right)}`;
  return report.error("PQL301", right.span, message, "look for a text or a number");
}

/**
 * `'%x%'` is CONTAINS, `'x%'` STARTS WITH, `'%x'` ENDS WITH; the published language has no other patterns, and no `_`.
 */
function typePattern(
  pattern: string,
  node: ConstantComparison,
  strict: boolean,
  report: Report,
): TypedComparison | null {
  const open = pattern.startsWith("%");
  const close = pattern.length > 1 && pattern.endsWith("%");
  const text = pattern.slice(open ? 1 : 0, close ? -1 : undefined);
  const operator = node.operator as "LIKE" | "NOT LIKE";
  const negated = operator === "NOT LIKE";
  const simple = (open || close) && text !== "" && !text.includes("%");
  if (!strict && (!simple || text.includes("_"))) {
    return { operator, right: pattern, negated: false };
  }
  if (!simple) {
    const message = `the pattern ${printConstant(node.right)} is not supported`;
    const hint = "a pattern has % at its start, its end or both, and some text: 'x%', '%x', '%x%'";
    return report.error("PQL309", node.right.span, message, hint);
  }
  if (negated && strict && !(open && close)) {
    const message = "`NOT LIKE` takes patterns of the form '%x%' only in the published language";
    return report.error("PQL309", node.right.span, message, "write NOT t.c LIKE …");
  }
  if (open && close) {
    return { operator: negated ? "NOT CONTAINS" : "CONTAINS", right: text, negated: false };
  }
  return { operator: open ? "ENDS WITH" : "STARTS WITH", right: text, negated };
}

/** The types of comparisons between values, of arithmetic and of functions. */
import type { Call, Comparison, Expression } from "../syntax/ast.js";
import { printColumn, printExpression } from "../syntax/print.js";
import type { BoundCall, BoundExpression, ValueType } from "./bound.js";
import type { Report } from "./report.js";

/** Tells whether two values compare: both numbers or truth values, both times, or both texts; PQL301, PQL303 otherwise. */
export function canCompare(
  node: Comparison,
  left: BoundExpression,
  right: BoundExpression,
  report: Report,
): boolean {
  const kinds = [left, right].map(({ type }) => (type === "boolean" ? "number" : type));
  const [a, b] = kinds;
  if (a === b && (a === "number" || a === "time" || a === "text")) {
    const truth = left.type === "boolean" && right.type === "boolean";
    if (!truth || node.operator === "=" || node.operator === "!=") return true;
    const message = `\`${node.operator}\` cannot compare truth values`;
    report.error("PQL303", node.operatorSpan, message, "write = or !=");
    return false;
  }
  const shown = `${typeName(left.type)} with ${typeName(right.type)}`;
  const hint =
    kinds.includes("time") && kinds.includes("number")
      ? "write a date with its day, such as 2024-02-29, or take YEAR, MONTH or WEEKDAY of the time"
      : "both sides are numbers, times or texts";
  report.error("PQL301", node.operatorSpan, `\`${node.operator}\` compares ${shown}`, hint);
  return false;
}

/** Says a type in words. */
export function typeName(type: ValueType): string {
  switch (type) {
    case "boolean":
      return "a truth value";
    default:
      return `a ${type}`;
  }
}

/** Checks an operand of arithmetic: a number or a truth value; PQL301 otherwise. */
export function requireNumber(
  node: Expression,
  bound: BoundExpression,
  operator: string,
  report: Report,
): BoundExpression | null {
  if (bound.type === "number" || bound.type === "boolean") return bound;
  const shown = printExpression(node);
  const message = `\`${operator}\` takes numbers, \`${shown}\` is ${typeName(bound.type)}`;
  const hint =
    bound.type === "time"
      ? "times are compared only; windows such as -30, 0, days look back"
      : "use a column of numbers";
  return report.error("PQL301", node.span, message, hint);
}

/** Says that a wildcard stands where a value is needed, most likely for want of a comma. */
export function refuseWildcardNumber(
  node: Expression & { kind: "wildcard" },
  report: Report,
): null {
  const message = `\`${printColumn(node)}\` is no number`;
  const hint = "did you forget the comma before the window? COUNT(t.*, -7, 0, days)";
  return report.error("PQL205", node.span, message, hint);
}

/** What a function takes and gives. */
const SIGNATURES: Readonly<
  Record<Exclude<Call["name"], "COALESCE">, readonly [takes: ValueType, gives: ValueType]>
> = {
  ABS: ["number", "number"],
  LOG: ["number", "number"],
  LENGTH: ["text", "number"],
  YEAR: ["time", "number"],
  MONTH: ["time", "number"],
  WEEKDAY: ["time", "number"],
};

/**
 * Types a function call.
 *
 * @param node - the call as written.
 * @param args - its arguments, bound.
 * @param report - PQL301 a wrong type, PQL312 a wrong number of arguments.
 */
export function typeCall(
  node: Call,
  args: readonly BoundExpression[],
  report: Report,
): BoundCall | null {
  const { name, args: written, span } = node;
  if (name === "COALESCE") return typeCoalesce(node, args, report);
  const [takes, gives] = SIGNATURES[name];
  if (args.length !== 1) {
    const message = `\`${name}\` takes one value, found ${args.length}`;
    return report.error("PQL312", span, message, `write ${name}(t.c)`);
  }
  const { type } = args[0]!;
  if (type === takes || (takes === "number" && type === "boolean")) {
    return { kind: "call", name, args, type: gives, span };
  }
  const shown = printExpression(written[0]!);
  const message = `\`${name}\` takes ${typeName(takes)}, \`${shown}\` is ${typeName(type)}`;
  return report.error("PQL301", written[0]!.span, message, `use a column of ${takes}s`);
}

/** The first value that is there; all of one type, where truth values count as numbers beside numbers. */
function typeCoalesce(
  { name, args: written, span }: Call,
  args: readonly BoundExpression[],
  report: Report,
): BoundCall | null {
  if (args.length < 2) {
    const message = `\`COALESCE\` takes two values or more, found ${args.length}`;
    return report.error("PQL312", span, message, "write COALESCE(t.c, 0)");
  }
  const types = new Set(args.map((arg) => arg.type));
  const numeric = types.size === 2 && types.has("number") && types.has("boolean");
  const type = numeric ? "number" : args[0]!.type;
  if ((types.size > 1 && !numeric) || type === "list" || type === "vector") {
    const odd = Math.max(
      0,
      args.findIndex((arg) => arg.type !== args[0]!.type),
    );
    const listed = args.map((arg) => typeName(arg.type)).join(", ");
    const message = `\`COALESCE\` takes values of one type, found ${listed}`;
    return report.error("PQL301", written[odd]!.span, message, "give a value of the same type");
  }
  return { kind: "call", name, args, type, span };
}

/** Conditions, values and aggregations bound to a schema. */
import { findColumn, findTable, type TableSchema } from "../../src/data/schema.js";
import {
  type Aggregation,
  type Arithmetic,
  type Call,
  type ColumnRef,
  type Comparison,
  type Condition,
  type Constant,
  type Expression,
  isConstant,
  type Negative,
} from "../syntax/ast.js";
import { KEEP, mapExpression } from "../syntax/map-tree.js";
import { printExpression } from "../syntax/print.js";
import { aggregationType, findBase, readQuantile, refuseWildcard } from "./aggregation-rules.js";
import type {
  BoundAggregation,
  BoundColumn,
  BoundCondition,
  BoundExpression,
  RelationOperator,
} from "./bound.js";
import { canCompare, refuseWildcardNumber, requireNumber, typeCall } from "./expression-types.js";
import { findLookup, findPath } from "./join-path.js";
import type { Report } from "./report.js";
import type { Scope } from "./scope.js";
import { type ConstantComparison, columnType, typeComparison } from "./values.js";
import { checkWindow } from "./windows.js";

/**
 * Binds a condition; every mistake in it is reported.
 *
 * @returns the bound condition, or `null` after an error.
 */
export function bindCondition(node: Condition, scope: Scope): BoundCondition | null {
  switch (node.kind) {
    case "comparison":
      return bindComparison(node, scope);
    case "not": {
      const operand = bindCondition(node.operand, scope);
      return operand && { kind: "not", operand };
    }
    case "and":
    case "or": {
      const operands = node.operands.map((part) => bindCondition(part, scope));
      return allThere(operands) ? { kind: node.kind, operands } : null;
    }
  }
}

function allThere<T>(parts: readonly (T | null)[]): parts is readonly T[] {
  return parts.every((part) => part !== null);
}

const MIRRORED: Readonly<Partial<Record<Comparison["operator"], RelationOperator>>> = {
  "=": "=",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

function bindComparison(node: Comparison, scope: Scope): BoundCondition | null {
  const { left, right, operator } = node;
  const mirrored = MIRRORED[operator];
  if (isConstant(left)) {
    const turned = { ...node, left: right, right: left, operator: mirrored ?? operator };
    if (mirrored && !isConstant(right)) return bindComparison(turned, scope);
    const message = mirrored
      ? "a comparison of two constants says nothing about the data"
      : `\`${operator}\` takes a column or an aggregation on its left`;
    return scope.report.error("PQL308", left.span, message, "name a column, as in t.c = 1");
  }
  if (isConstant(right)) return bindConstantComparison({ ...node, right }, scope);
  if (!mirrored) {
    const message = `\`${operator}\` compares with a constant, found \`${printExpression(right)}\``;
    return scope.report.error("PQL303", right.span, message, "write a constant on the right");
  }
  const bound = [bindExpression(left, scope), bindExpression(right, scope)] as const;
  if (!bound[0] || !bound[1] || !canCompare(node, bound[0], bound[1], scope.report)) return null;
  return {
    kind: "relation",
    left: bound[0],
    operator: mirrored && (operator as RelationOperator),
    right: bound[1],
  };
}

function bindConstantComparison(node: ConstantComparison, scope: Scope): BoundCondition | null {
  const left = bindExpression(node.left, scope);
  const typed = left && typeComparison(node, left, scope.strict, scope.report);
  if (!left || !typed) return null;
  const { operator, right, negated } = typed;
  const comparison: BoundCondition = { kind: "comparison", left, operator, right };
  return negated ? { kind: "not", operand: comparison } : comparison;
}

/**
 * Binds a value; every mistake in it is reported.
 *
 * @returns the bound value, or `null` after an error.
 */
export function bindExpression(node: Expression, scope: Scope): BoundExpression | null {
  switch (node.kind) {
    case "column":
      return bindColumn(node, scope);
    case "wildcard":
      return refuseWildcard(node, scope.report);
    case "aggregation":
      return bindAggregation(node, scope);
    case "anchor":
      return { kind: "anchor", type: "time", span: node.span };
    case "arithmetic":
      return bindArithmetic(node, scope);
    case "negative":
      return bindNegative(node, scope);
    case "call":
      return bindCall(node, scope);
    case "parameter":
      return null;
    default:
      return bindConstant(node, scope.report);
  }
}

function bindConstant(node: Constant, report: Report): BoundExpression | null {
  const { span } = node;
  switch (node.kind) {
    case "number":
      return { kind: "constant", value: node.value, type: "number", span };
    case "string":
      return { kind: "constant", value: node.value, type: "text", span };
    case "time":
      return { kind: "constant", value: node.value, type: "time", span };
    case "boolean":
      return { kind: "constant", value: node.value ? 1 : 0, type: "boolean", span };
    case "null":
      return report.error("PQL304", span, "NULL is no value to compute with", "leave it out");
    case "list":
      return report.error("PQL302", span, "a list stands after IN only", "name one value");
  }
}

function bindColumn(node: ColumnRef, scope: Scope): BoundColumn | null {
  const { schema, report, entity, inline, tables, clause } = scope;
  const table = findTable(schema, node.table);
  const column = table && findColumn(table, node.column);
  if (!table || !column) return null;
  const isOwner = node.via === null && table.name === entity.name;
  if (inline && isOwner && tables[0]!.name !== entity.name && clause !== "feature") {
    const message = `the filter of the aggregation looks at the entity table \`${table.name}\``;
    report.warn("PQL491", node.span, message, "conditions on the entity stand in WHERE");
  }
  const own = node.via === null ? tables.findIndex((other) => other.name === table.name) : -1;
  // The published language knows the aggregated table and its parents only.
  const position = scope.strict && own > 0 ? -1 : own;
  const place =
    position >= 0 ? { position, steps: [] } : findLookup(scope, table, node.via, node.span, scope);
  return (
    place && { kind: "column", table, column, ...place, type: columnType(column), span: node.span }
  );
}

function bindArithmetic(node: Arithmetic, scope: Scope): BoundExpression | null {
  const left = bindNumber(node.left, node.operator, scope);
  const right = bindNumber(node.right, node.operator, scope);
  const { operator, span } = node;
  return left && right && { kind: "arithmetic", operator, left, right, type: "number", span };
}

function bindNegative(node: Negative, scope: Scope): BoundExpression | null {
  const operand = bindNumber(node.operand, "-", scope);
  return operand && { kind: "negative", operand, type: "number", span: node.span };
}

/** Binds an operand of arithmetic. */
function bindNumber(node: Expression, operator: string, scope: Scope): BoundExpression | null {
  if (node.kind === "wildcard") return refuseWildcardNumber(node, scope.report);
  const bound = bindExpression(node, scope);
  return bound && requireNumber(node, bound, operator, scope.report);
}

function bindCall(node: Call, scope: Scope): BoundExpression | null {
  const args = node.args.map((arg) => bindExpression(arg, scope));
  return allThere(args) ? typeCall(node, args, scope.report) : null;
}

/** Binds an aggregation; its owner is the first of the scope's tables. */
function bindAggregation(node: Aggregation, scope: Scope): BoundAggregation | null {
  const { report, clause } = scope;
  const owner = scope.tables[0]!;
  const base = findBase(node, scope);
  if (!base) return null;
  const { table, via } = base;
  const span = base.ref.span;
  const hops = findPath(table, owner, via, span, scope);
  if (!hops) return null;
  const tables = [table, ...hops.map((hop) => hop.to)];
  const inside: Scope = { ...scope, tables, hops, inline: true };
  const argument = bindArgument(node, table, inside);
  const where = node.where && bindCondition(node.where, inside);
  const timed = tables.slice(0, -1).findIndex(({ timeColumn }) => timeColumn !== null);
  const clock = timed < 0 ? null : timed;
  const place = {
    clause,
    nested: scope.inline,
    clock: clock === null ? null : tables[clock]!,
    table,
  };
  const window = checkWindow(node, place, report);
  const type = argument === undefined ? null : aggregationType(node, argument, table, hops, scope);
  const quantile = readQuantile(node, scope);
  const filterBroken = node.where !== null && where === null;
  if (argument === undefined || window === undefined || quantile === undefined) return null;
  if (type === null || filterBroken) return null;
  const { name } = node;
  const path = { hops, clock };
  return {
    kind: "aggregation",
    name,
    table,
    owner,
    path,
    argument,
    where,
    quantile,
    window,
    type,
    span: node.span,
  };
}

/** Binds what is aggregated: `null` counts rows, `undefined` is an error. */
function bindArgument(
  node: Aggregation,
  table: TableSchema,
  inside: Scope,
): BoundExpression | null | undefined {
  const { argument, name } = node;
  if (argument.kind === "wildcard") {
    if (name === "COUNT" || name === "TIME_TO_NEXT") return null;
    refuseWildcard(argument, inside.report);
    return undefined;
  }
  // The links of the aggregated table's own columns are the path; they lead nowhere else.
  const own = mapExpression(argument, {
    ...KEEP,
    column: (ref) => (ref.table === table.name ? { ...ref, via: null } : ref),
  });
  return bindExpression(own, inside) ?? undefined;
}

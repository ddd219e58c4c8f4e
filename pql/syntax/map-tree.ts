/** Rewriting trees: a query with some of its leaves replaced. */
import {
  type Aggregation,
  type ColumnRef,
  type Comparison,
  type Condition,
  type Constant,
  type Expression,
  isCondition,
  type ListConstant,
  type NumberConstant,
  type Parameter,
  type PredictiveQuery,
  type Target,
  type Wildcard,
  type Window,
} from "./ast.js";

/** What stands in the place of a leaf. */
export interface Rewrite {
  column<C extends ColumnRef | Wildcard>(ref: C): C;
  constant(node: Constant | Parameter): Constant | Parameter;
  /** The share of QUANTILE. */
  share(node: NumberConstant | Parameter): NumberConstant | Parameter;
  /** A number of a window, of TOP or of FORECAST. */
  amount(node: number | Parameter): number | Parameter;
}

/** Leaves everything as it is; the start of a rewrite of some leaves. */
export const KEEP: Rewrite = {
  column: (ref) => ref,
  constant: (node) => node,
  share: (node) => node,
  amount: (node) => node,
};

/**
 * Rewrites the leaves of a query.
 *
 * @param query - the query.
 * @param rewrite - what stands in the place of each leaf.
 */
export function mapQuery(query: PredictiveQuery, rewrite: Rewrite): PredictiveQuery {
  const { problem, entity } = query;
  const { selection } = entity;
  const condition = (node: Condition | null): Condition | null =>
    node && mapCondition(node, rewrite);
  return {
    ...query,
    targets: query.targets.map((target) => ({
      ...target,
      value: mapTarget(target.value, rewrite),
    })),
    problem: problem && mapProblem(problem, rewrite),
    entity: {
      ...entity,
      keys: entity.keys.map((key) => rewrite.column(key)),
      selection: selection && { ...selection, value: mapConstant(selection.value, rewrite) },
    },
    where: condition(query.where),
    assuming: condition(query.assuming),
    at: query.at && mapConstant(query.at, rewrite),
  };
}

function mapProblem(
  problem: NonNullable<PredictiveQuery["problem"]>,
  rewrite: Rewrite,
): NonNullable<PredictiveQuery["problem"]> {
  switch (problem.kind) {
    case "forecast":
      return { ...problem, timeframes: rewrite.amount(problem.timeframes) };
    case "top":
      return { ...problem, top: rewrite.amount(problem.top) };
    case "rank":
    case "classify":
      return { ...problem, top: problem.top === null ? null : rewrite.amount(problem.top) };
  }
}

function mapTarget(node: Target, rewrite: Rewrite): Target {
  return isCondition(node) ? mapCondition(node, rewrite) : mapExpression(node, rewrite);
}

function mapCondition(node: Condition, rewrite: Rewrite): Condition {
  switch (node.kind) {
    case "comparison":
      return mapComparison(node, rewrite);
    case "not":
      return { ...node, operand: mapCondition(node.operand, rewrite) };
    case "and":
    case "or":
      return { ...node, operands: node.operands.map((part) => mapCondition(part, rewrite)) };
  }
}

function mapComparison(node: Comparison, rewrite: Rewrite): Comparison {
  return {
    ...node,
    left: mapExpression(node.left, rewrite),
    right: mapExpression(node.right, rewrite),
  };
}

/** Rewrites the leaves of a value. */
export function mapExpression(node: Expression, rewrite: Rewrite): Expression {
  switch (node.kind) {
    case "column":
    case "wildcard":
      return rewrite.column(node);
    case "aggregation":
      return mapAggregation(node, rewrite);
    case "arithmetic":
      return {
        ...node,
        left: mapExpression(node.left, rewrite),
        right: mapExpression(node.right, rewrite),
      };
    case "negative":
      return { ...node, operand: mapExpression(node.operand, rewrite) };
    case "call":
      return { ...node, args: node.args.map((arg) => mapExpression(arg, rewrite)) };
    case "anchor":
      return node;
    default:
      return mapConstant(node, rewrite);
  }
}

function mapAggregation(node: Aggregation, rewrite: Rewrite): Aggregation {
  const { quantile, where, window } = node;
  return {
    ...node,
    argument: mapExpression(node.argument, rewrite),
    where: where && mapCondition(where, rewrite),
    quantile: quantile && rewrite.share(quantile),
    window: window && mapWindow(window, rewrite),
  };
}

function mapWindow(window: Window, rewrite: Rewrite): Window {
  return { ...window, start: rewrite.amount(window.start), end: rewrite.amount(window.end) };
}

function mapConstant(node: Constant | Parameter, rewrite: Rewrite): Constant | Parameter {
  if (node.kind !== "list") return rewrite.constant(node);
  const items = node.items.map((item) => mapConstant(item, rewrite));
  return { ...node, items } satisfies ListConstant;
}

/** Forecasts: the target of a later window is the target with all its windows moved on. */
import type {
  BoundAggregation,
  BoundCondition,
  BoundExpression,
  BoundTarget,
} from "../bind/bound.js";

/**
 * Moves every window of a target later by a number of its own units.
 *
 * @param target - the target; all its windows have one unit.
 * @param count - number of units.
 */
export function shiftWindows(target: BoundTarget, count: number): BoundTarget {
  switch (target.kind) {
    case "comparison":
    case "relation":
    case "not":
    case "and":
    case "or":
      return shiftCondition(target, count);
    default:
      return shiftExpression(target, count);
  }
}

function shiftCondition(node: BoundCondition, count: number): BoundCondition {
  switch (node.kind) {
    case "comparison":
      return { ...node, left: shiftExpression(node.left, count) };
    case "relation":
      return {
        ...node,
        left: shiftExpression(node.left, count),
        right: shiftExpression(node.right, count),
      };
    case "not":
      return { ...node, operand: shiftCondition(node.operand, count) };
    case "and":
    case "or":
      return { ...node, operands: node.operands.map((part) => shiftCondition(part, count)) };
  }
}

function shiftExpression(node: BoundExpression, count: number): BoundExpression {
  switch (node.kind) {
    case "aggregation":
      return shiftAggregation(node, count);
    case "arithmetic":
      return {
        ...node,
        left: shiftExpression(node.left, count),
        right: shiftExpression(node.right, count),
      };
    case "negative":
      return { ...node, operand: shiftExpression(node.operand, count) };
    case "call":
      return { ...node, args: node.args.map((part) => shiftExpression(part, count)) };
    case "column":
    case "constant":
    case "anchor":
      return node;
  }
}

function shiftAggregation(node: BoundAggregation, count: number): BoundAggregation {
  const { window, where, argument } = node;
  return {
    ...node,
    where: where && shiftCondition(where, count),
    argument: argument && shiftExpression(argument, count),
    window: window && { ...window, start: window.start + count, end: window.end + count },
  };
}

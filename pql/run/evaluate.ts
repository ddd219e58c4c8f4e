/** Expressions and conditions, evaluated for many rows at once: entities, or the joined rows of an aggregation. */
import { assertNever } from "../../src/core/assert.js";
import type {
  BoundAggregation,
  BoundComparison,
  BoundCondition,
  BoundExpression,
  BoundRelation,
  NullLogic,
} from "../bind/bound.js";
import { calculate, negate } from "./arithmetic.js";
import { combine, compareValues } from "./filter.js";
import { callFunction } from "./functions.js";
import { readColumn } from "./look-up.js";
import { relateValues } from "./relation.js";
import type { ColumnReader, Moment, RowValues } from "./values-of-rows.js";

/** The rows that expressions are evaluated for. */
export interface RowContext {
  readonly columns: ColumnReader;
  readonly logic: NullLogic;
  readonly length: number;
  /** int32 `[length]`: the row of the table at each position, negative = none; `null` = each row's own number. */
  readonly rows: readonly (Int32Array | null)[];
  /** When cells are looked at, a time for each row where they differ. */
  readonly moment: Moment;
  /** The value of `ANCHOR`, a time for each row where they differ. */
  readonly anchor: Moment;
  /** The values of an aggregation for the rows. */
  aggregate(aggregation: BoundAggregation): RowValues;
}

/**
 * Evaluates an expression.
 *
 * @param node - the expression.
 * @param context - the rows.
 * @returns a value for each row; must not be changed.
 */
export function evaluate(node: BoundExpression, context: RowContext): RowValues {
  const { length } = context;
  switch (node.kind) {
    case "column":
      return readColumn(node, context);
    case "aggregation":
      return context.aggregate(node);
    case "constant":
      return repeat(node.value, length);
    case "anchor":
      return anchors(context);
    case "arithmetic": {
      const left = evaluate(node.left, context);
      return calculate(left, node.operator, evaluate(node.right, context), length);
    }
    case "negative":
      return negate(evaluate(node.operand, context), length);
    case "call":
      return callFunction(
        node.name,
        node.args.map((arg) => evaluate(arg, context)),
        length,
      );
    default:
      return assertNever(node);
  }
}

/**
 * Evaluates a condition.
 *
 * @param condition - the condition.
 * @param context - the rows.
 * @returns uint8 `[rows]` of `FALSE`, `TRUE`, `UNKNOWN`; a fresh array.
 */
export function evaluateCondition(condition: BoundCondition, context: RowContext): Uint8Array {
  return combine(condition, context.logic, (node) => compare(node, context));
}

function compare(node: BoundComparison | BoundRelation, context: RowContext): Uint8Array {
  const { length } = context;
  const left = evaluate(node.left, context);
  return node.kind === "comparison"
    ? compareValues(left, node.operator, node.right, length)
    : relateValues(left, node.operator, evaluate(node.right, context), length);
}

function repeat(value: number | string | null, length: number): RowValues {
  const plain = { dictionary: null, int64: false, list: null };
  if (value === null) {
    return { ...plain, data: new Uint8Array(length), nulls: new Uint8Array(length).fill(1) };
  }
  if (typeof value === "number") {
    return { ...plain, data: new Float64Array(length).fill(value), nulls: null };
  }
  return { ...plain, data: new Uint8Array(length), nulls: null, dictionary: [value] };
}

/** A row that never came to be has no anchor of its own. */
function anchors({ anchor, length }: RowContext): RowValues {
  const data = typeof anchor === "number" ? new Float64Array(length).fill(anchor) : anchor;
  let nulls: Uint8Array | null = null;
  for (let row = 0; row < length; row++) {
    if (!Number.isNaN(data[row]!)) continue;
    nulls ??= new Uint8Array(length);
    nulls[row] = 1;
  }
  return { data, nulls, dictionary: null, int64: false, list: null };
}

/** Clauses of a query as values per entity at one anchor. */
import {
  type BoundAggregation,
  type BoundCondition,
  type BoundExpression,
  type BoundTarget,
  boundAggregations,
  type NullLogic,
} from "../bind/bound.js";
import { evaluate, evaluateCondition, type RowContext } from "./evaluate.js";
import { UNKNOWN } from "./filter.js";
import type { ValuesAt } from "./gather.js";
import type { Looks, Meter } from "./measure.js";
import type { ColumnReader, RowValues } from "./values-of-rows.js";

/** Reads one clause of a query (target, WHERE or ASSUMING) for a tile of anchors. */
export interface ClauseReader {
  /** The values of an expression for every entity at an anchor of the tile. */
  values(anchor: number): RowValues;
  /** The truth of a condition for every entity, as a filter. */
  filter(anchor: number): Uint8Array;
  /** The truth of a condition for every entity, as a label: unknown = no label. */
  label(anchor: number): Uint8Array;
}

/** What a reader needs. */
export interface ClauseContext extends Looks {
  readonly columns: ColumnReader;
  readonly meter: Meter;
  /** Number of rows of the entity table. */
  readonly entities: number;
  readonly logic: NullLogic;
}

/**
 * Measures all aggregations of a clause for a tile of anchors.
 *
 * @param clause - the clause's tree.
 * @param context - database, anchors and sight.
 */
export function readClause(clause: BoundTarget, context: ClauseContext): ClauseReader {
  const { columns, meter, entities, logic, anchors, own, sight } = context;
  const measured = new Map<BoundAggregation, ValuesAt>();
  for (const aggregation of boundAggregations(clause)) {
    measured.set(aggregation, meter.measure(aggregation, entities, context));
  }
  const contextAt = (index: number): RowContext => {
    const anchor = own ?? anchors[index]!;
    return {
      columns,
      logic,
      length: entities,
      rows: [null],
      anchor,
      moment: sight === "truth" ? Infinity : anchor,
      aggregate: (aggregation) => measured.get(aggregation)!(index),
    };
  };
  const filter: ClauseReader["filter"] = (index) =>
    evaluateCondition(clause as BoundCondition, contextAt(index));
  return {
    values: (index) => evaluate(clause as BoundExpression, contextAt(index)),
    filter,
    label: (index) => evaluateLabel(clause as BoundCondition, contextAt(index)),
  };
}

/**
 * Evaluates a condition as a label: in Kumo's logic it is unknown where an operand is missing.
 *
 * @param condition - the condition.
 * @param context - the rows.
 * @returns uint8 `[rows]`; a fresh array.
 */
export function evaluateLabel(condition: BoundCondition, context: RowContext): Uint8Array {
  const truth = evaluateCondition(condition, context);
  if (context.logic !== "kumo" || isNullTest(condition)) return truth;
  for (const side of sidesOf(condition)) {
    const { nulls } = evaluate(side, context);
    if (!nulls) continue;
    for (let row = 0; row < truth.length; row++) if (nulls[row] === 1) truth[row] = UNKNOWN;
  }
  return truth;
}

/** Kumo drops a label with a missing operand, unless the whole label is one test for NULL. */
function isNullTest(condition: BoundCondition): boolean {
  return condition.kind === "comparison" && condition.right === null;
}

function sidesOf(condition: BoundCondition): BoundExpression[] {
  switch (condition.kind) {
    case "comparison":
      return [condition.left];
    case "relation":
      return [condition.left, condition.right];
    case "not":
      return sidesOf(condition.operand);
    case "and":
    case "or":
      return condition.operands.flatMap(sidesOf);
  }
}

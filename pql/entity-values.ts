/** Operands of conditions and targets as values per entity at one anchor. */
import type { Timestamp } from "../src/core/time.js";
import type { Database } from "../src/data/database.js";
import {
  type BoundAggregation,
  type BoundComparison,
  type BoundCondition,
  type BoundOperand,
  type BoundTarget,
  boundAggregations,
  type NullLogic,
} from "./bound.js";
import { compareValues, evaluate, FALSE, TRUE, UNKNOWN } from "./filter.js";
import type { Measured, Meter } from "./measure.js";
import { type Moment, type RowValues, readRows } from "./values-of-rows.js";

/** Reads one clause of a query (target, WHERE or ASSUMING) for a tile of anchors. */
export interface ClauseReader {
  /** The values of an operand for every entity at an anchor of the tile. */
  values(operand: BoundOperand, anchor: number): RowValues;
  /** The truth of a condition for every entity, as a filter. */
  filter(condition: BoundCondition, anchor: number): Uint8Array;
  /** The truth of a condition for every entity, as a label: unknown = no label. */
  label(condition: BoundCondition, anchor: number): Uint8Array;
}

/** What a reader needs. */
export interface ClauseContext {
  readonly db: Database;
  readonly meter: Meter;
  readonly entityTable: string;
  readonly logic: NullLogic;
  /** Ascending. */
  readonly anchors: Float64Array;
  /**
   * Whose knowledge counts: `truth` sees every cell, as labels do; `anchor` sees what is known at the anchor;
   * times see what is known at each entity's own time.
   */
  readonly sight: "truth" | "anchor" | Float64Array;
}

/**
 * Measures all aggregations of a clause for a tile of anchors.
 *
 * @param clause - the clause's tree.
 * @param context - database, anchors and sight.
 */
export function readClause(clause: BoundTarget, context: ClauseContext): ClauseReader {
  const { db, entityTable, logic, anchors, sight } = context;
  const entities = db.table(entityTable).numRows;
  const contains = new Map<BoundComparison, Measured>();
  const measured = new Map<BoundAggregation, Measured>();
  for (const aggregation of boundAggregations(clause)) {
    measured.set(aggregation, measureAll(aggregation, context));
  }
  for (const comparison of listComparisons(clause)) {
    const left = comparison.left as BoundAggregation;
    contains.set(comparison, measureAll(left, context, comparison));
  }

  const momentAt = (anchor: number): Moment => {
    if (sight === "truth") return Infinity;
    return sight === "anchor" ? (anchors[anchor] as Timestamp) : sight;
  };
  const slice = ({ values }: Measured, anchor: number): Float64Array =>
    values.length === entities
      ? values
      : values.subarray(anchor * entities, (anchor + 1) * entities);

  const values: ClauseReader["values"] = (operand, anchor) => {
    if (operand.kind === "column") {
      return readRows(db, operand.table.name, operand.column.name, momentAt(anchor));
    }
    const held = measured.get(operand)!;
    const data = slice(held, anchor);
    const nulls = new Uint8Array(entities);
    for (let row = 0; row < entities; row++) if (Number.isNaN(data[row]!)) nulls[row] = 1;
    return { data, nulls, dictionary: held.dictionary, int64: held.int64, list: null };
  };
  const compareAt =
    (anchor: number) =>
    (comparison: BoundComparison): Uint8Array => {
      const { left, operator, right } = comparison;
      const hits = contains.get(comparison);
      if (!hits) return compareValues(values(left, anchor), operator, right, entities);
      const counts = slice(hits, anchor);
      const sizes = values(left, anchor);
      const ifHit = operator === "CONTAINS" ? TRUE : FALSE;
      const truth = new Uint8Array(entities);
      for (let row = 0; row < entities; row++) {
        truth[row] = sizes.nulls![row] === 1 ? UNKNOWN : counts[row]! > 0 ? ifHit : 1 - ifHit;
      }
      return truth;
    };
  const filter: ClauseReader["filter"] = (condition, anchor) =>
    evaluate(condition, logic, compareAt(anchor));
  const label: ClauseReader["label"] = (condition, anchor) => {
    const truth = evaluate(condition, logic, compareAt(anchor));
    if (logic === "kumo" && !isNullTest(condition)) {
      for (const operand of leaves(condition)) {
        const { nulls } = values(operand, anchor);
        if (!nulls) continue;
        for (let row = 0; row < entities; row++) if (nulls[row] === 1) truth[row] = UNKNOWN;
      }
    }
    return truth;
  };
  return { values, filter, label };
}

/** Measures all anchors in one sweep; anchor by anchor where cells become known in between. */
function measureAll(
  aggregation: BoundAggregation,
  { meter, anchors, sight, db, entityTable }: ClauseContext,
  only?: BoundComparison,
): Measured {
  if (sight === "truth" || !meter.readsLateCells(aggregation)) {
    return meter.measure(aggregation, anchors, Infinity, only);
  }
  if (sight !== "anchor") return meter.measure(aggregation, anchors, sight, only);
  const entities = db.table(entityTable).numRows;
  const values = new Float64Array(anchors.length * entities);
  let last: Measured | null = null;
  for (let i = 0; i < anchors.length; i++) {
    last = meter.measure(aggregation, anchors.subarray(i, i + 1), anchors[i]!, only);
    values.set(last.values, i * entities);
  }
  return { values, dictionary: last?.dictionary ?? null, int64: last?.int64 ?? false };
}

/** Kumo drops a label with a missing operand, unless the whole label is one test for NULL. */
function isNullTest(condition: BoundCondition): boolean {
  return condition.kind === "comparison" && condition.right === null;
}

function leaves(condition: BoundCondition): BoundOperand[] {
  if (condition.kind === "comparison") return [condition.left];
  if (condition.kind === "not") return leaves(condition.operand);
  return [...leaves(condition.left), ...leaves(condition.right)];
}

/** Lists the comparisons `LIST_DISTINCT(…) CONTAINS value` and `NOT CONTAINS`. */
function listComparisons(node: BoundTarget): BoundComparison[] {
  switch (node.kind) {
    case "comparison":
      return node.left.kind === "aggregation" &&
        node.left.name === "LIST_DISTINCT" &&
        node.right !== null
        ? [node]
        : [];
    case "not":
      return listComparisons(node.operand);
    case "and":
    case "or":
      return [...listComparisons(node.left), ...listComparisons(node.right)];
    default:
      return [];
  }
}

/** The tree of a query bound to a schema: every name with its table, every value with its type. */
import type { Span } from "../src/core/span.js";
import type { TimeWindow } from "../src/core/time.js";
import type { ColumnSchema, ForeignKey, TableSchema } from "../src/data/schema.js";
import type { TaskType } from "../src/task/task.js";
import type { AggregateName, Dialect, Operator, PredictiveQuery } from "./ast.js";
import type { PqlWarning } from "./diagnostics.js";

/** How a comparison with a missing value counts: `kleene` keeps it unknown, `kumo` makes it false in filters. */
export type NullLogic = "kleene" | "kumo";

/** A query whose names and types are settled. */
export interface BoundQuery {
  /** The query with the names as the schema spells them. */
  readonly query: PredictiveQuery;
  readonly dialect: Dialect;
  readonly nullLogic: NullLogic;
  readonly entity: BoundEntity;
  readonly target: BoundTarget;
  readonly where: BoundCondition | null;
  readonly assuming: BoundCondition | null;
  readonly taskType: TaskType;
  /** Whether the target looks into a window of the future; a static target fills in what a row lacks. */
  readonly temporal: boolean;
  readonly warnings: readonly PqlWarning[];
  /** Prints every name with table, type and link. */
  toString(): string;
}

/** Whose value is predicted. */
export interface BoundEntity {
  readonly table: TableSchema;
  readonly key: ColumnSchema;
  /** The listed ids as numbers, or as strings for text and 64-bit keys; `null` = every entity. */
  readonly ids: readonly (number | string)[] | null;
}

/** A value per (entity, anchor), or a condition on such values. */
export type BoundTarget = BoundOperand | BoundCondition;

/** What can be compared. */
export type BoundOperand = BoundColumn | BoundAggregation;

/** A column of the entity table, or of the aggregated table inside its filter. */
export interface BoundColumn {
  readonly kind: "column";
  readonly table: TableSchema;
  readonly column: ColumnSchema;
  readonly type: ValueType;
  readonly span: Span;
}

/** An aggregation of a child table's rows per entity. */
export interface BoundAggregation {
  readonly kind: "aggregation";
  readonly name: AggregateName;
  readonly table: TableSchema;
  /** `null` counts rows. */
  readonly column: ColumnSchema | null;
  /** The link from the aggregated table to the entity table. */
  readonly foreignKey: ForeignKey;
  readonly where: BoundCondition | null;
  /** `null` where the table has no time: all rows count. */
  readonly window: TimeWindow | null;
  readonly type: ValueType;
  readonly span: Span;
}

/** Conditions after synonyms and patterns are resolved. */
export type BoundCondition =
  | BoundComparison
  | { readonly kind: "not"; readonly operand: BoundCondition }
  | {
      readonly kind: "and" | "or";
      readonly left: BoundCondition;
      readonly right: BoundCondition;
    };

/** The operators that are executed; patterns of LIKE have become CONTAINS, STARTS WITH and ENDS WITH. */
export type BoundOperator = Exclude<Operator, "LIKE" | "NOT LIKE">;

/** An operand compared with a value of its type; the value `null` stands with `=` and `!=` only. */
export interface BoundComparison {
  readonly kind: "comparison";
  readonly left: BoundOperand;
  readonly operator: BoundOperator;
  readonly right: BoundValue;
}

/** A constant in the type of its column: times in milliseconds, 64-bit integers as digits, booleans as 0 or 1. */
export type BoundValue = number | string | null | readonly (number | string)[];

/** The types comparisons are checked against; integers beyond 2^53 are texts of digits. */
export type ValueType = "number" | "boolean" | "time" | "text" | "list" | "vector";

/** Lists the aggregations of a bound tree from left to right. */
export function boundAggregations(node: BoundTarget | null): BoundAggregation[] {
  return operandsOf(node).filter((operand) => operand.kind === "aggregation");
}

/** Lists the columns that stand outside of aggregations, from left to right. */
export function boundColumns(node: BoundTarget | null): BoundColumn[] {
  return operandsOf(node).filter((operand) => operand.kind === "column");
}

function operandsOf(node: BoundTarget | null): BoundOperand[] {
  if (node === null) return [];
  switch (node.kind) {
    case "column":
    case "aggregation":
      return [node];
    case "comparison":
      return [node.left];
    case "not":
      return operandsOf(node.operand);
    case "and":
    case "or":
      return [...operandsOf(node.left), ...operandsOf(node.right)];
  }
}

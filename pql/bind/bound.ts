/** The tree of a query bound to a schema: every name with its table and links, every value with its type. */
import type { Span } from "../../src/core/span.js";
import type { Timestamp, TimeWindow } from "../../src/core/time.js";
import type { ColumnSchema, ForeignKey, TableSchema } from "../../src/data/schema.js";
import type { TaskType } from "../../src/task/task.js";
import type {
  AggregateName,
  Arithmetic,
  Dialect,
  FunctionName,
  Operator,
  PredictiveQuery,
} from "../syntax/ast.js";
import type { PqlWarning } from "../syntax/diagnostics.js";

/** How a comparison with a missing value counts: `kleene` keeps it unknown, `kumo` makes it false in filters. */
export type NullLogic = "kleene" | "kumo";

/** A query whose names and types are settled. */
export interface BoundQuery {
  /** The query with the names as the schema spells them and parameters replaced by their values. */
  readonly query: PredictiveQuery;
  readonly dialect: Dialect;
  readonly nullLogic: NullLogic;
  readonly entity: BoundEntity;
  /** One, or several with a name each. */
  readonly targets: readonly BoundNamedTarget[];
  readonly where: BoundCondition | null;
  readonly assuming: BoundCondition | null;
  /** The anchor written into the text. */
  readonly at: Timestamp | null;
  /** Whether the targets look into windows of the future; a static target fills in what a row lacks. */
  readonly temporal: boolean;
  readonly warnings: readonly PqlWarning[];
  /** Prints every name with table, type and link. */
  toString(): string;
}

/** One target with its task. */
export interface BoundNamedTarget {
  /** `null` where the query has one target without a name. */
  readonly name: string | null;
  readonly value: BoundTarget;
  readonly taskType: TaskType;
  /** Number of consecutive windows of a forecast; 1 otherwise. */
  readonly timeframes: number;
  /** The k of `RANK TOP k` or `CLASSIFY TOP k`; `null` = none. */
  readonly top: number | null;
}

/** Whose value is predicted. */
export interface BoundEntity {
  readonly table: TableSchema;
  /** The key's columns. */
  readonly keys: readonly ColumnSchema[];
  /**
   * The listed ids, a value per key column: numbers, or strings for text and 64-bit keys; `null` = every entity.
   */
  readonly ids: readonly (readonly (number | string)[])[] | null;
}

/** A value per (entity, anchor), or a condition on such values. */
export type BoundTarget = BoundExpression | BoundCondition;

/** The types comparisons are checked against; integers beyond 2^53 are texts of digits. */
export type ValueType = "number" | "boolean" | "time" | "text" | "list" | "vector";

/** A value with its type. */
export type BoundExpression =
  | BoundColumn
  | BoundAggregation
  | BoundConstant
  | BoundAnchor
  | BoundArithmetic
  | BoundNegative
  | BoundCall;

/**
 * A column. Its row is found from the joined row that the expression is evaluated for: the row at `position` of the path
 * (0 = the aggregated table; outside of aggregations 0 = the entity table), then up the `steps`.
 */
export interface BoundColumn {
  readonly kind: "column";
  readonly table: TableSchema;
  readonly column: ColumnSchema;
  readonly position: number;
  /** Foreign keys to parents, in order; none = the row at `position` itself. */
  readonly steps: readonly Hop[];
  readonly type: ValueType;
  readonly span: Span;
}

/** An aggregation of the rows that belong to each row of an owning table: the entity table, or for nested ones the outer's. */
export interface BoundAggregation {
  readonly kind: "aggregation";
  readonly name: AggregateName;
  /** The aggregated table, where the path begins. */
  readonly table: TableSchema;
  /** The table whose rows own the aggregated rows, where the path ends. */
  readonly owner: TableSchema;
  readonly path: BoundPath;
  /** What is aggregated, per joined row; `null` counts rows. */
  readonly argument: BoundExpression | null;
  readonly where: BoundCondition | null;
  /** Of `QUANTILE`. */
  readonly quantile: number | null;
  /** `null` where no table of the path has a time: all rows count. */
  readonly window: TimeWindow | null;
  readonly type: ValueType;
  readonly span: Span;
}

/** How aggregated rows reach their owner. */
export interface BoundPath {
  /** One or more. */
  readonly hops: readonly Hop[];
  /** The position of the table whose time places a joined row in windows; `null` = no table of the path has a time. */
  readonly clock: number | null;
}

/** One link: `up` from a child to the parent its key names, `down` from a parent to the children that name it. */
export interface Hop {
  readonly direction: "up" | "down";
  readonly from: TableSchema;
  readonly to: TableSchema;
  /** Of `from` when up, of `to` when down. */
  readonly foreignKey: ForeignKey;
}

/** A value in its type: times in milliseconds, 64-bit integers as digits, booleans as 0 or 1. */
export interface BoundConstant {
  readonly kind: "constant";
  readonly value: number | string | null;
  readonly type: ValueType;
  readonly span: Span;
}

/** The anchor time. */
export interface BoundAnchor {
  readonly kind: "anchor";
  readonly type: "time";
  readonly span: Span;
}

/** Arithmetic of numbers and truth values. */
export interface BoundArithmetic {
  readonly kind: "arithmetic";
  readonly operator: Arithmetic["operator"];
  readonly left: BoundExpression;
  readonly right: BoundExpression;
  readonly type: "number";
  readonly span: Span;
}

/** The number with the other sign. */
export interface BoundNegative {
  readonly kind: "negative";
  readonly operand: BoundExpression;
  readonly type: "number";
  readonly span: Span;
}

/** A function of values. */
export interface BoundCall {
  readonly kind: "call";
  readonly name: FunctionName;
  readonly args: readonly BoundExpression[];
  readonly type: ValueType;
  readonly span: Span;
}

/** Conditions after synonyms and simple patterns are resolved. */
export type BoundCondition =
  | BoundComparison
  | BoundRelation
  | { readonly kind: "not"; readonly operand: BoundCondition }
  | { readonly kind: "and" | "or"; readonly operands: readonly BoundCondition[] };

/** The operators that are executed; `LIKE` and `NOT LIKE` stay for patterns that are no CONTAINS, STARTS or ENDS WITH. */
export type BoundOperator = Operator;

/** An expression compared with constants of its type; the value `null` stands with `=` and `!=` only. */
export interface BoundComparison {
  readonly kind: "comparison";
  readonly left: BoundExpression;
  readonly operator: BoundOperator;
  readonly right: BoundValue;
}

/** The operators between two expressions. */
export type RelationOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** Two expressions of one type compared with each other; neither side is a constant. */
export interface BoundRelation {
  readonly kind: "relation";
  readonly left: BoundExpression;
  readonly operator: RelationOperator;
  readonly right: BoundExpression;
}

/** A constant in the type of its column, a list for IN, a pair for BETWEEN. */
export type BoundValue = number | string | null | readonly (number | string)[];

/** Tells whether a node of a target is a condition rather than a value. */
export function isBoundCondition(node: BoundTarget): node is BoundCondition {
  switch (node.kind) {
    case "comparison":
    case "relation":
    case "not":
    case "and":
    case "or":
      return true;
    default:
      return false;
  }
}

/** Lists what a node is made of, from left to right; the inside of aggregations is left out. */
export function boundParts(node: BoundTarget): readonly BoundTarget[] {
  switch (node.kind) {
    case "comparison":
      return [node.left];
    case "relation":
    case "arithmetic":
      return [node.left, node.right];
    case "not":
    case "negative":
      return [node.operand];
    case "and":
    case "or":
      return node.operands;
    case "call":
      return node.args;
    default:
      return [];
  }
}

/** Lists the aggregations of a bound tree from left to right, without those nested in filters. */
export function boundAggregations(node: BoundTarget | null): BoundAggregation[] {
  if (node === null) return [];
  if (node.kind === "aggregation") return [node];
  return boundParts(node).flatMap(boundAggregations);
}

/** Lists the columns that stand outside of aggregations, from left to right. */
export function boundColumns(node: BoundTarget | null): BoundColumn[] {
  if (node === null) return [];
  if (node.kind === "column") return [node];
  return boundParts(node).flatMap(boundColumns);
}

/** Lists the argument and the filter of an aggregation: what is evaluated for its joined rows. */
export function insideOf({ argument, where }: BoundAggregation): BoundTarget[] {
  return [argument, where].filter((node) => node !== null);
}

/** Lists every column that a tree reads, those inside aggregations too. */
export function allColumns(node: BoundTarget | null): BoundColumn[] {
  if (node === null) return [];
  const inner = boundAggregations(node).flatMap(insideOf).flatMap(allColumns);
  return [...boundColumns(node), ...inner];
}

/** Lists every aggregation of a tree, nested ones after their outer one. */
export function allAggregations(node: BoundTarget | null): BoundAggregation[] {
  return boundAggregations(node).flatMap((aggregation) => [
    aggregation,
    ...insideOf(aggregation).flatMap(allAggregations),
  ]);
}

/** The column that an aggregation aggregates or an expression is, where it is a plain one; `null` otherwise. */
export function plainColumn(node: BoundTarget): BoundColumn | null {
  if (node.kind === "column") return node;
  if (node.kind === "aggregation" && node.argument?.kind === "column") return node.argument;
  return null;
}

/** The tree of a query as written: immutable discriminated unions, every node with its place in the text. */
import type { Span } from "../src/core/span.js";
import type { TimeUnit } from "../src/core/time.js";

/** The language accepted: `kumo` is the published grammar and nothing more, `relgraph` its superset. */
export type Dialect = "relgraph" | "kumo";

/** A whole query. */
export interface PredictiveQuery {
  readonly kind: "query";
  readonly target: Target;
  /** What kind of answer is asked for; `null` when the target alone says so. */
  readonly problem: Problem | null;
  readonly entity: Entity;
  /** Who is eligible; `null` = everybody. */
  readonly where: Condition | null;
  /** What is taken for granted about the future; `null` = nothing. */
  readonly assuming: Condition | null;
  /** The text the spans point into. */
  readonly source: string;
  readonly span: Span;
}

/** What is predicted. */
export type Target = Condition | Aggregation | ColumnRef | Wildcard;

/** `FORECAST n TIMEFRAMES`, `RANK`/`CLASSIFY` with an optional k, or a bare `TOP k` (which never binds). */
export type Problem =
  | { readonly kind: "forecast"; readonly timeframes: number; readonly span: Span }
  | { readonly kind: "rank"; readonly top: number | null; readonly span: Span }
  | { readonly kind: "classify"; readonly top: number | null; readonly span: Span }
  | { readonly kind: "top"; readonly top: number; readonly span: Span };

/** Whose value is predicted. */
export interface Entity {
  readonly kind: "entity";
  /** Whether it is written `FOR EACH` (all entities) rather than `FOR`. */
  readonly each: boolean;
  readonly key: ColumnRef | Wildcard;
  /** The listed ids, `= id` or `IN (…)`; `null` = none listed. */
  readonly selection: {
    readonly operator: Operator;
    readonly value: Constant;
    readonly operatorSpan: Span;
  } | null;
  readonly span: Span;
}

/** `table.column`, names without their backquotes. */
export interface ColumnRef {
  readonly kind: "column";
  readonly table: string;
  readonly column: string;
  readonly span: Span;
}

/** `table.*`. */
export interface Wildcard {
  readonly kind: "wildcard";
  readonly table: string;
  readonly span: Span;
}

/** The aggregations, in the order tools list them. */
export const AGGREGATES = [
  "COUNT",
  "SUM",
  "AVG",
  "MIN",
  "MAX",
  "COUNT_DISTINCT",
  "FIRST",
  "LAST",
  "LIST_DISTINCT",
] as const;

/** An aggregation's name. */
export type AggregateName = (typeof AGGREGATES)[number];

/** `SUM(t.c WHERE …, start, end, unit)`. */
export interface Aggregation {
  readonly kind: "aggregation";
  readonly name: AggregateName;
  readonly column: ColumnRef | Wildcard;
  readonly where: Condition | null;
  readonly window: Window | null;
  readonly span: Span;
}

/** The window of an aggregation, `(t + start, t + end]`; `start` may be `-Infinity`. */
export interface Window {
  readonly kind: "window";
  readonly start: number;
  readonly end: number;
  readonly unit: TimeUnit;
  readonly span: Span;
}

/** Comparisons with AND, OR and NOT. */
export type Condition = Comparison | Not | Logical;

/** `NOT operand`. */
export interface Not {
  readonly kind: "not";
  readonly operand: Condition;
  readonly span: Span;
}

/** `left AND right`, `left OR right`. */
export interface Logical {
  readonly kind: "and" | "or";
  readonly left: Condition;
  readonly right: Condition;
  readonly span: Span;
}

/** The operators after synonyms are resolved: `IS` is `=`, `IS NOT` is `!=`, `NOT IN` is `NOT (… IN …)`. */
export type Operator =
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "IN"
  | "LIKE"
  | "NOT LIKE"
  | "CONTAINS"
  | "NOT CONTAINS"
  | "STARTS WITH"
  | "ENDS WITH";

/** `operand operator constant`. */
export interface Comparison {
  readonly kind: "comparison";
  readonly left: Aggregation | ColumnRef | Wildcard;
  readonly operator: Operator;
  readonly operatorSpan: Span;
  readonly right: Constant;
  readonly span: Span;
}

/** A value written in the query. */
export type Constant =
  | { readonly kind: "null"; readonly span: Span }
  | { readonly kind: "boolean"; readonly value: boolean; readonly span: Span }
  | NumberConstant
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "time"; readonly value: number; readonly span: Span }
  | { readonly kind: "list"; readonly items: readonly Constant[]; readonly span: Span };

/** A number; `text` keeps the digits of integers that float64 cannot hold. */
export interface NumberConstant {
  readonly kind: "number";
  readonly value: number;
  readonly integer: boolean;
  /** Canonical digits, as the printer writes them. */
  readonly text: string;
  readonly span: Span;
}

/** Any node of the tree. */
export type Node =
  | PredictiveQuery
  | Problem
  | Entity
  | ColumnRef
  | Wildcard
  | Aggregation
  | Window
  | Condition
  | Constant;

/** Lists the aggregations of a condition or target from left to right, nested ones after their parent. */
export function aggregationsOf(node: Target): Aggregation[] {
  switch (node.kind) {
    case "aggregation":
      return [node, ...(node.where ? aggregationsOf(node.where) : [])];
    case "comparison":
      return aggregationsOf(node.left);
    case "not":
      return aggregationsOf(node.operand);
    case "and":
    case "or":
      return [...aggregationsOf(node.left), ...aggregationsOf(node.right)];
    case "column":
    case "wildcard":
      return [];
  }
}

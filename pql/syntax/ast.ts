/** The tree of a query as written: immutable discriminated unions, every node with its place in the text. */
import type { Span } from "../../src/core/span.js";
import type { TimeUnit } from "../../src/core/time.js";

/** The language accepted: `kumo` is the published grammar and nothing more, `relgraph` its superset. */
export type Dialect = "relgraph" | "kumo";

/** A whole query. */
export interface PredictiveQuery {
  readonly kind: "query";
  /** What is to be done with it, a word in front of PREDICT; `null` = nothing said. */
  readonly command: "explain" | "evaluate" | null;
  /** What is predicted; several have a name each. */
  readonly targets: readonly NamedTarget[];
  /** What kind of answer is asked for; `null` when the target alone says so. */
  readonly problem: Problem | null;
  readonly entity: Entity;
  /** Who is eligible; `null` = everybody. */
  readonly where: Condition | null;
  /** What is taken for granted about the future; `null` = nothing. */
  readonly assuming: Condition | null;
  /** The anchor written into the text; `null` = chosen by whoever runs the query. */
  readonly at: Constant | Parameter | null;
  /** The text the spans point into. */
  readonly source: string;
  readonly span: Span;
}

/** One target with its name. */
export interface NamedTarget {
  readonly kind: "target";
  readonly value: Target;
  /** As in `AS name`; `null` = none. */
  readonly name: string | null;
  readonly span: Span;
}

/** What is predicted. */
export type Target = Condition | Expression;

/** `FORECAST n TIMEFRAMES`, `RANK`/`CLASSIFY` with an optional k, or a bare `TOP k` (which never binds). */
export type Problem =
  | { readonly kind: "forecast"; readonly timeframes: number | Parameter; readonly span: Span }
  | { readonly kind: "rank"; readonly top: number | Parameter | null; readonly span: Span }
  | { readonly kind: "classify"; readonly top: number | Parameter | null; readonly span: Span }
  | { readonly kind: "top"; readonly top: number | Parameter; readonly span: Span };

/** Whose value is predicted. */
export interface Entity {
  readonly kind: "entity";
  /** Whether it is written `FOR EACH` (all entities) rather than `FOR`. */
  readonly each: boolean;
  /** The key's columns: one, or those of a composite key. */
  readonly keys: readonly (ColumnRef | Wildcard)[];
  /** The listed ids, `= id` or `IN (…)`; `null` = none listed. */
  readonly selection: {
    readonly operator: Operator;
    readonly value: Constant | Parameter;
    readonly operatorSpan: Span;
  } | null;
  readonly span: Span;
}

/** A value: per entity and anchor, or per row inside an aggregation. */
export type Expression =
  | ColumnRef
  | Wildcard
  | Aggregation
  | Constant
  | Parameter
  | AnchorTime
  | Arithmetic
  | Negative
  | Call;

/** `table.column`, names without their backquotes. */
export interface ColumnRef {
  readonly kind: "column";
  readonly table: string;
  readonly column: string;
  /** The links that lead to it; `null` = the only ones there are. */
  readonly via: Via | null;
  readonly span: Span;
}

/** `table.*`. */
export interface Wildcard {
  readonly kind: "wildcard";
  readonly table: string;
  readonly via: Via | null;
  readonly span: Span;
}

/** `VIA fk -> fk`: foreign keys in the order in which they are followed. */
export interface Via {
  readonly kind: "via";
  readonly links: readonly LinkName[];
  readonly span: Span;
}

/** A foreign key by its column, with its table where that is written. */
export interface LinkName {
  readonly table: string | null;
  readonly column: string;
  readonly span: Span;
}

/** The aggregations, in the order tools list them; the first nine are the published ones. */
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
  "MEDIAN",
  "STDDEV",
  "VARIANCE",
  "QUANTILE",
  "MODE",
  "TIME_TO_NEXT",
] as const;

/** How many of {@link AGGREGATES} the published grammar knows. */
export const PUBLISHED_AGGREGATES = 9;

/** An aggregation's name. */
export type AggregateName = (typeof AGGREGATES)[number];

/** `SUM(t.c WHERE …, start, end, unit)`. */
export interface Aggregation {
  readonly kind: "aggregation";
  readonly name: AggregateName;
  /** What is aggregated: a column, `t.*`, or arithmetic over columns. */
  readonly argument: Expression;
  readonly where: Condition | null;
  /** The share of `QUANTILE`; `null` for the others. */
  readonly quantile: NumberConstant | Parameter | null;
  readonly window: Window | null;
  readonly span: Span;
}

/** The window of an aggregation, `(t + start, t + end]`; `start` may be `-Infinity`. */
export interface Window {
  readonly kind: "window";
  readonly start: number | Parameter;
  readonly end: number | Parameter;
  readonly unit: TimeUnit;
  readonly span: Span;
}

/** `left + right` and its sisters. */
export interface Arithmetic {
  readonly kind: "arithmetic";
  readonly operator: "+" | "-" | "*" | "/";
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `-operand`. */
export interface Negative {
  readonly kind: "negative";
  readonly operand: Expression;
  readonly span: Span;
}

/** The functions, in the order tools list them. */
export const FUNCTIONS = ["COALESCE", "ABS", "LOG", "LENGTH", "YEAR", "MONTH", "WEEKDAY"] as const;

/** A function's name. */
export type FunctionName = (typeof FUNCTIONS)[number];

/** `ABS(x)`, `COALESCE(x, y, …)`. */
export interface Call {
  readonly kind: "call";
  readonly name: FunctionName;
  readonly args: readonly Expression[];
  readonly span: Span;
}

/** `ANCHOR`: the time at which the query is asked. */
export interface AnchorTime {
  readonly kind: "anchor";
  readonly span: Span;
}

/** `:name`, a value given beside the text. */
export interface Parameter {
  readonly kind: "parameter";
  readonly name: string;
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

/** `a AND b AND …`, `a OR b OR …`: two or more operands, flat so that long chains are no deep trees. */
export interface Logical {
  readonly kind: "and" | "or";
  readonly operands: readonly Condition[];
  readonly span: Span;
}

/**
 * The operators after synonyms are resolved: `IS` is `=`, `IS NOT` is `!=`, `NOT IN` is `NOT (… IN …)`. `BETWEEN` has a list
 * of two values on its right.
 */
export type Operator =
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "IN"
  | "BETWEEN"
  | "LIKE"
  | "NOT LIKE"
  | "CONTAINS"
  | "NOT CONTAINS"
  | "STARTS WITH"
  | "ENDS WITH";

/** `left operator right`. */
export interface Comparison {
  readonly kind: "comparison";
  readonly left: Expression;
  readonly operator: Operator;
  readonly operatorSpan: Span;
  readonly right: Expression;
  readonly span: Span;
}

/** A value written in the query, or put in the place of a parameter. */
export type Constant =
  | { readonly kind: "null"; readonly span: Span; readonly parameter?: string }
  | {
      readonly kind: "boolean";
      readonly value: boolean;
      readonly span: Span;
      readonly parameter?: string;
    }
  | NumberConstant
  | {
      readonly kind: "string";
      readonly value: string;
      readonly span: Span;
      readonly parameter?: string;
    }
  | {
      readonly kind: "time";
      readonly value: number;
      readonly span: Span;
      readonly parameter?: string;
    }
  | ListConstant;

/** A number; `text` keeps the digits of integers that float64 cannot hold. */
export interface NumberConstant {
  readonly kind: "number";
  readonly value: number;
  readonly integer: boolean;
  /** Canonical digits, as the printer writes them. */
  readonly text: string;
  readonly span: Span;
  readonly parameter?: string;
}

/** `(a, b, …)`. */
export interface ListConstant {
  readonly kind: "list";
  readonly items: readonly (Constant | Parameter)[];
  readonly span: Span;
  readonly parameter?: string;
}

/** Any node of the tree. */
export type Node =
  | PredictiveQuery
  | NamedTarget
  | Problem
  | Entity
  | Expression
  | Via
  | Window
  | Condition;

/** Tells whether a node of a target is a condition rather than a value. */
export function isCondition(node: Target): node is Condition {
  return (
    node.kind === "comparison" || node.kind === "not" || node.kind === "and" || node.kind === "or"
  );
}

/** Tells whether an expression is a constant. */
export function isConstant(node: Target): node is Constant {
  switch (node.kind) {
    case "null":
    case "boolean":
    case "number":
    case "string":
    case "time":
    case "list":
      return true;
    default:
      return false;
  }
}

/** Lists what a node of a target or condition is made of, in the order of the text. */
export function partsOf(node: Target): readonly Target[] {
  switch (node.kind) {
    case "comparison":
      return [node.left, node.right];
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
    case "aggregation":
      return node.where ? [node.argument, node.where] : [node.argument];
    case "list":
      return node.items;
    default:
      return [];
  }
}

/** Lists the aggregations of a condition or target from left to right, nested ones after their parent. */
export function aggregationsOf(node: Target): Aggregation[] {
  const inner = partsOf(node).flatMap(aggregationsOf);
  return node.kind === "aggregation" ? [node, ...inner] : inner;
}

/** Lists every column and wildcard of a condition or target from left to right, those inside aggregations too. */
export function columnsOf(node: Target): (ColumnRef | Wildcard)[] {
  if (node.kind === "column" || node.kind === "wildcard") return [node];
  return partsOf(node).flatMap(columnsOf);
}

/** Where a cursor stands in a query: the clause, what can stand next, the open brackets, what has been written. */
import type { NamePart } from "./source.js";

/** The clause that a cursor stands in. */
export type ClauseName =
  | "start"
  | "target"
  | "problem"
  | "entity"
  | "where"
  | "assuming"
  | "at"
  | "end";

/** What can stand next. */
export type Expected =
  /** The beginning of the query. */
  | "start"
  /** A value, or where there is no comparison yet a condition. */
  | "operand"
  /** What may follow a value: an operator, AND, the next clause. */
  | "operator"
  /** The operator after `t.c NOT`. */
  | "negated"
  /** `WITH` after `STARTS` or `ENDS`. */
  | "with"
  /** The list of IN, an item of a list, an id of FOR. */
  | "list"
  /** A key after FOR EACH or FOR, and what follows it. */
  | "key"
  | "afterKey"
  /** A link after VIA or an arrow, and what follows it. */
  | "link"
  | "afterLink"
  /** A share, bound or unit inside an aggregation; `commas` of the frame tells which. */
  | "bound"
  /** The number of FORECAST or TOP, TIMEFRAMES, the TOP of RANK, the next clause. */
  | "amount"
  | "timeframes"
  | "top"
  | "clause"
  /** The time of AT. */
  | "time"
  /** A name of the writer's own, a sign that nobody needs help with. */
  | "nothing";

/** A value that has been written. */
export interface Operand {
  readonly kind: "column" | "wildcard" | "aggregation" | "call" | "constant" | "group";
  /** The word of an aggregation or call, the token type of a constant. */
  readonly word: string;
  /** Table and column as written. */
  readonly table: string;
  readonly column: string;
  /** What is aggregated. */
  readonly argument: Operand | null;
}

/** A comparison whose right side is awaited or written. */
export interface Compared {
  readonly left: Operand | null;
  readonly operator: string;
}

/** An open bracket. */
export interface Frame {
  readonly kind: "aggregation" | "call" | "group" | "list" | "keys";
  /** The word in front, in upper case. */
  readonly word: string;
  commas: number;
  /** Whether WHERE has been written inside. */
  inFilter: boolean;
  /** The first column of an aggregation. */
  argument: Operand | null;
  /** The comparison that the bracket is a part of. */
  readonly outer: Compared | null;
}

/** Where a cursor stands. */
export interface Cursor {
  clause: ClauseName;
  expected: Expected;
  /** Open brackets, the innermost last. */
  frames: Frame[];
  /** The last value. */
  operand: Operand | null;
  comparison: Compared | null;
  /** Whether the next AND belongs to BETWEEN. */
  between: boolean;
  /** Whether a sign of arithmetic asks for a number. */
  arithmetic: boolean;
  /** Whether the query says FOR EACH. */
  each: boolean;
  command: boolean;
  /** The links named so far after VIA. */
  links: readonly (readonly NamePart[])[];
  /** The word that opens the next bracket. */
  pending: { readonly kind: "aggregation" | "call"; readonly word: string } | null;
}

/** The innermost open aggregation; `null` = none. */
export function openAggregation({ frames }: Pick<Cursor, "frames">): Frame | null {
  return frames.findLast(({ kind }) => kind === "aggregation") ?? null;
}

/** Types of the signal store: paths, primitives, windows, signals, plans and matrices; all but matrices are plain JSON data. */
import type { Duration, Timestamp } from "../../src/core/time.js";

/**
 * One step of a path, by names, so that it means the same in another state of the database.
 *
 * - `parent`: from a row to the row its foreign key holds.
 * - `children`: from a row to the rows that refer to it.
 * - `newest`: to the newest of those rows that is known.
 * - `recent`: to the distinct rows that those newest rows refer to by another key, {@link RECENT_ROOTS} at most.
 * - `all`: to one row that stands for the whole table.
 */
export type SignalStep =
  | { readonly kind: "parent"; readonly key: string; readonly table: string }
  | { readonly kind: "children"; readonly key: string; readonly table: string }
  | { readonly kind: "newest"; readonly key: string; readonly table: string }
  | {
      readonly kind: "recent";
      readonly key: string;
      readonly via: string;
      readonly otherKey: string;
      readonly table: string;
    }
  | { readonly kind: "all"; readonly table: string };

/** How many distinct rows a `recent` step leads to at most. */
export const RECENT_ROOTS = 10;

/** How many of the newest rows a `recent` step looks through for them. */
export const RECENT_ROWS = 64;

/**
 * A typed path: `roots` lead from the entity to one row (several by `recent`), `downs` from there to lists of rows in the
 * order in which they became known, `sides` from each of those to a parent whose column is read.
 */
export interface SignalPath {
  readonly entity: string;
  readonly roots: readonly SignalStep[];
  readonly downs: readonly SignalStep[];
  readonly sides: readonly SignalStep[];
  /** Tables whose rows, all children of the entity, make one list together; empty for every other path. */
  readonly union: readonly { readonly table: string; readonly key: string }[];
}

/** A window that ends with what is known: `(v − length, v]`; `null` wherever it stands = everything known. */
export type SignalWindow = Duration;

/** What is computed of a path and a column. */
export type SignalPrimitive =
  /** A cell of the root row: a number, or the place of a category in `categories`. */
  | { readonly kind: "value" }
  /** Days from a time cell of the root row to the anchor. */
  | { readonly kind: "age" }
  | { readonly kind: "month" }
  | { readonly kind: "weekday" }
  /** Code points of a text, or items of a list. */
  | { readonly kind: "length" }
  /** Signed hashed trigrams of a text: one of {@link TEXT_BUCKETS} buckets. */
  | { readonly kind: "hash"; readonly bucket: number }
  | { readonly kind: "dimension"; readonly index: number }
  /** Whether a list holds an item: 0 or 1. */
  | { readonly kind: "contains"; readonly category: string }
  /** Days from the visible time to the anchor. */
  | { readonly kind: "staleness" }
  | { readonly kind: "count" }
  | { readonly kind: "days" }
  | { readonly kind: "sinceLast" }
  | { readonly kind: "sinceFirst" }
  | { readonly kind: "meanGap" }
  /** Days since the last row by the mean gap. */
  | { readonly kind: "due" }
  /** `2 (a − b) / (a + b)` of the counts of the window and of the one before. */
  | { readonly kind: "countTrend" }
  /** The entity's own count by the count of all children of the shared parent. */
  | { readonly kind: "ownShare" }
  /** The count by the number of known peers. */
  | { readonly kind: "perPeer" }
  | { readonly kind: "sum" }
  | { readonly kind: "mean" }
  | { readonly kind: "std" }
  | { readonly kind: "min" }
  | { readonly kind: "max" }
  /** `2 (a − b) / (|a| + |b|)` of the means of the window and of the one before. */
  | { readonly kind: "trend" }
  | { readonly kind: "last" }
  | { readonly kind: "first" }
  /** Mean of the last `k` values. */
  | { readonly kind: "lastMean"; readonly k: number }
  /** The `k`-th last value; 1 is the last. */
  | { readonly kind: "lag"; readonly k: number }
  /** Least-squares slope a row over the last `k` values. */
  | { readonly kind: "slope"; readonly k: number }
  /** The last value less the one before. */
  | { readonly kind: "change" }
  | { readonly kind: "share"; readonly category: string }
  /** Rows of a category. */
  | { readonly kind: "countOf"; readonly category: string }
  /** Entropy in nats over some categories and the rest as one. */
  | { readonly kind: "entropy"; readonly of: readonly string[] }
  | { readonly kind: "distinct" }
  /** Rows with both of two categories; `other` is the second column. */
  | {
      readonly kind: "pair";
      readonly category: string;
      readonly other: string;
      readonly otherCategory: string;
    }
  /** Known rows whose end (`column`) is not known or later. */
  | { readonly kind: "open" }
  | { readonly kind: "openOf"; readonly of: string; readonly category: string }
  /** The category of the `k`-th last row. */
  | { readonly kind: "nth"; readonly k: number }
  /** Place of the newest row of a category among the last {@link LAST_EVENTS}; 1 is the last row. */
  | { readonly kind: "position"; readonly category: string }
  /** How often a row of `category` came right after one of `before`. */
  | { readonly kind: "bigram"; readonly before: string; readonly category: string }
  /** Where the entity stands among the seeds of the same anchor in another signal. */
  | {
      readonly kind: "cohort";
      readonly what: "rank" | "percentile" | "zscore";
      readonly of: Signal;
    };

/** Name of a primitive. */
export type SignalPrimitiveKind = SignalPrimitive["kind"];

/** How many of the last rows `position` looks at. */
export const LAST_EVENTS = 10;

/** How many buckets the trigrams of a text are hashed to. */
export const TEXT_BUCKETS = 16;

/** How the value is written for people. */
export type SignalFormat = "number" | "count" | "percent" | "days" | "category" | "time";

/** One signal: a number for any (entity, time), with all that is known about it. */
export interface Signal {
  /** Stable text, the same in another state of the database. */
  readonly id: string;
  readonly path: SignalPath;
  /** The table whose column is read or whose rows are counted. */
  readonly table: string;
  readonly column: string | null;
  readonly primitive: SignalPrimitive;
  /** `null`: everything known, or no list at all. */
  readonly window: SignalWindow | null;
  /** Unit of the value, such as `minutes` or `days`. */
  readonly unit: string | null;
  /** Path and column: windows and primitives of one thing share it. */
  readonly family: string;
  readonly label: string;
  readonly format: SignalFormat;
  readonly kind: "numerical" | "categorical";
  /** Names of the values `0 … n − 1` of a categorical signal; `n` is every other value. `null` for numbers. */
  readonly categories: readonly string[] | null;
}

/** Groups of signals that can be switched on and off. */
export type SignalGroup =
  | "entity"
  | "children"
  | "grandchildren"
  | "parents"
  | "peers"
  /** Columns of the children's other parents. */
  | "others"
  /** What lately happened to those other parents. */
  | "recent"
  /** Order of the last events. */
  | "sequence"
  | "open"
  | "text"
  /** Level of whole tables. */
  | "global"
  /** Rank among the seeds of the same anchor; off by default. */
  | "cohort";

/** Options of {@link planSignals}. */
export interface SignalOptions {
  /** Length of the target's window, which windows are made from; `null` for static targets. */
  readonly horizon: Duration | null;
  /** What chooses signals (top categories, cadence, distinct counts) is read from rows up to here only. */
  readonly cutoff: Timestamp;
  /** The target and functions of it: never read. */
  readonly hidden?: readonly { readonly table: string; readonly column: string }[] | undefined;
  /** Tables whose rows are never listed: those of a static target. */
  readonly without?: readonly string[] | undefined;
  /** Steps of a path at most; default 3. */
  readonly depth?: 1 | 2 | 3 | undefined;
  /** Signals of the plan at most, near and cheap ones first; default 1,500. */
  readonly maxSignals?: number | undefined;
  readonly groups?: Partial<Readonly<Record<SignalGroup, boolean>>> | undefined;
  /** Words for people by table or `table.column`, such as of past targets. */
  readonly words?: Readonly<Record<string, string>> | undefined;
}

/** The signals of an entity table, in order of priority; plain data that a fitted model keeps. */
export interface SignalPlan {
  readonly entityTable: string;
  readonly signals: readonly Signal[];
}

/** Values of signals for seeds. */
export interface SignalMatrix {
  readonly signals: readonly Signal[];
  /** float32 `[signals][seeds]`; NaN = missing. */
  readonly columns: readonly Float32Array[];
  /** Seeds. */
  readonly numRows: number;
}

/** Rows behind the value of a signal. */
export interface SignalEvidence {
  readonly table: string;
  /** int32: row numbers of `table`, newest first. */
  readonly rows: Int32Array;
}

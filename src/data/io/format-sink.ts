/** What the writers of all formats share: how a column is described, and the one form of a sink. */
import type { Column, ColumnKind } from "../column.js";

/** How far text formats print times; `days` are bare dates. */
export type TimePrecision = "days" | "seconds" | "milliseconds" | "microseconds";

/** What a writer must know of a column before its values come; any {@link Column} says it. */
export interface WriterColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Numbers: whether all are integers up to 2^53. */
  readonly integer?: boolean;
  /** Strings: whether they are digits of 64-bit integers. */
  readonly int64?: boolean;
  /** Lists: whether the items are numbers. */
  readonly numeric?: boolean;
  /** Vectors: their dimension. */
  readonly dimension?: number;
  /** Times: how text formats print the whole column; each value down to what it holds where left out. */
  readonly precision?: TimePrecision;
}

/** What each format implements; `createTableWriter` adds checks and the safe file. */
export interface FormatSink {
  append(columns: readonly Column[]): Promise<void>;
  close(): Promise<void>;
  /** Frees what is held; the file itself is removed by the caller. */
  abort(): Promise<void>;
}

/** What is read of a Parquet file: plain data, so that another thread can do it. */

/** What the values of a column are, and what becomes of them. */
export type CellKind =
  | "int32"
  | "uint32"
  | "int64"
  | "float"
  | "double"
  | "decimal32"
  | "decimal64"
  | "decimalBytes"
  | "boolean"
  | "days"
  | "milliseconds"
  | "microseconds"
  | "nanoseconds"
  | "text";

/** The packings that are read here. */
export type Codec = "UNCOMPRESSED" | "SNAPPY" | "GZIP" | "BROTLI" | "ZSTD";

/** The pages of a column in one row group. */
export interface ColumnPlace {
  /** The first byte in the file. */
  readonly start: number;
  /** Bytes. */
  readonly length: number;
  readonly rows: number;
  readonly codec: Codec;
}

/** A column to read. */
export interface ColumnPlan {
  readonly name: string;
  readonly kind: CellKind;
  /** Digits after the point; for decimals. */
  readonly scale: number;
  /** Bytes of a value; for values of bytes. */
  readonly width: number;
  /** Whether numbers are integers by their source's type. */
  readonly integer: boolean;
  /** Whether pages tell which values are null. */
  readonly isOptional: boolean;
  /** In the order of the rows. */
  readonly places: readonly ColumnPlace[];
}

/** Columns of a file; all of them have the same rows. */
export interface ParquetPlan {
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly ColumnPlan[];
}

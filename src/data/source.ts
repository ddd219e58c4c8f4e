/** Source: a place that holds tables. Whoever can list tables and give their rows can be read from. */
import type { WorkOptions } from "../core/progress.js";
import type { ScanRange } from "./event-scan.js";
import type { Table, TableRecord } from "./table.js";

/** A link that the place itself declares. */
export interface DeclaredLink {
  readonly columns: readonly string[];
  /** The table it points at. */
  readonly table: string;
  /** The columns there, in the order of `columns`; the primary key where left out. */
  readonly parentColumns?: readonly string[];
}

/** Keys and links that a place declares; what it does not say is inferred. */
export interface DeclaredKeys {
  readonly primaryKey?: readonly string[];
  /** All links of the table, where it declares any. */
  readonly foreignKeys?: readonly DeclaredLink[];
}

/** A table of a source. */
export interface SourceTable extends DeclaredKeys {
  readonly name: string;
  /** The names of its columns, in order. */
  readonly columns: readonly string[];
}

/** Which part of a table is wanted. */
export interface SourceRequest {
  /** The wanted columns, in the order of the table. */
  readonly columns: readonly string[];
  /** Rows that are enough; others may come too. `null` = all. */
  readonly range: ScanRange | null;
  /** How many rows are enough; more may come too. `null` = all. */
  readonly limit: number | null;
}

/**
 * A place that holds tables: a database, a service, a program.
 *
 * @see DuckDB table functions and Spark `DataSource` (a schema, then rows, with projection and filters as an offer).
 */
export interface Source {
  /** Names it in messages; holds no password. */
  readonly name: string;
  /** Lists its tables. */
  tables(options: WorkOptions): Promise<readonly SourceTable[]>;
  /**
   * Reads rows of a table, always in the same order for the same rows.
   *
   * @param table - one of its names.
   * @param request - the part that is wanted.
   * @returns batches: tables, or lists of plain objects as {@link Table.fromRecords} takes them. No batch means no rows.
   */
  rows(
    table: string,
    request: SourceRequest,
    options: WorkOptions,
  ): AsyncIterable<Table | readonly TableRecord[]>;
  /** Gives back what it holds, also after a failure. */
  close?(): Promise<void> | void;
}

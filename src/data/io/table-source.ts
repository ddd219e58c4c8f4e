/** The one form that every source of tables takes. */
import type { ReadOptions, ReadTable } from "./read-relation.js";

/** A table as read, with the names of the columns its source has. */
export interface SourceTable extends ReadTable {
  readonly columnNames: readonly string[];
}

/** A table that can be read. */
export interface TableSource {
  readonly table: string;
  /**
   * Reads it.
   *
   * @param exclude - columns that are not read.
   * @param options - null texts, progress, cancellation.
   */
  read(exclude: readonly string[], options: ReadOptions): Promise<SourceTable>;
}

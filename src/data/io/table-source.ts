/** The one form that every source of tables takes. */
import type { DeclaredKeys } from "../source.js";
import type { ReadOptions, ReadTable, Relation } from "./read-relation.js";

/** A table as read, with the names of the columns its source has. */
export interface SourceTable extends ReadTable {
  readonly columnNames: readonly string[];
}

/** A table that can be read. */
export interface TableSource {
  readonly table: string;
  /** Keys and links that the source declares. */
  readonly declared?: DeclaredKeys | undefined;
  /** Describes it in SQL with all of its columns, so that it can be read in parts; left out where it cannot. */
  readonly relation?: (nullValues: readonly string[]) => Promise<Relation>;
  /**
   * Reads it.
   *
   * @param exclude - columns that are not read.
   * @param options - rows that are enough, null texts, progress, cancellation.
   */
  read(exclude: readonly string[], options: ReadOptions): Promise<SourceTable>;
}

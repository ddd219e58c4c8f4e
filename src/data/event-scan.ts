/** Tables that stay where they are and are read row by row, in chunks. */
import type { WorkOptions } from "../core/progress.js";
import type { Timestamp } from "../core/time.js";
import type { Column } from "./column.js";

/** Rows between two times. */
export interface ScanRange {
  /** The column of times. */
  readonly column: string;
  /** Rows at this time or before may be left out. */
  readonly after: Timestamp;
  /** Rows after this time may be left out. */
  readonly until: Timestamp;
}

/** A table that is read in chunks. */
export interface EventScan {
  /** Its name in the database, whose own table of this name has the columns but not the rows. */
  readonly table: string;
  /**
   * Reads some columns, in the order of the rows.
   *
   * @param columns - at least one name of the table's schema.
   * @param range - rows that are enough; `null` = all. Rows without a time are in no range.
   * @param options - progress, cancellation.
   * @returns chunks; a chunk holds only until the next one is asked for. Of text columns the dictionaries grow from chunk to
   * chunk, codes keep their meaning. Numbers that are NaN are marked as missing.
   * @throws {@link DataError} DAT216 if a column cannot be read in chunks or a value does not fit its kind, DAT217 if not
   * all rows came; AbortedError CFG900.
   */
  rows(
    columns: readonly string[],
    range: ScanRange | null,
    options?: WorkOptions,
  ): AsyncIterable<readonly Column[]>;
  /**
   * Returns the latest time of a column; `-Infinity` where there is none.
   *
   * @param column - a column of times.
   */
  lastTime(column: string): Promise<Timestamp>;
}

/** Writes a table to a file; the ending picks the format. */
import { checkAborted, type WorkOptions } from "../../core/progress.js";
import { type Column, sliceColumn } from "../column.js";
import type { Table } from "../table.js";
import { createTableWriter, describeColumn } from "./writer.js";

/** Rows written between two looks at the caller's signal. */
const BATCH = 65_536;

/**
 * Writes a table: beside its place, then renamed, so never half.
 *
 * Text formats print times as ISO 8601 UTC, a bare date where every value of the column is at midnight; CSV holds lists
 * and vectors as JSON and null as an empty field.
 *
 * @param table - the table.
 * @param path - the file, ending in `.csv`, `.parquet`, `.json`, `.ndjson` or `.arrow`.
 * @param options - progress, cancellation.
 * @throws {@link DataError} DAT301 if it cannot be written, DAT302 for another ending; AbortedError CFG900.
 */
export async function writeTable(
  table: Table,
  path: string,
  options: WorkOptions = {},
): Promise<void> {
  const { signal, onProgress } = options;
  const writer = await createTableWriter(path, table.columns.map(describeColumn), options);
  try {
    let from = 0;
    do {
      checkAborted(signal, `writing \`${path}\``);
      const to = Math.min(table.numRows, from + BATCH);
      const whole = from === 0 && to === table.numRows;
      const batch = table.columns.map(
        (column): Column => (whole ? column : sliceColumn(column, from, to)),
      );
      await writer.append(batch);
      const message = `${path}: ${to.toLocaleString("en-US")} rows`;
      onProgress?.({ stage: "write", message, done: to, total: table.numRows });
      from = to;
    } while (from < table.numRows);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Rows of a table between two times: which column holds the times, and which rows are left out. */
import { DataError } from "../../core/errors.js";
import { castToStype } from "../cast.js";
import { isValid } from "../column.js";
import type { RowWindow } from "../database.js";
import type { ScanRange } from "../event-scan.js";
import { inferTimeColumn } from "../infer/time-column.js";
import type { TableOverrides } from "../schema-file.js";
import type { Table } from "../table.js";
import type { ReadOptions } from "./read-relation.js";
import type { TableSource } from "./table-source.js";

/** Rows that the time column is found from. */
const SAMPLE = 20_480;

/**
 * Finds the range of a window before the table is read.
 *
 * @param source - the table.
 * @param window - what is asked for.
 * @param settings - the table's; its time column holds.
 * @param options - for reading the first rows, where the settings do not say the time column.
 * @throws {@link DataError} DAT232 if the table has no time column.
 */
export async function rangeOf(
  source: TableSource,
  window: RowWindow,
  settings: TableOverrides,
  options: ReadOptions,
): Promise<ScanRange> {
  const { after = -Infinity, until = Infinity } = window;
  const named = window.column ?? settings.timeColumn;
  if (named) return { column: named, after, until };
  if (named === undefined) {
    const first = await source.read([], { ...options, onProgress: undefined, limit: SAMPLE });
    const found = inferTimeColumn(first.table).timeColumn;
    if (found !== null) return { column: found, after, until };
  }
  throw new DataError("DAT232", `\`${source.table}\` has no time column to choose rows by`, {
    at: { table: source.table },
    hint: 'name it in schema.json: { "tables": { "…": { "timeColumn": "…" } } }',
  });
}

/**
 * Leaves out the rows outside of a range.
 *
 * @param table - as read; some rows may be missing already.
 * @param range - the range.
 * @throws {@link DataError} DAT103 if the column is not there; SchemaError SCH106 if it holds no times.
 */
export function rowsWithin(table: Table, { column, after, until }: ScanRange): Table {
  const times = castToStype(table.name, table.column(column), "timestamp");
  if (times.kind !== "timestamp") return table;
  const rows = new Int32Array(table.numRows);
  let kept = 0;
  for (let row = 0; row < table.numRows; row++) {
    const time = times.values[row]!;
    if (isValid(times, row) && time > after && time <= until) rows[kept++] = row;
  }
  return kept === table.numRows ? table : table.take(rows.subarray(0, kept));
}

/** Reads a table from a single file. */
import { basename } from "node:path";
import { DataError, RelError } from "../../core/errors.js";
import type { WorkOptions } from "../../core/progress.js";
import type { Table } from "../table.js";
import { type Engine, openEngine } from "./duckdb.js";
import { readParquetWithoutEngine } from "./parquet-fallback.js";
import { readTableFile } from "./read-file.js";
import { TABLE_ENDINGS, tableFile } from "./sources.js";

/**
 * Reads one table file, such as a training table by hand.
 *
 * @param path - a .parquet, .csv, .csv.gz, .tsv, .ndjson or .json file.
 * @param options - progress, cancellation.
 * @returns the table, called as the file without its ending.
 * @throws {@link DataError} DAT201 if there is no such file, DAT205 to DAT213 if it cannot be read, DAT219 for another ending.
 */
export async function readTable(path: string, options: WorkOptions = {}): Promise<Table> {
  const file = tableFile(path);
  if (!file) {
    throw new DataError("DAT219", `\`${basename(path)}\` is no table file`, {
      at: { file: path },
      hint: `a table is a file with the ending ${TABLE_ENDINGS}`,
    });
  }
  const engine = await engineOrNull(file.format === "parquet");
  try {
    const read = engine
      ? await readTableFile(engine, file, [], options)
      : await readParquetWithoutEngine(file, [], options);
    return read.table;
  } finally {
    engine?.close();
  }
}

/** Parquet can be read without the native engine. */
async function engineOrNull(isParquet: boolean): Promise<Engine | null> {
  try {
    return await openEngine();
  } catch (error) {
    if (isParquet && error instanceof RelError && error.code === "DAT214") return null;
    throw error;
  }
}

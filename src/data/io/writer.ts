/** Streams tables to files batch by batch; nothing but the batch is held in memory. */
import { extname } from "node:path";
import { DataError } from "../../core/errors.js";
import { checkAborted, type WorkOptions } from "../../core/progress.js";
import { MS_PER_DAY } from "../../core/time.js";
import { type Column, isValid, type TimestampColumn } from "../column.js";
import { createArrowSink } from "./arrow-sink.js";
import type { FormatSink, TimePrecision, WriterColumn } from "./format-sink.js";
import { type OutputFile, startFile } from "./output-file.js";
import { createParquetSink } from "./parquet-sink.js";
import { createTextSink } from "./text-sink.js";

export type { TimePrecision, WriterColumn } from "./format-sink.js";

/** Takes batches of a table. */
export interface TableWriter {
  /**
   * Writes rows.
   *
   * @param columns - the columns in the order of the writer, of equal length.
   * @throws {@link DataError} DAT303 if a column is not the one expected, DAT301 if the disk gives out.
   */
  append(columns: readonly Column[]): Promise<void>;
  /** Finishes the file and puts it in its place. */
  close(): Promise<void>;
  /** Gives up: nothing stays behind. */
  abort(): Promise<void>;
}

/** The endings that can be written. */
export const OUTPUT_ENDINGS: readonly string[] = [".csv", ".parquet", ".json", ".ndjson", ".arrow"];

/**
 * Starts a file that is written batch by batch.
 *
 * @param path - the file; its ending picks the format: `.csv`, `.parquet`, `.json`, `.ndjson`, `.arrow` (which holds
 * all rows until it is closed).
 * @param columns - its columns.
 * @param options - cancellation.
 * @throws {@link DataError} DAT301 if it cannot be written, DAT302 for another ending.
 */
export async function createTableWriter(
  path: string,
  columns: readonly WriterColumn[],
  { signal }: WorkOptions = {},
): Promise<TableWriter> {
  const ending = extname(path).toLowerCase();
  if (!OUTPUT_ENDINGS.includes(ending)) throw unknownEnding(path, ending);
  const what = `writing \`${path}\``;
  checkAborted(signal, what);
  const file = await startFile(path);
  const sink = await guard(file, null, () => createSink(ending, file, columns));
  return {
    append: (batch) =>
      guard(file, sink, async () => {
        checkAborted(signal, what);
        checkBatch(path, columns, batch);
        await sink.append(batch);
      }),
    close: () =>
      guard(file, sink, async () => {
        checkAborted(signal, what);
        await sink.close();
        await file.commit();
      }),
    abort: async () => {
      await sink.abort().catch(() => undefined);
      await file.discard();
    },
  };
}

/** Runs a step; a failure removes everything that was written. */
async function guard<T>(
  file: OutputFile,
  sink: FormatSink | null,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    await sink?.abort().catch(() => undefined);
    await file.discard();
    throw error;
  }
}

async function createSink(
  ending: string,
  file: OutputFile,
  columns: readonly WriterColumn[],
): Promise<FormatSink> {
  if (ending === ".parquet") return createParquetSink(file, columns);
  if (ending === ".arrow") return createArrowSink(file);
  return createTextSink(file, columns, ending.slice(1) as "csv" | "json" | "ndjson");
}

function checkBatch(
  path: string,
  columns: readonly WriterColumn[],
  batch: readonly Column[],
): void {
  const at = { file: path };
  if (batch.length !== columns.length) {
    const message = `a batch has ${batch.length} columns, expected ${columns.length}`;
    throw new DataError("DAT303", message, { at, hint: "give every batch the writer's columns" });
  }
  batch.forEach((column, i) => {
    const { name, kind, dimension } = columns[i]!;
    const fits =
      column.name === name &&
      column.kind === kind &&
      column.length === batch[0]!.length &&
      (column.kind !== "vector" || column.dimension === dimension);
    if (fits) return;
    const message = `a batch holds \`${column.name}\` of ${column.length} ${column.kind}s, expected \`${name}\` of ${batch[0]!.length} ${kind}s`;
    throw new DataError("DAT303", message, { at, hint: "give every batch the writer's columns" });
  });
}

/** Makes the error of an ending that cannot be written (DAT302). */
export function unknownEnding(path: string, ending: string): DataError {
  const found = ending === "" ? "no ending" : `the ending \`${ending}\``;
  return new DataError("DAT302", `\`${path}\` has ${found}, which names no table format`, {
    at: { file: path },
    hint: `end the name with ${OUTPUT_ENDINGS.join(", ")}`,
  });
}

/**
 * Says what a writer must know of a column, from all of its values.
 *
 * @param column - the whole column.
 */
export function describeColumn(column: Column): WriterColumn {
  const { name, kind } = column;
  switch (column.kind) {
    case "number":
      return { name, kind, integer: column.integer && all(column, Number.isSafeInteger) };
    case "timestamp":
      return {
        name,
        kind,
        precision: precisionOf(column),
      };
    case "string":
      return { name, kind, int64: column.int64 };
    case "list":
      return { name, kind, numeric: column.numeric };
    case "vector":
      return { name, kind, dimension: column.dimension };
    case "boolean":
      return { name, kind };
  }
}

function precisionOf(column: TimestampColumn): TimePrecision {
  if (all(column, (time) => time % MS_PER_DAY === 0)) return "days";
  if (all(column, (time) => time % 1000 === 0)) return "seconds";
  return all(column, Number.isInteger) ? "milliseconds" : "microseconds";
}

function all(
  column: Column & { readonly kind: "number" | "timestamp" },
  test: (value: number) => boolean,
): boolean {
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row) && !test(column.values[row]!)) return false;
  }
  return true;
}

/** Reads Parquet in pure JavaScript where the native engine cannot be loaded: slower, same tables. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { DataError } from "../../core/errors.js";
import { checkAborted } from "../../core/progress.js";
import { type Column, stringColumn } from "../column.js";
import { columnFromValues } from "../from-values.js";
import { Table } from "../table.js";
import { nodeCodecs } from "./parquet/codecs.js";
import type { ReadOptions } from "./read-relation.js";
import type { TableFile } from "./sources.js";
import type { SourceTable } from "./table-source.js";
import { unreadable } from "./unreadable.js";

/**
 * Reads a Parquet file with hyparquet.
 *
 * @param file - the file.
 * @param exclude - columns that are not read.
 * @param options - cancellation.
 * @returns the table; structs come as JSON text, columns of bytes are left out with a note.
 * @throws {@link DataError} DAT205 if it cannot be read, DAT208 if it is no whole Parquet file or packed in a way that
 * needs the native engine.
 */
export async function readParquetWithoutEngine(
  file: TableFile,
  exclude: readonly string[],
  { signal }: ReadOptions = {},
): Promise<SourceTable> {
  const { parquetMetadata, parquetRead, parquetSchema } = await import("hyparquet");
  let bytes: Buffer;
  try {
    bytes = await readFile(file.path);
  } catch (cause) {
    throw unreadable(file.path, cause);
  }
  checkAborted(signal, `reading \`${file.table}\``);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const notes: string[] = [];
  try {
    const metadata = parquetMetadata(buffer as ArrayBuffer);
    const columnNames = parquetSchema(metadata).children.map((child) => child.element.name);
    const names = columnNames.filter((name) => !exclude.includes(name));
    const values = new Map<string, unknown[]>(names.map((name) => [name, []]));
    let start = 0;
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      // One column of one group at a time: of several, failures after the first would be nobody's and end the process.
      for (const name of names) {
        await parquetRead({
          file: buffer as ArrayBuffer,
          metadata,
          columns: [name],
          rowStart: start,
          rowEnd: end,
          utf8: false,
          compressors: nodeCodecs(),
          onChunk: ({ columnName, columnData, rowStart }) => {
            const all = values.get(columnName)!;
            for (let i = 0; i < columnData.length; i++) all[rowStart + i] = columnData[i];
          },
        });
        checkAborted(signal, `reading \`${file.table}\``);
      }
      start = end;
    }
    const columns: Column[] = [];
    for (const name of names) {
      const column = toColumn(file.table, name, values.get(name)!);
      if (column) columns.push(column);
      else notes.push(`\`${file.table}.${name}\` is left out: BLOB cannot be read`);
    }
    return { table: new Table(file.table, columns), notes, columnNames };
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const name = basename(file.path);
    throw new DataError("DAT208", `\`${name}\` cannot be read without DuckDB: ${String(cause)}`, {
      at: { file: name, table: file.table },
      hint: "install @duckdb/node-api for this platform, or write the file again with snappy or gzip",
      cause,
    });
  }
}

function toColumn(table: string, name: string, values: readonly unknown[]): Column | null {
  const first = values.find((value) => value !== null && value !== undefined);
  if (first instanceof Uint8Array) return null;
  if (first === undefined || typeof first === "string") {
    return stringColumn(
      name,
      values.map((value) => (value === undefined ? null : (value as string | null))),
    );
  }
  if (typeof first === "object" && !(first instanceof Date) && !Array.isArray(first)) {
    return stringColumn(name, values.map(jsonText));
  }
  return columnFromValues(table, name, values);
}

function jsonText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? Number(item) : item,
  );
}

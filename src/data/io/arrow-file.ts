/** Reads Arrow IPC files and streams: a table each. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Table as ArrowTable } from "apache-arrow";
import { DataError, RelError } from "../../core/errors.js";
import { checkAborted } from "../../core/progress.js";
import { columnFromArrow } from "../arrow.js";
import { type Column, isValid } from "../column.js";
import { Table } from "../table.js";
import { checkArrowBytes } from "./arrow-messages.js";
import type { ReadOptions } from "./read-relation.js";
import type { TableFile } from "./sources.js";
import type { SourceTable } from "./table-source.js";
import { unreadable } from "./unreadable.js";

/**
 * Reads an Arrow file, in the file or the stream format, without compression of its buffers.
 *
 * @param file - the file.
 * @param exclude - columns that are not read.
 * @param options - cancellation.
 * @returns the table; columns of types without a meaning here are left out with a note.
 * @throws {@link DataError} DAT201 or DAT205 if it cannot be read, DAT222 if it is no whole Arrow file or compressed.
 */
export async function readArrowFile(
  file: TableFile,
  exclude: readonly string[],
  { signal }: ReadOptions = {},
): Promise<SourceTable> {
  const { tableFromIPC } = await import("apache-arrow");
  const bytes = await readFile(file.path).catch((cause: unknown) => {
    throw unreadable(file.path, cause);
  });
  checkAborted(signal, `reading \`${file.table}\``);
  const notes: string[] = [];
  try {
    checkArrowBytes(bytes);
    const arrow: ArrowTable = tableFromIPC(bytes);
    const columnNames = arrow.schema.fields.map((field) => field.name);
    const columns: Column[] = [];
    for (const [place, name] of columnNames.entries()) {
      if (exclude.includes(name)) continue;
      try {
        const column = columnFromArrow(file.table, arrow, place);
        checkCells(column, arrow.numRows);
        columns.push(column);
      } catch (error) {
        if (!(error instanceof RelError) || error.code !== "DAT107") throw error;
        const { type } = arrow.schema.fields[place]!;
        notes.push(`\`${file.table}.${name}\` is left out: ${String(type)} cannot be read`);
      }
    }
    return { table: new Table(file.table, columns), notes, columnNames };
  } catch (cause) {
    if (cause instanceof RelError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const name = basename(file.path);
    throw new DataError("DAT222", `\`${name}\` is no whole Arrow file: ${why}`, {
      at: { file: name, table: file.table },
      hint: /compress|codec/i.test(why)
        ? "write it without compression, or as Parquet"
        : "the file may be cut off or still being written: write it again",
      cause,
    });
  }
}

/** Buffers say for themselves how long they are, so what they hold is looked at once. */
function checkCells(column: Column, rows: number): void {
  if (column.length !== rows)
    throw new Error(`\`${column.name}\` has not as many rows as the others`);
  if (column.kind === "string") {
    for (let row = 0; row < rows; row++) {
      if (isValid(column, row)) checkCode(column.codes[row], column);
    }
  } else if (column.kind === "list") {
    for (let row = 0; row < rows; row++) {
      if (!(column.offsets[row]! <= column.offsets[row + 1]!)) throw damaged(column);
    }
    for (let i = 0; i < column.offsets[rows]!; i++) checkCode(column.codes[i], column);
  } else if (column.values.length !== rows * (column.kind === "vector" ? column.dimension : 1)) {
    throw damaged(column);
  }
}

function checkCode(
  code: number | undefined,
  column: { readonly name: string; readonly dictionary: readonly string[] },
): void {
  if (code === undefined || column.dictionary[code] === undefined) throw damaged(column);
}

function damaged({ name }: { readonly name: string }): Error {
  return new Error(`\`${name}\` ends before its last value`);
}

/** Result tables as text on stdout: CSV, and records for JSON documents. */
import { type CellValue, type Column, cellText, cellValue, isValid } from "../data/column.js";
import { isoTime } from "../data/io/text-sink.js";
import { describeColumn } from "../data/io/writer.js";
import type { Table } from "../data/table.js";

/** Prints the cell of a row; `null` where it is missing. */
type Printer = (row: number) => string | null;

/** Characters handed out at once. */
const CHUNK = 1 << 16;

/**
 * Prints a table as CSV, with the same text as a `.csv` file.
 *
 * @param table - the table.
 * @returns chunks of whole lines, the header first.
 */
export function* csvChunks(table: Table): Generator<string, void, void> {
  const printers = table.columns.map(cellPrinter);
  let text = `${table.columns.map((column) => quoteCsv(column.name)).join(",")}\n`;
  for (let row = 0; row < table.numRows; row++) {
    for (let c = 0; c < printers.length; c++) {
      const cell = printers[c]!(row);
      text += `${c === 0 ? "" : ","}${cell === null ? "" : quoteCsv(cell)}`;
    }
    text += "\n";
    if (text.length < CHUNK) continue;
    yield text;
    text = "";
  }
  yield text;
}

/**
 * Lists a table's rows for a JSON document: times as ISO 8601 UTC, missing cells as null.
 *
 * @param table - the table.
 */
export function jsonRecords(table: Table): Record<string, unknown>[] {
  const readers = table.columns.map((column) => {
    const print = cellPrinter(column);
    return column.kind === "timestamp" ? print : (row: number) => plain(cellValue(column, row));
  });
  return Array.from({ length: table.numRows }, (_, row) =>
    Object.fromEntries(table.columns.map((column, c) => [column.name, readers[c]!(row)])),
  );
}

function cellPrinter(column: Column): Printer {
  if (column.kind !== "timestamp") return (row) => cellText(column, row);
  const { precision } = describeColumn(column);
  return (row) => (isValid(column, row) ? isoTime(column.values[row]!, precision) : null);
}

function plain(value: CellValue): unknown {
  return value instanceof Float32Array ? [...value] : value;
}

function quoteCsv(text: string): string {
  if (text === "") return '""';
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes CSV, JSON and NDJSON. */
import { type FileHandle, open } from "node:fs/promises";
import { type Column, isValid } from "../column.js";
import type { FormatSink, TimePrecision, WriterColumn } from "./format-sink.js";
import { notWritable, type OutputFile } from "./output-file.js";

/** Text formats. */
export type TextFormat = "csv" | "json" | "ndjson";

/** Characters that are put together before they go to the disk. */
const BUFFER = 1 << 20;

/** Prints the cell of a row; `null` where it is missing. */
type CellPrinter = (row: number) => string | null;

/**
 * Opens a text file for tables.
 *
 * @param file - where it is written.
 * @param columns - its columns.
 * @param format - `csv` with a header and LF line ends, `json` as a list of records, `ndjson` one record a line.
 * @throws {@link DataError} DAT301 if it cannot be written.
 */
export async function createTextSink(
  file: OutputFile,
  columns: readonly WriterColumn[],
  format: TextFormat,
): Promise<FormatSink> {
  const handle = await opened(file);
  let text = format === "csv" ? `${columns.map(({ name }) => quoteCsv(name)).join(",")}\n` : "";
  let first = true;
  const flush = async (): Promise<void> => {
    try {
      await handle.appendFile(text);
    } catch (cause) {
      throw notWritable(file.path, cause);
    }
    text = "";
  };
  const names = columns.map(({ name }) => JSON.stringify(name));
  return {
    async append(batch) {
      const printers = batch.map((column, c) =>
        format === "csv" ? csvPrinter(column, columns[c]!) : jsonPrinter(column, columns[c]!),
      );
      const rows = batch[0]?.length ?? 0;
      for (let row = 0; row < rows; row++) {
        if (format === "csv") text += csvLine(printers, row);
        else {
          const record = jsonRecord(names, printers, row);
          text += format === "ndjson" ? `${record}\n` : `${first ? "[\n" : ",\n"}${record}`;
        }
        first = false;
        if (text.length > BUFFER) await flush();
      }
    },
    async close() {
      if (format === "json") text += first ? "[]\n" : "\n]\n";
      await flush();
      await handle.close();
    },
    abort: () => handle.close(),
  };
}

async function opened(file: OutputFile): Promise<FileHandle> {
  try {
    return await open(file.partial, "w");
  } catch (cause) {
    throw notWritable(file.path, cause);
  }
}

function csvLine(printers: readonly CellPrinter[], row: number): string {
  let line = "";
  for (let c = 0; c < printers.length; c++)
    line += `${c === 0 ? "" : ","}${printers[c]!(row) ?? ""}`;
  return `${line}\n`;
}

function jsonRecord(
  names: readonly string[],
  printers: readonly CellPrinter[],
  row: number,
): string {
  let record = "{";
  for (let c = 0; c < printers.length; c++) {
    record += `${c === 0 ? "" : ","}${names[c]}:${printers[c]!(row) ?? "null"}`;
  }
  return `${record}}`;
}

function quoteCsv(text: string): string {
  if (text === "") return '""';
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvPrinter(column: Column, { precision }: WriterColumn): CellPrinter {
  switch (column.kind) {
    case "string": {
      const quoted = cached(column.dictionary, quoteCsv);
      return (row) => (isValid(column, row) ? quoted(column.codes[row]!) : null);
    }
    case "timestamp":
      return (row) => (isValid(column, row) ? isoTime(column.values[row]!, precision) : null);
    case "list":
    case "vector": {
      const json = jsonPrinter(column, column);
      return (row) => {
        const text = json(row);
        return text === null ? null : quoteCsv(text);
      };
    }
    case "number":
    case "boolean":
      return jsonPrinter(column, column);
  }
}

function jsonPrinter(column: Column, { precision }: WriterColumn): CellPrinter {
  switch (column.kind) {
    case "number":
      return (row) => {
        const value = column.values[row]!;
        return isValid(column, row) && Number.isFinite(value) ? String(value) : null;
      };
    case "boolean":
      return (row) => (isValid(column, row) ? (column.values[row] === 1 ? "true" : "false") : null);
    case "timestamp":
      return (row) => {
        const text = isValid(column, row) ? isoTime(column.values[row]!, precision) : null;
        return text === null ? null : `"${text}"`;
      };
    case "string": {
      const json = cached(column.dictionary, column.int64 ? (digits) => digits : JSON.stringify);
      return (row) => (isValid(column, row) ? json(column.codes[row]!) : null);
    }
    case "list": {
      const json = cached(column.dictionary, column.numeric ? (digits) => digits : JSON.stringify);
      return (row) => {
        if (!isValid(column, row)) return null;
        const items: string[] = [];
        for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) {
          items.push(json(column.codes[i]!));
        }
        return `[${items.join(", ")}]`;
      };
    }
    case "vector":
      return (row) => {
        if (!isValid(column, row)) return null;
        const from = row * column.dimension;
        const items = column.values.subarray(from, from + column.dimension);
        return `[${Array.from(items, (x) => (Number.isFinite(x) ? String(x) : "null")).join(", ")}]`;
      };
  }
}

/** Prints dictionary entries once each. */
function cached(
  dictionary: readonly string[],
  print: (entry: string) => string,
): (code: number) => string {
  const printed: (string | undefined)[] = new Array(dictionary.length);
  return (code) => (printed[code] ??= print(dictionary[code]!));
}

/**
 * Prints a time as ISO 8601 UTC.
 *
 * @param time - milliseconds; infinite times print as nothing.
 * @param precision - how far; down to what the time holds where left out.
 */
export function isoTime(time: number, precision?: TimePrecision): string | null {
  if (!Number.isFinite(time)) return null;
  const whole = Math.floor(time);
  const iso = new Date(whole).toISOString();
  switch (precision ?? ownPrecision(time)) {
    case "days":
      return iso.slice(0, -14);
    case "seconds":
      return `${iso.slice(0, -5)}Z`;
    case "milliseconds":
      return iso;
    case "microseconds": {
      const micros = Math.min(999, Math.round((time - whole) * 1000));
      return `${iso.slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
    }
  }
}

function ownPrecision(time: number): TimePrecision {
  if (time % 1000 === 0) return "seconds";
  return Number.isInteger(time) ? "milliseconds" : "microseconds";
}

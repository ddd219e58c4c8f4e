/** A byte-level scan of delimited text: its header, and where it first breaks the rules of RFC 4180. */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

const QUOTE = 34;
const CR = 13;
const LF = 10;

/** What is wrong with a row; `row` is 1-based without the header, `line` counts physical lines with it. */
export interface CsvFault {
  readonly row: number;
  readonly line: number;
  readonly problem: string;
}

/** The result of scanning a file. */
export interface CsvScan {
  /** Rows without the header and without blank lines. */
  readonly rows: number;
  /** The first fault, or `null` where all rows are well formed. */
  readonly fault: CsvFault | null;
}

/** Opens a text file, unpacking `.gz`. */
export function openText(path: string): Readable {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!path.toLowerCase().endsWith(".gz")) return file;
  const gunzip = createGunzip();
  file.on("error", (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

/**
 * Reads the first record of a delimited file.
 *
 * @param path - the file.
 * @returns the bytes of the first record as text, quotes kept; `null` where the file holds nothing but blank lines.
 */
export async function readFirstRecord(path: string): Promise<string | null> {
  const stream = openText(path);
  const parts: Buffer[] = [];
  let quoted = false;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      for (let i = 0; i < piece.length; i++) {
        const byte = piece[i]!;
        if (byte === QUOTE) quoted = !quoted;
        else if (byte === LF && !quoted) {
          parts.push(piece.subarray(0, i));
          const text = firstText(parts);
          if (text.trim() !== "") return text;
          parts.length = 0;
          return firstRecordOf(await readRest(stream, piece.subarray(i + 1)));
        }
      }
      parts.push(piece);
    }
  } finally {
    stream.destroy();
  }
  const text = firstText(parts);
  return text.trim() === "" ? null : text;
}

async function readRest(stream: Readable, start: Buffer): Promise<string> {
  const parts = [start];
  let size = start.length;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    parts.push(piece);
    size += piece.length;
    if (size > 1 << 20) break;
  }
  return Buffer.concat(parts).toString("utf8");
}

function firstRecordOf(text: string): string | null {
  return text.split(/\r?\n/).find((line) => line.trim() !== "") ?? null;
}

function firstText(parts: readonly Buffer[]): string {
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .replace(/\r$/, "");
}

/**
 * Splits one record into its fields.
 *
 * @param record - the record without its line end.
 * @param delimiter - one character.
 * @returns the fields, unquoted.
 */
export function splitRecord(record: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < record.length; i++) {
    const char = record[i]!;
    if (quoted) {
      if (char !== '"') field += char;
      else if (record[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (char === '"' && field.trim() === "") {
      quoted = true;
      field = "";
    } else if (char === delimiter) {
      fields.push(field);
      field = "";
    } else field += char;
  }
  fields.push(field);
  return fields;
}

/**
 * Chooses the delimiter of a header: the candidate that occurs most often outside quotes; a comma where none does.
 *
 * @param header - the first record.
 */
export function findDelimiter(header: string): string {
  let best = ",";
  let most = 1;
  for (const candidate of [",", ";", "\t", "|"]) {
    const fields = splitRecord(header, candidate).length;
    if (fields > most) {
      best = candidate;
      most = fields;
    }
  }
  return best;
}

/**
 * Scans a whole file for the first row that is not well formed.
 *
 * @param path - the file.
 * @param delimiter - one character.
 * @param width - fields that every row must have.
 */
export async function scanCsv(path: string, delimiter: string, width: number): Promise<CsvScan> {
  const scanner = createScanner(delimiter.charCodeAt(0), width);
  const stream = openText(path);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      scanner.push(piece);
      if (scanner.fault() !== null) break;
    }
  } finally {
    stream.destroy();
  }
  scanner.end();
  return { rows: Math.max(0, scanner.records() - 1), fault: scanner.fault() };
}

/** Where the scanner stands in a field. */
type State = "start" | "plain" | "quoted" | "quoteInQuoted";

function createScanner(delimiter: number, width: number) {
  let state: State = "start";
  let fields = 1;
  let bytes = 0;
  let records = 0;
  let line = 1;
  let recordLine = 1;
  let quoteLine = 1;
  let fault: CsvFault | null = null;

  const fail = (problem: string, at: number): void => {
    fault ??= { row: records, line: at, problem };
  };
  const endRecord = (): void => {
    const blank = bytes === 0 && width > 1;
    if (!blank) {
      if (fields !== width && !(fields === 1 && bytes === 0)) {
        fail(`expected ${width} fields, found ${fields}`, recordLine);
      }
      records++;
    }
    fields = 1;
    bytes = 0;
    state = "start";
  };
  const step = (byte: number): void => {
    if (byte === LF) line++;
    if (state === "quoted") {
      if (byte === QUOTE) state = "quoteInQuoted";
      bytes++;
      return;
    }
    if (byte === QUOTE && state !== "plain") {
      if (state === "start") quoteLine = line;
      state = "quoted";
      bytes++;
      return;
    }
    if (byte === delimiter) {
      fields++;
      bytes++;
      state = "start";
    } else if (byte === LF) {
      endRecord();
      recordLine = line;
    } else if (byte !== CR) {
      if (state === "quoteInQuoted") fail("found text after a closing quote", line);
      if (bytes > 0 || byte !== 0xef) state = "plain";
      bytes++;
    }
  };
  return {
    push(piece: Uint8Array): void {
      for (let i = 0; i < piece.length && fault === null; i++) step(piece[i]!);
    },
    end(): void {
      if (fault !== null) return;
      if (state === "quoted") fail("the quote that opens here is never closed", quoteLine);
      else if (bytes > 0 || fields > 1) endRecord();
    },
    records: () => records,
    fault: () => fault,
  };
}

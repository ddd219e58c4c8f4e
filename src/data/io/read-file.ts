/** Reads one table file of any format through the engine, and turns its errors into ours. */
import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { DataError, RelError } from "../../core/errors.js";
import { lineColumn } from "../../core/span.js";
import { parseTime } from "../../core/time.js";
import { castToStype } from "../cast.js";
import { Table } from "../table.js";
import { readArrowFile } from "./arrow-file.js";
import { readCsv } from "./csv.js";
import { type Engine, engineMessage, sqlText, sqlTexts } from "./duckdb.js";
import { checkJsonDepth } from "./json-depth.js";
import { findJsonFault } from "./json-position.js";
import {
  describeRelation,
  type ReadOptions,
  type Relation,
  readRelation,
} from "./read-relation.js";
import type { TableFile } from "./sources.js";
import type { SourceTable } from "./table-source.js";
import { unreadable } from "./unreadable.js";

/**
 * Reads a table file.
 *
 * @param engine - the engine.
 * @param file - the file.
 * @param exclude - columns that are not read.
 * @param options - rows that are enough, null texts, progress, cancellation.
 * @throws {@link DataError} DAT205 to DAT213, naming the file and what is wrong.
 */
export async function readTableFile(
  engine: Engine,
  file: TableFile,
  exclude: readonly string[],
  options: ReadOptions,
): Promise<SourceTable> {
  for (const path of file.parts ?? [file.path]) await checkReadable(path);
  // Text is read as a whole: its rows are checked by their number.
  const whole = { ...options, range: null, limit: null };
  try {
    switch (file.format) {
      case "csv":
      case "tsv": {
        const delimiter = file.format === "tsv" ? "\t" : null;
        return readTimes(await readCsv(engine, { ...file, delimiter, exclude }, whole));
      }
      case "parquet":
        return await readParquet(engine, file, exclude, options);
      case "arrow":
        return await readArrowFile(file, exclude, options);
      case "json":
      case "ndjson":
        return readTimes(await readJson(engine, file, exclude, whole));
    }
  } catch (error) {
    throw error instanceof RelError ? error : await translateFault(file, error);
  }
}

/** Texts that are all ISO 8601 times are times, also where the engine saw several ways to write them. */
function readTimes(read: SourceTable): SourceTable {
  const columns = read.table.columns.map((column) => {
    if (column.kind !== "string" || column.dictionary.length === 0) return column;
    const times = column.dictionary.every((text) => parseTime(text) !== null);
    return times ? castToStype(read.table.name, column, "timestamp") : column;
  });
  return { ...read, table: new Table(read.table.name, columns) };
}

/** Makes sure that a file is there and can be read. */
export async function checkReadable(path: string): Promise<void> {
  try {
    await (await open(path)).close();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function readParquet(
  engine: Engine,
  file: TableFile,
  exclude: readonly string[],
  options: ReadOptions,
): Promise<SourceTable> {
  const relation = await parquetRelation(engine, file);
  const columns = relation.columns.filter(({ name }) => !exclude.includes(name));
  const read = await readRelation(
    engine,
    { ...relation, columns },
    { ...options, nullValues: undefined },
  );
  return { ...read, columnNames: relation.columns.map(({ name }) => name) };
}

/** Describes a Parquet file as a relation; the count of its rows is known. */
export async function parquetRelation(engine: Engine, file: TableFile): Promise<Relation> {
  const path = file.parts ? sqlTexts(file.parts.map(globless)) : sqlText(globless(file.path));
  const sql = file.parts
    ? `read_parquet(${path}, hive_partitioning = true, union_by_name = true)`
    : `read_parquet(${path}, hive_partitioning = false)`;
  const columns = await describeRelation(engine, sql);
  const [counts] = await engine.rows(
    `SELECT CAST(sum(num_rows) AS DOUBLE) AS rows FROM parquet_file_metadata(${path})`,
  );
  const rows = Number(counts?.["rows"] ?? 0);
  return { sql, table: file.table, columns, rows, ...(!file.parts && { parquet: file.path }) };
}

async function readJson(
  engine: Engine,
  file: TableFile,
  exclude: readonly string[],
  options: ReadOptions,
): Promise<SourceTable> {
  await checkJsonDepth(file.path);
  const format = file.format === "ndjson" ? "newline_delimited" : "auto";
  const read = (sample: number): string =>
    `read_json(${sqlText(globless(file.path))}, format = '${format}', sample_size = ${sample},
      maximum_object_size = 67108864, maximum_depth = 4, map_inference_threshold = -1)`;
  const attempt = async (sample: number): Promise<SourceTable> => {
    const sql = read(sample);
    const columns = await describeRelation(engine, sql);
    if (columns.length === 1 && columns[0]!.name === "json") {
      const records = await holdsRecords(engine, sql);
      if (records === null) return { table: new Table(file.table, []), notes: [], columnNames: [] };
      if (!records) throw noRecords(file);
    }
    const kept = columns.filter(({ name }) => !exclude.includes(name));
    const relation = { sql, table: file.table, columns: kept, rows: null };
    const table = await readRelation(engine, relation, options);
    return { ...table, columnNames: columns.map(({ name }) => name) };
  };
  try {
    return await attempt(20_480);
  } catch (error) {
    if (error instanceof RelError || /malformed json/i.test(String(error))) throw error;
    return attempt(-1);
  }
}

/** The engine calls a file of scalars, or of nothing, a table with the one column `json`; `null` where it has no row. */
async function holdsRecords(engine: Engine, sql: string): Promise<boolean | null> {
  const [row] = await engine.rows(
    `SELECT bool_and(json_type(CAST(json AS JSON)) = 'OBJECT') AS records FROM ${sql}`,
  );
  return (row?.["records"] ?? null) as boolean | null;
}

function noRecords(file: TableFile): DataError {
  return new DataError("DAT209", `\`${basename(file.path)}\` holds no records`, {
    at: { file: basename(file.path), table: file.table },
    hint: 'write a list of objects, such as [{ "id": 1 }], or one object a line',
  });
}

/** The engine reads `*`, `?` and `[` in paths as patterns. */
function globless(path: string): string {
  return path.replace(/[*?[]/g, (char) => `[${char}]`);
}

/** Turns an error of the engine about a file into ours. */
export async function translateFault(file: TableFile, cause: unknown): Promise<DataError> {
  const name = basename(file.path);
  const at = { file: name, table: file.table };
  const message = engineMessage(cause);
  if (file.format === "parquet") {
    return new DataError("DAT208", `\`${name}\` is no whole Parquet file: ${message}`, {
      at,
      hint: "the file may be cut off or still being written: write it again",
      cause,
    });
  }
  if (/Malformed JSON/i.test(String(cause))) return malformedJson(file, message, cause);
  return new DataError("DAT213", `\`${name}\` cannot be read: ${message}`, {
    at,
    hint: "open the file with another program to see whether it is whole",
    cause,
  });
}

/** Looks for the fault itself, since the engine counts bytes of its own buffer. */
async function malformedJson(file: TableFile, message: string, cause: unknown): Promise<DataError> {
  const name = basename(file.path);
  const { row, where } =
    file.format === "ndjson" ? await faultyLine(file.path) : await faultyPlace(file.path);
  return new DataError("DAT209", `\`${name}\` is no JSON: ${where ?? message}`, {
    at: { file: name, table: file.table, ...(row !== null && { row }) },
    hint: "JSON takes no comments and no comma after the last item",
    cause,
  });
}

interface Fault {
  readonly row: number | null;
  readonly where: string | null;
}

async function faultyLine(path: string): Promise<Fault> {
  let line = 0;
  let row = 0;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    line++;
    if (text.trim() === "") continue;
    row++;
    const fault = findJsonFault(text);
    if (!fault) continue;
    const column = fault.offset + 1;
    return { row, where: `line ${line}, column ${column}: expected ${fault.expected}` };
  }
  return { row: null, where: null };
}

const LARGE = 64 << 20;

async function faultyPlace(path: string): Promise<Fault> {
  if ((await stat(path)).size > LARGE) return { row: null, where: null };
  const text = await readFile(path, "utf8");
  const fault = findJsonFault(text);
  if (!fault) return { row: null, where: null };
  const { line, column } = lineColumn(text, fault.offset);
  return { row: null, where: `line ${line}, column ${column}: expected ${fault.expected}` };
}

/** Reads CSV and TSV: our own reading of the header and delimiter, the engine's of types and values. */
import { basename } from "node:path";
import { DataError } from "../../core/errors.js";
import { parseTime } from "../../core/time.js";
import type { Table } from "../table.js";
import { findDelimiter, readFirstRecord, scanCsv, splitRecord } from "./csv-scan.js";
import { type Engine, engineMessage, type JsonRow, sqlText, sqlTexts } from "./duckdb.js";
import {
  type ReadOptions,
  type ReadTable,
  type Relation,
  type RelationColumn,
  readRelation,
} from "./read-relation.js";

/** A delimited file to read as a table. */
export interface CsvSource {
  readonly path: string;
  readonly table: string;
  /** The delimiter, or `null` to find it from the header. */
  readonly delimiter: string | null;
  /** Columns that are not read. */
  readonly exclude: readonly string[];
}

/** How the rows of a file are written. */
interface Dialect {
  readonly path: string;
  readonly delimiter: string;
  readonly names: readonly string[];
  readonly nullValues: readonly string[];
  readonly strict: boolean;
}

/** Rows that the types are found from at first; a value that does not fit later makes it the whole file. */
const SAMPLE_ROWS = 20_480;
const TYPES = ["BOOLEAN", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR"];

/**
 * Reads a delimited text file: UTF-8, first row names, fields quoted by `"`.
 *
 * @param engine - the engine.
 * @param source - the file.
 * @param options - null texts (an empty field is always null), progress, cancellation.
 * @returns the table, remarks, and the names of its columns in the file.
 * @throws {@link DataError} DAT206 for a broken row, DAT207 for a missing or unusable header, DAT211 for bytes that
 * are not UTF-8.
 */
export async function readCsv(
  engine: Engine,
  source: CsvSource,
  options: ReadOptions = {},
): Promise<ReadTable & { readonly columnNames: readonly string[] }> {
  const notes: string[] = [];
  const dialect = await dialectOf(source, options.nullValues ?? [], notes);
  const read = await attempt(engine, dialect, source, options);
  checkNoData(basename(source.path), read.table);
  return {
    table: read.table,
    notes: [...notes, ...read.notes],
    columnNames: dialect.names,
  };
}

/** Reads the header. */
async function dialectOf(
  source: CsvSource,
  nullValues: readonly string[],
  notes: string[],
): Promise<Dialect> {
  const { path, table } = source;
  const header = await readFirstRecord(path);
  const delimiter = source.delimiter ?? findDelimiter(header ?? "");
  const names = headerNames(basename(path), table, header, delimiter, notes);
  return { path, delimiter, names, nullValues: ["", ...nullValues], strict: true };
}

/** Tries a sample's types first, then the whole file's; says what is wrong where neither works. */
async function attempt(
  engine: Engine,
  dialect: Dialect,
  source: CsvSource,
  options: ReadOptions,
): Promise<ReadTable> {
  try {
    return await readTyped(engine, dialect, source, options, SAMPLE_ROWS);
  } catch (error) {
    if (options.signal?.aborted || error instanceof DataError) throw error;
    const { table } = source;
    const scan = await scanCsv(source.path, dialect.delimiter, dialect.names.length);
    if (scan.fault) {
      const { row, line, problem } = scan.fault;
      throw new DataError("DAT206", `row ${row} (line ${line}) is broken: ${problem}`, {
        at: { file: basename(source.path), table, row },
        hint: "mend the row; quote fields that hold a delimiter, a quote or a line break",
        cause: error,
      });
    }
    if (/invalid unicode|not utf-8/i.test(String(error))) throw notUtf8(source, error);
    // The rows are well formed, so what remains are mixed line ends, or values beyond the sample.
    const relaxed = { ...dialect, strict: !/state machine|sniffing/.test(String(error)) };
    const read = await readTyped(engine, relaxed, source, options, -1);
    if (read.table.columns.length === 0 || read.table.numRows === scan.rows) return read;
    throw new DataError("DAT206", `found ${read.table.numRows} rows, expected ${scan.rows}`, {
      at: { file: basename(source.path), table },
      hint: "write the file with one kind of line end and RFC 4180 quotes",
    });
  }
}

async function readTyped(
  engine: Engine,
  dialect: Dialect,
  source: CsvSource,
  options: ReadOptions,
  sampleRows: number,
): Promise<ReadTable> {
  const { relation, notable } = await typedRelation(engine, dialect, source, sampleRows);
  const read = await readRelation(engine, relation, { ...options, nullValues: undefined });
  const dated = notable !== null && read.table.columns.some(({ kind }) => kind === "timestamp");
  const note = `\`${source.table}\`: dates are read as ${notable}; ISO 8601 (2024-02-29) is never ambiguous`;
  return dated ? { ...read, notes: [...read.notes, note] } : read;
}

/** Finds the types of a sample (−1 = all rows). */
async function typedRelation(
  engine: Engine,
  dialect: Dialect,
  source: CsvSource,
  sampleRows: number,
): Promise<{ readonly relation: Relation; readonly notable: string | null }> {
  const { names } = dialect;
  const [sniffed] = await engine.rows(
    `SELECT list_transform(Columns, lambda x: x.type) AS types, DateFormat, TimestampFormat
     FROM sniff_csv(${fileOptions(dialect)}, header = true,
     names = ${sqlTexts(names.map(sqlNameOf))}, auto_type_candidates = ${sqlTexts(TYPES)}, sample_size = ${sampleRows})`,
  );
  const formats = formatOptions(sniffed);
  const types = await exactIntegers(engine, dialect, sniffed?.["types"] as string[], sampleRows);
  const columns = names
    .map((name, i): RelationColumn => ({ sqlName: sqlNameOf(name, i), name, type: types[i]! }))
    .filter(({ name }) => !source.exclude.includes(name));
  const sql = readSql(dialect, types, formats.sql);
  return {
    relation: { sql, table: source.table, columns, rows: null },
    notable: formats.notable,
  };
}

/**
 * Describes a delimited file as a relation, its types found from its first rows.
 *
 * @param engine - the engine.
 * @param source - the file.
 * @param nullValues - texts that mean null, besides the empty field.
 * @throws {@link DataError} DAT207 for a missing or unusable header, DAT211 for bytes that are not UTF-8.
 */
export async function csvRelation(
  engine: Engine,
  source: CsvSource,
  nullValues: readonly string[] = [],
): Promise<Relation> {
  const dialect = await dialectOf(source, nullValues, []);
  return (await typedRelation(engine, dialect, source, SAMPLE_ROWS)).relation;
}

/** Columns go by number in SQL: the file's names may differ by case only. */
function sqlNameOf(_name: string, index: number): string {
  return `c${index}`;
}

function fileOptions({ path, delimiter, nullValues, strict }: Dialect): string {
  return `${sqlText(path)}, delim = ${sqlText(delimiter)}, quote = '"', escape = '"', skip = 0, comment = '',
    nullstr = ${sqlTexts(nullValues)}, strict_mode = ${strict}, max_line_size = 32000000`;
}

function readSql(dialect: Dialect, types: readonly string[], formats = ""): string {
  const columns = types.map((type, i) => `'c${i}': ${sqlText(type)}`).join(", ");
  return `read_csv(${fileOptions(dialect)}, auto_detect = false, header = true, columns = {${columns}}${formats})`;
}

/** The engine reads integers beyond 64 bits as doubles; they are identifiers and stay exact. */
async function exactIntegers(
  engine: Engine,
  dialect: Dialect,
  types: readonly string[],
  sampleRows: number,
): Promise<string[]> {
  const doubles = types.flatMap((type, i) => (type === "DOUBLE" ? [i] : []));
  if (doubles.length === 0) return [...types];
  const tests = doubles.map(
    (i) => `bool_and(regexp_full_match(c${i}, '[+-]?[0-9]{1,37}')) AS c${i}`,
  );
  const all = readSql(
    dialect,
    types.map(() => "VARCHAR"),
  );
  const limit = sampleRows > 0 ? ` LIMIT ${sampleRows}` : "";
  const [row] = await engine.rows(`SELECT ${tests.join(", ")} FROM (SELECT * FROM ${all}${limit})`);
  return types.map((type, i) => (row?.[`c${i}`] === true ? "HUGEINT" : type));
}

function formatOptions(sniffed: JsonRow | undefined): { sql: string; notable: string | null } {
  const date = sniffed?.["DateFormat"] as string | null | undefined;
  const time = sniffed?.["TimestampFormat"] as string | null | undefined;
  const sql = [
    date ? `, dateformat = ${sqlText(date)}` : "",
    time ? `, timestampformat = ${sqlText(time)}` : "",
  ].join("");
  const notable = [date, time].find((format) => format && !format.startsWith("%Y")) ?? null;
  return { sql, notable };
}

/** Reads and checks the names; a header must be there, since names cannot be guessed. */
function headerNames(
  file: string,
  table: string,
  header: string | null,
  delimiter: string,
  notes: string[],
): string[] {
  const at = { file, table };
  if (header === null) {
    throw new DataError("DAT207", `\`${file}\` is empty`, {
      at,
      hint: "write a first row with the column names",
    });
  }
  if (header.includes("\u0000") || header.includes("\uFFFD")) {
    throw new DataError("DAT211", `\`${file}\` is not UTF-8 text`, {
      at,
      hint: "save the file as UTF-8",
    });
  }
  const names = splitRecord(header, delimiter).map((name, i) => {
    const trimmed = name.trim();
    if (trimmed !== "") return trimmed;
    notes.push(`\`${table}\`: column ${i + 1} has no name and is called \`column${i + 1}\``);
    return `column${i + 1}`;
  });
  const value = names.find((name) => /^[-+]?\d+(?:\.\d+)?$/.test(name) || parseTime(name) !== null);
  if (value !== undefined) {
    throw new DataError("DAT207", `\`${file}\` has no header: its first row holds \`${value}\``, {
      at,
      hint: "write a first row with the column names",
    });
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new DataError("DAT207", `\`${file}\` names the column \`${twice}\` twice`, {
      at: { ...at, column: twice },
      hint: "rename one of them",
    });
  }
  return names;
}

/** A name such as `U1` over values such as `U2` is a value: the header is missing. */
function checkNoData(file: string, table: Table): void {
  const shape = (text: string): string => text.replace(/\d+/g, "9").replace(/\p{L}+/gu, "a");
  for (const column of table.columns) {
    if (column.kind !== "string" || !/\d/.test(column.name)) continue;
    const own = shape(column.name);
    const texts = column.dictionary.slice(0, 1000);
    if (texts.length === 0 || !texts.every((text) => shape(text) === own)) continue;
    const message = `\`${file}\` has no header: its first row holds \`${column.name}\`, like the rows below`;
    throw new DataError("DAT207", message, {
      at: { file, table: table.name },
      hint: "write a first row with the column names",
    });
  }
}

function notUtf8(source: CsvSource, cause: unknown): DataError {
  const line = /CSV Error on Line: (\d+)/.exec(String(cause))?.[1];
  const where = line === undefined ? "" : `: line ${line} holds other bytes`;
  return new DataError("DAT211", `\`${basename(source.path)}\` is not UTF-8 text${where}`, {
    at: {
      file: basename(source.path),
      table: source.table,
      ...(line !== undefined && { row: Math.max(1, Number(line) - 1) }),
    },
    hint: `save the file as UTF-8 (the engine says: ${engineMessage(cause)})`,
    cause,
  });
}

/** Opens a folder of table files or a DuckDB file as a database. */
import { stat } from "node:fs/promises";
import { DataError, RelError } from "../../core/errors.js";
import { checkAborted } from "../../core/progress.js";
import type { Database, OpenOptions } from "../database.js";
import { inferDatabase } from "../infer/infer.js";
import type { SchemaOverrides, TableOverrides } from "../schema-file.js";
import { checkSettings } from "../settings.js";
import type { Table } from "../table.js";
import { type Engine, openEngine } from "./duckdb.js";
import { attachDuckDb } from "./duckdb-file.js";
import { readParquetWithoutEngine } from "./parquet-fallback.js";
import { readTableFile } from "./read-file.js";
import { mergeSettings, readSchemaFile } from "./schema-json.js";
import { firstBytes, listFolder, TABLE_ENDINGS, unreadable } from "./sources.js";
import type { TableSource } from "./table-source.js";

/**
 * Opens a database; see {@link Database.open}.
 *
 * @param path - a folder of table files, or a `.duckdb` or `.db` file.
 * @param options - settings (laid over the folder's `schema.json`), progress, cancellation.
 * @throws {@link DataError} DAT2xx if something cannot be read; SchemaError SCH1xx if a setting does not fit.
 */
export async function openDatabase(path: string, options: OpenOptions = {}): Promise<Database> {
  if (/^postgres(?:ql)?:\/\//i.test(path)) throw laterSource("DAT292", path, "Postgres databases");
  let info: Awaited<ReturnType<typeof stat>>;
  try {
    info = await stat(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return info.isDirectory() ? openFolder(path, options) : openFile(path, options);
}

async function openFolder(path: string, options: OpenOptions): Promise<Database> {
  const folder = await listFolder(path);
  const settings = await settingsOf(options, folder.schemaFile);
  const engine = await engineOrNull(folder.files.every((file) => file.format === "parquet"));
  try {
    const sources = folder.files.map(
      (file): TableSource => ({
        table: file.table,
        read: (exclude, read) =>
          engine
            ? readTableFile(engine, file, exclude, read)
            : readParquetWithoutEngine(file, exclude, read),
      }),
    );
    return await readSources(sources, settings, folder.notes, options);
  } finally {
    engine?.close();
  }
}

/** Parquet can be read without the native engine; for anything else its absence is an error. */
async function engineOrNull(parquetOnly: boolean): Promise<Engine | null> {
  try {
    return await openEngine();
  } catch (error) {
    if (parquetOnly && error instanceof RelError && error.code === "DAT214") return null;
    throw error;
  }
}

async function openFile(path: string, options: OpenOptions): Promise<Database> {
  const head = await firstBytes(path, 16);
  if (head.toString("latin1").startsWith("SQLite format 3") || /\.sqlite3?$/i.test(path)) {
    throw laterSource("DAT291", path, "SQLite files");
  }
  if (!/\.(?:duckdb|db|ddb)$/i.test(path)) {
    throw new DataError("DAT204", `\`${path}\` is neither a folder nor a DuckDB file`, {
      at: { file: path },
      hint: `put table files (${TABLE_ENDINGS}) into a folder and open the folder`,
    });
  }
  const settings = await settingsOf(options, null);
  const engine = await openEngine();
  try {
    const sources = await attachDuckDb(engine, path);
    return await readSources(sources, settings, [], options);
  } finally {
    engine.close();
  }
}

function laterSource(code: string, path: string, what: string): DataError {
  const shown = path.replace(/\/\/[^@/]*@/, "//…@");
  return new DataError(code, `\`${shown}\`: ${what} cannot be read yet`, {
    hint: "export the tables to Parquet or CSV files in a folder, or to a DuckDB file",
  });
}

/** Lays the caller's settings over those of a file. */
export async function settingsOf(
  options: OpenOptions,
  inFolder: string | null,
): Promise<SchemaOverrides> {
  const file = options.schemaFile ?? inFolder;
  const base = file === null ? {} : await readSchemaFile(file);
  return options.schema ? mergeSettings(base, checkSettings(options.schema)) : base;
}

/** Reads all tables and settles the schema. */
export async function readSources(
  sources: readonly TableSource[],
  settings: SchemaOverrides,
  folderNotes: readonly string[],
  options: OpenOptions,
): Promise<Database> {
  const { signal, onProgress } = options;
  const notes = [...folderNotes];
  const tables: Table[] = [];
  const skippedTables: string[] = [];
  const skippedColumns: Record<string, readonly string[]> = {};
  for (const [i, source] of sources.entries()) {
    checkAborted(signal, "reading the data");
    const own: TableOverrides = tableSettings(settings, source.table);
    if (own.exclude === true) {
      skippedTables.push(source.table);
      continue;
    }
    const exclude = Array.isArray(own.exclude) ? (own.exclude as readonly string[]) : [];
    const { nullValues } = own;
    const read = await source.read(exclude, { signal, onProgress, nullValues });
    tables.push(read.table);
    notes.push(...read.notes);
    if (read.table.numRows === 0) notes.push(`\`${source.table}\` has no rows`);
    skippedColumns[source.table] = read.columnNames.filter((name) => exclude.includes(name));
    onProgress?.({
      stage: "load",
      message: `${source.table}: ${read.table.numRows.toLocaleString("en-US")} rows`,
      done: i + 1,
      total: sources.length,
    });
  }
  const skipped = { tables: skippedTables, columns: skippedColumns };
  return inferDatabase(tables, settings, { notes, skipped });
}

/** Returns the settings of one table. */
export function tableSettings(settings: SchemaOverrides, table: string): TableOverrides {
  const { tables = {} } = settings;
  return Object.hasOwn(tables, table) ? tables[table]! : {};
}

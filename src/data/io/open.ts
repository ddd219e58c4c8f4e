/** Opens a folder of table files, a database file, a PostgreSQL database or any other source as a database. */
import { stat } from "node:fs/promises";
import { DataError, RelError } from "../../core/errors.js";
import { Database, type OpenOptions } from "../database.js";
import type { SchemaOverrides } from "../schema-file.js";
import type { Source } from "../source.js";
import { sourceTables } from "./any-source.js";
import { type Engine, openEngine } from "./duckdb.js";
import { attachDuckDb } from "./duckdb-file.js";
import { readParquetWithoutEngine } from "./parquet-fallback.js";
import { isPostgresUrl, openPostgres } from "./postgres/open-postgres.js";
import { readTableFile } from "./read-file.js";
import { readSources, settingsOf } from "./read-sources.js";
import { firstBytes, listFolder, schemaFileOf, TABLE_ENDINGS } from "./sources.js";
import { isSqliteFile, openSqlite } from "./sqlite/sqlite-source.js";
import type { TableSource } from "./table-source.js";
import { unreadable } from "./unreadable.js";

/**
 * Opens a database; see {@link Database.open}.
 *
 * @param from - a folder of table files, a `.duckdb`, `.db` or SQLite file, a `postgres://` address, or a source.
 * @param options - settings (laid over the folder's `schema.json`), tables and rows that are wanted, progress, cancellation.
 * @throws {@link DataError} DAT2xx if something cannot be read; SchemaError SCH1xx if a setting does not fit.
 */
export async function openDatabase(
  from: string | Source,
  options: OpenOptions = {},
): Promise<Database> {
  if (typeof from !== "string") return openSource(from, options);
  if (isPostgresUrl(from)) {
    return openPostgres(from, (source, notes) => openSource(source, options, notes), options);
  }
  let info: Awaited<ReturnType<typeof stat>>;
  try {
    info = await stat(from);
  } catch (cause) {
    throw unreadable(from, cause);
  }
  return info.isDirectory() ? openFolder(from, options) : openFile(from, options);
}

async function openSource(
  source: Source,
  options: OpenOptions,
  notes: readonly string[] = [],
): Promise<Database> {
  try {
    const settings = await settingsOf(options, null);
    const tables = await sourceTables(source, options);
    const db = await readSources(tables, settings, [], options);
    return notes.length === 0 ? db : new Database(db.tables, db.schema, [...notes, ...db.notes]);
  } finally {
    await source.close?.();
  }
}

async function openFolder(path: string, options: OpenOptions): Promise<Database> {
  const settings = await settingsOf(options, await schemaFileOf(path));
  const folder = await listFolder(path, filePatterns(settings));
  const plain = folder.files.every(({ format, parts }) => format === "parquet" && !parts);
  const engine = await engineOrNull(plain);
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

/** Collects the patterns of tables whose files the settings choose. */
export function filePatterns(settings: SchemaOverrides): Record<string, readonly string[]> {
  const chosen = Object.entries(settings.tables ?? {}).flatMap(([table, { files, exclude }]) => {
    if (files === undefined || exclude === true) return [];
    return [[table, typeof files === "string" ? [files] : files] as const];
  });
  return Object.fromEntries(chosen);
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
  if (isSqliteFile(path, await firstBytes(path, 16))) {
    const notes: string[] = [];
    return openSource(await openSqlite(path, notes), options, notes);
  }
  if (!/\.(?:duckdb|db|ddb)$/i.test(path)) {
    throw new DataError("DAT204", `\`${path}\` is neither a folder nor a database file`, {
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

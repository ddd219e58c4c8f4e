/** Opens a folder or DuckDB file whose large tables stay where they are. */
import { stat } from "node:fs/promises";
import { DataError } from "../../core/errors.js";
import { suggestHint } from "../../core/suggest.js";
import { sliceColumn } from "../column.js";
import type { Database, OpenOptions } from "../database.js";
import type { EventScan } from "../event-scan.js";
import { Table } from "../table.js";
import { csvRelation } from "./csv.js";
import { type Engine, openEngine } from "./duckdb.js";
import { attachDuckDb } from "./duckdb-file.js";
import { filePatterns } from "./open.js";
import { createParquetDecoder } from "./parquet/decoder.js";
import { checkReadable, parquetRelation, readTableFile, translateFault } from "./read-file.js";
import { type Relation, readRelation } from "./read-relation.js";
import { readSources, settingsOf, tableSettings } from "./read-sources.js";
import { scanRelation } from "./scan.js";
import { orBroken } from "./scan-guard.js";
import { listFolder, schemaFileOf, type TableFile } from "./sources.js";
import type { TableSource } from "./table-source.js";
import { unreadable } from "./unreadable.js";

/** A database without the rows of some tables, and the scans that read them. */
export interface StreamedDatabase {
  /** The tables; those that are streamed have their columns but no rows. */
  readonly db: Database;
  readonly scans: readonly EventScan[];
  /** Ends the engine; the scans are used up. */
  close(): void;
}

/** Rows that the schema of a streamed table is settled from. */
const SAMPLE = 20_480;

/** Rows of a Parquet file from which on a thread of its own is worth its start. */
const MANY = 1_000_000;

/**
 * Opens a database as `Database.open` does, without loading some of its tables. Their keys, times and links are inferred from
 * their first rows where the settings do not say them.
 *
 * @param path - a folder of Parquet, CSV or TSV files, or a DuckDB file.
 * @param streamed - names of the tables that stay where they are.
 * @param options - settings, progress, cancellation.
 * @returns the database and a scan for each streamed table; the caller closes it.
 * @throws {@link DataError} DAT2xx as `Database.open`, DAT105 for a table that is not there, DAT218 for one in a format that
 * cannot be read in parts.
 */
export async function openStreamed(
  path: string,
  streamed: readonly string[],
  options: OpenOptions = {},
): Promise<StreamedDatabase> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    (cause: unknown) => {
      throw unreadable(path, cause);
    },
  );
  const engine = await openEngine();
  const decoder = createParquetDecoder();
  const close = (): void => {
    decoder.close();
    engine.close();
  };
  try {
    const settings = await settingsOf(options, isFolder ? await schemaFileOf(path) : null);
    const folder = isFolder ? await listFolder(path, filePatterns(settings)) : null;
    const sources = folder
      ? folder.files.map((file) => fileSource(engine, file))
      : await attachDuckDb(engine, path);
    const relations = new Map<string, Relation>();
    for (const name of streamed) {
      const nullValues = tableSettings(settings, name).nullValues ?? [];
      relations.set(name, await relationOf(sources, name, nullValues));
    }
    for (const { parquet, rows } of relations.values()) {
      if (parquet !== undefined && rows !== null && rows >= MANY) decoder.start();
    }
    const sampled = sources.map((source) => sampleSource(engine, source, relations));
    const db = await readSources(sampled, settings, folder?.notes ?? [], options);
    return {
      db: streamed.reduce((held, name) => held.withRows(emptyTable(held, name)), db),
      scans: streamed.map((name) =>
        scanRelation(
          engine,
          relations.get(name)!,
          db.tableSchema(name),
          digitsOf(db, name),
          decoder,
        ),
      ),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function fileSource(engine: Engine, file: TableFile): TableSource {
  const describe = async (nullValues: readonly string[]): Promise<Relation> => {
    for (const part of file.parts ?? [file.path]) await checkReadable(part);
    try {
      if (file.format === "parquet") return await parquetRelation(engine, file);
      const delimiter = file.format === "tsv" ? "\t" : null;
      return await csvRelation(engine, { ...file, delimiter, exclude: [] }, nullValues);
    } catch (error) {
      throw error instanceof DataError ? error : await translateFault(file, error);
    }
  };
  const inParts = file.format === "parquet" || file.format === "csv" || file.format === "tsv";
  return {
    table: file.table,
    read: (exclude, read) => readTableFile(engine, file, exclude, read),
    ...(inParts && { relation: describe }),
  };
}

async function relationOf(
  sources: readonly TableSource[],
  name: string,
  nullValues: readonly string[],
): Promise<Relation> {
  const source = sources.find(({ table }) => table === name);
  if (!source) {
    const names = sources.map(({ table }) => table);
    throw new DataError("DAT105", `there is no table \`${name}\``, {
      hint: suggestHint(name, names, "tables"),
    });
  }
  const { relation } = source;
  if (relation) return orBroken(name, () => relation(nullValues));
  throw new DataError("DAT218", `\`${name}\` is in a format that cannot be read in parts`, {
    at: { table: name },
    hint: "write it as Parquet or CSV",
  });
}

/** Reads the first rows of a streamed table, and all of another. */
function sampleSource(
  engine: Engine,
  source: TableSource,
  relations: ReadonlyMap<string, Relation>,
): TableSource {
  const relation = relations.get(source.table);
  if (!relation) return source;
  const sql = `(SELECT * FROM ${relation.sql} LIMIT ${SAMPLE})`;
  return {
    table: source.table,
    read: async (exclude, options) => {
      const columns = relation.columns.filter(({ name }) => !exclude.includes(name));
      const part = { sql, table: relation.table, columns, rows: null };
      const read = await orBroken(relation.table, () => readRelation(engine, part, options));
      return { ...read, columnNames: relation.columns.map(({ name }) => name) };
    },
  };
}

function emptyTable(db: Database, name: string): Table {
  const { columns } = db.table(name);
  return new Table(
    name,
    columns.map((column) => sliceColumn(column, 0, 0)),
  );
}

function digitsOf(db: Database, name: string): ReadonlySet<string> {
  const { columns } = db.table(name);
  return new Set(
    columns.filter((column) => column.kind === "string" && column.int64).map((c) => c.name),
  );
}

/** A SQLite file as a source. */
import { DataError, RelError } from "../../../core/errors.js";
import { checkAborted, type WorkOptions } from "../../../core/progress.js";
import type { Column } from "../../column.js";
import type { Source, SourceRequest } from "../../source.js";
import { Table } from "../../table.js";
import { readSqliteCatalog, type SqliteRow, type SqliteTable, sqliteName } from "./catalog.js";
import { affinityOf, createCellSink } from "./cell-sink.js";
import { takeSnapshot } from "./snapshot.js";

/** The part of the driver that is used. */
interface Driver {
  prepare(sql: string): {
    iterate(): IterableIterator<unknown>;
    finalize(): void;
  };
}

/** Rows between two looks at the caller's signal and two progress events. */
const PULSE = 262_144;

/** Tells a SQLite file by its first bytes, or by its ending where it has none. */
export function isSqliteFile(path: string, head: Buffer): boolean {
  return head.toString("latin1").startsWith("SQLite format 3") || /\.sqlite3?$/i.test(path);
}

/**
 * Opens a SQLite file for reading.
 *
 * @param path - the file; it is never written to.
 * @param notes - takes remarks on columns.
 * @returns the source; whoever takes it closes it.
 * @throws {@link DataError} DAT241 if it is no whole SQLite file, DAT242 if a writer is at work on it.
 */
export async function openSqlite(path: string, notes: string[]): Promise<Source> {
  const { default: sqlite } = await import("node-sqlite3-wasm");
  const snapshot = await takeSnapshot(path);
  const fail = (error: unknown): RelError =>
    error instanceof RelError ? error : sqliteError(path, error);
  let db: InstanceType<typeof sqlite.Database> | null = null;
  const close = async (): Promise<void> => {
    if (db?.isOpen) db.close();
    await snapshot.dispose();
  };
  try {
    const open = new sqlite.Database(snapshot.path, { readOnly: !snapshot.isCopy });
    db = open;
    // Without shared memory a file in write-ahead mode can only be read by one.
    if (snapshot.isCopy) open.exec("PRAGMA locking_mode = exclusive");
    const tables = readSqliteCatalog((sql) => open.all(sql) as unknown as readonly SqliteRow[]);
    return {
      name: `\`${path}\``,
      tables: async () => tables.map(({ table }) => table),
      async *rows(name, request, options) {
        const listed = tables.find(({ table }) => table.name === name)!;
        try {
          yield readRows(open, listed, request, notes, options);
        } catch (error) {
          throw fail(error);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw fail(error);
  }
}

/** Times are of many forms in SQLite, so a range is left to the reader. */
function readRows(
  db: Driver,
  { table, types, hasRowid }: SqliteTable,
  { columns, limit }: SourceRequest,
  notes: string[],
  { signal, onProgress }: WorkOptions,
): Table {
  const { name } = table;
  if (columns.length === 0) return new Table(name, []);
  const sinks = columns.map((column) => {
    const type = types[table.columns.indexOf(column)]!;
    return createCellSink(name, column, affinityOf(type));
  });
  const order = hasRowid ? " ORDER BY rowid" : "";
  const end = limit === null ? "" : ` LIMIT ${limit}`;
  const select = columns.map(sqliteName).join(", ");
  const statement = db.prepare(`SELECT ${select} FROM ${sqliteName(name)}${order}${end}`);
  let rows = 0;
  try {
    for (const row of statement.iterate() as IterableIterator<SqliteRow>) {
      for (let c = 0; c < sinks.length; c++) sinks[c]!.append(row[columns[c]!]!);
      if (++rows % PULSE !== 0) continue;
      checkAborted(signal, `reading \`${name}\``);
      const message = `${name}: ${rows.toLocaleString("en-US")} rows`;
      onProgress?.({ stage: "load", message, done: rows });
    }
  } finally {
    statement.finalize();
  }
  const read: Column[] = [];
  sinks.forEach((sink, c) => {
    const { column, remark } = sink.finish();
    if (column) read.push(column);
    if (remark === null || limit !== null) return;
    notes.push(`\`${name}.${columns[c]!}\`${column ? "" : " is left out"}: ${remark}`);
  });
  return new Table(name, read);
}

function sqliteError(path: string, error: unknown): DataError {
  const message = error instanceof Error ? error.message : String(error);
  return new DataError("DAT241", `\`${path}\` cannot be read as SQLite: ${message}`, {
    at: { file: path },
    hint: "check with `sqlite3 FILE 'PRAGMA integrity_check'` that the file is whole",
    cause: error,
  });
}

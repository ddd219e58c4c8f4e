/** Reads tables from any source and settles the schema. */
import { DataError } from "../../core/errors.js";
import { checkAborted } from "../../core/progress.js";
import { suggestHint } from "../../core/suggest.js";
import type { Database, OpenOptions } from "../database.js";
import { inferDatabase } from "../infer/infer.js";
import type { SchemaOverrides, TableOverrides } from "../schema-file.js";
import { checkSettings } from "../settings.js";
import { type DeclaredTable, declaredSettings } from "./declared-keys.js";
import { rangeOf, rowsWithin } from "./row-window.js";
import { mergeSettings, readSchemaFile } from "./schema-json.js";
import type { TableSource } from "./table-source.js";

/** Lays the caller's settings over those of a file. */
export async function settingsOf(
  options: OpenOptions,
  inFolder: string | null,
): Promise<SchemaOverrides> {
  const file = options.schemaFile ?? inFolder;
  const base = file === null ? {} : await readSchemaFile(file);
  return options.schema ? mergeSettings(base, checkSettings(options.schema)) : base;
}

/** Returns the settings of one table. */
export function tableSettings(settings: SchemaOverrides, table: string): TableOverrides {
  const { tables = {} } = settings;
  return Object.hasOwn(tables, table) ? tables[table]! : {};
}

/**
 * Reads all tables and settles the schema: what the user says holds, then what the source declares, the rest is inferred.
 *
 * @param sources - the tables.
 * @param settings - the user's.
 * @param sourceNotes - remarks made so far.
 * @param options - tables and rows that are wanted, progress, cancellation.
 * @throws {@link DataError} DAT105 if a table that is asked for is not there; what the sources throw.
 */
export async function readSources(
  sources: readonly TableSource[],
  settings: SchemaOverrides,
  sourceNotes: readonly string[],
  options: OpenOptions,
): Promise<Database> {
  const { signal, onProgress } = options;
  const names = sources.map(({ table }) => table);
  for (const name of [...(options.tables ?? []), ...Object.keys(options.rows ?? {})]) {
    if (!names.includes(name)) throw noTable(name, names);
  }
  const notes = [...sourceNotes];
  const tables: DeclaredTable[] = [];
  const skippedTables: string[] = [];
  const skippedColumns: Record<string, readonly string[]> = {};
  for (const [i, source] of sources.entries()) {
    checkAborted(signal, "reading the data");
    const own = tableSettings(settings, source.table);
    const wanted = options.tables?.includes(source.table) ?? true;
    if (own.exclude === true || !wanted) {
      skippedTables.push(source.table);
      continue;
    }
    const exclude = Array.isArray(own.exclude) ? (own.exclude as readonly string[]) : [];
    const reading = { signal, onProgress, nullValues: own.nullValues };
    const window = options.rows?.[source.table];
    const range = window ? await rangeOf(source, window, own, reading) : null;
    const read = await source.read(exclude, { ...reading, range });
    const table = range ? rowsWithin(read.table, range) : read.table;
    tables.push({ table, declared: source.declared });
    notes.push(...read.notes);
    if (table.numRows === 0) notes.push(`\`${source.table}\` has no rows`);
    skippedColumns[source.table] = read.columnNames.filter((name) => exclude.includes(name));
    onProgress?.({
      stage: "load",
      message: `${source.table}: ${table.numRows.toLocaleString("en-US")} rows`,
      done: i + 1,
      total: sources.length,
    });
  }
  const declared = declaredSettings(tables);
  notes.push(...declared.notes);
  const kept = options.tables ? withoutLinksTo(settings, skippedTables) : settings;
  const skipped = { tables: skippedTables, columns: skippedColumns };
  return inferDatabase(
    tables.map(({ table }) => table),
    mergeSettings(declared.settings, kept),
    { notes, skipped },
  );
}

/** Links to tables that the caller does not want go with them. */
function withoutLinksTo(settings: SchemaOverrides, skipped: readonly string[]): SchemaOverrides {
  const tables = Object.entries(settings.tables ?? {}).map(([name, own]) => {
    if (own.foreignKeys === undefined) return [name, own];
    const links = Object.entries(own.foreignKeys).filter(([, table]) => !skipped.includes(table));
    return [name, { ...own, foreignKeys: Object.fromEntries(links) }];
  });
  return { ...settings, tables: Object.fromEntries(tables) };
}

function noTable(name: string, names: readonly string[]): DataError {
  return new DataError("DAT105", `there is no table \`${name}\``, {
    hint: suggestHint(name, names, "tables"),
  });
}

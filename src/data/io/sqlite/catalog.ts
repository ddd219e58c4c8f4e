/** The catalogue of a SQLite file: tables, declared types, keys and links. */
import type { DeclaredLink, SourceTable } from "../../source.js";
import type { SqliteValue } from "./cell-sink.js";

/** A row of the driver. */
export type SqliteRow = Readonly<Record<string, SqliteValue>>;

/** A table with what reading needs to know of it. */
export interface SqliteTable {
  readonly table: SourceTable;
  /** The declared type of each column, `""` for none. */
  readonly types: readonly string[];
  /** Whether its rows have a number of their own, in whose order they are read. */
  readonly hasRowid: boolean;
}

/**
 * Lists the tables of a file; views and SQLite's own tables are left out.
 *
 * @param all - runs a statement.
 */
export function readSqliteCatalog(
  all: (sql: string) => readonly SqliteRow[],
): readonly SqliteTable[] {
  const tables = all(
    `SELECT name, wr FROM pragma_table_list
     WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
  );
  return tables.map(({ name, wr }) => {
    const table = sqliteText(String(name));
    const columns = all(
      `SELECT name, type, pk FROM pragma_table_xinfo(${table}) WHERE hidden <> 1`,
    );
    const key = columns
      .filter(({ pk }) => Number(pk) > 0)
      .sort((a, b) => Number(a["pk"]) - Number(b["pk"]))
      .map((column) => String(column["name"]));
    const links = readLinks(all, table);
    return {
      table: {
        name: String(name),
        columns: columns.map((column) => String(column["name"])),
        ...(key.length > 0 && { primaryKey: key }),
        ...(links.length > 0 && { foreignKeys: links }),
      },
      types: columns.map((column) => String(column["type"] ?? "")),
      hasRowid: Number(wr) === 0,
    };
  });
}

/** Reads the links of a table; SQLite compares names of tables without case. */
function readLinks(all: (sql: string) => readonly SqliteRow[], table: string): DeclaredLink[] {
  const rows = all(
    `SELECT f.id, f."from" AS child, f."to" AS parent, coalesce(t.name, f."table") AS target
     FROM pragma_foreign_key_list(${table}) f
     LEFT JOIN pragma_table_list t ON t.schema = 'main' AND lower(t.name) = lower(f."table")
     ORDER BY f.id, f.seq`,
  );
  const ids = [...new Set(rows.map(({ id }) => id))];
  return ids.map((id) => {
    const own = rows.filter((row) => row["id"] === id);
    const parents = own.flatMap(({ parent }) => (parent === null ? [] : [String(parent)]));
    return {
      columns: own.map(({ child }) => String(child)),
      table: String(own[0]!["target"]),
      ...(parents.length === own.length && { parentColumns: parents }),
    };
  });
}

/** Quotes a name for SQLite. */
export function sqliteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function sqliteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

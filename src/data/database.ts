/** Database: tables with their schema, and the links between rows as row numbers. */
import { invariant } from "../core/assert.js";
import { DataError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import { suggestHint } from "../core/suggest.js";
import type { Timestamp } from "../core/time.js";
import {
  type AppendOptions,
  appendRows,
  type GrowingTable,
  type RowKey,
  removeRows,
} from "./append.js";
import type { TimestampColumn } from "./column.js";
import { buildKeyIndex, type KeyIndex } from "./key-index.js";
import { type ForeignKey, findTable, type Schema, type TableSchema } from "./schema.js";
import type { SchemaOverrides } from "./schema-file.js";
import type { Source } from "./source.js";
import type { Table, TableRecord } from "./table.js";

/** Options of {@link Database.open} and {@link Database.from}. */
export interface OpenOptions extends WorkOptions {
  /** Settles keys, times, links and stypes; also read from `schema.json` in the folder. */
  readonly schema?: SchemaOverrides | undefined;
  /** A file that holds the settings, in place of `schema.json` in the folder. */
  readonly schemaFile?: string | undefined;
  /** The tables that are read; all when left out. Links to others are left out. */
  readonly tables?: readonly string[] | undefined;
  /** By table the rows that are read; all where nothing is said. */
  readonly rows?: Readonly<Record<string, RowWindow>> | undefined;
}

/** The rows of a table that are read: `after < time <= until`; rows without a time are not. */
export interface RowWindow {
  readonly after?: Timestamp | undefined;
  readonly until?: Timestamp | undefined;
  /** The column of times; the table's time column where left out. */
  readonly column?: string | undefined;
}

/** The rows a foreign key points at. */
export interface Link {
  readonly foreignKey: ForeignKey;
  /** int32 `[rows]`: the parent's row number, negative where there is none. */
  readonly parentRows: Int32Array;
  /** Rows whose key is null. */
  readonly nulls: number;
  /** Rows whose key has no row in the parent table. */
  readonly dangling: number;
}

/**
 * An immutable relational database in memory.
 *
 * @see relbench `Database` (tables by name; here keys stay as they are and links are row numbers).
 */
export class Database {
  readonly schema: Schema;
  readonly tables: readonly Table[];
  /** Things that could not be settled while reading, for people. */
  readonly notes: readonly string[];
  readonly #keys = new Map<string, KeyIndex>();
  readonly #links = new Map<string, Link>();
  readonly #derived = new Map<string, unknown>();

  /**
   * @param tables - the tables, in the order of the schema.
   * @param schema - the settled schema; use {@link Database.from} to infer one.
   * @param notes - remarks for people.
   */
  constructor(tables: readonly Table[], schema: Schema, notes: readonly string[] = []) {
    invariant(
      schema.tables.every((table, i) => tables[i]?.name === table.name),
      "a database's schema lists its tables in order",
    );
    this.tables = tables;
    this.schema = schema;
    this.notes = notes;
  }

  /**
   * Opens a folder of CSV, TSV, Parquet, NDJSON or JSON files, a DuckDB or SQLite file, a PostgreSQL database, or any other
   * {@link Source}.
   *
   * @param from - the folder or file, an address such as `postgres://user@host/database`, or the source, which is closed at the end.
   * @param options - schema settings, tables and rows that are wanted, progress, cancellation.
   * @throws {@link DataError} DAT2xx if something cannot be read; SchemaError SCH1xx if a setting does not fit.
   */
  static async open(from: string | Source, options: OpenOptions = {}): Promise<Database> {
    const { openDatabase } = await import("./io/open.js");
    return openDatabase(from, options);
  }

  /**
   * Makes a database from tables in memory; keys, times, links and stypes are inferred where not given.
   *
   * @param tables - the tables.
   * @param overrides - settings in the form of `schema.json`.
   */
  static async from(tables: readonly Table[], overrides: SchemaOverrides = {}): Promise<Database> {
    const { inferDatabase } = await import("./infer/infer.js");
    return inferDatabase(tables, overrides);
  }

  /**
   * Returns a table by its exact name.
   *
   * @throws {@link DataError} DAT105 if there is none, with near matches.
   */
  table(name: string): Table {
    const table = this.tables.find((candidate) => candidate.name === name);
    if (table) return table;
    const names = this.tables.map((other) => other.name);
    throw new DataError("DAT105", `there is no table \`${name}\``, {
      hint: suggestHint(name, names, "tables"),
    });
  }

  /** Returns a table's schema by its exact name (see {@link Database.table} for errors). */
  tableSchema(name: string): TableSchema {
    this.table(name);
    return findTable(this.schema, name)!;
  }

  /**
   * Returns the index over a table's primary key, built once.
   *
   * @throws {@link DataError} DAT106 if the table has no primary key.
   */
  keyIndex(name: string): KeyIndex {
    const known = this.#keys.get(name);
    if (known) return known;
    const { primaryKey } = this.tableSchema(name);
    if (!primaryKey) {
      throw new DataError("DAT106", `table \`${name}\` has no primary key`, {
        at: { table: name },
        hint: 'name one in schema.json: { "tables": { "…": { "primaryKey": "…" } } }',
      });
    }
    const table = this.table(name);
    const index = buildKeyIndex(primaryKey.map((column) => table.column(column)));
    this.#keys.set(name, index);
    return index;
  }

  /**
   * Resolves a foreign key to row numbers, once.
   *
   * @param name - the child table.
   * @param foreignKey - one of its foreign keys.
   */
  link(name: string, foreignKey: ForeignKey): Link {
    const id = `${name}\u0000${foreignKey.name}\u0000${foreignKey.table}`;
    const known = this.#links.get(id);
    if (known) return known;
    const table = this.table(name);
    const columns = foreignKey.columns.map((column) => table.column(column));
    const parentRows = this.keyIndex(foreignKey.table).lookup(columns);
    const link: Link = {
      foreignKey,
      parentRows,
      // Counted when asked for: most callers want the rows alone.
      get nulls() {
        return count(parentRows, NULL_KEY);
      },
      get dangling() {
        return count(parentRows, MISSING_KEY);
      },
    };
    this.#links.set(id, link);
    return link;
  }

  /** Returns a table's time column, or `null` when its rows are always known. */
  timeColumn(name: string): TimestampColumn | null {
    const { timeColumn } = this.tableSchema(name);
    if (timeColumn === null) return null;
    const column = this.table(name).column(timeColumn);
    invariant(column.kind === "timestamp", `time column ${name}.${timeColumn} holds times`);
    return column;
  }

  /**
   * Returns what was derived from the rows, which never change: made when first asked for, then kept with the database.
   *
   * @param name - names it for this database; the same name always means the same thing.
   * @param make - makes it.
   */
  derived<T>(name: string, make: () => T): T {
    if (!this.#derived.has(name)) this.#derived.set(name, make());
    return this.#derived.get(name) as T;
  }

  /**
   * Returns the earliest and latest row time over some tables.
   *
   * @param names - tables to look at; all when left out. Tables without time are passed over.
   * @returns `null` when no row has a time.
   */
  timeSpan(names?: readonly string[]): { min: Timestamp; max: Timestamp } | null {
    let min = Infinity;
    let max = -Infinity;
    for (const table of this.tables) {
      if (names && !names.includes(table.name)) continue;
      const times = this.timeColumn(table.name);
      if (!times) continue;
      for (let row = 0; row < times.length; row++) {
        if (times.validity && (times.validity[row >> 3]! & (1 << (row & 7))) === 0) continue;
        const time = times.values[row]!;
        if (time < min) min = time;
        if (time > max) max = time;
      }
    }
    return min <= max ? { min, max } : null;
  }

  /**
   * Returns a database of some of the tables; foreign keys to the others are left out, links already built are kept.
   *
   * @param names - exact names.
   */
  only(names: readonly string[]): Database {
    const kept = this.schema.tables.filter((table) => names.includes(table.name));
    const tables = kept.map((table) => ({
      ...table,
      foreignKeys: table.foreignKeys.filter((key) => names.includes(key.table)),
    }));
    const part = new Database(
      kept.map((table) => this.table(table.name)),
      { tables },
      this.notes,
    );
    for (const [name, index] of this.#keys) if (names.includes(name)) part.#keys.set(name, index);
    for (const [id, link] of this.#links) {
      const child = id.slice(0, id.indexOf("\u0000"));
      if (names.includes(child) && names.includes(link.foreignKey.table)) part.#links.set(id, link);
    }
    return part;
  }

  /** Returns a database with one more table, such as one made from past targets; links and keys already built are kept. */
  withTable(table: Table, schema: TableSchema): Database {
    const extended = new Database(
      [...this.tables, table],
      { tables: [...this.schema.tables, schema] },
      this.notes,
    );
    for (const [id, index] of this.#keys) extended.#keys.set(id, index);
    for (const [id, link] of this.#links) extended.#links.set(id, link);
    return extended;
  }

  /**
   * Returns a database with other rows of one table, such as a chunk of a table that stays in its file; keys and links
   * of the other tables are kept.
   *
   * @param table - the rows; of its columns only those that are read must be there.
   */
  withRows(table: Table): Database {
    const tables = this.tables.map((held) => (held.name === table.name ? table : held));
    const changed = new Database(tables, this.schema, this.notes);
    for (const [name, index] of this.#keys) {
      if (name !== table.name) changed.#keys.set(name, index);
    }
    for (const [id, link] of this.#links) {
      if (!id.startsWith(`${table.name}\u0000`) && link.foreignKey.table !== table.name) {
        changed.#links.set(id, link);
      }
    }
    return changed;
  }

  /**
   * Adds rows to a table, in any order of time. The schema stays as it is settled, also where inference would say something else of all
   * rows; the new rows come after the old ones. Keys and links of other tables are kept; what was derived from the rows is derived anew.
   *
   * @param name - the table.
   * @param rows - a table with the same columns in any order, or records with these properties.
   * @param options - `onDuplicate`: whether a row whose key is there already is refused or replaces the old one.
   * @returns the database that all rows at once would give under the same schema; this one is not changed.
   * @throws {@link DataError} DAT105 for an unknown table, DAT110 to DAT113 for rows that do not fit; SchemaError SCH106.
   */
  append(
    name: string,
    rows: Table | readonly TableRecord[],
    options: AppendOptions = {},
  ): Database {
    return this.#grown(appendRows(this.#growing(name), rows, options));
  }

  /**
   * Takes rows away, such as those that a customer wants deleted. Rows that point at them dangle from then on.
   *
   * @param name - a table with a primary key.
   * @param keys - the keys of the rows; of a composite key the parts in order.
   * @throws {@link DataError} DAT105, DAT106 for the table, DAT114 for a key that no row has; then nothing is taken.
   */
  remove(name: string, keys: readonly RowKey[]): Database {
    return this.#grown(removeRows(this.#growing(name), keys));
  }

  #growing(name: string): GrowingTable {
    const table = this.table(name);
    return { table, schema: this.tableSchema(name), keyIndex: () => this.keyIndex(name) };
  }

  #grown(table: Table): Database {
    return table === this.table(table.name) ? this : this.withRows(table);
  }

  /** Prints tables with rows, keys, times and links. */
  toString(): string {
    return this.tables
      .map((table) => {
        const schema = this.tableSchema(table.name);
        const key = schema.primaryKey ? ` key ${schema.primaryKey.join("+")}` : "";
        const time = schema.timeColumn ? ` time ${schema.timeColumn}` : "";
        const links = schema.foreignKeys.map((fk) => `${fk.name} → ${fk.table}`).join(", ");
        return `${table.name}: ${table.numRows} rows${key}${time}${links ? ` links ${links}` : ""}`;
      })
      .join("\n");
  }
}

/** What {@link KeyIndex.lookup} gives for a key that is null, and for one that no row has. */
const NULL_KEY = -1;
const MISSING_KEY = -2;

function count(rows: Int32Array, value: number): number {
  let found = 0;
  for (let row = 0; row < rows.length; row++) if (rows[row] === value) found++;
  return found;
}

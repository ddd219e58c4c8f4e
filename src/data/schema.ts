/** Schema: what each table and column is, and how rows link; plain data without values. */
import type { ColumnKind } from "./column.js";
import type { Stype } from "./stype.js";

/** A column's role and meaning. */
export interface ColumnSchema {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly stype: Stype;
  /** The unit for people, such as `minutes`; `null` where unknown. */
  readonly unit: string | null;
  /**
   * The time column that tells when this cell became known; before that time (or while it is null) the cell is null
   * to every reader. `null`: known from the row's time.
   */
  readonly knownFrom: string | null;
}

/** A link: the row's `columns` hold the primary key of a row of `table`. */
export interface ForeignKey {
  /** Edge name: the columns joined by `+`, as in `COMPANY_ID` or `ORDER_ID+LINE_NO`. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly table: string;
}

/** A table's roles and columns. */
export interface TableSchema {
  readonly name: string;
  /** In the order of the table; excluded columns are left out. */
  readonly columns: readonly ColumnSchema[];
  /** The key's columns, or `null` when rows have no key. */
  readonly primaryKey: readonly string[] | null;
  /** When a row became known; `null`: always known. */
  readonly timeColumn: string | null;
  /** When a row ended: not eligible from then on; its own value is null before it has come. */
  readonly endTimeColumn: string | null;
  readonly foreignKeys: readonly ForeignKey[];
}

/** All tables of a database, in the order of the database. */
export interface Schema {
  readonly tables: readonly TableSchema[];
}

/** Finds a table's schema by its exact name. */
export function findTable(schema: Schema, name: string): TableSchema | undefined {
  return schema.tables.find((table) => table.name === name);
}

/** Finds a column's schema by its exact name. */
export function findColumn(table: TableSchema, name: string): ColumnSchema | undefined {
  return table.columns.find((column) => column.name === name);
}

/** Returns the edge name of a foreign key over these columns. */
export function foreignKeyName(columns: readonly string[]): string {
  return columns.join("+");
}

/** Lists a table's key and foreign-key columns: links, never features. */
export function keyColumns(table: TableSchema): Set<string> {
  const names = new Set(table.primaryKey ?? []);
  for (const key of table.foreignKeys) for (const column of key.columns) names.add(column);
  return names;
}

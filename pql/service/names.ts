/** What a schema says about names as written: tables, columns, keys and the ways between tables, without complaints. */
import type { ColumnSchema, ForeignKey, Schema, TableSchema } from "../../src/data/schema.js";
import type { Hop } from "../bind/bound.js";
import { findLookup, findPath } from "../bind/join-path.js";
import { createReport } from "../bind/report.js";
import { printName } from "../syntax/print.js";

/** Finds what has a name: exactly, else the only one that differs in letter case where that is allowed. */
export function findNamed<T extends { readonly name: string }>(
  items: readonly T[],
  name: string,
  strict: boolean,
): T | null {
  const exact = items.find((item) => item.name === name);
  if (exact || strict) return exact ?? null;
  const alike = items.filter((item) => item.name.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0]! : null;
}

/** What is needed to look names up. */
export interface Names {
  readonly schema: Schema;
  /** Whether names are exact and paths of one link. */
  readonly strict: boolean;
}

/** Finds a table by its written name. */
export function tableNamed({ schema, strict }: Names, name: string): TableSchema | null {
  return findNamed(schema.tables, name, strict);
}

/** Finds a column of a table by its written name. */
export function columnNamed(
  table: TableSchema,
  name: string,
  strict: boolean,
): ColumnSchema | null {
  return findNamed(table.columns, name, strict);
}

/** Finds the foreign key that a column is part of. */
export function linkOf(table: TableSchema, column: string): ForeignKey | null {
  return table.foreignKeys.find((key) => key.columns.includes(column)) ?? null;
}

const NOWHERE = { start: 0, end: 0 };

/**
 * Finds how rows of one table reach another when they are aggregated.
 *
 * @returns the links, `"several"` where VIA must say which, `null` where there are none.
 */
export function pathTo(
  from: TableSchema,
  to: TableSchema,
  { schema, strict }: Names,
): readonly Hop[] | "several" | null {
  const report = createReport("");
  const hops = findPath(from, to, null, NOWHERE, { schema, strict, report });
  return hops ?? (report.errors[0]?.code === "PQL207" ? "several" : null);
}

/** Tells whether a column of a table can be looked up from a joined row of some tables. */
export function canLookUp(tables: readonly TableSchema[], to: TableSchema, names: Names): boolean {
  if (tables.some((table) => table.name === to.name)) return true;
  if (tables.length === 0) return false;
  const context = { ...names, report: createReport("") };
  return findLookup({ tables, hops: [] }, to, null, NOWHERE, context) !== null;
}

/** Spells `table.column` with backquotes where they are needed. */
export function spellColumn(table: string, column: string): string {
  return `${printName(table)}.${column === "*" ? "*" : printName(column)}`;
}

/** Spells a table's key as FOR EACH takes it; `null` where it has none. */
export function spellKey({ name, primaryKey }: TableSchema): string | null {
  if (primaryKey === null || primaryKey.length === 0) return null;
  const columns = primaryKey.map((column) => spellColumn(name, column));
  return columns.length === 1 ? columns[0]! : `(${columns.join(", ")})`;
}

/** Lists the tables whose rows own rows of a table, those with direct links before those farther away. */
export function ownersOf(table: TableSchema, names: Names): TableSchema[] {
  const keyed = names.schema.tables.filter((other) => spellKey(other) !== null);
  const direct = (other: TableSchema): boolean =>
    table.foreignKeys.some((key) => key.table === other.name);
  const near = keyed.filter(direct);
  return near.length > 0 ? near : keyed.filter((other) => pathTo(table, other, names) !== null);
}

/** Prints the links of a path: `orders → users (user_id)`. */
export function describePath(hops: readonly Hop[]): string {
  const [first] = hops;
  if (!first) return "";
  const steps = hops.map((hop) => `${hop.to.name} (${hop.foreignKey.name})`);
  return [first.from.name, ...steps].join(" → ");
}

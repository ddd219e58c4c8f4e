/** Turns the keys and links that a database declares into settings; what does not fit is left out with a note. */

import type { SchemaOverrides, TableOverrides } from "../schema-file.js";
import type { DeclaredKeys } from "../source.js";
import type { Table } from "../table.js";

/** A table as read, with what its source declares. */
export interface DeclaredTable {
  readonly table: Table;
  readonly declared: DeclaredKeys | undefined;
}

/**
 * Makes settings of declared keys. A table that declares links declares all of them; one that declares none has them inferred.
 *
 * @param tables - the tables that were read.
 * @returns settings to lay the user's over, and remarks.
 */
export function declaredSettings(tables: readonly DeclaredTable[]): {
  readonly settings: SchemaOverrides;
  readonly notes: readonly string[];
} {
  const notes: string[] = [];
  const settings: Record<string, TableOverrides> = {};
  for (const { table, declared } of tables) {
    const own: { primaryKey?: readonly string[]; foreignKeys?: Record<string, string> } = {};
    const key = declared?.primaryKey;
    if (key && hasAll(table, key)) own.primaryKey = key;
    const links = declared?.foreignKeys ?? [];
    if (links.length > 0) own.foreignKeys = {};
    for (const link of links) {
      const parent = tables.find((candidate) => candidate.table.name === link.table);
      const parentKey = parent?.declared?.primaryKey;
      const columns = parent && parentKey && inKeyOrder(link, parentKey);
      if (columns && hasAll(table, columns) && hasAll(parent.table, parentKey)) {
        own.foreignKeys![columns.join("+")] = link.table;
        continue;
      }
      const why = parent ? "it is not by the primary key" : "that table is not read";
      notes.push(
        `the declared link \`${table.name}.${link.columns.join("+")}\` → \`${link.table}\` is left out: ${why}`,
      );
    }
    if (Object.keys(own).length > 0) settings[table.name] = own;
  }
  return { settings: { tables: settings }, notes };
}

function hasAll(table: Table, columns: readonly string[]): boolean {
  return columns.every((name) => table.find(name) !== undefined);
}

/** Orders the columns of a link as the key they point at. */
function inKeyOrder(
  {
    columns,
    parentColumns = [],
  }: { columns: readonly string[]; parentColumns?: readonly string[] },
  key: readonly string[],
): readonly string[] | null {
  if (parentColumns.length === 0) return columns.length === key.length ? columns : null;
  const ordered = key.map((name) => columns[parentColumns.indexOf(name)]);
  const fits = parentColumns.length === key.length && ordered.every((name) => name !== undefined);
  return fits ? (ordered as string[]) : null;
}

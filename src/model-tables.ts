/** The tables a model was fitted with: written to its folder, and checked against the data it is loaded for. */
import { ModelError } from "./core/errors.js";
import { keyColumns, type Schema, type TableSchema } from "./data/schema.js";
import type { ModelManifest } from "./model-folder.js";

/** Lists the storage of every column by table, for a model folder. */
export function storageOf(schema: Schema): Record<string, Record<string, string>> {
  return Object.fromEntries(
    schema.tables.map((table) => [
      table.name,
      Object.fromEntries(table.columns.map((column) => [column.name, column.kind])),
    ]),
  );
}

/**
 * Checks that a database has the tables and columns a model was fitted with, stored as they were.
 *
 * @param dir - the model folder, for errors.
 * @throws {@link ModelError} MOD202 if a table or column is missing, MOD203 if a column holds another kind of values.
 */
export function checkTables(manifest: ModelManifest, schema: Schema, dir: string): void {
  for (const [name, columns] of Object.entries(manifest.tables)) {
    const table = schema.tables.find((other) => other.name === name);
    const missing = table
      ? Object.keys(columns).find((column) => !table.columns.some((c) => c.name === column))
      : undefined;
    if (table && missing === undefined) {
      checkKinds(table, columns, dir);
      continue;
    }
    const what = table ? `column \`${missing}\` of table \`${name}\`` : `table \`${name}\``;
    throw new ModelError("MOD202", `the model was fitted with ${what}, which the data lacks`, {
      at: { file: dir, table: name, ...(missing !== undefined && { column: missing }) },
      hint: "predict on data of the same schema, or fit anew",
    });
  }
}

/** Checks that features are still stored as they were: a number that became a text would silently be unknown. */
function checkKinds(
  table: TableSchema,
  kinds: Readonly<Record<string, string>>,
  dir: string,
): void {
  const keys = keyColumns(table);
  const changed = table.columns.find(
    ({ name, kind }) => !keys.has(name) && kinds[name] !== undefined && kinds[name] !== kind,
  );
  if (!changed) return;
  const { name, kind } = changed;
  const message = `column \`${name}\` of table \`${table.name}\` holds ${kind} values, the model was fitted with ${kinds[name]}`;
  throw new ModelError("MOD203", message, {
    at: { file: dir, table: table.name, column: name },
    hint: `settle its type with "stypes" in schema.json, or fit anew`,
  });
}

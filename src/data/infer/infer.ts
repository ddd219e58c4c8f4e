/** Settles a schema: what the user says holds, the rest is inferred from names and values. */
import {
  applyOverrides,
  foreignKeysOf,
  primaryKeyOf,
  type SkippedNames,
} from "../apply-overrides.js";
import type { Column } from "../column.js";
import { Database } from "../database.js";
import type { ColumnSchema, ForeignKey, TableSchema } from "../schema.js";
import type { SchemaOverrides, TableOverrides } from "../schema-file.js";
import { Table } from "../table.js";
import { inferLinks } from "./links.js";
import { inferItemFormat, splitColumn } from "./multivalue.js";
import { inferPrimaryKey } from "./primary-key.js";
import { inferStype } from "./stype.js";
import { inferTimeColumn } from "./time-column.js";
import { unitFromName } from "./units.js";

/** What reading the tables has to add. */
export interface InferContext {
  /** Remarks made while reading; they come first among the notes. */
  readonly notes?: readonly string[];
  /** Names that reading left out because the settings exclude them. */
  readonly skipped?: SkippedNames;
}

/**
 * Makes a database: applies the settings, then infers keys, times, links and stypes where nothing is said.
 *
 * @param tables - the tables.
 * @param overrides - settings in the form of `schema.json`. A table's `foreignKeys` list all of its links.
 * @param context - remarks and names from reading files.
 * @returns the database; what could not be settled stands in its `notes`.
 * @throws {@link SchemaError} SCH1xx if a setting does not fit.
 */
export function inferDatabase(
  tables: readonly Table[],
  overrides: SchemaOverrides = {},
  context: InferContext = {},
): Database {
  const notes = [...(context.notes ?? [])];
  const settled = applyOverrides(tables, overrides, context.skipped);
  const names = settled.map(({ table }) => table.name);

  const withKeys = settled.map(({ table, settings }) => {
    const own = table.name;
    const key = settle(primaryKeyOf(settings), () => {
      const guess = inferPrimaryKey(
        table,
        names.filter((name) => name !== own),
      );
      notes.push(...guess.notes);
      return guess.primaryKey;
    });
    const time = settle(settings.timeColumn, () => {
      const guess = inferTimeColumn(excludeEndTime(table, settings));
      notes.push(...guess.notes);
      return guess.timeColumn;
    });
    return { table, settings, primaryKey: key, timeColumn: time };
  });

  const given = withKeys.map(({ table, settings }) => foreignKeysOf(table, settings, withKeys));
  const inferred = inferLinks(
    withKeys.map((candidate, i) => ({ ...candidate, infer: given[i] === undefined })),
  );
  notes.push(...inferred.notes);

  const results = withKeys.map((candidate, i) => {
    const foreignKeys = given[i] ?? inferred.foreignKeys[i]!;
    return settleColumns(candidate.table, candidate, foreignKeys, notes);
  });
  notes.push(...timelessNote(results.map(({ schema }) => schema)));
  return new Database(
    results.map(({ table }) => table),
    { tables: results.map(({ schema }) => schema) },
    notes,
  );
}

function settle<T>(given: T | undefined, infer: () => T): T {
  return given === undefined ? infer() : given;
}

/** An end time is not the row's time. */
function excludeEndTime(table: Table, settings: TableOverrides): Table {
  const end = settings.endTimeColumn;
  if (!end) return table;
  return new Table(
    table.name,
    table.columns.filter((column) => column.name !== end),
  );
}

interface Roles {
  readonly settings: TableOverrides;
  readonly primaryKey: readonly string[] | null;
  readonly timeColumn: string | null;
}

function settleColumns(
  table: Table,
  { settings, primaryKey, timeColumn }: Roles,
  foreignKeys: readonly ForeignKey[],
  notes: string[],
): { readonly table: Table; readonly schema: TableSchema } {
  const { stypes = {}, units = {}, knownFrom = {} } = settings;
  const keys = new Set([...(primaryKey ?? []), ...foreignKeys.flatMap((key) => key.columns)]);
  const columns: Column[] = [];
  const schemas: ColumnSchema[] = [];
  for (const given of table.columns) {
    const { name } = given;
    let column = given;
    const asked = Object.hasOwn(stypes, name) ? stypes[name] : undefined;
    if (given.kind === "string" && asked === undefined && !keys.has(name)) {
      const format = inferItemFormat(given);
      if (format !== null) {
        column = splitColumn(given, format);
        notes.push(
          `\`${table.name}.${name}\` is read as lists of items; set its stype to text to keep the strings`,
        );
      }
    }
    const stype = asked ?? inferStype(column, keys.has(name));
    const unit = Object.hasOwn(units, name) ? units[name]! : null;
    columns.push(column);
    schemas.push({
      name,
      kind: column.kind,
      stype,
      unit: unit ?? (stype === "numerical" ? unitFromName(name) : null),
      knownFrom: Object.hasOwn(knownFrom, name) ? knownFrom[name]! : null,
    });
  }
  const schema: TableSchema = {
    name: table.name,
    columns: schemas,
    primaryKey,
    timeColumn,
    endTimeColumn: settings.endTimeColumn ?? null,
    foreignKeys,
  };
  return { table: new Table(table.name, columns), schema };
}

function timelessNote(tables: readonly TableSchema[]): string[] {
  const timeless = tables
    .filter((table) => table.timeColumn === null)
    .map((table) => `\`${table.name}\``);
  if (timeless.length === 0) return [];
  const [verb, their] = timeless.length === 1 ? ["has", "its"] : ["have", "their"];
  return [`${timeless.join(", ")} ${verb} no time column: ${their} rows count as always known`];
}

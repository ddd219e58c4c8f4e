/** Applies the user's settings to tables: what is excluded goes, and every name must exist. */
import { SchemaError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import { castToStype } from "./cast.js";
import type { Column } from "./column.js";
import type { ForeignKey } from "./schema.js";
import { foreignKeyName } from "./schema.js";
import type { SchemaOverrides, TableOverrides } from "./schema-file.js";
import { checkSettings } from "./settings.js";
import { Table } from "./table.js";

/** A table without its excluded columns, with its settings (`{}` where the user gave none). */
export interface SettledTable {
  readonly table: Table;
  readonly settings: TableOverrides;
}

/**
 * Drops excluded tables and columns, casts columns to the stypes asked for, and checks that every name in the settings
 * exists.
 *
 * @param tables - the tables as read.
 * @param overrides - the settings; their form is checked too.
 * @param skipped - names of tables and of columns per table that were excluded while reading and are fine to name.
 * @returns the tables that stay, in their order.
 * @throws {@link SchemaError} SCH101 unknown table, SCH102 unknown column, SCH106 a stype that its values do not fit,
 * SCH107 a time setting on a column without times, SCH110 an excluded column in use; SCH103 to SCH105 for the form.
 */
export function applyOverrides(
  tables: readonly Table[],
  overrides: SchemaOverrides,
  skipped: SkippedNames = { tables: [], columns: {} },
): SettledTable[] {
  const settings = checkSettings(overrides).tables ?? {};
  const names = [...tables.map((table) => table.name), ...skipped.tables];
  for (const name of Object.keys(settings)) {
    if (!names.includes(name)) throw unknownTable(name, names);
  }
  const settled: SettledTable[] = [];
  for (const table of tables) {
    const own = Object.hasOwn(settings, table.name) ? settings[table.name]! : {};
    if (own.exclude === true) continue;
    settled.push(settleTable(table, own, skipped.columns[table.name] ?? []));
  }
  return settled;
}

/** What was left out while reading. */
export interface SkippedNames {
  readonly tables: readonly string[];
  readonly columns: Readonly<Record<string, readonly string[]>>;
}

function settleTable(
  table: Table,
  settings: TableOverrides,
  skippedColumns: readonly string[],
): SettledTable {
  const excluded = Array.isArray(settings.exclude) ? (settings.exclude as readonly string[]) : [];
  const present = [...table.columns.map((column) => column.name), ...skippedColumns];
  for (const name of excluded) {
    if (!present.includes(name)) throw unknownColumn(table.name, name, "exclude", present);
  }
  const { stypes = {}, units = {} } = settings;
  const kept = table.columns.filter((column) => !excluded.includes(column.name));
  const names = kept.map((column) => column.name);
  const need = (name: string, setting: string): void => {
    if (names.includes(name)) return;
    if (!present.includes(name)) throw unknownColumn(table.name, name, setting, names);
    throw new SchemaError("SCH110", `\`${setting}\` names \`${name}\`, which is excluded`, {
      at: { table: table.name, column: name },
      hint: `take it out of \`exclude\` or out of \`${setting}\``,
    });
  };
  for (const name of Object.keys(stypes)) need(name, "stypes");
  for (const name of Object.keys(units)) need(name, "units");
  for (const name of primaryKeyOf(settings) ?? []) need(name, "primaryKey");
  for (const name of foreignKeyColumns(settings, names)) need(name, "foreignKeys");
  for (const name of Object.keys(settings.knownFrom ?? {})) need(name, "knownFrom");
  const times = timeSettings(settings);
  for (const [setting, name] of times) need(name, setting);

  const columns = kept.map((column): Column => {
    const asked = Object.hasOwn(stypes, column.name) ? stypes[column.name]! : null;
    const isTime = times.some(([, name]) => name === column.name);
    const cast = castToStype(table.name, column, asked ?? (isTime ? "timestamp" : null));
    if (cast.kind === "timestamp" || !isTime) return cast;
    const setting = times.find(([, name]) => name === column.name)![0];
    throw new SchemaError(
      "SCH107",
      `\`${setting}\` expects a time column, found \`${column.name}\` of ${cast.kind}s`,
      {
        at: { table: table.name, column: column.name },
        hint: "store times as dates or timestamps, or as ISO 8601 text",
      },
    );
  });
  return { table: new Table(table.name, columns), settings };
}

/** Returns the key columns of the settings; `null` where there is said to be none, `undefined` where nothing is said. */
export function primaryKeyOf(settings: TableOverrides): readonly string[] | null | undefined {
  const { primaryKey } = settings;
  if (primaryKey === undefined || primaryKey === null) return primaryKey;
  if (typeof primaryKey === "string") return [primaryKey];
  return primaryKey.length === 0 ? null : primaryKey;
}

/**
 * Turns the foreign keys of the settings into links.
 *
 * @param table - the table they belong to, without excluded columns.
 * @param settings - its settings.
 * @param parents - every table with its key, in the order of the database.
 * @returns the links, or `undefined` where the settings say nothing.
 * @throws {@link SchemaError} SCH101 unknown table, SCH108 a table without key, SCH109 a key of another width, SCH111
 * columns that can never equal the key.
 */
export function foreignKeysOf(
  table: Table,
  settings: TableOverrides,
  parents: readonly { readonly table: Table; readonly primaryKey: readonly string[] | null }[],
): readonly ForeignKey[] | undefined {
  if (settings.foreignKeys === undefined) return undefined;
  const columnNames = table.columns.map((column) => column.name);
  return Object.entries(settings.foreignKeys).map(([joined, target]) => {
    const columns = splitKey(joined, columnNames);
    const at = { table: table.name, column: joined };
    const parent = parents.find((candidate) => candidate.table.name === target);
    if (!parent)
      throw unknownTable(
        target,
        parents.map((p) => p.table.name),
        at,
      );
    if (!parent.primaryKey) {
      throw new SchemaError(
        "SCH108",
        `\`${joined}\` points at \`${target}\`, which has no primary key`,
        {
          at,
          hint: `name the key of \`${target}\` with \`primaryKey\` in schema.json`,
        },
      );
    }
    if (parent.primaryKey.length !== columns.length) {
      const key = parent.primaryKey.join("+");
      throw new SchemaError(
        "SCH109",
        `\`${joined}\` has ${columns.length} columns, the key \`${key}\` of \`${target}\` has ${parent.primaryKey.length}`,
        {
          at,
          hint: "join the columns of a composite key by +, in the order of the key",
        },
      );
    }
    for (const column of columns.map((name) => table.column(name))) {
      if (column.kind !== "list" && column.kind !== "vector") continue;
      throw new SchemaError(
        "SCH111",
        `\`${column.name}\` holds ${column.kind}s, which can never equal a key`,
        {
          at,
          hint: "link single values only",
        },
      );
    }
    return { name: foreignKeyName(columns), columns, table: target };
  });
}

/** A column whose name holds a `+` is taken as it is; else the parts are the columns. */
function splitKey(joined: string, names: readonly string[]): string[] {
  return names.includes(joined) ? [joined] : joined.split("+").map((part) => part.trim());
}

function foreignKeyColumns(settings: TableOverrides, names: readonly string[]): string[] {
  return Object.keys(settings.foreignKeys ?? {}).flatMap((joined) => splitKey(joined, names));
}

function timeSettings(settings: TableOverrides): [setting: string, column: string][] {
  const times: [string, string][] = [];
  if (settings.timeColumn) times.push(["timeColumn", settings.timeColumn]);
  if (settings.endTimeColumn) times.push(["endTimeColumn", settings.endTimeColumn]);
  for (const source of Object.values(settings.knownFrom ?? {})) times.push(["knownFrom", source]);
  return times;
}

function unknownTable(name: string, names: readonly string[], at: object = {}): SchemaError {
  return new SchemaError("SCH101", `there is no table \`${name}\``, {
    at,
    hint: suggestHint(name, names, "tables"),
  });
}

function unknownColumn(
  table: string,
  name: string,
  setting: string,
  names: readonly string[],
): SchemaError {
  return new SchemaError(
    "SCH102",
    `\`${setting}\` names \`${name}\`, but \`${table}\` has no such column`,
    {
      at: { table },
      hint: suggestHint(name, names, "columns"),
    },
  );
}

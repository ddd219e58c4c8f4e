/** The schemas of RelBench's databases, written down in `schemas/`, as schemas of the library. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { invariant } from "../../src/core/assert.js";
import type { ColumnKind } from "../../src/data/column.js";
import type { ColumnSchema, Schema, TableSchema } from "../../src/data/schema.js";
import type { Stype } from "../../src/data/stype.js";

/** The databases with a schema here. */
export const RELBENCH_DATABASES = [
  "rel-amazon",
  "rel-avito",
  "rel-event",
  "rel-f1",
  "rel-hm",
  "rel-stack",
  "rel-trial",
  "rel-arxiv",
  "rel-ratebeer",
  "rel-salt",
  "rel-mimic",
] as const;

/** A database's name. */
export type RelbenchDatabase = (typeof RELBENCH_DATABASES)[number];

/** What a column is, by the word that files use: its storage and its meaning. `code` is a number that names a category. */
const COLUMN_TYPES = {
  number: { kind: "number", stype: "numerical" },
  code: { kind: "number", stype: "categorical" },
  boolean: { kind: "boolean", stype: "categorical" },
  string: { kind: "string", stype: "categorical" },
  text: { kind: "string", stype: "text" },
  timestamp: { kind: "timestamp", stype: "timestamp" },
  list: { kind: "list", stype: "multicategorical" },
} as const satisfies Record<string, { kind: ColumnKind; stype: Stype }>;

/** A table in a file. */
export interface RelbenchTable {
  /** The key's column; absent: rows have none. RelBench's keys are numbers. */
  readonly key?: string;
  /** The time column; absent: always known. */
  readonly time?: string;
  /** Foreign key to the table it points at. */
  readonly links?: Readonly<Record<string, string>>;
  /** The other columns by type, names apart by blanks; `c_1..c_9` stands for nine columns. */
  readonly columns?: Readonly<Partial<Record<keyof typeof COLUMN_TYPES, string>>>;
}

/** A file of `schemas/`. */
export interface RelbenchFile {
  /** Where the facts are from, and what is left out. */
  readonly about: string;
  /** When validation and test begin; `null` where that depends on the copy of the data. */
  readonly val: string | null;
  readonly test: string | null;
  readonly tables: Readonly<Record<string, RelbenchTable>>;
}

/**
 * Reads the file of a database.
 *
 * @param database - its name.
 */
export async function readRelbenchFile(database: RelbenchDatabase): Promise<RelbenchFile> {
  const path = join(import.meta.dirname, "schemas", `${database}.json`);
  return JSON.parse(await readFile(path, "utf8")) as RelbenchFile;
}

/**
 * Makes the schema that a file describes: the key first, then links, then other columns by type, then the time.
 *
 * @param file - the file's content.
 */
export function relbenchSchema(file: RelbenchFile): Schema {
  const tables = Object.entries(file.tables).map(([name, table]) => tableSchema(name, table));
  for (const { name, foreignKeys } of tables) {
    for (const key of foreignKeys) {
      const there = tables.some((table) => table.name === key.table);
      invariant(there, `${name}.${key.name} points at a table of the file`);
    }
  }
  return { tables };
}

function tableSchema(name: string, table: RelbenchTable): TableSchema {
  const { key = null, time = null, links = {}, columns = {} } = table;
  const ids = [...(key === null ? [] : [key]), ...Object.keys(links)];
  const others = Object.entries(columns).flatMap(([type, names]) => {
    invariant(type in COLUMN_TYPES, `${name} has columns of known types, found ${type}`);
    const { kind, stype } = COLUMN_TYPES[type as keyof typeof COLUMN_TYPES];
    return spreadNames(names).map((column) => columnSchema(column, kind, stype));
  });
  const all = [
    ...ids.map((column) => columnSchema(column, "number", "id")),
    ...others,
    ...(time === null ? [] : [columnSchema(time, "timestamp", "timestamp")]),
  ];
  invariant(
    new Set(all.map((column) => column.name)).size === all.length,
    `${name} names each column once`,
  );
  return {
    name,
    columns: all,
    primaryKey: key === null ? null : [key],
    timeColumn: time,
    endTimeColumn: null,
    foreignKeys: Object.entries(links).map(([column, parent]) => ({
      name: column,
      columns: [column],
      table: parent,
    })),
  };
}

function columnSchema(name: string, kind: ColumnKind, stype: Stype): ColumnSchema {
  return { name, kind, stype, unit: null, knownFrom: null };
}

/** Takes `a b_1..b_3` apart: `a`, `b_1`, `b_2`, `b_3`. */
function spreadNames(names: string): string[] {
  return names.split(/\s+/).flatMap((word) => {
    const range = /^(.+_)(\d+)\.\.\1(\d+)$/.exec(word);
    if (range === null) return [word];
    const [, stem, first, last] = range;
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => {
      return `${stem}${Number(first) + i}`;
    });
  });
}

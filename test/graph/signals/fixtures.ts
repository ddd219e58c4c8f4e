/** Random databases for signals: keys of every kind, nulls, ties in time, cells known late, tables without times. */
import fc from "fast-check";
import type { Seeds } from "../../../graph/seeds.js";
import {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import { Database } from "../../../src/data/database.js";
import type { TableSchema } from "../../../src/data/schema.js";
import type { Stype } from "../../../src/data/stype.js";
import { Table } from "../../../src/data/table.js";

/** Six hours: the grid of times, so that days, windows and ties matter. */
export const STEP = 6 * 3_600_000;
/** Times lie in `0 … LAST` steps. */
export const LAST = 40;

/** A row: cells by column; times in steps. */
export type Row = Readonly<Record<string, number | string | boolean | readonly string[] | null>>;

/** The rows of all tables. */
export type Rows = Readonly<Record<TableName, readonly Row[]>>;

type TableName = keyof typeof TABLES;

interface ColumnSpec {
  readonly kind: "number" | "string" | "boolean" | "timestamp" | "list" | "vector";
  readonly stype: Stype;
  readonly knownFrom?: string;
}

interface TableSpec {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  readonly key: readonly string[];
  readonly time?: string;
  readonly end?: string;
  readonly links: Readonly<Record<string, string>>;
}

const id: ColumnSpec = { kind: "number", stype: "id" };
const number: ColumnSpec = { kind: "number", stype: "numerical" };
const category: ColumnSpec = { kind: "string", stype: "categorical" };
const truth: ColumnSpec = { kind: "boolean", stype: "categorical" };
const list: ColumnSpec = { kind: "list", stype: "multicategorical" };
const time: ColumnSpec = { kind: "timestamp", stype: "timestamp" };
const text: ColumnSpec = { kind: "string", stype: "text" };

const TABLES = {
  firms: {
    columns: { id, size: number, kind: category, vec: { kind: "vector", stype: "embedding" } },
    key: ["id"],
    links: {},
  },
  nützer: {
    columns: {
      id,
      firm_id: id,
      boss_id: id,
      born: time,
      left_at: time,
      role: category,
      score: number,
      vip: truth,
      bio: text,
      tags: list,
    },
    key: ["id"],
    time: "born",
    end: "left_at",
    links: { firm_id: "firms", boss_id: "nützer" },
  },
  items: {
    columns: { id, price: number, group: category, at: time },
    key: ["id"],
    time: "at",
    links: {},
  },
  spots: {
    columns: { x: id, y: id, weight: number },
    key: ["x", "y"],
    links: {},
  },
  events: {
    columns: {
      id,
      user_id: id,
      other_id: id,
      item_id: { ...id, knownFrom: "closed_at" },
      x: id,
      y: id,
      at: time,
      amount: number,
      status: category,
      level: { kind: "number", stype: "categorical" },
      ok: truth,
      labels: list,
      closed_at: { ...time, knownFrom: "closed_at" },
      rating: { ...number, knownFrom: "closed_at" },
    },
    key: ["id"],
    time: "at",
    links: { user_id: "nützer", other_id: "nützer", item_id: "items", "x+y": "spots" },
  },
  details: {
    columns: { event_id: id, at: time, qty: number, note: text },
    key: [],
    time: "at",
    links: { event_id: "events" },
  },
  notes: {
    columns: { user_id: id, stars: number, mood: category },
    key: [],
    links: { user_id: "nützer" },
  },
  __past: {
    columns: { user_id: id, target: number, closed: time },
    key: [],
    time: "closed",
    links: { user_id: "nützer" },
  },
} as const satisfies Record<string, TableSpec>;

const SPECS: Readonly<Record<string, TableSpec>> = TABLES;

/** The entity table of the random databases. */
export const ENTITY = "nützer";

/** Makes a database of rows. */
export function signalDatabase(rows: Rows): Database {
  const tables: Table[] = [];
  const schemas: TableSchema[] = [];
  for (const [name, spec] of Object.entries(SPECS)) {
    const cells = rows[name as TableName];
    tables.push(
      new Table(
        name,
        Object.entries(spec.columns).map(([column, { kind }]) =>
          columnOf(
            column,
            kind,
            cells.map((row) => row[column] ?? null),
          ),
        ),
      ),
    );
    schemas.push({
      name,
      columns: Object.entries(spec.columns).map(([column, { kind, stype, knownFrom }]) => ({
        name: column,
        kind,
        stype,
        unit: null,
        knownFrom: knownFrom ?? null,
      })),
      primaryKey: spec.key.length > 0 ? spec.key : null,
      timeColumn: spec.time ?? null,
      endTimeColumn: spec.end ?? null,
      foreignKeys: Object.entries(spec.links).map(([key, table]) => ({
        name: key,
        columns: key.split("+"),
        table,
      })),
    });
  }
  return new Database(tables, { tables: schemas });
}

function columnOf(name: string, kind: ColumnSpec["kind"], cells: readonly Row[string][]): Column {
  switch (kind) {
    case "number":
      return numberColumn(name, cells as (number | null)[]);
    case "string":
      return stringColumn(name, cells as (string | null)[]);
    case "boolean":
      return booleanColumn(name, cells as (boolean | null)[]);
    case "timestamp":
      return timestampColumn(
        name,
        (cells as (number | null)[]).map((step) => (step === null ? null : step * STEP)),
      );
    case "list":
      return listColumn(name, cells as (readonly string[] | null)[]);
    case "vector":
      return {
        kind: "vector",
        name,
        length: cells.length,
        dimension: 3,
        validity: null,
        values: Float32Array.from({ length: 3 * cells.length }, (_, i) => i / 7),
      };
  }
}

const maybe = <T>(value: fc.Arbitrary<T>, freq = 5): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null, freq });
const arbStep = fc.integer({ min: 0, max: LAST });
const arbKey = maybe(fc.integer({ min: 0, max: 4 }), 10);
const arbNumber = maybe(
  fc.oneof(fc.integer({ min: -4, max: 9 }), fc.constantFrom(0.25, 1e6, -1e-3)),
);
const arbCategory = maybe(fc.constantFrom("a", "b", "ç", "d"));
const arbItems = maybe(fc.uniqueArray(fc.constantFrom("p", "q", "r"), { maxLength: 3 }));

const ARBS: Readonly<Record<string, fc.Arbitrary<Row[string]>>> = {
  number: arbNumber,
  string: arbCategory,
  boolean: maybe(fc.boolean()),
  timestamp: maybe(arbStep, 7),
  list: arbItems,
};

/** Draws rows of all tables; keys are row numbers, so some are dangling. */
export function arbRows(most = 12): fc.Arbitrary<Rows> {
  const tables = Object.fromEntries(
    Object.entries(SPECS).map(([name, spec]) => [name, arbTable(name, spec, most)]),
  );
  return fc.record(tables) as unknown as fc.Arbitrary<Rows>;
}

function arbTable(name: string, spec: TableSpec, most: number): fc.Arbitrary<Row[]> {
  const cells = Object.fromEntries(
    Object.entries(spec.columns).map(([column, { kind, stype }]) => {
      if (stype === "id") return [column, arbKey];
      if (stype === "text") return [column, maybe(fc.constantFrom("", "hi", "Größe 🙂 ab"))];
      if (column === "level") return [column, maybe(fc.integer({ min: 1, max: 3 }))];
      return [column, ARBS[kind] ?? fc.constant(null)];
    }),
  );
  // Few entities with many rows each: windows, days and neighbours need them.
  const size = name === "events" ? 3 * most : name === ENTITY ? 5 : most;
  return fc
    .array(fc.record(cells), {
      minLength: name === ENTITY ? 1 : 0,
      maxLength: size,
      size: "max",
    })
    .map((rows) => rows.map((row, i) => withKey(row as Row, spec, i)));
}

/** Primary keys count up; of two columns the pair does. */
function withKey(row: Row, { key }: TableSpec, i: number): Row {
  if (key.length === 1) return { ...row, [key[0]!]: i };
  if (key.length === 2) return { ...row, [key[0]!]: i % 3, [key[1]!]: Math.floor(i / 3) };
  return row;
}

/** Draws seeds of the entity table, some stale, some without a time. */
export function arbSeeds(rows: number): fc.Arbitrary<Seeds> {
  const seed = fc.record({
    row: fc.integer({ min: 0, max: rows - 1 }),
    anchor: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -1, max: LAST + 2 }) },
      { weight: 1, arbitrary: fc.constant(Infinity) },
    ),
    lag: fc.constantFrom(0, 0, 0, 1, 5),
  });
  return fc.array(seed, { minLength: 1, maxLength: 4 }).map((seeds) => ({
    rows: Int32Array.from(seeds, ({ row }) => row),
    anchorTimes: Float64Array.from(seeds, ({ anchor }) => anchor * STEP),
    visibleTimes: Float64Array.from(seeds, ({ anchor, lag }) => (anchor - lag) * STEP),
  }));
}

/** A database with seeds. */
export interface SignalCase {
  readonly rows: Rows;
  readonly seeds: Seeds;
}

/** Draws a database with seeds. */
export function arbSignalCase(most?: number): fc.Arbitrary<SignalCase> {
  return arbRows(most).chain((rows) =>
    arbSeeds(rows[ENTITY].length).map((seeds) => ({ rows, seeds })),
  );
}

/** The columns of a table that say when its rows and cells are known. */
export function timesOf(table: string): {
  readonly time: string | null;
  readonly late: Readonly<Record<string, string>>;
} {
  const spec = SPECS[table]!;
  const late: Record<string, string> = {};
  for (const [name, { knownFrom }] of Object.entries(spec.columns)) {
    if (knownFrom !== undefined) late[name] = knownFrom;
  }
  if (spec.end !== undefined) late[spec.end] = spec.end;
  return { time: spec.time ?? null, late };
}

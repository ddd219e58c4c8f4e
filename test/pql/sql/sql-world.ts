/** Random databases for the SQL oracle: tables whose roles, keys, times and links vary, with few values so that ties are common. */
import fc from "fast-check";
import {
  booleanColumn,
  type Column,
  cellValue,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { at, databaseOf } from "../../support/shop.js";

/** Picks a value of an arbitrary; a run's picks shrink together. */
export type Pick = fc.GeneratorValue;

const HOUR = 3_600_000;
/** The time of the earliest rows, around the ends of months. */
export const ORIGIN: number = at("2024-01-29");

/** The type of a column, by which SQL type it has. */
export type Kind = "number" | "integer" | "text" | "digits" | "boolean" | "time" | "list";

/** A value as the rows hold it: times in milliseconds. */
export type Value = number | string | boolean | readonly string[] | null;

/** A table with its roles and rows. */
export interface World {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly kind: Kind }[];
  readonly rows: readonly (readonly Value[])[];
  readonly primaryKey: readonly string[] | null;
  readonly timeColumn: string | null;
  readonly endTimeColumn: string | null;
  readonly foreignKeys: Readonly<Record<string, string>>;
  readonly knownFrom: Readonly<Record<string, string>>;
}

/** A time that rows and anchors have; few of them, half a day apart. */
export function pickTime(g: Pick, steps = 40): number {
  return ORIGIN + g(fc.nat, { max: steps }) * 12 * HOUR;
}

/** Some anchors, at times of day at which months are clamped in different ways. */
export function pickAnchors(g: Pick): number[] {
  const length = g(fc.nat, { max: 9 }) === 0 ? 0 : 1 + g(fc.nat, { max: 3 });
  return Array.from({ length }, () => pickTime(g, 16) + 71 * HOUR);
}

function orNull<T>(g: Pick, value: () => T, share = 5): T | null {
  return g(fc.nat, { max: share - 1 }) === 1 ? null : value();
}

/** Picks tables: users with a referrer, items, events of a user, a guide and an item, details of events, notes of users. */
export function pickWorld(g: Pick): World[] {
  const is = (): boolean => g(fc.boolean);
  const composite = is();
  const textKeys = is();
  const digitKeys = is();
  const userKey = composite ? ["a", "b"] : ["id"];
  const itemKind: Kind = digitKeys ? "digits" : textKeys ? "text" : "integer";
  const userKind: Kind = textKeys && !composite ? "text" : "integer";
  const prefixed = (prefix: string): string[] => userKey.map((name) => `${prefix}_${name}`);
  const table = (
    name: string,
    columns: readonly (readonly [name: string, kind: Kind])[],
    maxRows: number,
    roles: Partial<World>,
  ): World => {
    const count = g(fc.nat, { max: 9 }) === 0 ? 0 : 1 + g(fc.nat, { max: maxRows - 1 });
    const keys = roles.primaryKey ?? [];
    const links = Object.keys(roles.foreignKeys ?? {}).flatMap((key) => key.split("+"));
    const rows = Array.from({ length: count }, (_, row) => {
      // Most rows have a key of their own, some that of another row or none.
      const own = g(fc.nat, { max: 7 }) === 0 ? g(fc.nat, { max: maxRows }) : row;
      return columns.map(([column, kind]) => {
        if (keys.includes(column)) return orNull(g, () => keyPart(own, kind, column), 12);
        if (!links.includes(column)) return orNull(g, () => pickCell(g, kind, column), 6);
        const most = column.startsWith("event") ? 14 : column.startsWith("item") ? 4 : 6;
        return orNull(g, () => keyPart(g(fc.nat, { max: most }), kind, column), 9);
      });
    });
    const none = { primaryKey: null, timeColumn: null, endTimeColumn: null };
    return {
      name,
      columns: columns.map(([name, kind]) => ({ name, kind })),
      rows,
      ...none,
      foreignKeys: {},
      knownFrom: {},
      ...roles,
    };
  };
  const keyColumns = (names: readonly string[]): (readonly [string, Kind])[] =>
    names.map((name, i) => [name, composite && i === 1 ? "text" : userKind] as const);
  const twoLinks = is();
  const detailKind = itemKind === "integer" && is() ? "text" : itemKind;
  return [
    table(
      "users",
      [
        ...keyColumns(userKey),
        ["joined", "time"],
        ["left", "time"],
        ["age", "integer"],
        ["country", "text"],
        ["premium", "boolean"],
        ["plan", "text"],
        ["upgraded", "time"],
        ["tags", "list"],
        ...keyColumns(prefixed("referrer")),
      ],
      8,
      {
        primaryKey: userKey,
        timeColumn: g(fc.nat, { max: 3 }) === 0 ? null : "joined",
        endTimeColumn: is() ? "left" : null,
        foreignKeys: { [prefixed("referrer").join("+")]: "users" },
        knownFrom: is() ? { plan: "upgraded" } : {},
      },
    ),
    table(
      "items",
      [
        ["sku", itemKind],
        ["price", "number"],
        ["category", "text"],
        ["launched", "time"],
      ],
      5,
      { primaryKey: ["sku"], timeColumn: is() ? "launched" : null },
    ),
    table(
      "events",
      [
        ["event_id", "integer"],
        ...keyColumns(prefixed("user")),
        ...(twoLinks ? keyColumns(prefixed("guide")) : []),
        ["item_id", itemKind],
        ["at", "time"],
        ["v", "number"],
        ["s", "text"],
        ["flag", "boolean"],
        ["due", "time"],
        ["result", "integer"],
        ["resolved_at", "time"],
        ["labels", "list"],
      ],
      25,
      {
        primaryKey: ["event_id"],
        timeColumn: g(fc.nat, { max: 5 }) === 0 ? null : "at",
        foreignKeys: {
          [prefixed("user").join("+")]: "users",
          ...(twoLinks && { [prefixed("guide").join("+")]: "users" }),
          item_id: "items",
        },
        knownFrom: { ...(is() && { result: "resolved_at" }), ...(is() && { item_id: "due" }) },
      },
    ),
    table(
      "details",
      [
        ["event_id", "integer"],
        ["item_id", detailKind],
        ["written", "time"],
        ["amount", "number"],
        ["word", "text"],
      ],
      15,
      {
        timeColumn: is() ? "written" : null,
        foreignKeys: { event_id: "events", item_id: "items" },
      },
    ),
    table("notes", [...keyColumns(prefixed("user")), ["stars", "integer"]], 6, {
      foreignKeys: { [prefixed("user").join("+")]: "users" },
    }),
  ];
}

const TEXTS = ["a", "ab", "b", "", "Ünï_%", "0", "B", "%"];
const DIGITS = ["9007199254740993", "9007199254740995", "90", "-5", "100", "7", "8", "9"];

/** The n-th key; of a composite key (a, b) its part. */
function keyPart(n: number, kind: Kind, column: string): Value {
  if (/(^|_)a$/.test(column)) return n >> 1;
  if (/(^|_)b$/.test(column)) return TEXTS[n & 1]!;
  if (kind === "integer") return n;
  if (kind === "digits") return DIGITS[n] ?? "77";
  // A text that points at keys that are numbers.
  return column === "item_id" || column === "sku" ? String(n) : (TEXTS[n] ?? "z");
}

function pickCell(g: Pick, kind: Kind, column: string): Value {
  switch (kind) {
    case "integer":
      return g(fc.nat, { max: 4 });
    case "number":
      return g(fc.constantFrom<number[]>, -1.5, 0, 0.25, 3, 7);
    case "text":
      return g(fc.constantFrom<string[]>, ...TEXTS);
    case "digits":
      return g(fc.constantFrom<string[]>, ...DIGITS);
    case "boolean":
      return g(fc.boolean);
    case "time":
      return (
        pickTime(g, column === "joined" || column === "launched" ? 8 : 40) +
        (column === "left" ? 10 * 24 * HOUR : 0)
      );
    case "list":
      return g(fc.subarray<string>, ["a", "b", "ab"]);
  }
}

/** Takes the tables of a database that was made otherwise. */
export function worldOf(db: Database): World[] {
  return db.schema.tables.map((schema) => {
    const { columns, numRows } = db.table(schema.name);
    return {
      ...schema,
      columns: columns.map((column) => ({ name: column.name, kind: kindOf(column) })),
      rows: Array.from({ length: numRows }, (_, row) =>
        columns.map((column) => cellValue(column, row) as Value),
      ),
      foreignKeys: {},
      knownFrom: {},
    };
  });
}

function kindOf(column: Column): Kind {
  switch (column.kind) {
    case "string":
      return column.int64 ? "digits" : "text";
    case "timestamp":
      return "time";
    case "vector":
      throw new Error("vectors have no SQL type here");
    default:
      return column.kind;
  }
}

/** Makes the database of relgraph. */
export function databaseOfWorld(world: readonly World[]): Database {
  const tables = world.map((table) => {
    const columns = table.columns.map(({ name, kind }, i): Column => {
      const cells = table.rows.map((row) => row[i]!);
      switch (kind) {
        case "number":
        case "integer":
          return numberColumn(name, cells as (number | null)[]);
        case "text":
          return stringColumn(name, cells as (string | null)[]);
        case "digits":
          return stringColumn(name, cells as (string | null)[], { int64: true });
        case "boolean":
          return booleanColumn(name, cells as (boolean | null)[]);
        case "time":
          return timestampColumn(name, cells as (number | null)[]);
        case "list":
          return listColumn(name, cells as (string[] | null)[]);
        default:
          throw new Error(`kind ${kind satisfies never}`);
      }
    });
    const { primaryKey, timeColumn, endTimeColumn, foreignKeys, knownFrom } = table;
    const roles = {
      ...(primaryKey && { primaryKey }),
      ...(timeColumn && { timeColumn }),
      ...(endTimeColumn && { endTimeColumn }),
    };
    return [table.name, { columns, ...roles, foreignKeys, knownFrom }] as const;
  });
  return databaseOf(Object.fromEntries(tables));
}

const TYPES: Readonly<Record<Kind, string>> = {
  number: "DOUBLE",
  integer: "BIGINT",
  text: "VARCHAR",
  digits: "BIGINT",
  boolean: "BOOLEAN",
  time: "TIMESTAMP",
  list: "VARCHAR[]",
};

/** Prints the statements that make the same tables in DuckDB. */
export function createTables(world: readonly World[]): string {
  return world
    .map(({ name, columns, rows }) => {
      const types = columns.map((column) => `${quote(column.name)} ${TYPES[column.kind]}`);
      const values = rows.map(
        (row) => `(${row.map((value, i) => literal(value, columns[i]!.kind)).join(", ")})`,
      );
      const insert =
        rows.length > 0 ? `INSERT INTO ${quote(name)} VALUES ${values.join(", ")};` : "";
      return `CREATE OR REPLACE TABLE ${quote(name)} (${types.join(", ")}); ${insert}`;
    })
    .join("\n");
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: Value, kind: Kind): string {
  if (value === null) return "NULL";
  if (kind === "time") return `make_timestamp(${(value as number) * 1000})`;
  if (typeof value === "string" && kind === "text") return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map((item) => `'${item}'`).join(", ")}]`;
  return String(value);
}

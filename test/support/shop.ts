/** The small shop that tests share: users with orders and visits, items without a time of their own. */
import { parseTime } from "../../src/core/time.js";
import {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../src/data/column.js";
import { Database } from "../../src/data/database.js";
import type { ColumnSchema, ForeignKey, Schema, TableSchema } from "../../src/data/schema.js";
import type { Stype } from "../../src/data/stype.js";
import { Table } from "../../src/data/table.js";

/** Settings of a hand-made table schema. */
export interface TableRoles {
  readonly primaryKey?: string | readonly string[];
  readonly timeColumn?: string;
  readonly endTimeColumn?: string;
  /** Column (several joined by `+`) to the table it points at. */
  readonly foreignKeys?: Readonly<Record<string, string>>;
  readonly stypes?: Readonly<Record<string, Stype>>;
  readonly units?: Readonly<Record<string, string>>;
  readonly knownFrom?: Readonly<Record<string, string>>;
}

/** Makes a table's schema from its columns and roles; stypes follow the kinds where not given. */
export function schemaOf(table: Table, roles: TableRoles): TableSchema {
  const primaryKey =
    roles.primaryKey === undefined
      ? null
      : typeof roles.primaryKey === "string"
        ? [roles.primaryKey]
        : roles.primaryKey;
  const foreignKeys = Object.entries(roles.foreignKeys ?? {}).map(
    ([name, to]): ForeignKey => ({ name, columns: name.split("+"), table: to }),
  );
  const keys = new Set([...(primaryKey ?? []), ...foreignKeys.flatMap((key) => key.columns)]);
  const columns = table.columns.map(
    (column): ColumnSchema => ({
      name: column.name,
      kind: column.kind,
      stype: roles.stypes?.[column.name] ?? (keys.has(column.name) ? "id" : defaultStype(column)),
      unit: roles.units?.[column.name] ?? null,
      knownFrom: roles.knownFrom?.[column.name] ?? null,
    }),
  );
  return {
    name: table.name,
    columns,
    primaryKey,
    timeColumn: roles.timeColumn ?? null,
    endTimeColumn: roles.endTimeColumn ?? null,
    foreignKeys,
  };
}

function defaultStype(column: Column): Stype {
  switch (column.kind) {
    case "number":
      return "numerical";
    case "boolean":
    case "string":
      return "categorical";
    case "timestamp":
      return "timestamp";
    case "list":
      return "multicategorical";
    case "vector":
      return "embedding";
  }
}

/** Tables by name: columns and what they are for. */
export type TableParts = Readonly<
  Record<string, { readonly columns: readonly Column[] } & TableRoles>
>;

/** Makes a database from columns and roles. */
export function databaseOf(tables: TableParts): Database {
  const made = Object.entries(tables).map(([name, { columns }]) => new Table(name, columns));
  const schema: Schema = {
    tables: made.map((table) => schemaOf(table, tables[table.name]!)),
  };
  return new Database(made, schema);
}

/** Milliseconds of an ISO date. */
export function at(text: string): number {
  const time = parseTime(text);
  if (time === null) throw new Error(`no time: ${text}`);
  return time;
}

/** A time column from ISO dates. */
export function times(name: string, values: readonly (string | null)[]): Column {
  return timestampColumn(
    name,
    values.map((text) => (text === null ? null : at(text))),
  );
}

/**
 * The shop: 4 users, 8 orders, 3 items, 4 visits, all in the first weeks of 2023.
 *
 * User 1 ordered on 1, 2, 3 and 4 January for 1, 2, 4 and 8; user 2 joined on 2 January 12:00; user 3 left on
 * 10 January; user 4 has no order.
 */
export function shop(): Database {
  return databaseOf(shopTables());
}

/**
 * The shop with what rarer queries need: staff who lead one another, stock with a key of two columns and deliveries of
 * it, calls between two users about a third, and weather that nothing links to.
 */
export function widerShop(): Database {
  return databaseOf({ ...shopTables(), ...widerTables() });
}

function shopTables(): TableParts {
  return {
    users: {
      columns: [
        numberColumn("id", [1, 2, 3, 4]),
        times("joined", ["2023-01-01", "2023-01-02 12:00", "2022-12-01", "2022-12-15"]),
        times("left", [null, null, "2023-01-10", null]),
        numberColumn("age", [30, null, 45, 20]),
        stringColumn("country", ["US", "DE", "US", null]),
        booleanColumn("premium", [true, false, null, false]),
        listColumn("tags", [["new", "vip"], [], ["vip"], null]),
        stringColumn("bio", ["likes tea", "likes coffee", null, "-"]),
      ],
      primaryKey: "id",
      timeColumn: "joined",
      endTimeColumn: "left",
      stypes: { bio: "text" },
    },
    items: {
      columns: [
        stringColumn("sku", ["A", "B", "C"]),
        numberColumn("price", [1.5, 2.5, 10]),
        stringColumn("category", ["food", "food", "tools"]),
      ],
      primaryKey: "sku",
      units: { price: "euros" },
    },
    orders: {
      columns: [
        numberColumn("order_id", [1, 2, 3, 4, 5, 6, 7, 8]),
        numberColumn("user_id", [1, 1, 1, 1, 2, 3, null, 99]),
        stringColumn("sku", ["A", "B", "A", "C", "A", null, "B", "B"]),
        times("ordered_at", [
          "2023-01-01",
          "2023-01-02",
          "2023-01-03",
          "2023-01-04",
          "2023-01-05",
          null,
          "2023-01-02",
          "2023-01-02",
        ]),
        numberColumn("amount", [1, 2, 4, 8, null, 5, 3, 3]),
        stringColumn("status", [
          "paid",
          "open",
          "paid",
          "returned",
          "paid",
          "open",
          "paid",
          "paid",
        ]),
        booleanColumn("gift", [false, true, null, true, false, false, false, true]),
      ],
      primaryKey: "order_id",
      timeColumn: "ordered_at",
      foreignKeys: { user_id: "users", sku: "items" },
      units: { amount: "euros" },
    },
    visits: {
      columns: [
        numberColumn("user_id", [1, 3, 4, 4]),
        numberColumn("guide_id", [3, 1, null, 1]),
        times("at", ["2023-01-06", "2023-01-07", "2023-01-08", "2023-01-03"]),
        numberColumn("minutes", [10, 20, 30, 40]),
      ],
      timeColumn: "at",
      foreignKeys: { user_id: "users", guide_id: "users" },
      units: { minutes: "minutes" },
    },
    returns: {
      columns: [
        numberColumn("order_id", [2, 4]),
        times("at", ["2023-01-09", "2023-01-11"]),
        stringColumn("reason", ["broken", "late"]),
      ],
      timeColumn: "at",
      foreignKeys: { order_id: "orders" },
    },
    notes: {
      columns: [numberColumn("user_id", [1, 1, 4]), numberColumn("stars", [5, 3, null])],
      foreignKeys: { user_id: "users" },
    },
  };
}

function widerTables(): TableParts {
  return {
    staff: {
      columns: [
        numberColumn("id", [1, 2, 3]),
        numberColumn("lead_id", [null, 1, 1]),
        times("hired", ["2022-01-01", "2023-01-02", "2023-01-09"]),
        numberColumn("salary", [9, 4, 5]),
        stringColumn("role", ["lead", "clerk", "clerk"]),
      ],
      primaryKey: "id",
      timeColumn: "hired",
      foreignKeys: { lead_id: "staff" },
    },
    stock: {
      columns: [
        stringColumn("sku", ["A", "A", "B"]),
        numberColumn("store", [1, 2, 1]),
        numberColumn("shelf", [7, 8, 9]),
      ],
      primaryKey: ["sku", "store"],
      foreignKeys: { sku: "items" },
    },
    deliveries: {
      columns: [
        stringColumn("sku", ["A", "A", "B", "B"]),
        numberColumn("store", [1, 2, 1, 1]),
        times("at", ["2023-01-02", "2023-01-03", "2023-01-03", "2023-01-09"]),
        numberColumn("pieces", [10, 20, 5, null]),
      ],
      timeColumn: "at",
      foreignKeys: { "sku+store": "stock" },
    },
    calls: {
      columns: [
        numberColumn("from_id", [1, 2, 4]),
        numberColumn("to_id", [2, 1, 1]),
        numberColumn("order_id", [1, 2, 5]),
        times("at", ["2023-01-03", "2023-01-04", "2023-01-08"]),
        numberColumn("minutes", [3, 1, 12]),
      ],
      timeColumn: "at",
      foreignKeys: { from_id: "users", to_id: "users", order_id: "orders" },
      units: { minutes: "minutes" },
    },
    weather: {
      columns: [times("day", ["2023-01-01", "2023-01-02"]), numberColumn("rain", [0, 3])],
      timeColumn: "day",
    },
  };
}

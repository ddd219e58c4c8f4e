/** Arbitrary small databases with everything that paths can meet: two links to one table, a table that points at itself, late cells and keys, composite keys, tables with and without times. */
import fc from "fast-check";
import {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { at, databaseOf, type TableRoles } from "../../support/shop.js";
import type { PlainDatabase, PlainTable, Row } from "./oracle.js";

/** Milliseconds of an hour. */
export const HOUR = 3_600_000;
/** The time from which rows are. */
export const ORIGIN = at("2024-01-29");

/** Few distinct times around the ends of months, so that ties and clamped windows are common. */
export const arbTime = fc.nat(40).map((step) => ORIGIN + step * 12 * HOUR);
const early = fc.nat(9).map((step) => ORIGIN + step * 12 * HOUR);
const orNull = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arb, { freq: 6 });
const seldomNull = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arb, { freq: 20 });
const mostlyNull = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 9 }, { arbitrary: arb, weight: 1 });

const text = fc.constantFrom("a", "ab", "b", "", "äb", "😀a");
const digits = fc.constantFrom("9007199254740993", "-1", "7", "10");
const number = fc.constantFrom(-1.5, 0, 0.25, 3, 7);
const list = fc.array(fc.constantFrom("x", "y", "z"), { maxLength: 3 });
const SKUS = ["A", "B", "C", "D", "E"];
const sku = fc.constantFrom(...SKUS);

const TABLES = {
  users: {
    id: seldomNull(fc.nat(6)),
    joined: seldomNull(early),
    left: mostlyNull(arbTime),
    age: orNull(fc.nat(4)),
    country: orNull(text),
    premium: orNull(fc.boolean()),
    plan: orNull(text),
    upgraded: orNull(arbTime),
    referrer: orNull(fc.nat(6)),
    tags: orNull(list),
  },
  items: {
    sku: seldomNull(sku),
    price: orNull(number),
    kind: orNull(text),
    added: seldomNull(early),
    code: orNull(digits),
  },
  events: {
    id: seldomNull(fc.nat(20)),
    user_id: seldomNull(fc.nat(6)),
    host_id: orNull(fc.nat(6)),
    sku: orNull(sku),
    at: seldomNull(arbTime),
    v: orNull(number),
    s: orNull(text),
    flag: orNull(fc.boolean()),
    due: orNull(arbTime),
    result: orNull(fc.nat(3)),
    resolved_at: seldomNull(arbTime),
    tags: orNull(list),
    code: orNull(digits),
  },
  details: {
    event_id: seldomNull(fc.nat(16)),
    qty: orNull(fc.nat(3)),
    note: orNull(text),
    logged: orNull(arbTime),
  },
  notes: { user_id: seldomNull(fc.nat(6)), sku: orNull(sku), stars: orNull(fc.nat(3)) },
  seats: {
    line: seldomNull(fc.nat(2)),
    place: seldomNull(fc.constantFrom("l", "r")),
    opened: seldomNull(early),
    grade: orNull(fc.nat(3)),
  },
  bookings: {
    line: seldomNull(fc.nat(2)),
    place: seldomNull(fc.constantFrom("l", "r")),
    user_id: orNull(fc.nat(6)),
    at: seldomNull(arbTime),
    price: orNull(number),
  },
} as const;
const SIZES: Readonly<Record<TableName, number>> = {
  users: 6,
  items: 5,
  events: 16,
  details: 14,
  notes: 8,
  seats: 7,
  bookings: 12,
};

/** The tables. */
export type TableName = keyof typeof TABLES;

/** What differs between the schemas. */
export interface Flags {
  readonly itemsTimed: boolean;
  readonly detailsTimed: boolean;
  /** Whether it becomes known late which item an event is for. */
  readonly lateKeys: boolean;
  /** Whether events are in the order of time. */
  readonly inOrder: boolean;
}

/** The flags of a schema. */
export const arbFlags: fc.Arbitrary<Flags> = fc.record({
  itemsTimed: fc.boolean(),
  detailsTimed: fc.boolean(),
  lateKeys: fc.boolean(),
  inOrder: fc.boolean(),
});

/** Rows of all tables. */
export type RichRows = Readonly<Record<TableName, readonly Row[]>>;

const names = Object.keys(TABLES) as TableName[];

/** Keys are distinct but for one row in seven or so. */
function withKeys(name: TableName, row: Row, i: number): Row {
  if (name === "users" || name === "events") {
    return row.id === null || row.id === 4 ? row : { ...row, id: i };
  }
  return name === "items" && row.sku !== null && row.sku !== "A" ? { ...row, sku: SKUS[i]! } : row;
}

/** Arbitrary rows of all tables. */
export const arbRows: fc.Arbitrary<RichRows> = fc.record(
  Object.fromEntries(
    names.map((name) => [
      name,
      fc
        .array(fc.record(TABLES[name] as Record<string, fc.Arbitrary<Row[string]>>), {
          minLength: Math.floor(SIZES[name] / 2),
          maxLength: SIZES[name],
          size: "max",
        })
        .map((rows) => rows.map((row, i) => withKeys(name, row, i))),
    ]),
  ),
) as unknown as fc.Arbitrary<RichRows>;

/** Keys, times and links of the tables. */
export function rolesOf(flags: Flags): Readonly<Record<TableName, TableRoles>> {
  return {
    users: {
      primaryKey: "id",
      timeColumn: "joined",
      endTimeColumn: "left",
      foreignKeys: { referrer: "users" },
      knownFrom: { plan: "upgraded" },
    },
    items: { primaryKey: "sku", ...(flags.itemsTimed && { timeColumn: "added" }) },
    events: {
      primaryKey: "id",
      timeColumn: "at",
      foreignKeys: { user_id: "users", host_id: "users", sku: "items" },
      knownFrom: { result: "resolved_at", ...(flags.lateKeys && { sku: "due" }) },
    },
    details: {
      foreignKeys: { event_id: "events" },
      ...(flags.detailsTimed && { timeColumn: "logged" }),
    },
    notes: { foreignKeys: { user_id: "users", sku: "items" } },
    seats: { primaryKey: ["line", "place"], timeColumn: "opened" },
    bookings: {
      timeColumn: "at",
      foreignKeys: { "line+place": "seats", user_id: "users" },
    },
  };
}

const TIMES: ReadonlySet<string> = new Set([
  "joined",
  "left",
  "upgraded",
  "added",
  "at",
  "due",
  "resolved_at",
  "logged",
  "opened",
]);
const TEXTS: ReadonlySet<string> = new Set([
  "country",
  "plan",
  "sku",
  "kind",
  "s",
  "note",
  "place",
]);

function columnOf(name: string, rows: readonly Row[]): Column {
  const values = rows.map((row) => row[name]!);
  if (TIMES.has(name)) return timestampColumn(name, values as number[]);
  if (TEXTS.has(name)) return stringColumn(name, values as string[]);
  if (name === "code") return stringColumn(name, values as string[], { int64: true });
  if (name === "tags") return listColumn(name, values as string[][]);
  if (name === "premium" || name === "flag") return booleanColumn(name, values as boolean[]);
  return numberColumn(name, values as number[]);
}

/** Makes the database and its plain twin. */
export function build(rows: RichRows, flags: Flags): { db: Database; plain: PlainDatabase } {
  const roles = rolesOf(flags);
  const ordered: RichRows = {
    ...rows,
    events: flags.inOrder
      ? rows.events
          .filter((row) => row.at !== null)
          .toSorted((a, b) => (a.at as number) - (b.at as number))
      : rows.events,
  };
  const db = databaseOf(
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          ...roles[name],
          columns: Object.keys(TABLES[name]).map((column) => columnOf(column, ordered[name])),
        },
      ]),
    ),
  );
  const plain = Object.fromEntries(
    names.map((name): [string, PlainTable] => {
      const { primaryKey, timeColumn, endTimeColumn, knownFrom } = roles[name];
      const table = {
        rows: ordered[name],
        time: timeColumn ?? null,
        end: endTimeColumn ?? null,
        key: primaryKey === undefined ? [] : [primaryKey].flat(),
        knownFrom: knownFrom ?? {},
        int64: ["code"],
      };
      return [name, table];
    }),
  );
  return { db, plain };
}

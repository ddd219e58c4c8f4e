/** Random databases that grow: tables with and without times, peers, rows that refer to their own table, keys that are null or lead nowhere. */
import fc from "fast-check";
import { createRng, type Rng } from "../../src/core/random.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { numberColumn, stringColumn, timestampColumn } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { Table, type TableRecord } from "../../src/data/table.js";
import { at, databaseOf, type TableParts } from "./shop.js";

/** A day, counted from the beginning of 2024. */
export function dayOf(count: number): number {
  return at("2024-01-01") + count * MS_PER_DAY;
}

/** Where things lie in time: rows of the first state, then appended ones, then the moment of prediction. */
export const SINCE = dayOf(60);
export const ANCHOR = dayOf(70);

/** What fills a column. */
type Fill =
  | { readonly kind: "key" }
  /** A row of a table; 9999 is nobody. */
  | { readonly kind: "to"; readonly table: string }
  | { readonly kind: "time" }
  /** Some days after the row's time, or never. */
  | { readonly kind: "end" }
  | { readonly kind: "number" }
  | { readonly kind: "text" };

interface GrowthTable {
  readonly columns: Readonly<Record<string, Fill>>;
  readonly rows: number;
  readonly end?: string;
  readonly knownFrom?: Readonly<Record<string, string>>;
}

/** A schema with its rows to be. */
export type GrowthSchema = Readonly<Record<string, GrowthTable>>;

const [key, time, end, number, text] = (["key", "time", "end", "number", "text"] as const).map(
  (kind) => ({ kind }),
) as [Fill, Fill, Fill, Fill, Fill];
const to = (table: string): Fill => ({ kind: "to", table });

/** Users without times in regions, who refer to one another; orders of items, returned later; notes that nothing points at. */
export const SHOP: GrowthSchema = {
  regions: { columns: { id: key, size: number }, rows: 6 },
  users: {
    columns: { id: key, region: to("regions"), invited_by: to("users"), age: number },
    rows: 24,
  },
  items: { columns: { id: key, price: number, kind: text }, rows: 30 },
  orders: {
    columns: { id: key, user: to("users"), item: to("items"), at: time, amount: number },
    rows: 70,
  },
  returns: { columns: { order: to("orders"), at: time, why: text }, rows: 20 },
};

/** Everything has times; tickets are solved later, users leave. */
export const DESK: GrowthSchema = {
  companies: { columns: { id: key, founded: time, plan: text }, rows: 20 },
  users: {
    columns: { id: key, company: to("companies"), joined: time, left: end, age: number },
    rows: 40,
    end: "left",
  },
  tickets: {
    columns: {
      id: key,
      user: to("users"),
      agent: to("users"),
      opened: time,
      solved: end,
      hours: number,
      kind: text,
    },
    rows: 80,
    end: "solved",
    knownFrom: { hours: "solved" },
  },
};

/**
 * Makes a first state: its rows have times up to SINCE, a few later than ANCHOR.
 *
 * @param early - whether rows may come before the rows that they refer to.
 */
export function firstState(schema: GrowthSchema, seed: number, size = 1, early = false): Database {
  const rng = createRng(seed);
  const counts = new Map(
    Object.entries(schema).map(([name, { rows }]) => [name, Math.max(2, Math.round(rows * size))]),
  );
  const tables = Object.entries(schema).map(([name, table]) => {
    const rows = Array.from({ length: counts.get(name)! }, (_, row) =>
      rowOf(table, row, rng, {
        known: (other) => counts.get(other)! + (early ? 3 : 0),
        time: () => (rng.int(40) === 0 ? dayOf(75) : dayOf(rng.next() * 60)),
      }),
    );
    return [name, partsOf(table, rows)] as const;
  });
  return databaseOf(Object.fromEntries(tables));
}

function partsOf(table: GrowthTable, rows: readonly TableRecord[]): TableParts[string] {
  const entries = Object.entries(table.columns);
  const columns = entries.map(([name, { kind }]) => {
    const values = rows.map((row) => row[name] ?? null);
    if (kind === "text") return stringColumn(name, values as (string | null)[]);
    return kind === "time" || kind === "end"
      ? timestampColumn(name, values as (number | null)[])
      : numberColumn(name, values as (number | null)[]);
  });
  const find = (kind: Fill["kind"]) => entries.find(([, fill]) => fill.kind === kind)?.[0];
  const [primaryKey, timeColumn] = [find("key"), find("time")];
  return {
    columns,
    ...(primaryKey !== undefined && { primaryKey }),
    ...(timeColumn !== undefined && { timeColumn }),
    ...(table.end !== undefined && { endTimeColumn: table.end }),
    ...(table.knownFrom && { knownFrom: table.knownFrom }),
    foreignKeys: Object.fromEntries(
      entries.flatMap(([name, fill]) => (fill.kind === "to" ? [[name, fill.table]] : [])),
    ),
  };
}

interface RowWorld {
  /** How many rows of a table a key may lead to. */
  readonly known: (table: string) => number;
  readonly time: () => number;
}

function rowOf(table: GrowthTable, row: number, rng: Rng, world: RowWorld): TableRecord {
  const time = rng.int(30) === 0 ? null : world.time();
  const cell = (fill: Fill): number | string | null => {
    switch (fill.kind) {
      case "key":
        return row;
      case "to": {
        const kind = rng.int(10);
        return kind === 0 ? null : kind === 1 ? 9999 : rng.int(world.known(fill.table));
      }
      case "time":
        return time;
      case "end":
        return time === null || rng.int(3) === 0 ? null : time + rng.int(15) * MS_PER_DAY;
      case "number":
        return rng.int(8) === 0 ? null : Math.round(rng.next() * 1000) / 8;
      case "text":
        return rng.int(8) === 0 ? null : ["a", "b", "c"][rng.int(3)]!;
    }
  };
  return Object.fromEntries(
    Object.entries(table.columns).map(([name, fill]) => [name, cell(fill)]),
  );
}

/** Rows that come, and how many with a key are corrected, by table. */
export interface Growth {
  readonly seed: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly corrected: Readonly<Record<string, number>>;
}

/** Appends rows with times in (SINCE, ANCHOR], some later still; they may refer to old rows and to each other. */
export function grow(db: Database, schema: GrowthSchema, { seed, rows }: Growth): Database {
  const rng = createRng(seed).split("growth");
  const sizes = (table: string): number => db.table(table).numRows + (rows[table] ?? 0);
  return Object.entries(schema).reduce((grown, [name, table]) => {
    const start = db.table(name).numRows;
    const added = Array.from({ length: rows[name] ?? 0 }, (_, i) =>
      rowOf(table, start + i, rng, {
        known: sizes,
        time: () => (rng.int(12) === 0 ? dayOf(72) : SINCE + (1 - rng.next()) * (ANCHOR - SINCE)),
      }),
    );
    return grown.append(name, new Table(name, partsOf(table, added)!.columns));
  }, db);
}

/** Puts other rows in the place of some old ones; of one state after the other. */
export function correct(db: Database, schema: GrowthSchema, { seed, corrected }: Growth): Database {
  const rng = createRng(seed).split("corrections");
  return Object.entries(schema).reduce((changed, [name, table]) => {
    const { numRows } = db.table(name);
    const isKeyed = db.tableSchema(name).primaryKey !== null;
    return Array.from({ length: isKeyed ? (corrected[name] ?? 0) : 0 }).reduce<Database>((last) => {
      const row = rowOf(table, rng.int(numRows), rng, {
        known: (other) => db.table(other).numRows,
        time: () => dayOf(rng.next() * 75),
      });
      const rows = new Table(name, partsOf(table, [row])!.columns);
      return last.append(name, rows, { onDuplicate: "replace" });
    }, changed);
  }, db);
}

/** Few new rows in some tables. */
export function arbGrowth(schema: GrowthSchema): fc.Arbitrary<Growth> {
  const counts = Object.keys(schema).map((name) => [
    name,
    fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  ]);
  const some = fc.record(Object.fromEntries(counts) as Record<string, fc.Arbitrary<number>>);
  return fc.record({ seed: fc.nat(1 << 30), rows: some, corrected: some });
}

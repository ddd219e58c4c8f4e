/** Random help desks for tests of time: users in companies with tickets that are solved later, and ways to change what is to come. */
import fc from "fast-check";
import { createRng, type Rng } from "../../src/core/random.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import {
  type Column,
  isValid,
  numberColumn,
  stringColumn,
  takeRows,
  timestampColumn,
} from "../../src/data/column.js";
import { Database } from "../../src/data/database.js";
import { knownTimes } from "../../src/data/known.js";
import { Table } from "../../src/data/table.js";
import { databaseOf } from "../support/shop.js";
import { day } from "./fixtures.js";

/** The last day on which something happens. */
export const LAST_DAY = 40;

/** Makes a help desk of some users from a seed. With ties half of the rows share few days. */
export function helpdesk(users: number, seed: number, ties = true): Database {
  const rng = createRng(seed);
  const when = (): number =>
    day(ties && rng.int(2) === 0 ? rng.int(LAST_DAY / 5) * 5 : rng.next() * LAST_DAY);
  const pick = <T>(...items: readonly T[]): T => items[rng.int(items.length)]!;
  const many = <T>(count: number, make: (row: number) => T): T[] =>
    Array.from({ length: count }, (_, row) => make(row));
  const someone = (): number => rng.int(users + 1);
  const companies = 3;
  const tickets = users * 6;
  const opened = many(tickets, () => (rng.int(30) === 0 ? null : when()));
  const solved = opened.map((time) =>
    time === null || rng.int(3) === 0 ? null : time + rng.int(20) * MS_PER_DAY,
  );
  const visits = users * 3;
  return databaseOf({
    companies: {
      columns: [
        numberColumn(
          "id",
          many(companies, (row) => row),
        ),
        timestampColumn(
          "founded",
          many(companies, () => when() - 20 * MS_PER_DAY),
        ),
        numberColumn(
          "size",
          many(companies, () => rng.int(100)),
        ),
      ],
      primaryKey: "id",
      timeColumn: "founded",
    },
    users: {
      columns: [
        numberColumn(
          "id",
          many(users, (row) => row),
        ),
        numberColumn(
          "company_id",
          many(users, () => pick<number | null>(0, 1, 2, 9, null)),
        ),
        timestampColumn(
          "joined",
          many(users, () => (ties ? pick(day(0), when()) : when() / 2 + day(0) / 2)),
        ),
        timestampColumn(
          "left",
          many(users, () => pick<number | null>(null, null, when())),
        ),
        numberColumn(
          "age",
          many(users, () => 20 + rng.int(50)),
        ),
        stringColumn(
          "country",
          many(users, () => pick("US", "DE", "FR", null)),
        ),
      ],
      primaryKey: "id",
      timeColumn: "joined",
      endTimeColumn: "left",
      foreignKeys: { company_id: "companies" },
    },
    tickets: {
      columns: [
        numberColumn(
          "id",
          many(tickets, (row) => row),
        ),
        numberColumn("user_id", many(tickets, someone)),
        timestampColumn("opened_at", opened),
        timestampColumn("solved_at", solved),
        numberColumn(
          "hours",
          many(tickets, () => Math.round(rng.next() * 100) / 10),
        ),
        stringColumn(
          "priority",
          many(tickets, () => pick("low", "high", "urgent")),
        ),
      ],
      primaryKey: "id",
      timeColumn: "opened_at",
      foreignKeys: { user_id: "users" },
      knownFrom: { solved_at: "solved_at", hours: "solved_at" },
    },
    visits: {
      columns: [
        numberColumn("user_id", many(visits, someone)),
        numberColumn("guide_id", many(visits, someone)),
        timestampColumn("at", many(visits, when)),
        numberColumn(
          "minutes",
          many(visits, () => rng.int(60)),
        ),
      ],
      timeColumn: "at",
      foreignKeys: { user_id: "users", guide_id: "users" },
    },
    notes: {
      columns: [
        numberColumn("user_id", many(users, someone)),
        numberColumn(
          "stars",
          many(users, () => rng.int(5)),
        ),
      ],
      foreignKeys: { user_id: "users" },
    },
  });
}

/** Draws help desks of 2 to 12 users. */
export function arbHelpdesk(ties = true): fc.Arbitrary<Database> {
  return fc
    .tuple(fc.integer({ min: 2, max: 12 }), fc.nat(1_000_000))
    .map(([users, seed]) => helpdesk(users, seed, ties));
}

/** Rows of a table that are known at a time; null times never are, tables without time always. */
export function knownRows(db: Database, name: string, time: number): number[] {
  const times = db.timeColumn(name);
  const rows = Array.from({ length: db.table(name).numRows }, (_, row) => row);
  return times ? rows.filter((row) => isValid(times, row) && times.values[row]! <= time) : rows;
}

/** Deletes every row later than a time, and every cell that is known later. */
export function deleteLater(db: Database, time: number): Database {
  return mapTables(db, (table) => {
    const rows = Int32Array.from(knownRows(db, table.name, time));
    return table.columns.map((column) => {
      const known = knownTimes(db, table.name, column.name);
      return takeRows(
        column,
        rows.map((row) => (known !== null && known[row]! > time ? -1 : row)),
      );
    });
  });
}

/**
 * Replaces everything later than a time: rows get other cells, links and later times, cells that are known later get
 * other values and later known times, and each table with time gets more such rows. Row numbers stay.
 */
export function changeLater(db: Database, time: number, seed: number): Database {
  const rng = createRng(seed);
  return mapTables(db, (table) => {
    const schema = db.tableSchema(table.name);
    if (schema.timeColumn === null || table.numRows === 0) return table.columns;
    const known = new Set(knownRows(db, table.name, time));
    const added = 1 + rng.int(4);
    const size = table.numRows + added;
    const any = (): number => rng.int(table.numRows);
    const later = (): number | null =>
      rng.int(4) === 0 ? null : time + 1 + rng.int(30 * MS_PER_DAY);
    return table.columns.map((column) => {
      if (schema.primaryKey?.includes(column.name)) return withNewKeys(column, size);
      const knownLater = knownTimes(db, table.name, column.name);
      const changes = (row: number): boolean =>
        !known.has(row) || (knownLater !== null && knownLater[row]! > time);
      const isTime = column.name === schema.timeColumn || column.name === schema.endTimeColumn;
      const isSource = schema.columns.some(({ knownFrom }) => knownFrom === column.name);
      if (column.kind === "timestamp" && (isTime || isSource)) {
        return timestampColumn(
          column.name,
          Array.from({ length: size }, (_, row) => {
            if (row < table.numRows && !changes(row)) {
              return isValid(column, row) ? column.values[row]! : null;
            }
            return later();
          }),
        );
      }
      return takeRows(
        column,
        Int32Array.from({ length: size }, (_, row) =>
          row < table.numRows && !changes(row) ? row : any(),
        ),
      );
    });
  });
}

function withNewKeys(column: Column, size: number): Column {
  if (column.kind !== "number") throw new Error("keys are numbers here");
  return numberColumn(
    column.name,
    Array.from({ length: size }, (_, row) => column.values[row] ?? 1000 + row),
  );
}

function mapTables(db: Database, columnsOf: (table: Table) => readonly Column[]): Database {
  return new Database(
    db.tables.map((table) => new Table(table.name, columnsOf(table))),
    db.schema,
  );
}

/** Shuffles the rows of every table with time; `movedTo` finds where a row has gone. */
export function permuteRows(
  db: Database,
  rng: Rng,
): { readonly db: Database; readonly movedTo: (table: string, row: number) => number } {
  const orders = new Map<string, Int32Array>();
  const permuted = mapTables(db, (table) => {
    const order = Int32Array.from({ length: table.numRows }, (_, row) => row);
    if (db.tableSchema(table.name).timeColumn === null) return table.columns;
    for (let i = order.length - 1; i > 0; i--) {
      const j = rng.int(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    orders.set(table.name, order);
    return table.columns.map((column) => takeRows(column, order));
  });
  return { db: permuted, movedTo: (table, row) => orders.get(table)!.indexOf(row) };
}

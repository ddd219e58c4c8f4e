/** Data for the signals benchmark, made from a seed: firms with plans, their users, and the users' events and tickets. */
import { createSeeds, type Seeds } from "../graph/index.js";
import type { Rng } from "../src/core/random.js";
import { MS_PER_DAY } from "../src/core/time.js";
import {
  type Column,
  numberColumn,
  type StringColumn,
  timestampColumn,
} from "../src/data/column.js";
import { Database } from "../src/data/database.js";
import type { TableSchema } from "../src/data/schema.js";
import { Table } from "../src/data/table.js";

const START = Date.UTC(2024, 0, 1);
const DAYS = 390;
/** When plans are made. */
export const SIGNALS_CUTOFF = START + 300 * MS_PER_DAY;

/**
 * Makes the database: a twentieth as many firms as users, a tenth as many tickets as events. Activity is skewed; times
 * are uniform and ascending; half of the tickets are closed.
 *
 * @param users - number of users.
 * @param events - number of events.
 * @param rng - the random stream.
 */
export function signalsDatabase(users: number, events: number, rng: Rng): Database {
  const firms = Math.max(1, Math.floor(users / 20));
  const tickets = Math.max(1, Math.floor(events / 10));
  const owner = (): number => Math.floor(users * rng.next() ** 1.5);
  const opened = ascending(tickets);
  const closed = opened.map((time) =>
    rng.int(2) === 0 ? Number.NaN : time + Math.floor(rng.next() * 20 * MS_PER_DAY),
  );
  return database([
    table("firms", [
      numbers("id", firms, (i) => i),
      categories("plan", firms, ["free", "team", "large"], rng),
    ]),
    table("users", [
      numbers("id", users, (i) => i),
      numbers("firms_id", users, () => rng.int(firms)),
      timestampColumn(
        "at",
        Float64Array.from({ length: users }, () => START + rng.int(200) * MS_PER_DAY),
      ),
      categories("role", users, ["admin", "editor", "viewer"], rng),
    ]),
    table("events", [
      numbers("id", events, (i) => i),
      numbers("users_id", events, owner),
      timestampColumn("at", ascending(events)),
      numberColumn(
        "minutes",
        Float64Array.from({ length: events }, () => Math.exp(rng.normal())),
      ),
      numbers("errors", events, () => rng.int(3)),
      categories("device", events, ["web", "ios", "android", "api"], rng),
      categories("kind", events, [..."abcdefghi"], rng),
    ]),
    table("tickets", [
      numbers("id", tickets, (i) => i),
      numbers("users_id", tickets, owner),
      timestampColumn("at", opened),
      timestampColumn("closed_at", closed),
      categories("priority", tickets, ["low", "normal", "high"], rng),
    ]),
  ]);
}

/** Makes seeds for {@link signalsDatabase}: any user at one of five anchors 30 days apart. */
export function signalsSeeds(users: number, count: number, rng: Rng): Seeds {
  return createSeeds({
    entityRows: Int32Array.from({ length: count }, () => rng.int(users)),
    anchorTimes: Float64Array.from(
      { length: count },
      (_, i) => START + (180 + 30 * (i % 5)) * MS_PER_DAY,
    ),
  });
}

interface Draft {
  readonly table: Table;
  readonly schema: TableSchema;
}

/** Columns named `…_id` are keys to the table of that name, `at` is the time, `closed_at` is known when it has come. */
function table(name: string, columns: readonly Column[]): Draft {
  const keys = columns.filter((column) => column.name.endsWith("_id"));
  return {
    table: new Table(name, columns),
    schema: {
      name,
      columns: columns.map((column) => ({
        name: column.name,
        kind: column.kind,
        stype: stypeOf(column),
        unit: null,
        knownFrom: column.name === "closed_at" ? "closed_at" : null,
      })),
      primaryKey: ["id"],
      timeColumn: columns.some((column) => column.name === "at") ? "at" : null,
      endTimeColumn: null,
      foreignKeys: keys.map((key) => ({
        name: key.name,
        columns: [key.name],
        table: key.name.slice(0, -"_id".length),
      })),
    },
  };
}

function stypeOf({ name, kind }: Column): TableSchema["columns"][number]["stype"] {
  if (name.endsWith("id")) return "id";
  return kind === "string" ? "categorical" : kind === "timestamp" ? "timestamp" : "numerical";
}

function database(drafts: readonly Draft[]): Database {
  return new Database(
    drafts.map((draft) => draft.table),
    { tables: drafts.map(({ schema }) => schema) },
  );
}

function ascending(count: number): Float64Array {
  const step = (DAYS * MS_PER_DAY) / count;
  return Float64Array.from({ length: count }, (_, i) => START + Math.floor(i * step));
}

function numbers(name: string, count: number, value: (row: number) => number): Column {
  const values = new Int32Array(count);
  for (let row = 0; row < count; row++) values[row] = value(row);
  return numberColumn(name, values);
}

function categories(
  name: string,
  count: number,
  dictionary: readonly string[],
  rng: Rng,
): StringColumn {
  const codes = new Int32Array(count);
  for (let row = 0; row < count; row++) codes[row] = rng.int(dictionary.length);
  return { kind: "string", name, length: count, codes, dictionary, validity: null, int64: false };
}

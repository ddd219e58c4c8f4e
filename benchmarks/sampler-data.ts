/** Data for the sampler benchmark, made from a seed: users with sessions, and a racing database of rel-f1's size. */
import { createSeeds, type Seeds } from "../graph/index.js";
import type { Rng } from "../src/core/random.js";
import { MS_PER_DAY } from "../src/core/time.js";
import { type Column, numberColumn, timestampColumn } from "../src/data/column.js";
import { Database } from "../src/data/database.js";
import type { Schema } from "../src/data/schema.js";
import { Table } from "../src/data/table.js";

const START_2024 = Date.UTC(2024, 0, 1);
const SESSION_SPAN = Date.UTC(2025, 1, 1) - START_2024;

/** Columns of a table to be: `id` and links are row numbers, `at` is the time. */
interface Draft {
  readonly rows: number;
  readonly at?: Float64Array;
  readonly links?: Readonly<Record<string, Int32Array>>;
}

/**
 * Makes users and their sessions: activity is log-normal (sigma 1.2), times are uniform over 13 months and ascending.
 *
 * @param users - number of users.
 * @param events - number of sessions.
 * @param rng - the random stream.
 */
export function sessionsDatabase(users: number, events: number, rng: Rng): Database {
  const cumulative = new Float64Array(users + 1);
  for (let u = 0; u < users; u++) {
    cumulative[u + 1] = cumulative[u]! + Math.exp(1.2 * rng.normal());
  }
  const owner = new Int32Array(events);
  const at = new Float64Array(events + 1);
  for (let i = 0; i < events; i++) {
    owner[i] = Math.min(users - 1, indexOf(cumulative, rng.next() * cumulative[users]!));
    at[i + 1] = at[i]! - Math.log(1 - rng.next());
  }
  // Exponential gaps, scaled to the span, are sorted uniform times.
  const scale = SESSION_SPAN / at[events]!;
  for (let i = 0; i <= events; i++) at[i] = START_2024 + Math.floor(at[i]! * scale);
  return database({
    users: { rows: users },
    sessions: { rows: events, at: at.subarray(1), links: { users: owner } },
  });
}

/** Draws seeds for {@link sessionsDatabase}: any user at one of 12 anchors 30 days apart. */
export function sessionSeeds(users: number, count: number, rng: Rng): Seeds {
  return createSeeds({
    entityRows: Int32Array.from({ length: count }, () => rng.int(users)),
    anchorTimes: Float64Array.from(
      { length: count },
      () => START_2024 + 30 * MS_PER_DAY * rng.int(12),
    ),
  });
}

/** A racing database and training seeds of its drivers. */
export interface Racing {
  readonly db: Database;
  readonly seeds: Seeds;
}

/**
 * Makes a racing database in the shape and size of rel-f1: 9 tables, 13 foreign keys, some 90 K rows, 74 seasons of
 * races with results, standings and qualifying; and seeds: drivers who raced within a year, every 60 days up to 2004.
 *
 * @param seedCount - how many seeds to draw.
 * @param rng - the random stream.
 */
export function racingDatabase(seedCount: number, rng: Rng): Racing {
  const columns = {
    races: { at: [] as number[], circuits: [] as number[] },
    results: entries(),
    standings: entries(),
    qualifying: entries(),
    constructor_results: entries(),
    constructor_standings: entries(),
  };
  const active = Array.from({ length: 36 }, (_, driver) => ({ driver, team: driver % 14 }));
  const lastRaces: { driver: number; at: number }[] = [];
  let drivers = active.length;
  let teams = 14;
  for (let year = 1950; year < 2024; year++) {
    for (const slot of active) {
      if (rng.next() < 0.22) slot.driver = drivers++;
      if (rng.next() < 0.06) slot.team = teams++;
    }
    const races = Math.round(8 + (14 * (year - 1950)) / 74);
    for (let r = 0; r < races; r++) {
      const race = columns.races.at.length;
      const at = Date.UTC(year, 2, 1) + Math.floor((r * 260) / races) * MS_PER_DAY;
      columns.races.at.push(at);
      columns.races.circuits.push(rng.int(77));
      const entered = new Set<number>();
      for (const { driver, team } of active) {
        if (rng.next() < 0.36) continue;
        columns.results.add(at, race, team, driver);
        if (year >= 1994 && rng.next() < 0.8)
          columns.qualifying.add(at - MS_PER_DAY, race, team, driver);
        lastRaces.push({ driver, at });
        entered.add(team);
      }
      for (const { driver } of active.slice(0, 30)) columns.standings.add(at, race, 0, driver);
      for (const team of entered) columns.constructor_results.add(at, race, team, 0);
      for (const team of entered) columns.constructor_standings.add(at, race, team, 0);
    }
  }
  const draft = (
    table: Entries,
    ...names: readonly ("races" | "constructors" | "drivers")[]
  ): Draft => ({
    rows: table.at.length,
    at: Float64Array.from(table.at),
    links: Object.fromEntries(names.map((name) => [name, Int32Array.from(table[name])])),
  });
  const { races } = columns;
  const db = database({
    circuits: { rows: 77 },
    constructors: { rows: teams },
    drivers: { rows: drivers },
    races: {
      rows: races.at.length,
      at: Float64Array.from(races.at),
      links: { circuits: Int32Array.from(races.circuits) },
    },
    results: draft(columns.results, "races", "constructors", "drivers"),
    standings: draft(columns.standings, "races", "drivers"),
    qualifying: draft(columns.qualifying, "races", "constructors", "drivers"),
    constructor_results: draft(columns.constructor_results, "races", "constructors"),
    constructor_standings: draft(columns.constructor_standings, "races", "constructors"),
  });
  const candidates = lastRaces.filter(({ at }) => at < Date.UTC(2004, 0, 1));
  const picks = Array.from({ length: seedCount }, () => candidates[rng.int(candidates.length)]!);
  const seeds = createSeeds({
    entityRows: Int32Array.from(picks, ({ driver }) => driver),
    anchorTimes: Float64Array.from(
      picks,
      ({ at }) => Math.ceil(at / (60 * MS_PER_DAY)) * 60 * MS_PER_DAY,
    ),
  });
  return { db, seeds };
}

interface Entries {
  readonly at: number[];
  readonly races: number[];
  readonly constructors: number[];
  readonly drivers: number[];
  add(at: number, race: number, team: number, driver: number): void;
}

function entries(): Entries {
  const table = { at: [], races: [], constructors: [], drivers: [] } as Omit<Entries, "add">;
  return {
    ...table,
    add: (at, race, team, driver) => {
      table.at.push(at);
      table.races.push(race);
      table.constructors.push(team);
      table.drivers.push(driver);
    },
  };
}

function database(drafts: Readonly<Record<string, Draft>>): Database {
  const tables: Table[] = [];
  const schemas: Schema["tables"][number][] = [];
  for (const [name, { rows, at, links = {} }] of Object.entries(drafts)) {
    const ids = Int32Array.from({ length: rows }, (_, row) => row);
    const columns: Column[] = [
      numberColumn("id", ids),
      ...(at ? [timestampColumn("at", at)] : []),
      ...Object.entries(links).map(([parent, keys]) => numberColumn(`${parent}_id`, keys)),
    ];
    tables.push(new Table(name, columns));
    schemas.push({
      name,
      columns: columns.map((column) => ({
        name: column.name,
        kind: column.kind,
        stype: column.kind === "timestamp" ? "timestamp" : "numerical",
        unit: null,
        knownFrom: null,
      })),
      primaryKey: ["id"],
      timeColumn: at ? "at" : null,
      endTimeColumn: null,
      foreignKeys: Object.keys(links).map((parent) => ({
        name: `${parent}_id`,
        columns: [`${parent}_id`],
        table: parent,
      })),
    });
  }
  return new Database(tables, { tables: schemas });
}

/** Returns the last index whose cumulative weight is at most `value`. */
function indexOf(cumulative: Float64Array, value: number): number {
  let from = 0;
  let to = cumulative.length - 1;
  while (from < to) {
    const middle = (from + to + 1) >>> 1;
    if (cumulative[middle]! <= value) from = middle;
    else to = middle - 1;
  }
  return from;
}

/** The nine tables of RelBench's rel-f1: which file each comes from, its keys, links and columns. */

/** A column: its name, its SQL type and what it means to a model. */
export type ColumnSpec = readonly [
  name: string,
  type: "INTEGER" | "BIGINT" | "DOUBLE" | "VARCHAR" | "TIMESTAMP",
  stype: "numerical" | "categorical" | "text" | "timestamp" | "id",
];

/** A table of rel-f1. Columns follow the key and the links, in the order of the file; dropped ones are not listed. */
export interface TableSpec {
  readonly name: string;
  /** The CSV file, without its ending. */
  readonly file: string;
  readonly primaryKey: string;
  /** Column to the table it points at. */
  readonly foreignKeys: Readonly<Record<string, string>>;
  readonly columns: readonly ColumnSpec[];
  /** Days from the race's start to the row's `date`; `null` for tables without time. */
  readonly raceDays: number | null;
}

/**
 * The tables in the order of RelBench, which calls `driver_standings` just `standings`.
 *
 * @see relbench `datasets/f1.py` (the columns it drops, and its dates: qualifying is a day before the race).
 */
export const REL_F1_TABLES: readonly TableSpec[] = [
  {
    name: "races",
    file: "races",
    primaryKey: "raceId",
    foreignKeys: { circuitId: "circuits" },
    columns: [
      ["year", "INTEGER", "numerical"],
      ["round", "INTEGER", "numerical"],
      ["name", "VARCHAR", "categorical"],
      ["time", "VARCHAR", "categorical"],
    ],
    raceDays: 0,
  },
  {
    name: "circuits",
    file: "circuits",
    primaryKey: "circuitId",
    foreignKeys: {},
    columns: [
      ["circuitRef", "VARCHAR", "text"],
      ["name", "VARCHAR", "text"],
      ["location", "VARCHAR", "text"],
      ["country", "VARCHAR", "categorical"],
      ["lat", "DOUBLE", "numerical"],
      ["lng", "DOUBLE", "numerical"],
      ["alt", "DOUBLE", "numerical"],
    ],
    raceDays: null,
  },
  {
    name: "drivers",
    file: "drivers",
    primaryKey: "driverId",
    foreignKeys: {},
    columns: [
      ["driverRef", "VARCHAR", "text"],
      ["code", "VARCHAR", "categorical"],
      ["forename", "VARCHAR", "text"],
      ["surname", "VARCHAR", "text"],
      ["dob", "TIMESTAMP", "timestamp"],
      ["nationality", "VARCHAR", "categorical"],
    ],
    raceDays: null,
  },
  {
    name: "results",
    file: "results",
    primaryKey: "resultId",
    foreignKeys: { raceId: "races", driverId: "drivers", constructorId: "constructors" },
    columns: [
      ["number", "INTEGER", "categorical"],
      ["grid", "INTEGER", "numerical"],
      ["position", "INTEGER", "numerical"],
      ["positionOrder", "INTEGER", "numerical"],
      ["points", "DOUBLE", "numerical"],
      ["laps", "INTEGER", "numerical"],
      ["milliseconds", "BIGINT", "numerical"],
      ["fastestLap", "INTEGER", "numerical"],
      ["rank", "INTEGER", "numerical"],
      ["statusId", "INTEGER", "categorical"],
    ],
    raceDays: 0,
  },
  {
    name: "standings",
    file: "driver_standings",
    primaryKey: "driverStandingsId",
    foreignKeys: { raceId: "races", driverId: "drivers" },
    columns: [
      ["points", "DOUBLE", "numerical"],
      ["position", "INTEGER", "numerical"],
      ["wins", "INTEGER", "numerical"],
    ],
    raceDays: 0,
  },
  {
    name: "constructors",
    file: "constructors",
    primaryKey: "constructorId",
    foreignKeys: {},
    columns: [
      ["constructorRef", "VARCHAR", "text"],
      ["name", "VARCHAR", "text"],
      ["nationality", "VARCHAR", "categorical"],
    ],
    raceDays: null,
  },
  {
    name: "constructor_results",
    file: "constructor_results",
    primaryKey: "constructorResultsId",
    foreignKeys: { raceId: "races", constructorId: "constructors" },
    columns: [["points", "DOUBLE", "numerical"]],
    raceDays: 0,
  },
  {
    name: "constructor_standings",
    file: "constructor_standings",
    primaryKey: "constructorStandingsId",
    foreignKeys: { raceId: "races", constructorId: "constructors" },
    columns: [
      ["points", "DOUBLE", "numerical"],
      ["position", "INTEGER", "numerical"],
      ["wins", "INTEGER", "numerical"],
    ],
    raceDays: 0,
  },
  {
    name: "qualifying",
    file: "qualifying",
    primaryKey: "qualifyId",
    foreignKeys: { raceId: "races", driverId: "drivers", constructorId: "constructors" },
    columns: [
      ["number", "INTEGER", "categorical"],
      ["position", "INTEGER", "numerical"],
    ],
    raceDays: -1,
  },
];

/** Writes the settings of `schema.json` for all tables. */
export function relF1Schema(): {
  readonly tables: Record<
    string,
    {
      primaryKey: string;
      timeColumn: string | null;
      foreignKeys: Readonly<Record<string, string>>;
      stypes: Record<string, ColumnSpec[2]>;
    }
  >;
} {
  const entries = REL_F1_TABLES.map((table) => {
    const stypes = Object.fromEntries(table.columns.map(([name, , stype]) => [name, stype]));
    const timeColumn = table.raceDays === null ? null : "date";
    const { name, primaryKey, foreignKeys } = table;
    return [name, { primaryKey, timeColumn, foreignKeys, stypes }] as const;
  });
  return { tables: Object.fromEntries(entries) };
}

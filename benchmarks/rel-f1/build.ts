/** Rebuilds RelBench's rel-f1 from the Ergast CSV files, row for row, as Parquet files with their schema.json. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { REL_F1_TABLES, relF1Schema, type TableSpec } from "./tables.js";

/** The Ergast CSV files of the repository. */
export const F1_FILES = join(import.meta.dirname, "..", "data", "f1");

/** A table that was written. */
export interface WrittenTable {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Writes all nine tables over the whole time span. Keys are renumbered 0 … n − 1, tables with time by time, the others in
 * the order of their file; links follow. Dates are UTC; a race without a start time begins at midnight.
 *
 * @param out - the folder, made where it does not exist; files of the same names are replaced, each in one step.
 * @param files - the folder of the CSV files.
 * @returns what was written, in the order of RelBench.
 * @see relbench `datasets/f1.py` and `Dataset.get_db` (renumbering).
 */
export async function writeRelF1(out: string, files = F1_FILES): Promise<WrittenTable[]> {
  await mkdir(out, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    for (const table of REL_F1_TABLES) await connection.run(readSql(table, files));
    for (const table of REL_F1_TABLES) await connection.run(numberSql(table));
    const written: WrittenTable[] = [];
    for (const table of REL_F1_TABLES) written.push(await writeTable(connection, table, out));
    await replaceFile(join(out, "schema.json"), (path) =>
      writeFile(path, `${JSON.stringify(relF1Schema(), null, 2)}\n`),
    );
    return written;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Every cell as text, with the row's number in the file. */
function readSql(table: TableSpec, files: string): string {
  const path = text(join(files, `${table.file}.csv`));
  const csv = `read_csv(${path}, header = true, all_varchar = true, quote = '"', escape = '"', parallel = false)`;
  return `CREATE TABLE ${raw(table.name)} AS SELECT row_number() OVER () AS file_row, * FROM ${csv}`;
}

/** Old key to new key, with the row's date. */
function numberSql({ name, primaryKey, raceDays }: TableSpec): string {
  const date =
    raceDays === null
      ? "CAST(NULL AS TIMESTAMP)"
      : `CAST(race.date || ' ' || ${startTime("race")} AS TIMESTAMP) + INTERVAL (${raceDays}) DAYS`;
  const race = raceDays === null ? "" : `JOIN ${raw("races")} race ON race.raceId = own.raceId`;
  return `CREATE TABLE ${numbered(name)} AS
    SELECT old_key, date, row_number() OVER (ORDER BY date, file_row) - 1 AS new_key
    FROM (SELECT own.${primaryKey} AS old_key, own.file_row, ${date} AS date FROM ${raw(name)} own ${race})`;
}

async function writeTable(
  connection: DuckDBConnection,
  table: TableSpec,
  out: string,
): Promise<WrittenTable> {
  await replaceFile(join(out, `${table.name}.parquet`), async (path) => {
    await connection.run(
      `COPY (${selectSql(table)}) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  });
  const links = Object.keys(table.foreignKeys).length;
  const columns = 1 + links + table.columns.length + (table.raceDays === null ? 0 : 1);
  const count = await connection.runAndReadAll(`SELECT count(*) FROM ${raw(table.name)}`);
  return { name: table.name, rows: Number(count.getRows()[0]![0]), columns };
}

/** The table as it is written: new keys, links mapped to new keys, cells cast, then the date. */
function selectSql({ name, primaryKey, foreignKeys, columns, raceDays }: TableSpec): string {
  const links = Object.entries(foreignKeys);
  const selected = [
    `own_key.new_key AS ${quoted(primaryKey)}`,
    ...links.map(([column], i) => `link${i}.new_key AS ${quoted(column)}`),
    ...columns.map(([column, type]) => `${cellSql(name, column, type)} AS ${quoted(column)}`),
    ...(raceDays === null ? [] : ["own_key.date AS date"]),
  ];
  const joins = links.map(
    ([column, parent], i) =>
      `LEFT JOIN ${numbered(parent)} link${i} ON link${i}.old_key = own.${quoted(column)}`,
  );
  return `SELECT ${selected.join(", ")} FROM ${raw(name)} own
    JOIN ${numbered(name)} own_key ON own_key.old_key = own.${quoted(primaryKey)}
    ${joins.join("\n")} ORDER BY own_key.new_key`;
}

/** RelBench takes \N as a missing value in results and circuits only; that matters for the text of drivers.code. */
function cellSql(table: string, column: string, type: string): string {
  if (table === "races" && column === "time") return startTime("own");
  const cell = `own.${quoted(column)}`;
  if (type === "VARCHAR" && table !== "circuits") return cell;
  return `CAST(NULLIF(${cell}, '\\N') AS ${type})`;
}

function startTime(race: string): string {
  return `CASE ${race}.time WHEN '\\N' THEN '00:00:00' ELSE ${race}.time END`;
}

/** Writes beside and renames, so that no half file stands under the name. */
async function replaceFile(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  try {
    await write(beside);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

const raw = (table: string): string => quoted(`raw_${table}`);
const numbered = (table: string): string => quoted(`numbered_${table}`);
const quoted = (name: string): string => `"${name}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

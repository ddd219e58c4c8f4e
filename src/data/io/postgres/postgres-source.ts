/** A PostgreSQL database as a source: one read-only snapshot, rows by binary COPY. */
import type { Client } from "pg";
import { AbortedError, DataError, RelError } from "../../../core/errors.js";
import type { WorkOptions } from "../../../core/progress.js";
import type { ScanRange } from "../../event-scan.js";
import type { Source, SourceRequest, SourceTable } from "../../source.js";
import { Table } from "../../table.js";
import type { PostgresAddress } from "./address.js";
import { type CatalogTable, readCatalog } from "./catalog.js";
import { createCopyReader, runCopy } from "./copy.js";
import { postgresError } from "./errors.js";
import { createFieldSink } from "./fields.js";
import { fieldReadingOf } from "./types.js";

/** Rows between two progress events. */
const PULSE = 1_048_576;

/** All tables are read as of one moment, in UTC, and in the order in which they are stored. */
const SESSION = `
  BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL TimeZone = 'UTC';
  SET LOCAL DateStyle = 'ISO';
  SET LOCAL IntervalStyle = 'iso_8601';
  SET LOCAL synchronize_seqscans = off;
  SET LOCAL max_parallel_workers_per_gather = 0`;

/** A table's name in the database that is opened, with its place in the catalogue. */
interface NamedTable {
  readonly name: string;
  readonly entry: CatalogTable;
}

/**
 * Connects to a database.
 *
 * @param address - the address.
 * @param notes - takes remarks: columns that cannot be read.
 * @param options - cancellation.
 * @returns the source; whoever takes it closes it.
 * @throws {@link DataError} DAT233 to DAT238; AbortedError CFG900.
 */
export async function connectPostgres(
  address: PostgresAddress,
  notes: string[],
  options: WorkOptions,
): Promise<Source> {
  const { server, secrets } = address;
  const { signal } = options;
  const { default: pg } = await import("pg");
  const fail = (error: unknown, table?: string): RelError => {
    if (signal?.aborted) return new AbortedError(`reading ${server}`);
    return error instanceof RelError ? error : postgresError(error, { server, secrets, table });
  };
  let client: Client;
  try {
    client = new pg.Client({
      connectionString: address.url,
      application_name: "relgraph",
      connectionTimeoutMillis: 20_000,
      keepAlive: true,
    });
  } catch (error) {
    throw fail(error);
  }
  // Failures reach the queries that wait; without a listener they would end the process.
  client.on("error", () => {});
  const stop = (): void => void client.connection.stream.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  let ended = false;
  const close = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    signal?.removeEventListener("abort", stop);
    await client.end().catch(() => {});
  };
  let tables: readonly NamedTable[] = [];
  try {
    await client.connect();
    await client.query(SESSION);
    tables = nameTables(await readCatalog(client));
  } catch (error) {
    const failure = fail(error);
    await close();
    throw failure;
  }
  return {
    name: server,
    tables: async () => tables.map((table) => describe(table, tables)),
    async *rows(name, request, work) {
      const { entry } = tables.find((table) => table.name === name)!;
      try {
        yield await copyTable(client, name, entry, request, notes, work);
      } catch (error) {
        throw fail(error, name);
      }
    },
    close,
  };
}

/** The bare name where it is free, else `schema.table`; tables of the search path come first. */
function nameTables(catalog: readonly CatalogTable[]): readonly NamedTable[] {
  const taken = new Set<string>();
  return catalog.map((entry) => {
    const name = taken.has(entry.name) ? `${entry.schema}.${entry.name}` : entry.name;
    taken.add(name);
    return { name, entry };
  });
}

function describe({ name, entry }: NamedTable, all: readonly NamedTable[]): SourceTable {
  const links = entry.links.map(({ schema, table, columns, parentColumns }) => {
    const parent = all.find(({ entry: other }) => other.schema === schema && other.name === table);
    return {
      columns,
      parentColumns: parentColumns ?? [],
      table: parent?.name ?? `${schema}.${table}`,
    };
  });
  return {
    name,
    columns: entry.columns.map((column) => column.name),
    ...(entry.primaryKey && { primaryKey: entry.primaryKey }),
    ...(links.length > 0 && { foreignKeys: links }),
  };
}

async function copyTable(
  client: Client,
  name: string,
  entry: CatalogTable,
  { columns, range, limit }: SourceRequest,
  notes: string[],
  { onProgress }: WorkOptions,
): Promise<Table> {
  const wanted = entry.columns.filter((column) => columns.includes(column.name));
  if (wanted.length > 0 && wanted.every(({ readable }) => !readable)) {
    throw new DataError("DAT236", `\`${name}\` may not be read by this user`, {
      at: { table: name },
      hint: `ask for GRANT SELECT ON ${entry.schema}.${entry.name}, or leave the table out with \`exclude\` in the settings`,
    });
  }
  const planned = wanted.flatMap(({ name: column, type, readable }) => {
    const reading = readable ? fieldReadingOf(type) : null;
    if (reading) return [{ column, type, reading }];
    const why = readable ? `${type.name} cannot be read` : "this user may not read it";
    if (limit === null) notes.push(`\`${name}.${column}\` is left out: ${why}`);
    return [];
  });
  if (planned.length === 0) return new Table(name, []);
  const sinks = planned.map(({ column, reading: { kind, integer } }) =>
    createFieldSink(kind, column, integer),
  );
  const select = planned.map(({ column, reading }) => reading.sql(quoted(column)));
  const timed = range === null ? undefined : planned.find(({ column }) => column === range.column);
  const where = range && timed ? filterOf(timed.column, timed.type.name, range) : "";
  const end = limit === null ? "" : ` LIMIT ${limit}`;
  const from = `${quoted(entry.schema)}.${quoted(entry.name)}`;
  const reader = createCopyReader(sinks);
  let pulse = PULSE;
  await runCopy(
    client,
    `COPY (SELECT ${select.join(", ")} FROM ${from}${where}${end}) TO STDOUT (FORMAT binary)`,
    (bytes) => {
      reader.take(bytes);
      if (reader.rows < pulse) return;
      pulse += PULSE;
      const message = `${name}: ${reader.rows.toLocaleString("en-US")} rows`;
      onProgress?.({ stage: "load", message, done: reader.rows });
    },
  );
  if (!reader.ended) throw new Error("Connection terminated unexpectedly: rows are missing");
  planned.forEach(({ column }, c) => {
    const infinite = sinks[c]!.infinite?.() ?? 0;
    if (infinite === 0 || limit !== null) return;
    notes.push(`\`${name}.${column}\` holds ${infinite} infinite numbers: they are read as null`);
  });
  return new Table(
    name,
    sinks.map((sink) => sink.finish()),
  );
}

/** Times that every type holds. */
const EARLIEST = Date.UTC(1700, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

/** Writes a range as a filter that an index can answer; it may let through some rows more. */
function filterOf(column: string, type: string, { after, until }: ScanRange): string {
  if (type !== "timestamp" && type !== "timestamptz" && type !== "date") return "";
  const literal = (time: number): string => {
    const text = new Date(time).toISOString();
    return type === "date" ? `'${text.slice(0, 10)}'` : `'${text}'`;
  };
  const name = quoted(column);
  const parts: string[] = [];
  if (after > EARLIEST && after < LATEST) parts.push(`${name} >= ${literal(Math.floor(after))}`);
  if (until > EARLIEST && until < LATEST) parts.push(`${name} <= ${literal(Math.ceil(until))}`);
  return parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

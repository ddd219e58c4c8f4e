/** The embedded SQL engine: an in-memory DuckDB without network, loaded on first use. */
import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import type duckdbBindings from "@duckdb/node-bindings";
import { DataError } from "../../core/errors.js";

/** DuckDB's public low-level functions: raw bytes of vectors. */
export type Bindings = typeof duckdbBindings;

/** A row of a small result, values as JSON. */
export type JsonRow = Readonly<Record<string, unknown>>;

/** An open in-memory DuckDB. */
export interface Engine {
  readonly bindings: Bindings;
  readonly connection: DuckDBConnection;
  /** Runs a statement and returns all of its rows; for small results. */
  rows(sql: string): Promise<readonly JsonRow[]>;
  /** Runs a statement to its end, then gives out its chunks. */
  run(sql: string): Promise<DuckDBResult>;
  /** Runs a statement chunk by chunk. A failure on the way looks like the end: count the rows. */
  stream(sql: string): Promise<DuckDBResult>;
  close(): void;
}

/**
 * Loads DuckDB and opens an in-memory database that keeps row order, counts times in UTC and never downloads.
 *
 * @returns the engine; the caller closes it.
 * @throws {@link DataError} DAT214 if the native module cannot be loaded on this machine.
 */
export async function openEngine(): Promise<Engine> {
  let modules: Awaited<ReturnType<typeof loadModules>>;
  try {
    modules = await loadModules();
  } catch (cause) {
    throw new DataError("DAT214", "the native module of DuckDB cannot be loaded on this machine", {
      cause,
      hint: "install @duckdb/node-api for this platform; Parquet files can be read without it",
    });
  }
  const instance = await modules.DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    preserve_insertion_order: "true",
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    bindings: modules.bindings,
    connection,
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as JsonRow[],
    run: (sql) => connection.run(sql),
    stream: (sql) => connection.stream(sql),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function loadModules() {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const { default: bindings } = await import("@duckdb/node-bindings");
  return { DuckDBInstance, bindings };
}

/** Quotes a text for SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Quotes a name for SQL. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Writes a list of texts for SQL. */
export function sqlTexts(texts: readonly string[]): string {
  return `[${texts.map(sqlText).join(", ")}]`;
}

/** Returns the first line of an engine's error without its class. */
export function engineMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n")[0] ?? "").replace(/^[A-Z][A-Za-z ]* Error: /, "").trim();
}

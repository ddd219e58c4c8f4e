/** The interface of SQL engines: tables on shared storage, statements, results in batches, shards of Parquet. */
import type { Table } from "../data/table.js";

/** Options of a statement. */
export interface StatementOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How rows are spread over shards. */
export interface ShardOptions extends StatementOptions {
  /** How many shards, at least 1. */
  readonly shards: number;
  /** The column whose value says which shard a row belongs to: all rows of one value in one shard. */
  readonly by: string;
}

/**
 * An engine that holds the tables and runs statements where they lie.
 *
 * The same statement gives the same rows on all of them, in any order unless it sorts.
 */
export interface SqlEngine {
  readonly dialect: "duckdb" | "spark";
  /** What it is, for messages; without secrets. */
  readonly name: string;
  /**
   * Makes Parquet a table that statements can name.
   *
   * @param table - its name.
   * @param place - a file, a folder of files, or an address that the engine reads, such as `s3a://…`.
   * @throws ScaleError SCL210 if there is none.
   */
  mount(table: string, place: string): Promise<void>;
  /**
   * Runs a statement that gives no rows.
   *
   * @throws ScaleError SCL2xx; AbortedError CFG900.
   */
  run(sql: string, options?: StatementOptions): Promise<void>;
  /**
   * Runs a query.
   *
   * @returns its rows in batches; of a result without rows one batch that has its columns.
   * @throws ScaleError SCL2xx; AbortedError CFG900.
   */
  query(sql: string, options?: StatementOptions): AsyncIterable<Table>;
  /**
   * Writes the rows of a query as Parquet, `FOLDER/shard=K/*.parquet`, and a file `_SUCCESS` when all are there. Written
   * again it is the same: what a failed attempt left is replaced.
   *
   * @param sql - the query.
   * @param folder - where; seen by the engine under this name.
   * @throws ScaleError SCL2xx; AbortedError CFG900.
   */
  writeShards(sql: string, folder: string, options: ShardOptions): Promise<void>;
  close(): Promise<void>;
}

/**
 * Collects the rows of a query; for results that fit in memory.
 *
 * @returns the batches, at least one.
 */
export async function queryAll(
  engine: SqlEngine,
  sql: string,
  options: StatementOptions = {},
): Promise<Table[]> {
  const batches: Table[] = [];
  for await (const batch of engine.query(sql, options)) batches.push(batch);
  return batches;
}

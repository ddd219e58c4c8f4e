/** SparkEngine: statements on a Spark Connect server, results as Parquet or as Arrow. */
import type { Table as ArrowTable } from "apache-arrow";
import { RelError, ScaleError } from "../../core/errors.js";
import { tableFromArrow } from "../../data/arrow.js";
import { checkArrowBytes } from "../../data/io/arrow-messages.js";
import type { Table } from "../../data/table.js";
import { absolutePlace } from "../place.js";
import { quoteName, quoteText, withShard } from "../shard-sql.js";
import type { SqlEngine } from "../sql-engine.js";
import { connectSpark, type SparkConnect, type SparkOptions } from "./connect.js";

/** An SQL engine on Spark, and its session for whatever else is to be said to it. */
export interface SparkEngine extends SqlEngine {
  readonly dialect: "spark";
  readonly session: SparkConnect;
}

/** Rows of an Arrow batch: Spark's own 10,000 halve the speed. */
const BATCH_ROWS = 200_000;

const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ["spark.sql.session.timeZone", "UTC"],
  ["spark.sql.execution.arrow.maxRecordsPerBatch", String(BATCH_ROWS)],
  // What a failed attempt left behind is replaced.
  ["spark.sql.legacy.allowNonEmptyLocationInCTAS", "true"],
  // Division by zero and casts that fail give null, as in DuckDB.
  ["spark.sql.ansi.enabled", "false"],
];

/**
 * Opens a session on a Spark Connect server: times are UTC.
 *
 * @param address - such as `sc://host:15002/;token=…`.
 * @param options - time limits, retries, certificates.
 * @throws {@link ScaleError} SCL201 for no address, SCL202 if nobody answers, SCL203 if we are not let in.
 *
 * Source: Apache Spark SQL reference.
 */
export async function openSpark(address: string, options: SparkOptions = {}): Promise<SparkEngine> {
  const session = connectSpark(address, options);
  try {
    for (const [name, value] of SETTINGS) await session.command(`SET ${name}=${value}`);
  } catch (error) {
    await session.close();
    throw error;
  }
  let tables = 0;
  return {
    dialect: "spark",
    name: session.server,
    session,
    async mount(table, place) {
      const path = quoteText("spark", absolutePlace(place));
      const name = quoteName("spark", table);
      await session.command(
        `CREATE OR REPLACE TEMPORARY VIEW ${name} USING parquet OPTIONS (path ${path})`,
      );
    },
    run: (sql, { signal } = {}) => session.command(sql, signal),
    async *query(sql, { signal } = {}): AsyncGenerator<Table> {
      const { tableFromIPC } = await import("apache-arrow");
      for await (const bytes of session.query(sql, signal)) {
        yield readBatch(session.server, bytes, tableFromIPC);
      }
    },
    async writeShards(sql, folder, { shards, by, signal }) {
      // A table of a name of its own: it stays when it is dropped, since its files lie elsewhere.
      const name = `relgraph_shards_${process.pid}_${tables++}`;
      const rows = withShard("spark", sql, by, shards);
      const path = quoteText("spark", absolutePlace(folder));
      await session.command(`DROP TABLE IF EXISTS ${name}`, signal);
      await session.command(
        `CREATE TABLE ${name} USING parquet PARTITIONED BY (shard) LOCATION ${path} AS\n${rows}`,
        signal,
      );
      await session.command(`DROP TABLE ${name}`, signal);
    },
    close: () => session.close(),
  };
}

function readBatch(
  server: string,
  bytes: Uint8Array,
  tableFromIPC: (bytes: Uint8Array) => ArrowTable,
): Table {
  try {
    checkArrowBytes(bytes);
    return tableFromArrow("result", tableFromIPC(bytes));
  } catch (cause) {
    if (cause instanceof RelError) throw cause;
    const why = (cause as Error).message;
    throw new ScaleError("SCL204", `${server} sent rows that are no Arrow: ${why}`, {
      at: { file: server },
      hint: "check that the server is Spark 3.5 or newer",
      cause,
    });
  }
}

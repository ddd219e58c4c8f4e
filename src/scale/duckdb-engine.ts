/** DuckdbEngine: the SQL engine of one machine. */
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AbortedError, ScaleError } from "../core/errors.js";
import { type Engine, engineMessage, openEngine } from "../data/io/duckdb.js";
import { readRelation } from "../data/io/read-relation.js";
import type { Table } from "../data/table.js";
import { absolutePlace } from "./place.js";
import { quoteName, quoteText, withShard } from "./shard-sql.js";
import type { SqlEngine } from "./sql-engine.js";

/** An SQL engine in this process. */
export interface DuckdbEngine extends SqlEngine {
  readonly dialect: "duckdb";
}

/**
 * Opens DuckDB in memory; tables are read from their files at each statement.
 *
 * @throws {@link DataError} DAT214 if its native module cannot be loaded.
 */
export async function openDuckdb(): Promise<DuckdbEngine> {
  const engine = await openEngine();
  const run = async (sql: string, signal?: AbortSignal): Promise<void> => {
    await guarded(engine, signal, () => engine.connection.run(sql));
  };
  return {
    dialect: "duckdb",
    name: "DuckDB",
    async mount(table, place) {
      const files = await parquetFiles(absolutePlace(place));
      const from = `read_parquet([${files.map((file) => quoteText("duckdb", file)).join(", ")}])`;
      await run(`CREATE OR REPLACE VIEW ${quoteName("duckdb", table)} AS SELECT * FROM ${from}`);
    },
    run: (sql, { signal } = {}) => run(sql, signal),
    async *query(sql, { signal } = {}): AsyncGenerator<Table> {
      yield await guarded(engine, signal, async () => {
        const columns = await engine.rows(`DESCRIBE ${sql}`);
        const { table } = await readRelation(engine, {
          sql: `(${sql})`,
          table: "result",
          columns: columns.map(({ column_name: name, column_type: type }) => ({
            sqlName: String(name),
            name: String(name),
            type: String(type),
          })),
          rows: null,
        });
        return table;
      });
    },
    async writeShards(sql, folder, { shards, by, signal }) {
      const place = absolutePlace(folder);
      const partial = join(dirname(place), `.${process.pid}.partial`);
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      try {
        const rows = withShard("duckdb", sql, by, shards);
        const to = quoteText("duckdb", partial);
        await run(
          `COPY (${rows}) TO ${to} (FORMAT parquet, PARTITION_BY (shard), OVERWRITE_OR_IGNORE)`,
          signal,
        );
        await writeFile(join(partial, "_SUCCESS"), "");
        await rm(place, { recursive: true, force: true });
        await rename(partial, place);
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
    },
    async close() {
      engine.close();
    },
  };
}

async function guarded<T>(
  engine: Engine,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const stop = (): void => engine.connection.interrupt();
  if (signal?.aborted) throw new AbortedError("a statement");
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted) throw new AbortedError("a statement");
    throw new ScaleError("SCL204", `DuckDB refused a statement: ${engineMessage(cause)}`, {
      hint: "see the message of DuckDB",
      cause,
    });
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** The Parquet files of a place, in the order of their names; as Spark does, names that begin with `_` or `.` are left out. */
async function parquetFiles(place: string): Promise<string[]> {
  const info = await stat(place).catch(() => null);
  if (info?.isFile()) return [place];
  const names = info === null ? [] : await readdir(place, { recursive: true });
  const files = names.filter(
    (name) => name.endsWith(".parquet") && !name.split(/[/\\]/).some((part) => /^[._]/.test(part)),
  );
  if (files.length > 0) return files.sort().map((name) => join(place, name));
  throw new ScaleError("SCL210", `\`${place}\` holds no Parquet`, {
    at: { file: place },
    hint: "give a Parquet file, or a folder with some",
  });
}

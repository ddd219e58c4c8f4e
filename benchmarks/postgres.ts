/** Benchmark `postgres`: a table of a PostgreSQL database into columns, against the driver's own cursor, in one run. */
import pg from "pg";
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { ConfigError } from "../src/core/errors.js";
import { Database } from "../src/data/database.js";

const SCHEMA = "relgraph_bench";

/**
 * Makes a table of sessions in a schema of its own, reads it both ways, and drops it.
 *
 * @param options - `rows` of the table (5 million), `runs` of each way; the address comes from `RELGRAPH_POSTGRES`.
 * @throws {@link ConfigError} CFG606 without an address.
 */
export async function runPostgresBench(options: {
  readonly rows?: number;
  readonly runs?: number;
  readonly onLine?: (line: string) => void;
}): Promise<BenchReport> {
  const { rows = 5_000_000, runs = 3, onLine } = options;
  const url = process.env["RELGRAPH_POSTGRES"];
  if (url === undefined) {
    throw new ConfigError("CFG606", "no server is named to read from", {
      hint: "set RELGRAPH_POSTGRES to an address whose user may create a schema",
    });
  }
  await makeTable(url, rows);
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < runs; run++) {
      ours.push(rows / (await seconds(() => readColumns(url, rows))) / 1e6);
      theirs.push(rows / (await seconds(() => readCursor(url, rows))) / 1e6);
      onLine?.(
        `run ${run + 1}: ${ours[run]!.toFixed(2)} against ${theirs[run]!.toFixed(2)} Mrow/s`,
      );
    }
    const cursor = spread(theirs);
    const copy = spread(ours);
    const compared = {
      to: "cursor of pg",
      median: cursor.median,
      ratio: copy.median / cursor.median,
    };
    const results: BenchResult[] = [
      { name: "Database.open", unit: "Mrow/s", ...copy, compared },
      { name: "cursor of pg, rows as arrays", unit: "Mrow/s", ...cursor },
    ];
    return benchReport("postgres", "none", results);
  } finally {
    await withClient(url, (client) => client.query(`DROP SCHEMA ${SCHEMA} CASCADE`));
  }
}

async function makeTable(url: string, rows: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}`);
    await client.query(
      `CREATE TABLE ${SCHEMA}.sessions AS
       SELECT g AS session_id, 'U' || (g * 7919) % 200000 AS user_id,
         timestamptz '2024-01-01' + g * interval '1 second' AS started_at,
         (g % 1000)::float8 / 10 AS duration_min, (ARRAY['web', 'ios', 'android'])[1 + g % 3] AS platform
       FROM generate_series(1::bigint, ${rows}) g`,
    );
    await client.query(`ALTER TABLE ${SCHEMA}.sessions ADD PRIMARY KEY (session_id)`);
  });
}

async function readColumns(url: string, rows: number): Promise<void> {
  const db = await Database.open(url, { tables: ["sessions"] });
  if (db.table("sessions").numRows !== rows) throw new Error("not all rows came");
}

async function readCursor(url: string, rows: number): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("BEGIN READ ONLY");
    await client.query(`DECLARE c NO SCROLL CURSOR FOR SELECT * FROM ${SCHEMA}.sessions`);
    let read = 0;
    for (let count = -1; count !== 0; read += count) {
      const page = await client.query({ text: "FETCH 10000 FROM c", rowMode: "array" });
      count = page.rows.length;
    }
    if (read !== rows) throw new Error("not all rows came");
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/**
 * Files that are cut off, flipped or made to hurt: a reader gives a database or one of our errors, within bounds of time and memory.
 * `FUZZ=N` tries N changes of each file in place of 12.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { tableToIPC } from "apache-arrow";
import sqlite from "node-sqlite3-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { RelError } from "../../../../src/core/errors.js";
import { createRng, type Rng } from "../../../../src/core/random.js";
import { toArrow } from "../../../../src/data/arrow.js";
import { Database } from "../../../../src/data/database.js";
import { openEngine, sqlText } from "../../../../src/data/io/duckdb.js";
import { openStreamed } from "../../../../src/data/io/open-streamed.js";
import { nodeCodecs } from "../../../../src/data/io/parquet/codecs.js";
import { readParquetWithoutEngine } from "../../../../src/data/io/parquet-fallback.js";
import { readTable } from "../../../../src/data/io/read-table.js";
import { useFolders } from "./folder.js";

const CHANGES = Number(process.env["FUZZ"] ?? 12);
const folders = useFolders();
let root = "";
/** Names of whole files, of every format that is read. */
const files: string[] = [];

const ROWS = `SELECT i AS event_id, i % 7 AS user_id, TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS at,
  CASE WHEN i % 5 = 0 THEN NULL ELSE i * 0.37 END AS amount, 'a text of more than twelve bytes ' || (i % 11) AS note,
  i % 2 = 0 AS ok, CAST(i AS DECIMAL(12,2)) AS price, [i, i + 1] AS items FROM range(400) t(i)`;

beforeAll(async () => {
  root = await folders.make({});
  const engine = await openEngine();
  const run = (sql: string) => engine.connection.run(sql);
  const copy = async (name: string, options: string): Promise<void> => {
    await run(`COPY (${ROWS}) TO ${sqlText(join(root, name))} (${options})`);
    files.push(name);
  };
  for (const codec of ["snappy", "gzip", "zstd", "brotli", "uncompressed"]) {
    await copy(`${codec}.parquet`, `FORMAT parquet, CODEC ${codec}, ROW_GROUP_SIZE 128`);
  }
  await copy("v2.parquet", "FORMAT parquet, PARQUET_VERSION V2, CODEC snappy");
  await copy("a.csv", "FORMAT csv, HEADER");
  await copy("b.csv.gz", "FORMAT csv, HEADER, COMPRESSION gzip");
  await copy("c.ndjson", "FORMAT json");
  await copy("d.json", "FORMAT json, ARRAY true");
  await run(`ATTACH ${sqlText(join(root, "e.duckdb"))} AS e`);
  await run(`CREATE TABLE e.events AS ${ROWS}`);
  await run("DETACH e");
  engine.close();
  const db = new sqlite.Database(join(root, "f.sqlite"));
  db.exec("CREATE TABLE events (event_id INTEGER PRIMARY KEY, at TEXT, amount REAL, note BLOB)");
  for (let i = 0; i < 300; i++) {
    db.run("INSERT INTO events VALUES (?, '2024-01-01', ?, ?)", [i, i / 3, `text ${i}`]);
  }
  db.close();
  const arrow = await toArrow(await readTable(join(root, "snappy.parquet")));
  writeFileSync(join(root, "g.arrow"), tableToIPC(arrow, "file"));
  writeFileSync(join(root, "h.arrows"), tableToIPC(arrow, "stream"));
  files.push("e.duckdb", "f.sqlite", "g.arrow", "h.arrows");
});

/** Cuts a file off, flips bits, writes over a stretch, or puts one in. */
function changed(bytes: Buffer, rng: Rng): Buffer {
  const place = (): number => Math.floor(rng.next() * bytes.length);
  const kind = Math.floor(rng.next() * 4);
  if (kind === 0) return bytes.subarray(0, place());
  const copy = Buffer.from(bytes);
  if (kind === 1) {
    for (let k = 0; k <= rng.next() * 8; k++) copy[place()]! ^= 1 << Math.floor(rng.next() * 8);
    return copy;
  }
  if (kind === 2) {
    const from = place();
    return copy.fill(rng.next() < 0.5 ? 0 : 0xff, from, Math.min(from + 64, copy.length));
  }
  const from = place();
  return Buffer.concat([
    copy.subarray(0, from),
    copy.subarray(from >> 1, from),
    copy.subarray(from),
  ]);
}

/** Opens a file in every way; whatever is thrown that is no error of ours is let through. */
async function readAll(name: string, bytes: Uint8Array): Promise<void> {
  const folder = await folders.make({ [name]: bytes });
  const isFile = /\.(?:duckdb|sqlite)$/.test(name);
  const path = isFile ? join(folder, name) : folder;
  const ways = [
    () => Database.open(path),
    ...(/\.(?:ndjson|json|sqlite|arrows?)$/.test(name) ? [] : [() => stream(path, name)]),
    ...(/\.parquet$/.test(name)
      ? [
          () =>
            readParquetWithoutEngine(
              { table: "t", path: join(folder, name), format: "parquet" },
              [],
            ),
        ]
      : []),
  ];
  for (const way of ways) {
    try {
      await way();
    } catch (error) {
      if (!(error instanceof RelError) || error.code === "INT001") throw error;
    }
  }
}

async function stream(path: string, name: string): Promise<void> {
  const table = name.endsWith(".duckdb") ? "events" : name.replace(/\..*$/, "");
  const opened = await openStreamed(path, [table]);
  try {
    const columns = opened.db.tableSchema(table).columns.filter(({ kind }) => kind !== "list");
    const names = columns.map((column) => column.name);
    for await (const chunk of opened.scans[0]!.rows(names, null)) expect(chunk).toBeDefined();
  } finally {
    opened.close();
  }
}

describe("a file that was damaged", () => {
  for (const [i, name] of [
    ...["snappy", "gzip", "zstd", "brotli", "uncompressed", "v2"].map(
      (codec) => `${codec}.parquet`,
    ),
    ...["a.csv", "b.csv.gz", "c.ndjson", "d.json", "e.duckdb", "f.sqlite", "g.arrow", "h.arrows"],
  ].entries()) {
    it(
      `gives a database or an error of ours: ${name}`,
      async () => {
        expect(files).toContain(name);
        const bytes = readFileSync(join(root, name));
        for (let change = 0; change < CHANGES; change++) {
          const rng = createRng(1000 * i + change);
          const damaged = changed(bytes, rng);
          try {
            await readAll(name, damaged);
          } catch (error) {
            const kept = join(tmpdir(), `relgraph-hostile-${change}-${name}`);
            writeFileSync(kept, damaged);
            throw new Error(`${kept}: ${String(error)}`, { cause: error });
          }
        }
      },
      60_000 + CHANGES * 500,
    );
  }
});

describe("a file that was made to hurt", () => {
  const ours = async (name: string, bytes: Uint8Array): Promise<void> => {
    const before = process.memoryUsage().rss;
    await readAll(name, bytes);
    expect(process.memoryUsage().rss - before).toBeLessThan(1.5 * 2 ** 30);
  };

  it("is read or refused: JSON within JSON within JSON", async () => {
    await ours("deep.json", Buffer.from(`[{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}]`));
    await ours("deep.ndjson", Buffer.from(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}\n`));
    await ours("schema.json", Buffer.from("[".repeat(200_000)));
  }, 120_000);

  it("is read or refused: a line of 100 MB, and 5,000 columns", async () => {
    await ours(
      "long.csv",
      Buffer.concat([Buffer.from("a,b\n1,"), Buffer.alloc(1e8, 120), Buffer.from("\n")]),
    );
    const names = Array.from({ length: 5_000 }, (_, c) => `c${c}`).join(",");
    await ours("wide.csv", Buffer.from(`${names}\n${"1,".repeat(4_999)}1\n`));
  }, 120_000);

  it("is read or refused: a hundred kilobytes that unpack to 128 megabytes", async () => {
    const part = gzipSync(Buffer.concat([Buffer.from("a,b\n"), Buffer.alloc(2 ** 27, "1")]));
    await ours("bomb.csv.gz", part);
  }, 120_000);

  it("unpacks a page to no more than it says", () => {
    const zeros = Buffer.alloc(1 << 20);
    const codecs = nodeCodecs();
    expect(() => codecs.GZIP!(gzipSync(zeros), 1000)).toThrow();
    expect(() => codecs.BROTLI!(brotliCompressSync(zeros), 1000)).toThrow();
    expect(codecs.GZIP!(gzipSync(zeros), 1 << 20)).toHaveLength(1 << 20);
  });
});

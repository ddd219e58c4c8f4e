/** Parquet read past the engine against the same files read by the engine, over types, nulls and ways of writing. */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cellValue } from "../../../../../src/data/column.js";
import type { ScanRange } from "../../../../../src/data/event-scan.js";
import { type Engine, openEngine, sqlText } from "../../../../../src/data/io/duckdb.js";
import {
  createParquetDecoder,
  type ParquetDecoder,
} from "../../../../../src/data/io/parquet/decoder.js";
import { parquetRelation } from "../../../../../src/data/io/read-file.js";
import { readRelation } from "../../../../../src/data/io/read-relation.js";
import { scanRelation } from "../../../../../src/data/io/scan.js";
import type { TableSchema } from "../../../../../src/data/schema.js";
import type { Table } from "../../../../../src/data/table.js";
import { useFolders } from "../folder.js";

const folders = useFolders();
let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await folders.make({});
});
afterAll(() => engine.close());

/** Expressions over `n`, an integer from 0 on; every file has all of these columns. */
const DIRECT: Readonly<Record<string, string>> = {
  tiny: "(n % 200 - 100)::TINYINT",
  small: "(n * 7 % 60000 - 30000)::SMALLINT",
  whole: "(n * 7919 % 4000000000 - 2000000000)::INTEGER",
  utiny: "(n % 256)::UTINYINT",
  usmall: "(n * 11 % 65536)::USMALLINT",
  uint: "(n * 7919 * 7919 % 4294967296)::UINTEGER",
  big: "(n * 7919 * 7919 * 7919 % 18014398509481981 - 9007199254740990)::BIGINT",
  float: "CASE n % 9 WHEN 0 THEN 'nan'::FLOAT WHEN 1 THEN '-infinity'::FLOAT ELSE n / 7 END",
  double: "CASE n % 9 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'infinity'::DOUBLE ELSE n / 7 END",
  decimal9: "((n * 7919 % 1999999 - 999999) / 100)::DECIMAL(9, 2)",
  decimal15: "(n * 7919 * 7919 % 199999999999 / 10000 - 777)::DECIMAL(15, 4)",
  flag: "n % 3 = 0",
  day: "CASE WHEN n % 50 = 7 THEN 'infinity'::DATE ELSE DATE '1969-01-01' + (n % 20000)::INTEGER END",
  seconds: "make_timestamp((n * 7919 - 4000000) * 1000000)::TIMESTAMP_S",
  millis: "make_timestamp((n * 7919 - 4000000) * 1000)::TIMESTAMP_MS",
  micros: `CASE WHEN n % 50 = 8 THEN '-infinity'::TIMESTAMP
           ELSE make_timestamp((n - 50) * 7919 * 7919 * 7919) END`,
  zone: "make_timestamp((n - 50) * 7919 * 7919 * 7919)::TIMESTAMPTZ",
  nanos: "make_timestamp_ns((n - 50) * 7919 * 7919 * 7919)",
  short: "CASE n % 7 WHEN 0 THEN '' ELSE 'ä' || (n % 1000) END",
  long: "'some text that is longer than twelve bytes ' || (n * 7919 % 1000003)",
  kind: "(CASE n % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END)::ENUM('a', 'b', 'c')",
};
const ENGINE_ONLY: Readonly<Record<string, string>> = {
  huge: "(n * 7919)::DECIMAL(18, 3)",
  time: "TIME '00:00:00' + INTERVAL (n % 86400) SECOND",
  uuid: "('00000000-0000-0000-0000-' || lpad((n % 100000)::VARCHAR, 12, '0'))::UUID",
  part: "{ 'x': n }",
};
const COLUMNS = Object.keys(DIRECT);

/** How a file is written. */
interface Writing {
  readonly rows: number;
  /** Distinct values, about. */
  readonly distinct: number;
  /** One row in so many is null; 0 = none, 1 = all. */
  readonly nullEvery: number;
  readonly codec: string;
  readonly group: number;
  readonly dictionary: number;
}

const arbWriting: fc.Arbitrary<Writing> = fc.record({
  rows: fc.oneof(fc.constantFrom(0, 1, 2048), fc.nat(4500)),
  distinct: fc.constantFrom(1, 40, 5000, 1_000_000),
  nullEvery: fc.constantFrom(0, 0, 1, 2, 13),
  codec: fc.constantFrom("snappy", "snappy", "uncompressed", "gzip", "brotli"),
  group: fc.constantFrom(2048, 4096, 122_880),
  dictionary: fc.constantFrom(1, 100, 100_000),
});

let files = 0;

async function write(writing: Writing, options = ""): Promise<string> {
  const { rows, distinct, nullEvery, codec, group, dictionary } = writing;
  const path = join(folder, `t${files++}.parquet`);
  const select = Object.entries({ ...DIRECT, ...ENGINE_ONLY }).map(([name, sql], c) => {
    const isNull = nullEvery === 0 ? "false" : `(i * 31 + ${c}) % ${nullEvery} = 0`;
    return `CASE WHEN ${isNull} THEN NULL ELSE ${sql} END AS ${name}`;
  });
  await engine.run(
    `COPY (SELECT ${select.join(", ")} FROM (SELECT range AS i, hash(range) % ${distinct} AS h,
     (hash(range) % ${distinct})::BIGINT AS n FROM range(${rows})))
     TO ${sqlText(path)} (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${group},
     DICTIONARY_SIZE_LIMIT ${dictionary}${options})`,
  );
  return path;
}

/** Opens a scan of a file; what goes past the engine is counted. */
async function open(path: string, decoder: ParquetDecoder = createParquetDecoder()) {
  const relation = await parquetRelation(engine, { path, table: "t", format: "parquet" });
  const { table } = await readRelation(engine, relation);
  const columns = table.columns.map(({ name, kind }) => ({ name, kind }));
  const schema = { columns } as unknown as TableSchema;
  const counted = { direct: 0 };
  const scan = scanRelation(engine, relation, schema, new Set(), {
    ...decoder,
    chunks(plan) {
      counted.direct++;
      return decoder.chunks(plan);
    },
  });
  const read = async (names: readonly string[], range: ScanRange | null = null) => {
    const rows: unknown[][] = [];
    for await (const chunk of scan.rows(names, range)) {
      for (let row = 0; row < chunk[0]!.length; row++) {
        rows.push(chunk.map((column) => cellValue(column, row)));
      }
    }
    return rows;
  };
  return { table, counted, read };
}

function loadedRows(table: Table, names: readonly string[]): unknown[][] {
  const columns = names.map((name) => table.column(name));
  return Array.from({ length: table.numRows }, (_, row) =>
    columns.map((column) => cellValue(column, row)),
  );
}

/** Compares cell by cell, since `toEqual` of so many rows takes seconds; `null` where all are alike. */
function difference(found: readonly unknown[][], expected: readonly unknown[][]): string | null {
  if (found.length !== expected.length) return `${found.length} rows, not ${expected.length}`;
  for (let row = 0; row < found.length; row++) {
    for (let c = 0; c < expected[row]!.length; c++) {
      const [a, b] = [found[row]![c], expected[row]![c]];
      if (!Object.is(a, b)) return `row ${row}, column ${c}: ${a}, not ${b}`;
    }
  }
  return null;
}

describe("a scan of Parquet", () => {
  it("gives what the engine gives, without it, for every plain type and way of writing", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbWriting,
        fc.subarray(COLUMNS, { minLength: 1 }),
        async (writing, some) => {
          const { table, counted, read } = await open(await write(writing));
          expect(difference(await read(some), loadedRows(table, some))).toBe(null);
          expect(counted.direct).toBe(1);
          expect(difference(await read(COLUMNS), loadedRows(table, COLUMNS))).toBe(null);
        },
      ),
      { numRuns: 8 },
    );
  });

  it("leaves what it does not know to the engine", async () => {
    const writing = { rows: 3000, distinct: 40, nullEvery: 13, group: 2048, dictionary: 100 };
    const { table, counted, read } = await open(await write({ ...writing, codec: "snappy" }));
    for (const name of Object.keys(ENGINE_ONLY)) {
      expect(difference(await read([name, "whole"]), loadedRows(table, [name, "whole"]))).toBe(
        null,
      );
    }
    expect(counted.direct).toBe(0);
    const packed = await open(await write({ ...writing, codec: "lz4_raw" }));
    expect(difference(await packed.read(COLUMNS), loadedRows(packed.table, COLUMNS))).toBe(null);
    expect(packed.counted.direct).toBe(0);
  });

  it("reads the second version of the format, where its encodings are plain", async () => {
    const writing = { rows: 5000, distinct: 5000, nullEvery: 13, group: 2048, codec: "snappy" };
    for (const dictionary of [1, 100_000]) {
      const path = await write({ ...writing, dictionary }, ", PARQUET_VERSION V2");
      const { table, read } = await open(path);
      for (const name of COLUMNS)
        expect(difference(await read([name]), loadedRows(table, [name]))).toBe(null);
    }
  });

  it("leaves out row groups outside of a range", async () => {
    const path = join(folder, "range.parquet");
    await engine.run(
      `COPY (SELECT { 'x': 1 } AS part, range::INTEGER AS id,
       TIMESTAMP '2024-01-01' + INTERVAL (range) SECOND AS at FROM range(10240))
       TO ${sqlText(path)} (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    );
    const { counted, read } = await open(path);
    const start = Date.UTC(2024, 0, 1);
    const times = { column: "at", after: start + 2_100_000, until: start + 4_095_000 };
    expect((await read(["id"], times)).map(([id]) => id)).toEqual(
      Array.from({ length: 2048 }, (_, i) => 2048 + i),
    );
    expect(await read(["id"], { ...times, after: start + 2e10, until: start + 3e10 })).toEqual([]);
    expect(counted.direct).toBe(2);
  });
});

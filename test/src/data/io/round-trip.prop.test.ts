/** Random tables survive every format. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tableFromArrow, toArrow } from "../../../../src/data/arrow.js";
import { type CellValue, type Column, cellValue } from "../../../../src/data/column.js";
import { type Engine, openEngine } from "../../../../src/data/io/duckdb.js";
import { readTableFile } from "../../../../src/data/io/read-file.js";
import type { FileFormat } from "../../../../src/data/io/sources.js";
import { writeTable } from "../../../../src/data/io/write.js";
import type { Table } from "../../../../src/data/table.js";
import { arbTable } from "../arbitraries.js";

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "relgraph-"));
  engine = await openEngine();
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

const plain = (value: CellValue): unknown =>
  value instanceof Float32Array ? [...value] : Object.is(value, -0) ? 0 : value;
const cells = (column: Column): unknown[] =>
  Array.from({ length: column.length }, (_, row) => plain(cellValue(column, row)));

async function roundTrip(table: Table, format: FileFormat): Promise<Table> {
  const path = join(folder, `t.${format}`);
  await writeTable(table, path);
  return (await readTableFile(engine, { table: "t", path, format }, [], {})).table;
}

/** A column of nulls has no type in text, and an int64 column of small numbers is a number column. */
const loose = (column: Column): unknown[] =>
  cells(column).map((value) =>
    Array.isArray(value) ? value.map(String) : value === null ? null : String(value),
  );

describe("writing and reading back", () => {
  it("keeps every value in Parquet", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbTable(), async (table) => {
        const back = await roundTrip(table, "parquet");
        expect(back.columns.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name));
        table.columns.forEach((column, c) => {
          expect(loose(back.columns[c]!)).toEqual(loose(column));
        });
      }),
      { numRuns: 25 },
    );
  });

  it("keeps every value in Arrow", async () => {
    await fc.assert(
      fc.asyncProperty(arbTable(), async (table) => {
        const back = tableFromArrow("t", await toArrow(table));
        table.columns.forEach((column, c) => {
          expect(loose(back.columns[c]!)).toEqual(loose(column));
          if (column.kind !== "string" || !column.int64) {
            expect(back.columns[c]!.kind).toBe(column.kind);
          }
        });
      }),
      { numRuns: 60 },
    );
  });
});

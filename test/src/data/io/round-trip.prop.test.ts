/** Random tables survive every format. */
import { mkdtemp, rm } from "node:fs/promises";
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

describe("text formats", () => {
  const text = (column: Column, row: number): string => {
    const value = plain(cellValue(column, row));
    if (value === null || value === "") return "null";
    if (column.kind === "timestamp") return new Date(value as number).toISOString();
    return Array.isArray(value) ? JSON.stringify(value.map(String)) : String(value);
  };
  /** CSV has no types: a column of texts such as `1` comes back as numbers, of lists as JSON. */
  const same = (back: Column, column: Column): void => {
    for (let row = 0; row < column.length; row++) {
      const value = cellValue(back, row);
      const isJson =
        typeof value === "string" && (column.kind === "list" || column.kind === "vector");
      const found = isJson ? JSON.stringify(JSON.parse(value).map(String)) : text(back, row);
      expect(found).toBe(text(column, row));
    }
  };
  const wordy = arbTable().filter((table) =>
    table.columns.every(
      (column) =>
        column.kind !== "string" ||
        column.int64 ||
        column.dictionary.every(
          (entry) => /^[\p{L} ,"\n]*$/u.test(entry) && entry === entry.trim(),
        ),
    ),
  );

  it.each(["csv", "json", "ndjson"] as const)(
    "keeps every value in %s",
    async (format) => {
      await fc.assert(
        fc.asyncProperty(wordy, async (table) => {
          const back = await roundTrip(table, format);
          if (table.numRows === 0) return;
          expect(back.numRows).toBe(table.numRows);
          table.columns.forEach((column, c) => {
            same(back.columns[c]!, column);
          });
        }),
        { numRuns: 20 },
      );
    },
    60_000,
  );
});

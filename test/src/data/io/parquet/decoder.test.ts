/** Decoding in a thread of its own, and what becomes of files that are damaged. */
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { cellValue } from "../../../../../src/data/column.js";
import { openEngine, sqlText } from "../../../../../src/data/io/duckdb.js";
import {
  createParquetDecoder,
  type ParquetDecoder,
} from "../../../../../src/data/io/parquet/decoder.js";
import { planParquet, readFooter } from "../../../../../src/data/io/parquet/parquet-file.js";
import type { ParquetPlan } from "../../../../../src/data/io/parquet/parquet-plan.js";
import { useFolders } from "../folder.js";

const folders = useFolders();
/** More chunks than may be ready at once. */
const ROWS = 1_400_000;
const TYPES = { id: "INTEGER", s: "VARCHAR", v: "DOUBLE", at: "TIMESTAMP" };
let folder: string;
let large: string;
let small: string;
beforeAll(async () => {
  folder = await folders.make({});
  [large, small] = [join(folder, "large.parquet"), join(folder, "small.parquet")];
  const engine = await openEngine();
  const write = (rows: number, path: string) =>
    engine.run(
      `COPY (SELECT range::INTEGER AS id, 'text ' || range % 7 + range // 500000 AS s,
       CASE WHEN range % 3 > 0 THEN range / 8 END AS v, make_timestamp(range * 1000) AS at
       FROM range(${rows})) TO ${sqlText(path)} (FORMAT parquet, ROW_GROUP_SIZE 122880)`,
    );
  await write(ROWS, large);
  await write(3000, small);
  engine.close();
});

const decoders: ParquetDecoder[] = [];
function decoder(inThread: boolean): ParquetDecoder {
  const made = createParquetDecoder();
  if (inThread) made.start();
  decoders.push(made);
  return made;
}
afterEach(() => {
  for (const one of decoders.splice(0)) one.close();
});

async function planOf(path: string, names: readonly string[]): Promise<ParquetPlan> {
  const file = await readFooter(path);
  const wanted = Object.entries(TYPES).flatMap(([name, type], index) =>
    names.includes(name) ? [{ name, index, fileName: name, type, integer: false }] : [],
  );
  return planParquet(file!, wanted, null)!;
}

/** Reads all rows into one number, and the number of rows. */
async function digest(from: ParquetDecoder, plan: ParquetPlan): Promise<[number, number]> {
  let [hash, count] = [0, 0];
  for await (const { columns, rows } of from.chunks(plan)) {
    for (let row = 0; row < rows; row += 3) {
      for (const column of columns) {
        const value = cellValue(column, row);
        const number = typeof value === "string" ? value.length + Number(value.slice(5)) : value;
        hash = (Math.imul(hash, 31) + Number(number)) | 0;
      }
    }
    count += rows;
  }
  return [hash, count];
}

describe("a decoder", () => {
  it("reads the same in a thread as without", async () => {
    const plan = await planOf(large, ["id", "s", "v", "at"]);
    const here = await digest(decoder(false), plan);
    expect(here[1]).toBe(ROWS);
    const threaded = decoder(true);
    expect(await digest(threaded, plan)).toEqual(here);
    expect(await digest(threaded, plan)).toEqual(here);
  });

  it("can be left after some chunks, and read two files at once", async () => {
    const plan = await planOf(large, ["id"]);
    const threaded = decoder(true);
    for await (const { rows } of threaded.chunks(plan)) {
      expect(rows).toBeGreaterThan(1000);
      break;
    }
    const [first, second] = [threaded.chunks(plan), threaded.chunks(plan)];
    let rows = 0;
    for (;;) {
      const [a, b] = await Promise.all([first.next(), second.next()]);
      expect(a.done).toBe(b.done);
      if (a.done || b.done) break;
      const last = a.value.rows - 1;
      expect(cellValue(a.value.columns[0]!, last)).toBe(cellValue(b.value.columns[0]!, last));
      rows += a.value.rows;
    }
    expect(rows).toBe(ROWS);
  });

  it("says that its thread was ended on the way", async () => {
    const plan = await planOf(large, ["id"]);
    const threaded = decoder(true);
    const reading = (async () => {
      for await (const _ of threaded.chunks(plan)) threaded.close();
    })();
    await expect(reading).rejects.toThrow("the thread that reads it has ended");
  });

  it("goes on without its thread once that was ended", async () => {
    const plan = await planOf(small, ["id", "s"]);
    const threaded = decoder(true);
    const before = await digest(threaded, plan);
    threaded.close();
    expect(await digest(threaded, plan)).toEqual(before);
  });

  it.each([true, false])("says that a file was cut off (in a thread: %s)", async (inThread) => {
    const path = join(folder, `cut-${inThread}.parquet`);
    await writeFile(path, await readFile(small));
    const plan = await planOf(path, ["id", "s"]);
    await truncate(path, 5000);
    const reading = digest(decoder(inThread), plan);
    await expect(reading).rejects.toThrow("the file is shorter than its footer says");
  });

  it("reads damaged pages to an end or to an error, never beyond", async () => {
    const bytes = await readFile(small);
    const plan = await planOf(small, ["id", "s", "v", "at"]);
    const path = join(folder, "damaged.parquet");
    const damaged = { ...plan, path };
    const here = decoder(false);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const copy = Uint8Array.from(bytes);
          for (const [at, byte] of changes) copy[at] = byte;
          await writeFile(path, copy);
          try {
            for await (const { rows } of here.chunks(damaged)) expect(rows).toBeLessThan(3001);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});

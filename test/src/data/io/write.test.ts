/** Writing tables: what the files look like, batches, and files that cannot be written. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../../src/data/column.js";
import { Database } from "../../../../src/data/database.js";
import { isoTime } from "../../../../src/data/io/text-sink.js";
import { writeTable } from "../../../../src/data/io/write.js";
import { createTableWriter, describeColumn } from "../../../../src/data/io/writer.js";
import { Table } from "../../../../src/data/table.js";
import { refusal, useFolders } from "./folder.js";

const folders = useFolders();
const day = Date.UTC(2024, 1, 29);
const table = new Table("t", [
  stringColumn("KEY", ['a,"b"', null, " c "]),
  stringColumn("BIG", ["9007199254740993", "1", null], { int64: true }),
  timestampColumn("DAY", [day, null, day]),
  timestampColumn("TIME", [day, day + 1500, null]),
  listColumn("LIST", [["x", "y"], [], null]),
  numberColumn("N", [0.1, null, -5]),
]);

describe("writeTable", () => {
  it("writes CSV with ISO times, bare dates where all are at midnight, lists as JSON", async () => {
    const path = join(await folders.make({}), "t.csv");
    await writeTable(table, path);
    expect(await readFile(path, "utf8")).toBe(
      [
        "KEY,BIG,DAY,TIME,LIST,N",
        '"a,""b""",9007199254740993,2024-02-29,2024-02-29T00:00:00.000Z,"[""x"", ""y""]",0.1',
        ",1,,2024-02-29T00:00:01.500Z,[],",
        '" c ",,2024-02-29,,,-5',
        "",
      ].join("\n"),
    );
  });

  it("writes JSON and NDJSON with null and exact integers", async () => {
    const folder = await folders.make({});
    await writeTable(table, join(folder, "t.ndjson"));
    const lines = (await readFile(join(folder, "t.ndjson"), "utf8")).trimEnd().split("\n");
    expect(lines[1]).toBe(
      '{"KEY":null,"BIG":1,"DAY":null,"TIME":"2024-02-29T00:00:01.500Z","LIST":[],"N":null}',
    );
    expect(lines[0]).toContain('"BIG":9007199254740993,');
    await writeTable(table, join(folder, "t.json"));
    const records = JSON.parse(await readFile(join(folder, "t.json"), "utf8")) as unknown[];
    expect(records).toHaveLength(3);
    await writeTable(table.take(new Int32Array(0)), join(folder, "none.json"));
    expect(await readFile(join(folder, "none.json"), "utf8")).toBe("[]\n");
  });

  it("writes over an older file and leaves nothing beside", async () => {
    const folder = await folders.make({ "t.parquet": "old" });
    await writeTable(table, join(folder, "t.parquet"));
    expect(await readdir(folder)).toEqual(["t.parquet"]);
    const db = await Database.open(folder);
    expect(db.table("t").toRecords()).toEqual(table.toRecords());
  });

  it("stops when asked to and leaves the older file as it was", async () => {
    const folder = await folders.make({ "t.csv": "old" });
    const abort = new AbortController();
    const large = new Table("t", [numberColumn("x", new Float64Array(200_000))]);
    const stopped = writeTable(large, join(folder, "t.csv"), {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    expect((await refusal(stopped)).code).toBe("CFG900");
    expect(await readdir(folder)).toEqual(["t.csv"]);
    expect(await readFile(join(folder, "t.csv"), "utf8")).toBe("old");
  });

  it("refuses unknown endings and places that cannot be written", async () => {
    const folder = await folders.make({ file: "x" });
    await mkdir(join(folder, "taken.csv"));
    const error = async (path: string) => refusal(writeTable(table, join(folder, path)));
    expect(await error("t.xlsx")).toMatchObject({ code: "DAT302" });
    expect(await error("t")).toMatchObject({ code: "DAT302" });
    expect((await error("no/t.csv")).hint).toContain("create the folder");
    expect(await error("file/t.csv")).toMatchObject({ code: "DAT301" });
    for (const ending of ["csv", "parquet", "arrow"]) {
      await mkdir(join(folder, `taken.${ending}`), { recursive: true });
      await writeFile(join(folder, `taken.${ending}`, "x"), "");
      expect(await error(`taken.${ending}`)).toMatchObject({ code: "DAT301" });
    }
    const names = await readdir(folder);
    expect(names.filter((name) => name.includes("partial"))).toEqual([]);
    const empty = refusal(writeTable(new Table("t", []), join(folder, "t.parquet")));
    expect((await empty).code).toBe("DAT304");
  });
});

describe("createTableWriter", () => {
  const batch = (from: number, count: number): Column[] => [
    numberColumn(
      "id",
      Float64Array.from({ length: count }, (_, i) => from + i),
    ),
    stringColumn(
      "name",
      Array.from({ length: count }, (_, i) => `a name of some length ${(from + i) % 7}`),
    ),
  ];

  it.each(["parquet", "csv", "json", "ndjson"])(
    "joins batches of different dictionaries in %s",
    async (ending) => {
      const folder = await folders.make({});
      const writer = await createTableWriter(
        join(folder, `t.${ending}`),
        batch(0, 1).map(describeColumn),
      );
      for (const [from, count] of [
        [0, 5000],
        [5000, 1],
        [5001, 4999],
      ] as const) {
        await writer.append(batch(from, count));
      }
      await writer.close();
      expect(await readdir(folder)).toEqual([`t.${ending}`]);
      const back = (await Database.open(folder)).table("t");
      expect(back.numRows).toBe(10_000);
      expect(back.toRecords()[9_999]).toEqual({ id: 9999, name: "a name of some length 3" });
    },
  );

  it("leaves nothing behind when given up or when a batch does not fit", async () => {
    const folder = await folders.make({});
    const start = (ending: string) =>
      createTableWriter(join(folder, `t.${ending}`), batch(0, 1).map(describeColumn));
    for (const ending of ["parquet", "csv", "arrow"]) {
      const writer = await start(ending);
      await writer.append(batch(0, 10));
      await writer.abort();
      expect(await readdir(folder)).toEqual([]);
      const other = await start(ending);
      expect(await refusal(other.append(batch(0, 10).reverse()))).toMatchObject({ code: "DAT303" });
      expect(await readdir(folder)).toEqual([]);
    }
    const writer = await start("parquet");
    const fractions = [numberColumn("id", [0.5]), stringColumn("name", ["x"])];
    expect((await refusal(writer.append(fractions))).message).toBe(
      "`id` is declared as integers, found 0.5",
    );
  });
});

describe("isoTime", () => {
  it("prints down to what a time holds, also before 1970", () => {
    expect(isoTime(day)).toBe("2024-02-29T00:00:00Z");
    expect(isoTime(day + 5)).toBe("2024-02-29T00:00:00.005Z");
    expect(isoTime(day + 0.25)).toBe("2024-02-29T00:00:00.000250Z");
    expect(isoTime(-0.5)).toBe("1969-12-31T23:59:59.999500Z");
    expect(isoTime(day, "days")).toBe("2024-02-29");
    expect(isoTime(Infinity)).toBeNull();
  });
});

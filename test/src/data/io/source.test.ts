/** Sources of a user's own, tables in several files, and keys that a DuckDB file declares. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  Table as ArrowTable,
  Binary,
  Int32,
  RecordBatchStreamWriter,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import { toArrow } from "../../../../src/data/arrow.js";
import { Database } from "../../../../src/data/database.js";
import { columnFromValues } from "../../../../src/data/from-values.js";
import { openEngine, sqlText } from "../../../../src/data/io/duckdb.js";
import { openStreamed } from "../../../../src/data/io/open-streamed.js";
import { readTable } from "../../../../src/data/io/read-table.js";
import { writeTable } from "../../../../src/data/io/write.js";
import type { Source, SourceRequest } from "../../../../src/data/source.js";
import { Table, type TableRecord } from "../../../../src/data/table.js";
import { refusal, useFolders } from "./folder.js";

const folders = useFolders();
const LZ4_FILE =
  "QVJST1cxAAD/////eAAAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAwAAAAIAAgAAAAEAAgAAAAEAAAAAQAAABQAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQIQAAAAHAAAAAQAAAAAAAAAAgAAAGlkAAAIAAwACAAHAAgAAAAAAAABIAAAAP////+YAAAAFAAAAAAAAAAMABgABgAFAAgADAAMAAAAAAMEABwAAAAgAAAAAAAAAAAAAAAMABwAEAAEAAgADAAMAAAASAAAABwAAAAUAAAAAQAAAAAAAAAAAAAABAAEAAQAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGwAAAAAAAAAAAAAAAQAAAAEAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAQiTRhgQIIEAACAAQAAAAAAAAAAAAAAAP////8AAAAAEAAAAAwAFAAGAAgADAAQAAwAAAAAAAQANAAAACQAAAAEAAAAAQAAAIgAAAAAAAAAoAAAAAAAAAAgAAAAAAAAAAAAAAAIAAgAAAAEAAgAAAAEAAAAAQAAABQAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQIQAAAAHAAAAAQAAAAAAAAAAgAAAGlkAAAIAAwACAAHAAgAAAAAAAABIAAAAKAAAABBUlJPVzE=";
const people: readonly TableRecord[] = [
  { id: 1, name: "Ä", at: "2024-01-01" },
  { id: 2, name: null, at: "2024-02-01" },
  { id: 3, name: "C", at: null },
];

function source(
  change: Partial<Source> = {},
): Source & { readonly asked: SourceRequest[]; closed: number } {
  const asked: SourceRequest[] = [];
  const made = {
    name: "the test service",
    asked,
    closed: 0,
    tables: async () => [
      { name: "people", columns: ["id", "name", "at"], primaryKey: ["id"] },
      {
        name: "visits",
        columns: ["visitor", "at"],
        foreignKeys: [{ columns: ["visitor"], table: "people" }],
      },
    ],
    async *rows(table: string, request: SourceRequest): AsyncGenerator<readonly TableRecord[]> {
      asked.push(request);
      if (table === "visits") return;
      yield people.slice(0, 1);
      yield people.slice(1);
    },
    close() {
      this.closed++;
    },
    ...change,
  };
  return made;
}

describe("a source of one's own", () => {
  it("is read in batches of records, with its keys and links, and closed", async () => {
    const own = source();
    const db = await Database.open(own);
    expect(
      db
        .table("people")
        .toRecords()
        .map((row) => row["name"]),
    ).toEqual(["Ä", null, "C"]);
    expect(db.tableSchema("people").timeColumn).toBe("at");
    expect(db.tableSchema("visits").foreignKeys).toEqual([
      { name: "visitor", columns: ["visitor"], table: "people" },
    ]);
    expect(db.table("visits").numRows).toBe(0);
    expect(own.closed).toBe(1);
  });

  it("is asked for the wanted columns and rows only, and gives no others", async () => {
    const own = source();
    const [after, until] = [Date.UTC(2024, 0, 1), Date.UTC(2024, 1, 1)];
    const db = await Database.open(own, {
      tables: ["people"],
      rows: { people: { after, until, column: "at" } },
      schema: { tables: { people: { exclude: ["name"] } } },
    });
    expect(own.asked).toEqual([
      { columns: ["id", "at"], range: { column: "at", after, until }, limit: null },
    ]);
    expect(db.table("people").toRecords()).toEqual([{ id: 2, at: until }]);
  });

  it("gives batches of tables too", async () => {
    const halves = [people.slice(0, 2), people.slice(2)];
    const own = source({
      async *rows(table) {
        if (table === "people")
          for (const half of halves) yield Table.fromRecords("people", half, ["id", "name"]);
      },
      tables: async () => [{ name: "people", columns: ["id", "name"] }],
    });
    expect((await Database.open(own)).table("people").numRows).toBe(3);
  });

  it("that fails is named with what it said, and closed", async () => {
    const failing = source({
      // biome-ignore lint/correctness/useYield: it fails before
      async *rows() {
        throw new Error("quota is used up");
      },
    });
    const error = await refusal(Database.open(failing));
    expect([error.code, error.message]).toEqual([
      "DAT231",
      "the test service does not give `people`: quota is used up",
    ]);
    expect(failing.closed).toBe(1);
  });

  it("is refused where a wanted table is not there or has no time to choose rows by", async () => {
    const missing = await refusal(Database.open(source(), { tables: ["peopel"] }));
    expect([missing.code, missing.hint]).toEqual(["DAT105", expect.stringContaining("people")]);
    const timeless = source({ tables: async () => [{ name: "people", columns: ["id"] }] });
    const error = await refusal(Database.open(timeless, { rows: { people: { after: 0 } } }));
    expect(error.code).toBe("DAT232");
  });
});

async function folderOf(files: Readonly<Record<string, Table | string>>): Promise<string> {
  const folder = await folders.make({});
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (typeof content === "string") await writeFile(path, content);
    else await writeTable(content, path);
  }
  return folder;
}
const part = (ids: readonly number[]): Table =>
  Table.fromRecords(
    "part",
    ids.map((id) => ({ event_id: id, user_id: id % 2, at: `2024-01-0${id}T00:00:00Z` })),
  );

describe("a table in several files", () => {
  it("is a folder of Parquet files, with the names of partitions as columns", async () => {
    const path = await folderOf({
      "events/year=2024/b.parquet": part([3, 4]),
      "events/year=2024/a.parquet": part([1, 2]),
      "events/year=2025/a.parquet": part([5]),
      "events/_SUCCESS": "",
      "spark.parquet/part-0.parquet": part([6]),
      "users.csv": "user_id,name\n0,a\n1,b\n",
      "other/readme.txt": "x",
    });
    const db = await Database.open(path);
    expect(db.tables.map(({ name, numRows }) => `${name} ${numRows}`)).toEqual([
      "events 5",
      "spark 1",
      "users 2",
    ]);
    expect(
      db
        .table("events")
        .toRecords()
        .map(({ event_id, year }) => [event_id, year]),
    ).toEqual([
      [1, 2024],
      [2, 2024],
      [3, 2024],
      [4, 2024],
      [5, 2025],
    ]);
    expect(db.tableSchema("events").foreignKeys.map(({ table }) => table)).toEqual(["users"]);
    expect(db.notes).toContain("ignored files: other");
    const recent = await Database.open(path, { rows: { events: { after: Date.UTC(2024, 0, 3) } } });
    expect(recent.table("events").numRows).toBe(2);
    const streamed = await openStreamed(path, ["events"]);
    let rows = 0;
    for await (const [column] of streamed.scans[0]!.rows(["event_id"], null))
      rows += column!.length;
    streamed.close();
    expect(rows).toBe(5);
  });

  it("is what a pattern of the settings names", async () => {
    const path = await folderOf({
      "logs/2024/events-1.parquet": part([1]),
      "logs/2025/events-2.parquet": part([2]),
      "logs/2025/audit.parquet": part([3]),
      "schema.json": '{ "tables": { "events": { "files": "logs/**/events-*.parquet" } } }',
    });
    const db = await Database.open(path);
    expect(db.tables.map(({ name, numRows }) => `${name} ${numRows}`)).toEqual([
      "events 2",
      "logs 1",
    ]);
    const none = { schema: { tables: { events: { files: ["x/*.parquet"] } } } };
    expect((await refusal(Database.open(path, none))).code).toBe("DAT201");
  });

  it("of a Delta table is refused, since its files also hold deleted rows", async () => {
    const path = await folderOf({
      "events/a.parquet": part([1]),
      "events/_delta_log/0.json": "{}",
    });
    expect((await refusal(Database.open(path))).code).toBe("DAT204");
  });
});

describe("an Arrow file", () => {
  const made = new Table("people", [
    columnFromValues("people", "id", [3n, 1n, 2n]),
    columnFromValues("people", "name", ["Ä", null, "C"]),
    columnFromValues("people", "at", [new Date(0), null, new Date(86_400_000)]),
    columnFromValues("people", "parts", [["a", "b"], [], null]),
  ]);

  it("is a table, in the file and the stream format", async () => {
    const arrow = await toArrow(made);
    for (const [ending, format] of [
      ["arrow", "file"],
      ["feather", "file"],
      ["arrows", "stream"],
    ] as const) {
      const folder = await folders.make({
        [`people.${ending}`]: Buffer.from(tableToIPC(arrow, format)),
      });
      const db = await Database.open(folder);
      expect(db.table("people").toRecords()).toEqual(made.toRecords());
      expect(db.tableSchema("people").timeColumn).toBe("at");
      expect((await readTable(join(folder, `people.${ending}`))).toRecords()).toEqual(
        made.toRecords(),
      );
    }
  });

  it("of several batches, without rows, and with a column of bytes is read too", async () => {
    const arrow = await toArrow(made);
    const writer = RecordBatchStreamWriter.writeAll([...arrow.batches, ...arrow.batches]);
    const bytes = new ArrowTable({
      id: vectorFromArray([1, 2], new Int32()),
      raw: vectorFromArray([new Uint8Array([1]), null], new Binary()),
    });
    const folder = await folders.make({
      "twice.arrows": Buffer.from(await writer.toUint8Array()),
      "none.arrow": Buffer.from(tableToIPC(arrow.slice(0, 0), "file")),
      "bytes.arrow": Buffer.from(tableToIPC(bytes, "file")),
    });
    const db = await Database.open(folder);
    expect(db.table("twice").toRecords()).toEqual([...made.toRecords(), ...made.toRecords()]);
    expect(db.table("none").numRows).toBe(0);
    expect(db.table("none").columns.map(({ name }) => name)).toEqual(["id", "name", "at", "parts"]);
    expect(db.table("bytes").columns.map(({ name }) => name)).toEqual(["id"]);
    expect(db.notes.join()).toContain("`bytes.raw` is left out: Binary cannot be read");
  });

  it("that is cut off is refused with what to do", async () => {
    const bytes = Buffer.from(tableToIPC(await toArrow(made), "file"));
    const folder = await folders.make({ "people.arrow": bytes.subarray(0, bytes.length >> 1) });
    const error = await refusal(Database.open(folder));
    expect(error.code).toBe("DAT222");
    expect(error.message).toContain("`people.arrow` is no whole Arrow file");
    expect(error.hint).toContain("cut off");
    // Written by pyarrow: one column `id` of one row, its buffers packed with LZ4.
    const packed = Buffer.from(LZ4_FILE, "base64");
    const other = await refusal(Database.open(await folders.make({ "people.feather": packed })));
    expect(other.message).toContain("its buffers are compressed");
    expect(other.hint).toBe("write it without compression, or as Parquet");
  });
});

describe("a DuckDB file", () => {
  it("gives the keys and links that it declares", async () => {
    const path = join(await folders.make({}), "a.duckdb");
    const engine = await openEngine();
    await engine.connection.run(`ATTACH ${sqlText(path)} AS f`);
    await engine.connection.run("USE f");
    await engine.connection.run("CREATE TABLE firms (code INTEGER PRIMARY KEY, name VARCHAR)");
    await engine.connection.run(
      "CREATE TABLE people (who INTEGER PRIMARY KEY, works_at INTEGER REFERENCES firms (code))",
    );
    await engine.connection.run(
      "INSERT INTO firms VALUES (7, 'x'); INSERT INTO people VALUES (1, 7)",
    );
    await engine.connection.run("USE memory");
    await engine.connection.run("DETACH f");
    engine.close();
    const db = await Database.open(path);
    expect(db.tableSchema("firms").primaryKey).toEqual(["code"]);
    expect(db.tableSchema("people").foreignKeys).toEqual([
      { name: "works_at", columns: ["works_at"], table: "firms" },
    ]);
  });
});

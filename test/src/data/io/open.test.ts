/** Opening folders and files: formats, settings, and what is refused. */
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ProgressEvent } from "../../../../src/core/progress.js";
import { numberColumn, stringColumn } from "../../../../src/data/column.js";
import { Database } from "../../../../src/data/database.js";
import { openEngine, sqlText } from "../../../../src/data/io/duckdb.js";
import { readParquetWithoutEngine } from "../../../../src/data/io/parquet-fallback.js";
import { writeTable } from "../../../../src/data/io/write.js";
import { Table } from "../../../../src/data/table.js";
import { refusal, useFolders } from "./folder.js";

const folders = useFolders();
const users =
  "user_id,plan,signup_date\nU1,Pro,2024-01-01\nU2,Free,2024-01-02\nU3,Pro,2024-01-05\n";
const open = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<Database> =>
  Database.open(await folders.make(files));
const refused = (files: Readonly<Record<string, string | Uint8Array>>) => refusal(open(files));

async function withEngine(statements: readonly string[]): Promise<void> {
  const engine = await openEngine();
  try {
    for (const statement of statements) await engine.connection.run(statement);
  } finally {
    engine.close();
  }
}

describe("a folder", () => {
  it("holds a table for each file of any format", async () => {
    const db = await open({
      "users.csv": users,
      "sessions.csv.gz": gzipSync(
        "session_id,user_id,started_at,minutes\n1,U1,2024-02-01T10:00:00Z,5\n",
      ),
      "tags.tsv": "id\tname\n1\ta, b\n",
      "events.ndjson":
        '{"id": 1, "user_id": "U1", "at": "2024-02-02T00:00:00Z", "tags": ["x", null, "y"]}\n\n{"id": 2}\n',
      "plans.json": '[{"plan": "Pro", "price": 9.5}, {"plan": "Free", "price": null}]',
      "README.md": "# hi",
    });
    expect(db.tables.map(({ name, numRows }) => `${name} ${numRows}`)).toEqual([
      "events 2",
      "plans 2",
      "sessions 1",
      "tags 1",
      "users 3",
    ]);
    expect(db.table("events").toRecords()).toEqual([
      { id: 1, user_id: "U1", at: Date.UTC(2024, 1, 2), tags: ["x", "y"] },
      { id: 2, user_id: null, at: null, tags: null },
    ]);
    expect(db.table("tags").toRecords()).toEqual([{ id: 1, name: "a, b" }]);
    expect(db.tableSchema("sessions")).toMatchObject({
      primaryKey: ["session_id"],
      timeColumn: "started_at",
    });
    expect(db.notes).toContain("ignored files: README.md");
  });

  it("is settled by its schema.json, over which settings in code lie", async () => {
    const folder = await folders.make({
      "users.csv": "user_id,plan,at,secret\n1,\\N,2024-01-01,x\n2,Pro,2024-01-02,y\n",
      "old.csv": "broken\n1,2,3\n",
      "schema.json": JSON.stringify({
        tables: {
          users: {
            nullValues: ["\\N"],
            exclude: ["secret"],
            timeColumn: null,
            units: { plan: "p" },
          },
          old: { exclude: true },
        },
      }),
    });
    const db = await Database.open(folder, { schema: { tables: { users: { timeColumn: "at" } } } });
    expect(db.table("users").toRecords()[0]).toEqual({
      user_id: 1,
      plan: null,
      at: Date.UTC(2024, 0, 1),
    });
    expect(db.tableSchema("users").timeColumn).toBe("at");
    expect(db.tables).toHaveLength(1);
    const other = join(folder, "other.json");
    await writeFile(other, '{ "tables": { "old": { "exclude": true } } }');
    await rm(join(folder, "schema.json"));
    const again = await Database.open(folder, {
      schemaFile: other,
      schema: { tables: { other: { exclude: true } } },
    });
    expect(again.table("users").columns).toHaveLength(4);
  });

  it("tells its progress, and stops when asked to", async () => {
    const folder = await folders.make({ "a.csv": "id\n1\n", "b.csv": "id\n1\n" });
    const events: ProgressEvent[] = [];
    const abort = new AbortController();
    await Database.open(folder, { onProgress: (event) => events.push(event) });
    expect(events.map(({ message, done, total }) => [message, done, total])).toEqual([
      ["a: 1 rows", 1, 2],
      ["b: 1 rows", 2, 2],
    ]);
    const stopped = Database.open(folder, {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    expect((await refusal(stopped)).code).toBe("CFG900");
  });

  it("may hold a table without rows", async () => {
    const db = await open({ "users.csv": "user_id,plan\n", "none.json": "[]" });
    expect(db.table("users").columns.map(({ name }) => name)).toEqual(["user_id", "plan"]);
    expect(db.notes).toContain("`users` has no rows");
  });
});

describe("CSV", () => {
  it("keeps what is hard: unicode, quotes, line breaks, CRLF, a BOM, leading zeros, large integers", async () => {
    const text =
      '\ufeffid,naïve Größe,日本,big\r\n007,"a\nb","say ""hi""",9007199254740993\r\n008,,# no comment,18446744073709551615\r\n';
    const db = await open({ "t.csv": text });
    expect(db.table("t").toRecords()).toEqual([
      { id: "007", "naïve Größe": "a\nb", 日本: 'say "hi"', big: "9007199254740993" },
      { id: "008", "naïve Größe": null, 日本: "# no comment", big: "18446744073709551615" },
    ]);
    expect(db.table("t").column("big")).toMatchObject({ kind: "string", int64: true });
  });

  it("reads times of any zone and before 1970, and booleans", async () => {
    const db = await open({
      "t.csv":
        "a,b,c,d\n1969-12-31,2024-01-01 10:00,2024-01-01T00:00:00+02:00,True\n1900-01-01,2024-01-01 10:00:00.5,2024-01-01T00:00:00Z,False\n",
    });
    expect(db.table("t").toRecords()).toEqual([
      { a: -86_400_000, b: Date.UTC(2024, 0, 1, 10), c: Date.UTC(2023, 11, 31, 22), d: true },
      {
        a: Date.UTC(1900, 0, 1),
        b: Date.UTC(2024, 0, 1, 10, 0, 0, 500),
        c: Date.UTC(2024, 0, 1),
        d: false,
      },
    ]);
  });

  it("says how it reads dates that are not ISO 8601", async () => {
    const db = await open({ "t.csv": "id,day\n1,25/02/2024\n2,01/03/2024\n" });
    expect(db.table("t").toRecords()[1]).toEqual({ id: 2, day: Date.UTC(2024, 2, 1) });
    expect(db.notes[0]).toContain("%d/%m/%Y");
  });

  it("finds the delimiter from the header and names that differ by case", async () => {
    const db = await open({ "a.csv": "id;Name;name\n1;x,y;z\n", "b.csv": "id|x\n1|2\n" });
    expect(db.table("a").toRecords()).toEqual([{ id: 1, Name: "x,y", name: "z" }]);
    expect(db.table("b").toRecords()).toEqual([{ id: 1, x: 2 }]);
  });

  it("reads a value that does not fit the type of the first rows", async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${i},${i === 29_000 ? "oops" : i}`);
    const db = await open({ "t.csv": `id,v\n${rows.join("\n")}\n` });
    expect(db.table("t").numRows).toBe(30_000);
    expect(db.table("t").column("v").kind).toBe("string");
  });

  it("reads mixed line ends", async () => {
    const db = await open({ "t.csv": 'id,x\n1,"a\r\nb"\r\n2,c\n' });
    expect(db.table("t").numRows).toBe(2);
  });

  const late = Array.from({ length: 30_000 }, (_, i) => (i === 29_000 ? `${i}` : `${i},x`)).join(
    "\n",
  );
  it.each<[string, string | Uint8Array, string, string, number | undefined]>([
    [
      "a field too many",
      "id,x\n1,a\n2,b,c\n3,d\n",
      "DAT206",
      "row 2 (line 3) is broken: expected 2 fields, found 3",
      2,
    ],
    [
      "a field too few, late",
      `id,x\n${late}\n`,
      "DAT206",
      "row 29001 (line 29002) is broken: expected 2 fields, found 1",
      29_001,
    ],
    [
      "a broken row after quoted line breaks",
      'id,x\n1,"a\n\n\nb"\n2\n',
      "DAT206",
      "row 2 (line 6) is broken",
      2,
    ],
    [
      "an open quote",
      'id,x\n1,a\n2,"b\n3,c\n',
      "DAT206",
      "row 2 (line 3) is broken: the quote that opens here is never closed",
      2,
    ],
    ["text after a quote", 'id,x\n1,"a"b\n', "DAT206", "found text after a closing quote", 1],
    ["nothing", "", "DAT207", "is empty", undefined],
    [
      "no header, by numbers",
      "1,a\n2,b\n",
      "DAT207",
      "no header: its first row holds `1`",
      undefined,
    ],
    [
      "no header, by its shape",
      "U1,Pro\nU2,Free\n",
      "DAT207",
      "no header: its first row holds `U1`",
      undefined,
    ],
    ["a name twice", "id,x,x\n1,2,3\n", "DAT207", "names the column `x` twice", undefined],
    [
      "Latin-1",
      Buffer.from("id,name\n1,caf\xe9\n", "latin1"),
      "DAT211",
      "line 2 holds other bytes",
      1,
    ],
    [
      "UTF-16",
      Buffer.from("\ufeffid,name\n1,a\n", "utf16le"),
      "DAT211",
      "is not UTF-8 text",
      undefined,
    ],
  ])("refuses %s", async (_, text, code, message, row) => {
    const error = await refused({ "t.csv": text });
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.at).toMatchObject({ file: "t.csv", table: "t" });
    expect(error.at?.row).toBe(row);
    expect(error.hint).toBeTruthy();
  });
});

describe("JSON", () => {
  it("keeps mixed and nested values as text, integers exact", async () => {
    const db = await open({
      "t.json":
        '[{"a": 1, "o": {"x": 1}, "b": 18446744073709551615}, {"a": "s", "o": null, "b": 1}]',
    });
    expect(db.table("t").toRecords()).toEqual([
      { a: "1", o: '{"x":1}', b: "18446744073709551615" },
      { a: "s", o: null, b: "1" },
    ]);
  });

  it.each([
    ["t.ndjson", '{"a": 1}\n{"a": 2,\n', "line 2, column 9: expected"],
    ["t.json", '[{"a": 1},\n {"a" 2}]', "line 2, column 7: expected :"],
    ["t.json", "[1, 2]", "holds no records"],
  ])("refuses a broken %s", async (name, text, message) => {
    const error = await refused({ [name]: text });
    expect(error.code).toBe("DAT209");
    expect(error.message).toContain(message);
  });
});

describe("Parquet and DuckDB files", () => {
  const values = `SELECT * FROM (VALUES
    (1::TINYINT, 9007199254740993, 1.5::FLOAT, 12.34::DECIMAL(10,2), DATE '1969-12-31', TIMESTAMP '1900-01-01 00:00:00.5',
     TIMESTAMPTZ '2024-01-01 00:00:00+02', TIMESTAMP_NS '2024-01-01 00:00:00.123456789', TIME '12:30:00', true,
     [1.5, 2.5]::FLOAT[2], [1, 2, 3], ['a', NULL, 'b'], 'x'::ENUM('x', 'y'), {'a': 1}, 'b'::BLOB,
     'a string of more than twelve bytes ü', [[1], [2]]),
    (2::TINYINT, -5, 'nan'::FLOAT, NULL, DATE 'infinity', NULL, NULL, NULL, NULL, false, [3.5, 4.5]::FLOAT[2], [], NULL,
     'y', NULL, NULL, '', NULL))
    t(i, big, f, d, day, ts, tz, ns, time, flag, v, li, ls, e, st, blob, text, nested)`;
  const expected = [
    {
      i: 1,
      big: "9007199254740993",
      f: 1.5,
      d: 12.34,
      day: -86_400_000,
      ts: Date.UTC(1900, 0, 1, 0, 0, 0, 500),
      tz: Date.UTC(2023, 11, 31, 22),
      ns: Date.UTC(2024, 0, 1, 0, 0, 0, 123) + 0.456,
      time: "12:30:00",
      flag: true,
      v: Float32Array.of(1.5, 2.5),
      li: ["1", "2", "3"],
      ls: ["a", "b"],
      e: "x",
      st: '{"a":1}',
      text: "a string of more than twelve bytes ü",
      nested: ["[1]", "[2]"],
    },
    {
      i: 2,
      big: "-5",
      f: null,
      d: null,
      day: null,
      ts: null,
      tz: null,
      ns: null,
      time: null,
      flag: false,
      v: Float32Array.of(3.5, 4.5),
      li: [],
      ls: null,
      e: "y",
      st: null,
      text: "",
      nested: null,
    },
  ];

  it("are read with all their types", async () => {
    const folder = await folders.make({});
    await mkdir(join(folder, "p"));
    await withEngine([
      `COPY (${values}) TO ${sqlText(join(folder, "p", "t.parquet"))}`,
      `ATTACH ${sqlText(join(folder, "t.duckdb"))} AS f`,
      `CREATE TABLE f.t AS ${values}`,
      "CREATE SCHEMA f.other",
      "CREATE TABLE f.other.t AS SELECT 1 AS id",
    ]);
    for (const path of [join(folder, "p"), join(folder, "t.duckdb")]) {
      const db = await Database.open(path);
      expect(db.table("t").toRecords()).toEqual(expected);
      expect(db.notes).toContain("`t.blob` is left out: BLOB cannot be read");
    }
    const db = await Database.open(join(folder, "t.duckdb"));
    expect(db.tables.map(({ name }) => name)).toEqual(["t", "other.t"]);
  });

  it("are read in the order of their rows, over many chunks, with nulls and long strings", async () => {
    const folder = await folders.make({});
    const rows = 50_000;
    await withEngine([
      `COPY (SELECT range AS id, CASE WHEN range % 7 = 0 THEN NULL ELSE 'user ' || (range % 1000) END AS short,
        'a long string, number ' || (range % 500) AS long, CASE WHEN range % 3 = 0 THEN NULL ELSE range / 2 END AS x
        FROM range(${rows})) TO ${sqlText(join(folder, "t.parquet"))} (ROW_GROUP_SIZE 5000)`,
    ]);
    const db = await Database.open(folder);
    const table = db.table("t");
    const records = table.toRecords();
    expect(records).toHaveLength(rows);
    const wrong = records.findIndex(
      (record, i) =>
        record["id"] !== i ||
        record["short"] !== (i % 7 === 0 ? null : `user ${i % 1000}`) ||
        record["long"] !== `a long string, number ${i % 500}` ||
        record["x"] !== (i % 3 === 0 ? null : i / 2),
    );
    expect(wrong).toBe(-1);
    expect(table.column("short")).toMatchObject({
      dictionary: expect.objectContaining({ length: 1000 }) as string[],
    });
  });

  it("are read without DuckDB too", async () => {
    const folder = await folders.make({});
    const path = join(folder, "t.parquet");
    await withEngine([
      `COPY (SELECT 1 AS id, 9007199254740993 AS big, 'a' AS s, TIMESTAMP '2024-01-01' AS at, 1.5 AS x, [1, 2] AS l,
        'b'::BLOB AS b UNION ALL SELECT NULL, 2, NULL, NULL, NULL, NULL, NULL) TO ${sqlText(path)} (COMPRESSION gzip)`,
    ]);
    const read = await readParquetWithoutEngine({ table: "t", path, format: "parquet" }, ["x"]);
    const sorted = [...read.table.toRecords()].sort((a) => (a["id"] === null ? 1 : -1));
    expect(sorted).toEqual([
      { id: 1, big: "9007199254740993", s: "a", at: Date.UTC(2024, 0, 1), l: ["1", "2"] },
      { id: null, big: "2", s: null, at: null, l: null },
    ]);
    expect(read.notes).toEqual(["`t.b` is left out: BLOB cannot be read"]);
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    const broken = readParquetWithoutEngine({ table: "t", path, format: "parquet" }, []);
    expect((await refusal(broken)).code).toBe("DAT208");
  });

  it("are refused when cut off", async () => {
    const folder = await folders.make({});
    const path = join(folder, "t.parquet");
    await writeTable(new Table("t", [numberColumn("x", [1, 2, 3])]), path);
    const whole = await readFile(path);
    for (const part of [
      whole.subarray(0, whole.length - 10),
      whole.subarray(0, 6),
      Buffer.alloc(0),
    ]) {
      await writeFile(path, part);
      const error = await refusal(Database.open(folder));
      expect(error.code).toBe("DAT208");
      expect(error.at).toEqual({ file: "t.parquet", table: "t" });
    }
    // A broken page in the middle: the engine stops without a word, and the count tells.
    const column = stringColumn(
      "s",
      Array.from({ length: 20_000 }, (_, i) => `text ${i * 7919}`),
    );
    await writeTable(new Table("t", [column]), path);
    const bytes = await readFile(path);
    bytes.fill(0xff, bytes.length >> 2, bytes.length >> 1);
    await writeFile(path, bytes);
    expect((await refusal(Database.open(folder))).code).toBe("DAT208");
  });
});

describe("what cannot be opened", () => {
  it("is refused with its reason", async () => {
    const folder = await folders.make({
      "a.xlsx": "x",
      "b.duckdb": "no database",
      "c.db": "SQLite format 3\u0000",
    });
    const code = async (path: string): Promise<string> => (await refusal(Database.open(path))).code;
    expect(await code(join(folder, "missing"))).toBe("DAT201");
    expect(await code(folder)).toBe("DAT202");
    expect(await code(join(folder, "a.xlsx"))).toBe("DAT204");
    expect(await code(join(folder, "b.duckdb"))).toBe("DAT212");
    expect(await code(join(folder, "c.db"))).toBe("DAT241");
  });

  it("is a folder with one table twice", async () => {
    const error = await refused({ "users.csv": users, "Users.tsv": "id\n1\n" });
    expect(error.code).toBe("DAT203");
    expect(error.message).toContain("`Users.tsv` and `users.csv` hold the same table");
  });

  it("is a folder with a broken or wrong schema.json", async () => {
    const error = await refused({
      "users.csv": users,
      "schema.json": '{ "tables": {\n  "users": { "timeColumn": "x", }\n} }',
    });
    expect(error.code).toBe("DAT210");
    expect(error.message).toContain("line 2, column 33: expected a name");
    expect(error.format()).toContain("^");
    const wrong = await refused({
      "users.csv": users,
      "schema.json": '{ "tables": { "user": {} } }',
    });
    expect(wrong.code).toBe("SCH101");
    expect(wrong.hint).toContain("did you mean `users`?");
  });

  it("is a file that cannot be read", async () => {
    const folder = await folders.make({});
    await symlink("users.csv", join(folder, "users.csv"));
    const error = await refusal(Database.open(folder));
    expect(error.code).toBe("DAT205");
    expect(error.message).toContain("ELOOP");
  });
});

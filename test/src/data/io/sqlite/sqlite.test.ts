/** SQLite files. */
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { describe, expect, it } from "vitest";
import { Database } from "../../../../../src/data/database.js";
import { refusal, useFolders } from "../folder.js";

const folders = useFolders();

async function write(sql: string, name = "a.sqlite"): Promise<string> {
  const path = join(await folders.make({}), name);
  const db = new sqlite.Database(path);
  db.exec(sql);
  db.close();
  return path;
}

const SHOP = `
  CREATE TABLE users (user_id INTEGER PRIMARY KEY, name TEXT, active BOOLEAN, joined DATETIME, big INTEGER, mixed, raw BLOB, "Ünï ""q""" REAL);
  INSERT INTO users VALUES (1, 'Ä', 1, '2024-01-01 10:00:00', 9007199254740993, 1, x'00ff', 0.5), (2, NULL, 0, NULL, 5, 'x', NULL, 9e999);
  CREATE TABLE orders (order_id INTEGER PRIMARY KEY, buyer INTEGER REFERENCES users, placed_at INTEGER, seen_at TIMESTAMP, price NUMERIC);
  INSERT INTO orders VALUES (10, 1, 1704067200, 1704067200, 3), (11, 2, 1704067201, 1704067200123, 4.5);
  CREATE TABLE lines (a INTEGER, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
  CREATE TABLE notes (b TEXT, a INTEGER, body TEXT, FOREIGN KEY (a, b) REFERENCES lines (a, b));
  CREATE VIEW v AS SELECT 1;`;

describe("a SQLite file", () => {
  it("gives tables, declared keys and links, and columns by their values", async () => {
    const db = await Database.open(await write(SHOP));
    expect(db.tables.map(({ name, numRows }) => `${name} ${numRows}`)).toEqual([
      "lines 0",
      "notes 0",
      "orders 2",
      "users 2",
    ]);
    expect(db.tableSchema("orders").foreignKeys).toEqual([
      { name: "buyer", columns: ["buyer"], table: "users" },
    ]);
    expect(db.tableSchema("notes").foreignKeys).toEqual([
      { name: "b+a", columns: ["b", "a"], table: "lines" },
    ]);
    const joined = Date.UTC(2024, 0, 1, 10);
    expect(db.table("users").toRecords()).toEqual([
      {
        user_id: 1,
        name: "Ä",
        active: true,
        joined,
        big: "9007199254740993",
        mixed: "1",
        'Ünï "q"': 0.5,
      },
      {
        user_id: 2,
        name: null,
        active: false,
        joined: null,
        big: "5",
        mixed: "x",
        'Ünï "q"': null,
      },
    ]);
    expect(
      db
        .table("orders")
        .toRecords()
        .map(({ placed_at, seen_at, price }) => [placed_at, seen_at, price]),
    ).toEqual([
      [1704067200, Date.UTC(2024, 0, 1), 3],
      [1704067201, Date.UTC(2024, 0, 1) + 123, 4.5],
    ]);
    expect(db.notes).toContain("`users.mixed`: it mixes numbers and texts and is read as text");
    expect(db.notes).toContain("`users.raw` is left out: it holds bytes");
  });

  it("is told by its first bytes, whatever its ending", async () => {
    const db = await Database.open(await write(SHOP, "shop.db"));
    expect(db.table("users").numRows).toBe(2);
  });

  it("in write-ahead mode gives also the rows that lie beside it, and is not touched", async () => {
    const path = await write(`PRAGMA user_version = 1; ${SHOP}`);
    // Bytes 18 and 19 say that changes may lie in a log beside the file.
    const bytes = await readFile(path);
    bytes[18] = 2;
    bytes[19] = 2;
    await writeFile(path, bytes);
    const db = await Database.open(path);
    expect(db.table("orders").numRows).toBe(2);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it("that is being written to is refused", async () => {
    const path = await write(SHOP);
    await copyFile(path, `${path}-journal`);
    expect((await refusal(Database.open(path))).code).toBe("DAT242");
  });

  it("that is cut off or no SQLite file is refused", async () => {
    const path = await write(SHOP);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 5000));
    expect((await refusal(Database.open(path))).code).toBe("DAT241");
    await writeFile(path, "no database");
    expect((await refusal(Database.open(path))).code).toBe("DAT241");
    expect((await refusal(Database.open(await write("SELECT 1")))).code).toMatch(/DAT2(?:02|41)/);
  });

  it("gives the rows between two times", async () => {
    const path = await write(SHOP);
    const rows = { orders: { column: "seen_at", until: Date.UTC(2024, 0, 1) } };
    const db = await Database.open(path, { rows });
    expect(
      db
        .table("orders")
        .toRecords()
        .map((row) => row["order_id"]),
    ).toEqual([10]);
  });
});

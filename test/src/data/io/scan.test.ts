/** Tables read in chunks against the same tables loaded. */
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  booleanColumn,
  type Column,
  cellValue,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../../src/data/column.js";
import { Database } from "../../../../src/data/database.js";
import type { EventScan, ScanRange } from "../../../../src/data/event-scan.js";
import { openEngine, sqlText } from "../../../../src/data/io/duckdb.js";
import { openStreamed } from "../../../../src/data/io/open-streamed.js";
import { writeTable } from "../../../../src/data/io/write.js";
import { Table } from "../../../../src/data/table.js";
import { refusal, useFolders } from "./folder.js";

const folders = useFolders();
const ROWS = 150_000;
const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const COLUMNS = ["id", "user_id", "at", "day", "v", "big", "flag", "s"];

/** More rows than two chunks hold; each column but the keys has nulls, a column of its own pattern. */
function eventsTable(): Table {
  const each = <T>(make: (row: number) => T): T[] =>
    Array.from({ length: ROWS }, (_, i) => make(i));
  return new Table("events", [
    numberColumn("id", Int32Array.from(each((row) => row))),
    numberColumn(
      "user_id",
      each((row) => (row * 7) % 50),
    ),
    timestampColumn(
      "at",
      each((row) => (row % 1000 === 7 ? null : START + row * 1000)),
    ),
    timestampColumn(
      "day",
      each((row) => (row % 9 === 0 ? null : START + (row % 400) * DAY)),
    ),
    numberColumn(
      "v",
      each((row) => (row % 5 === 2 ? null : row / 8)),
    ),
    stringColumn(
      "big",
      each((row) => `${9_007_199_254_740_993n + BigInt(row % 7)}`),
      {
        int64: true,
      },
    ),
    booleanColumn(
      "flag",
      each((row) => (row % 3 === 0 ? null : row % 2 === 0)),
    ),
    stringColumn(
      "s",
      each((row) => (row % 4 === 1 ? null : `text ${row % 11} of some length`)),
    ),
    listColumn(
      "tags",
      each((row) => [`t${row % 3}`]),
    ),
  ]);
}

const users = `user_id\n${Array.from({ length: 50 }, (_, id) => id).join("\n")}\n`;
const settings = {
  tables: { users: { primaryKey: "user_id" }, events: { primaryKey: "id", timeColumn: "at" } },
};

async function folderWith(write: (folder: string) => Promise<void>): Promise<string> {
  const folder = await folders.make({ "users.csv": users });
  await write(folder);
  return folder;
}

async function collect(
  scan: EventScan,
  names: readonly string[],
  range: ScanRange | null,
): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const chunk of scan.rows(names, range)) {
    for (let row = 0; row < chunk[0]!.length; row++) {
      rows.push(chunk.map((column: Column) => cellValue(column, row)));
    }
  }
  return rows;
}

function loadedRows(db: Database, names: readonly string[]): unknown[][] {
  const columns = names.map((name) => db.table("events").column(name));
  return Array.from({ length: ROWS }, (_, row) => columns.map((column) => cellValue(column, row)));
}

describe("openStreamed", () => {
  it.each(["events.parquet", "events.csv"])(
    "reads the rows of %s as they are loaded",
    async (name) => {
      const folder = await folderWith((path) => writeTable(eventsTable(), join(path, name)));
      const loaded = await Database.open(folder, { schema: settings });
      const { db, scans, close } = await openStreamed(folder, ["events"], { schema: settings });
      expect(db.table("events").numRows).toBe(0);
      expect(db.schema).toEqual(loaded.schema);
      const [scan] = scans;
      expect(await collect(scan!, COLUMNS, null)).toEqual(loadedRows(loaded, COLUMNS));
      expect(await collect(scan!, ["s"], null)).toEqual(loadedRows(loaded, ["s"]));
      expect(await scan!.lastTime("at")).toBe(START + (ROWS - 1) * 1000);
      close();
    },
  );

  it("reads tables of a DuckDB file", async () => {
    const folder = await folders.make({});
    const path = join(folder, "data.duckdb");
    const engine = await openEngine();
    await engine.run(`ATTACH ${sqlText(path)} AS f`);
    await engine.run("CREATE TABLE f.users AS SELECT range AS user_id FROM range(50)");
    await engine.run(
      `CREATE TABLE f.events AS SELECT range AS id, range % 50 AS user_id,
       TIMESTAMP '2024-01-01' + INTERVAL (range) SECOND AS at FROM range(100000)`,
    );
    engine.close();
    const { scans, close } = await openStreamed(path, ["events"], { schema: settings });
    const rows = await collect(scans[0]!, ["id", "at"], null);
    expect(rows).toHaveLength(100_000);
    expect(rows[99_999]).toEqual([99_999, START + 99_999_000]);
    close();
  });

  it("leaves out only rows outside of a range", async () => {
    const folder = await folderWith((path) =>
      writeTable(eventsTable(), join(path, "events.parquet")),
    );
    const { scans, close } = await openStreamed(folder, ["events"], { schema: settings });
    const range = { column: "at", after: START + 5_000_500, until: START + 9_000_000 };
    const times = (await collect(scans[0]!, ["at"], range)).map(([at]) => at as number);
    expect(times.length).toBeLessThan(5_000);
    const inside = times.filter((at) => at > range.after && at <= range.until);
    expect(inside).toHaveLength(3_996);
    close();
  });

  it("can be stopped after the first chunk and read again", async () => {
    const folder = await folderWith((path) =>
      writeTable(eventsTable(), join(path, "events.parquet")),
    );
    const { scans, close } = await openStreamed(folder, ["events"], { schema: settings });
    for await (const [ids] of scans[0]!.rows(["id"], null)) {
      expect(ids!.length).toBeGreaterThan(1000);
      break;
    }
    expect(await collect(scans[0]!, ["id"], null)).toHaveLength(ROWS);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of scans[0]!.rows(["id", "v"], null, { signal: controller.signal })) {
        controller.abort();
      }
    })();
    expect(await refusal(reading)).toMatchObject({ code: "CFG900" });
    close();
  });

  it("refuses lists, formats without parts, tables that are not there and integers that need digits", async () => {
    const folder = await folderWith(async (path) => {
      await writeTable(eventsTable(), join(path, "events.parquet"));
      await writeFile(join(path, "notes.json"), '[{ "id": 1 }]');
    });
    const { scans, close } = await openStreamed(folder, ["events"], { schema: settings });
    expect(await refusal(collect(scans[0]!, ["tags"], null))).toMatchObject({ code: "DAT216" });
    close();
    expect(await refusal(openStreamed(folder, ["notes"]))).toMatchObject({ code: "DAT218" });
    const missing = await refusal(openStreamed(folder, ["event"]));
    expect(missing).toMatchObject({ code: "DAT105" });

    const late = await folderWith(async (path) => {
      const engine = await openEngine();
      await engine.run(
        `COPY (SELECT range AS id, range % 50 AS user_id,
         CASE WHEN range < 90000 THEN range ELSE 9007199254740993 END AS n
         FROM range(100000)) TO ${sqlText(join(path, "events.parquet"))} (FORMAT parquet)`,
      );
      engine.close();
    });
    const streamed = await openStreamed(late, ["events"]);
    const error = await refusal(collect(streamed.scans[0]!, ["n"], null));
    expect(error.message).toBe(
      "`events.n` cannot be read in chunks: it holds integers beyond 2^53",
    );
    streamed.close();
  });

  it("says that a Parquet file was cut off after it was opened", async () => {
    const folder = await folderWith((path) =>
      writeTable(eventsTable(), join(path, "events.parquet")),
    );
    const { scans, close } = await openStreamed(folder, ["events"], { schema: settings });
    await truncate(join(folder, "events.parquet"), 100);
    const error = await refusal(collect(scans[0]!, ["id", "v", "s"], null));
    expect(error).toMatchObject({ code: "DAT217" });
    close();
  });

  it("says when not all rows came", async () => {
    const folder = await folderWith((path) => writeTable(eventsTable(), join(path, "events.csv")));
    const { scans, close } = await openStreamed(folder, ["events"], { schema: settings });
    const reading = (async () => {
      for await (const [ids] of scans[0]!.rows(["id", "v"], null)) {
        if (cellValue(ids!, 0) === 0) await truncate(join(folder, "events.csv"), 100);
      }
    })();
    const error = await refusal(reading);
    expect(error).toMatchObject({ code: "DAT217" });
    close();
  });
});

/** PostgreSQL databases, read from a real server in process. */
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatTime } from "../../../../../src/core/time.js";
import { Database } from "../../../../../src/data/database.js";
import { PASSWORD, startPostgres, type TestPostgres } from "../../../../support/pglite.js";
import { refusal } from "../folder.js";

const SETUP = `
  CREATE TABLE companies (company_id serial PRIMARY KEY, name text NOT NULL, plan varchar(10));
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE DOMAIN posint AS int CHECK (value > 0);
  CREATE TABLE users (
    user_id bigint PRIMARY KEY, employer int REFERENCES companies (company_id), boss bigint REFERENCES users,
    small int2, i posint, big int8, r float4, d float8, n numeric(12,2), id numeric(20,0), whole numeric(5,0),
    anyn numeric, ok bool, t text, c char(5), u uuid, day date, ts timestamp, tz timestamptz, j json, jb jsonb,
    m mood, tags text[], nums int[], emb float8[], bytes bytea, tod time, iv interval, ip inet, "Ünï ""q""" text);
  INSERT INTO companies (name, plan) VALUES ('Ä', 'free'), ('a long name beyond twelve bytes', 'team');
  INSERT INTO users SELECT 1, 1, null, 3, 4, 9007199254740993, 1.5, 0.1, 12.34, 12345678901234567890, 77, 1e-30, true,
    'héé', 'ab', '6ecd8c99-4036-403d-bf84-cf8400f67836', '2024-02-29', '2024-02-29 12:00:00.123456',
    '2024-02-29 12:00:00+02', '{"a":1}', '"text"', 'ok', array['x', null, 'y z'], array[1, null, 3], array[0.5, 1],
    '\\xff', '12:00', '1 day', '10.0.0.1', 'q';
  INSERT INTO users (user_id, employer, boss, day, ts, r, d, n, t) VALUES (2, 2, 1, 'infinity', '-infinity', 'NaN',
    'Infinity', 'NaN', '');
  INSERT INTO users (user_id) VALUES (3);
  CREATE TABLE events (user_id bigint REFERENCES users, employer int, at timestamptz, PRIMARY KEY (user_id, at));
  INSERT INTO events SELECT 1 + g % 3, g % 2 + 1, '2024-01-01'::timestamptz + g * interval '1 hour'
    FROM generate_series(1, 5000) g;
  CREATE TABLE visits (user_id bigint, event_at timestamptz, note text, FOREIGN KEY (event_at, user_id) REFERENCES events (at, user_id));
  CREATE SCHEMA other; CREATE TABLE other.users (id int PRIMARY KEY); CREATE TABLE other.things (a int);
  CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  INSERT INTO parts VALUES (1, '2024-05-05');`;

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
  await server.exec(SETUP);
}, 60_000);
afterAll(() => server.close());

describe("a PostgreSQL database", () => {
  it("gives its tables with the keys and links of the catalogue", async () => {
    const db = await Database.open(server.url);
    expect(db.tables.map(({ name, numRows }) => `${name} ${numRows}`)).toEqual([
      "companies 2",
      "events 5000",
      "parts 1",
      "users 3",
      "visits 0",
      "things 0",
      "other.users 0",
    ]);
    expect(db.tableSchema("users").primaryKey).toEqual(["user_id"]);
    expect(db.tableSchema("users").foreignKeys).toEqual([
      { name: "boss", columns: ["boss"], table: "users" },
      { name: "employer", columns: ["employer"], table: "companies" },
    ]);
    expect(db.tableSchema("events").primaryKey).toEqual(["user_id", "at"]);
    expect(db.tableSchema("events").timeColumn).toBe("at");
    expect(db.tableSchema("visits").foreignKeys).toEqual([
      { name: "user_id+event_at", columns: ["user_id", "event_at"], table: "events" },
    ]);
  });

  it("gives every type its column", async () => {
    const db = await Database.open(server.url);
    const [first, second, third] = db.table("users").toRecords();
    const { day, ts, tz, emb, ...rest } = first!;
    expect([day, ts, tz].map((time) => formatTime(time as number))).toEqual([
      "2024-02-29",
      "2024-02-29T12:00:00.123Z",
      "2024-02-29T10:00:00Z",
    ]);
    expect(ts).toBeCloseTo(Date.UTC(2024, 1, 29, 12) + 123.456, 3);
    expect([...(emb as Float32Array)]).toEqual([0.5, 1]);
    expect(rest).toEqual({
      user_id: 1,
      employer: 1,
      boss: null,
      small: 3,
      i: 4,
      big: "9007199254740993",
      r: 1.5,
      d: 0.1,
      n: 12.34,
      id: "12345678901234567890",
      whole: 77,
      anyn: 1e-30,
      ok: true,
      t: "héé",
      c: "ab",
      u: "6ecd8c99-4036-403d-bf84-cf8400f67836",
      j: '{"a":1}',
      jb: "text",
      m: "ok",
      tags: ["x", "y z"],
      nums: ["1", "3"],
      tod: "12:00:00",
      iv: "P1D",
      ip: "10.0.0.1/32",
      'Ünï "q"': "q",
    });
    expect(second).toMatchObject({ day: null, ts: null, r: null, d: null, n: null, t: "" });
    expect(Object.values(third!).filter((value) => value !== null)).toEqual([3]);
    expect(db.notes).toContain("`users.bytes` is left out: bytea cannot be read");
    expect(db.notes).toContain("`users.d` holds 1 infinite numbers: they are read as null");
  });

  it("takes the user's settings before the catalogue's", async () => {
    const db = await Database.open(server.url, {
      tables: ["users", "events"],
      schema: {
        tables: { events: { primaryKey: null, foreignKeys: {} }, users: { exclude: ["big", "t"] } },
      },
    });
    expect(db.tables.map(({ name }) => name)).toEqual(["events", "users"]);
    expect(db.tableSchema("events").foreignKeys).toEqual([]);
    expect(db.table("users").find("t")).toBeUndefined();
    expect(db.notes).toContain(
      "the declared link `users.employer` → `companies` is left out: that table is not read",
    );
  });

  it("reads the rows between two times only", async () => {
    const [after, until] = [Date.UTC(2024, 0, 2), Date.UTC(2024, 0, 3)];
    const whole = await Database.open(server.url);
    const db = await Database.open(server.url, { rows: { events: { after, until } } });
    const times = whole.timeColumn("events")!.values;
    const expected = times.filter((time) => time > after && time <= until);
    expect(expected.length).toBe(24);
    expect([...db.timeColumn("events")!.values]).toEqual([...expected]);
    expect(db.table("users").numRows).toBe(3);
  });
});

describe("a connection", () => {
  it("that is lost is taken up again from the start", async () => {
    const whole = await Database.open(server.url);
    server.breakOff(1, 150_000);
    const db = await Database.open(server.url);
    expect(db.notes[0]).toMatch(/lost 1 times/);
    expect(db.table("events").toRecords()).toEqual(whole.table("events").toRecords());
  });

  it("that is lost again and again is an error", async () => {
    server.breakOff(3, 150_000);
    const error = await refusal(Database.open(server.url));
    expect(error.code).toBe("DAT235");
    expect(error.format()).not.toContain(PASSWORD);
  });

  it("that nobody answers is an error without the password", async () => {
    const probe = createServer().listen(0);
    const address = probe.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const error = await refusal(Database.open(`postgres://me:${PASSWORD}@127.0.0.1:${port}/db`));
    expect(error.code).toBe("DAT230");
    const plain = await refusal(Database.open(`postgres://me:hunter2@127.0.0.1:${port}/db`));
    expect(plain.code).toBe("DAT233");
    for (const refused of [error, plain]) {
      const shown = `${refused.format()}${refused.stack}${JSON.stringify(refused)}${String(refused.cause)}`;
      expect(shown).not.toMatch(/hunter2|s3cr/);
    }
  });

  it("ends when the caller says so", async () => {
    const abort = new AbortController();
    server.before('FROM "public"."events"', async () => abort.abort());
    const error = await refusal(Database.open(server.url, { signal: abort.signal }));
    expect(error.code).toBe("CFG900");
  });
});

describe("what cannot be read", () => {
  it("is named where the catalogue has changed meanwhile", async () => {
    // The new name lies in the transaction that the test server rolls back.
    server.before('FROM "public"."parts"', async (exec) => {
      await exec("ROLLBACK; ALTER TABLE parts RENAME COLUMN id TO part_id; BEGIN");
    });
    const error = await refusal(Database.open(server.url));
    expect(error.code).toBe("DAT237");
    expect(error.at).toEqual({ table: "parts" });
    expect(error.message).toContain('column "id" does not exist');
  });

  it("is named where a permission is missing, and columns are left out by their own", async () => {
    await server.exec(
      "CREATE TABLE secret (a int); CREATE ROLE reader; GRANT SELECT ON companies TO reader; GRANT SELECT (user_id) ON users TO reader",
    );
    const url = `${server.url}?options=-c%20role%3Dreader`;
    server.before("BEGIN TRANSACTION", (exec) => exec("SET ROLE reader"));
    const error = await refusal(Database.open(url));
    await server.exec("RESET ROLE");
    expect(error.code).toBe("DAT236");
    expect(error.hint).toContain("GRANT SELECT ON public.");
    server.before("BEGIN TRANSACTION", (exec) => exec("SET ROLE reader"));
    const db = await Database.open(url, { tables: ["companies", "users"] });
    await server.exec("RESET ROLE; DROP TABLE secret");
    expect(db.table("users").columns.map(({ name }) => name)).toEqual(["user_id"]);
    expect(db.notes).toContain("`users.t` is left out: this user may not read it");
  });
});

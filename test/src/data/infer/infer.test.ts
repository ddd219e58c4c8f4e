/** Keys, times and links found with nothing said, on the shapes people bring. */
import { describe, expect, it } from "vitest";
import type { Database } from "../../../../src/data/database.js";
import { inferDatabase } from "../../../../src/data/infer/infer.js";
import { Table, type TableRecord } from "../../../../src/data/table.js";

type Tables = Readonly<Record<string, readonly TableRecord[]>>;

const database = (tables: Tables): Database =>
  inferDatabase(Object.entries(tables).map(([name, rows]) => Table.fromRecords(name, rows)));

/** `users key user_id time signup_date`, links after it. */
const summary = (db: Database): string[] =>
  db.schema.tables.map((table) =>
    [
      table.name,
      `key ${table.primaryKey?.join("+") ?? "-"}`,
      `time ${table.timeColumn ?? "-"}`,
      ...table.foreignKeys.map((key) => `${key.name}>${key.table}`),
    ].join(" "),
  );

const day = (n: number): string => new Date(1_700_000_000_000 + n * 86_400_000).toISOString();

const saas: Tables = {
  users: [
    {
      user_id: "U201",
      company_id: "C1",
      plan: "Pro",
      signup_date: day(0),
      birth_date: "1990-01-01",
    },
    { user_id: "U202", company_id: "C1", plan: "Free", signup_date: day(1), birth_date: null },
    {
      user_id: "U203",
      company_id: "C2",
      plan: "Pro",
      signup_date: day(2),
      birth_date: "1985-05-05",
    },
  ],
  companies: [
    { company_id: "C1", name: "Ada", created_at: day(-9), updated_at: day(30) },
    { company_id: "C2", name: "Bob", created_at: day(-8), updated_at: day(31) },
  ],
  sessions: [
    { session_id: 1, user_id: "U201", started_at: day(3), ended_at: day(3), duration_min: 12.5 },
    { session_id: 2, user_id: "U201", started_at: day(4), ended_at: day(4), duration_min: 3 },
    { session_id: 3, user_id: "U999", started_at: day(5), ended_at: null, duration_min: 7 },
    { session_id: 4, user_id: "U203", started_at: day(6), ended_at: day(6), duration_min: 1 },
  ],
  support_tickets: [
    { ticket_id: "T1", user_id: "U201", opened_at: day(5), closed_at: day(6), priority: "high" },
    { ticket_id: "T2", user_id: null, opened_at: day(6), closed_at: null, priority: "low" },
  ],
  feature_events: [
    { event_id: 10, user_id: "U203", session_id: 4, feature: "export", timestamp: day(6) },
    { event_id: 11, user_id: "U201", session_id: 1, feature: "share", timestamp: day(3) },
  ],
  invoices: [
    { invoice_id: 5, company_id: "C1", invoice_date: day(7), due_date: day(37), amount_usd: 10.5 },
    { invoice_id: 6, company_id: "C2", invoice_date: day(8), due_date: day(38), amount_usd: 20 },
  ],
};

const upper = (tables: Tables): Tables =>
  Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [
      name.toUpperCase(),
      rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, cell]) => [key.toUpperCase(), cell])),
      ),
    ]),
  );

const saasSummary = [
  "users key user_id time signup_date company_id>companies",
  "companies key company_id time created_at",
  "sessions key session_id time started_at user_id>users",
  "support_tickets key ticket_id time opened_at user_id>users",
  "feature_events key event_id time timestamp user_id>users session_id>sessions",
  "invoices key invoice_id time invoice_date company_id>companies",
];

describe("inferDatabase", () => {
  it("settles a small SaaS company in lower case", () => {
    expect(summary(database(saas))).toEqual(saasSummary);
  });

  it("settles the same in upper case", () => {
    const words = saasSummary.map((line) =>
      line
        .split(" ")
        .map((word) => (word === "key" || word === "time" ? word : word.toUpperCase()))
        .join(" "),
    );
    expect(summary(database(upper(saas)))).toEqual(words);
  });

  it("settles a Stack Exchange dump: bare ids, roles before the entity, self references, dangling keys", () => {
    const db = database({
      users: [-1, 1, 2, 3].map((Id) => ({
        Id,
        Reputation: 5,
        CreationDate: day(Id),
        LastAccessDate: day(99),
      })),
      posts: [
        {
          Id: 1,
          PostTypeId: 1,
          AcceptedAnswerId: 2,
          ParentId: null,
          CreationDate: day(1),
          OwnerUserId: 1,
          LastEditorUserId: 3,
          LastEditDate: day(9),
          Tags: "<hops><ipa>",
        },
        {
          Id: 2,
          PostTypeId: 2,
          AcceptedAnswerId: null,
          ParentId: 1,
          CreationDate: day(2),
          OwnerUserId: 2,
          LastEditorUserId: null,
          LastEditDate: null,
          Tags: null,
        },
        {
          Id: 3,
          PostTypeId: 2,
          AcceptedAnswerId: null,
          ParentId: 1,
          CreationDate: day(3),
          OwnerUserId: null,
          LastEditorUserId: -1,
          LastEditDate: day(9),
          Tags: "<ipa>",
        },
      ],
      votes: [1, 2, 3, 4, 5].map((n) => ({
        Id: n,
        PostId: n % 4 === 0 ? 77 : 1,
        UserId: null,
        VoteTypeId: 2,
        CreationDate: day(n),
      })),
      badges: [1, 2].map((Id) => ({ Id, UserId: 1, Name: "Teacher", Date: day(Id) })),
      post_links: [1, 2].map((Id) => ({
        Id,
        PostId: 1,
        RelatedPostId: 2,
        LinkTypeId: 1,
        CreationDate: day(Id),
      })),
    });
    expect(summary(db)).toEqual([
      "users key Id time CreationDate",
      "posts key Id time CreationDate ParentId>posts OwnerUserId>users LastEditorUserId>users",
      "votes key Id time CreationDate PostId>posts UserId>users",
      "badges key Id time Date UserId>users",
      "post_links key Id time CreationDate PostId>posts RelatedPostId>posts",
    ]);
    const votes = db.tableSchema("votes").foreignKeys[0]!;
    expect(db.link("votes", votes)).toMatchObject({ dangling: 1, nulls: 0 });
    const stypes = Object.fromEntries(
      db.tableSchema("posts").columns.map((c) => [c.name, c.stype]),
    );
    expect(stypes).toMatchObject({
      Id: "id",
      PostTypeId: "categorical",
      Tags: "multicategorical",
      LastEditDate: "timestamp",
    });
    expect(db.table("posts").column("Tags").kind).toBe("list");
  });

  it("settles race data whose results have no time of their own, and says so", () => {
    const db = database({
      races: [1, 2, 9].map((raceId) => ({
        raceId,
        year: 2009,
        circuitId: 1,
        name: "GP",
        date: day(raceId),
        fp1_date: null,
      })),
      circuits: [{ circuitId: 1, circuitRef: "albert", country: "Australia" }],
      drivers: [1, 2].map((driverId) => ({ driverId, forename: "A", dob: "1985-01-07" })),
      results: [1, 2, 3].map((resultId) => ({
        resultId,
        raceId: 9,
        driverId: 1,
        grid: resultId,
        statusId: 1,
      })),
      qualifying: [1, 2].map((qualifyId) => ({ qualifyId, raceId: 1, driverId: 2, position: 3 })),
      driver_standings: [1, 2].map((driverStandingsId) => ({
        driverStandingsId,
        raceId: 2,
        driverId: 2,
        points: 1,
      })),
    });
    expect(summary(db)).toEqual([
      "races key raceId time date circuitId>circuits",
      "circuits key circuitId time -",
      "drivers key driverId time -",
      "results key resultId time - raceId>races driverId>drivers",
      "qualifying key qualifyId time - raceId>races driverId>drivers",
      "driver_standings key driverStandingsId time - raceId>races driverId>drivers",
    ]);
    expect(db.notes.join("\n")).toContain("`results`");
    expect(db.notes.join("\n")).toContain("no time column");
    const grid = db.tableSchema("results").columns.find((column) => column.name === "grid");
    expect(grid?.stype).toBe("numerical");
  });

  it("links composite names, other key words and tables with prefixes", () => {
    const db = database({
      dim_users: [1, 2].map((id) => ({ id, email: `a${id}@b.c` })),
      countries: ["DE", "FR", "US"].map((code) => ({ code, name: code })),
      orders: [1, 2, 3].map((order_id) => ({
        order_id,
        userid: 1,
        country_code: "DE",
        ordered_at: day(order_id),
      })),
      order_items: [1, 2, 3].map((n) => ({
        id: n,
        order_id: n,
        parent_id: n > 1 ? 1 : null,
        qty: 1,
      })),
      user_profiles: [1, 2].map((user_id) => ({ user_id, theme: "dark" })),
    });
    expect(summary(db)).toEqual([
      "dim_users key id time -",
      "countries key code time -",
      "orders key order_id time ordered_at userid>dim_users country_code>countries",
      "order_items key id time - order_id>orders parent_id>order_items",
      "user_profiles key - time - user_id>dim_users",
    ]);
  });

  it("leaves a link out whose values do not occur in the key, and says so", () => {
    const db = database({
      users: [1, 2, 3, 4].map((id) => ({ id })),
      logs: [1, 2, 3, 4].map((id) => ({ id, user_id: id * 1000, at: day(id) })),
    });
    expect(db.tableSchema("logs").foreignKeys).toEqual([]);
    expect(db.notes[0]).toBe(
      "`logs.user_id` is no link to `users`: only 0 % of its values occur in `id`",
    );
  });

  it("never links texts to numbers, a primary key or a time", () => {
    const db = database({
      users: [1, 2].map((id) => ({ id })),
      rows: [1, 2].map((n) => ({ id: n, user_id: `u${n}`, user: day(n) })),
    });
    expect(db.tableSchema("rows").foreignKeys).toEqual([]);
  });

  it("keeps a key with a few duplicates, drops one with many and says so", () => {
    const rows = (ids: readonly number[]) => ids.map((user_id) => ({ user_id, x: 1 }));
    expect(summary(database({ users: rows([1, 2, 3, 4, 4]) }))[0]).toContain("key user_id");
    const db = database({ users: rows([1, 1, 1, 2, 2, 2]) });
    expect(summary(db)[0]).toContain("key -");
    expect(db.notes[0]).toBe(
      "`users.user_id` looks like a key by name, but 4 values repeat and 0 are null",
    );
  });

  it("takes no time from a last access, a birth or an end with gaps", () => {
    const times = (column: string, gap: boolean) =>
      database({ t: [1, 2, 3].map((id) => ({ id, [column]: gap && id === 2 ? null : day(id) })) });
    expect(times("last_seen", false).tableSchema("t").timeColumn).toBeNull();
    expect(times("dob", false).tableSchema("t").timeColumn).toBeNull();
    expect(times("closed_at", true).tableSchema("t").timeColumn).toBeNull();
    expect(times("expires_at", false).tableSchema("t").timeColumn).toBeNull();
    expect(times("finished_at", false).tableSchema("t").timeColumn).toBe("finished_at");
    expect(times("when", false).tableSchema("t").timeColumn).toBe("when");
  });

  it("does not hold a word of the table's name against its time", () => {
    const db = database({ churn_events: [1, 2].map((id) => ({ id, churn_date: day(id) })) });
    expect(db.tableSchema("churn_events").timeColumn).toBe("churn_date");
  });

  it("works on tables without rows", () => {
    const empty = [
      Table.fromRecords("users", [], ["user_id", "at"]),
      Table.fromRecords("logs", [], ["id", "user_id"]),
    ];
    const db = inferDatabase(empty);
    expect(summary(db)).toEqual(["users key user_id time -", "logs key id time - user_id>users"]);
  });

  it("reads units off names, but takes PRICE_MIN for a minimum", () => {
    const db = database({
      t: [{ DURATION_MIN: 1.5, PRICE_MIN: 2.5, wait_secs: 3.5, amount_usd: 4.5 }],
    });
    expect(db.tableSchema("t").columns.map(({ unit }) => unit)).toEqual([
      "minutes",
      null,
      "seconds",
      "USD",
    ]);
  });
});

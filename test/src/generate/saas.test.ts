/** The generated company: deterministic, whole, sane in time, and streamed without a trace of the chunks. */
import { describe, expect, it } from "vitest";
import { cellValue, isValid, type StringColumn } from "../../../src/data/column.js";
import type { Table } from "../../../src/data/table.js";
import { generateSaasDatabase, generateSaasTables } from "../../../src/generate/database.js";
import { generateSaas, type SaasStep } from "../../../src/generate/saas.js";

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const END = Date.UTC(2025, 6, 1);

function tablesOf(options: Parameters<typeof generateSaasTables>[0]): Map<string, Table> {
  const { tables } = generateSaasTables({ truth: false, ...options });
  return new Map(tables.map((table) => [table.name, table]));
}

function texts(table: Table, column: string): (string | null)[] {
  const values = table.column(column);
  return Array.from({ length: table.numRows }, (_, row) => cellValue(values, row) as string | null);
}

function times(table: Table, column: string): (number | null)[] {
  const values = table.column(column);
  return Array.from({ length: table.numRows }, (_, row) => cellValue(values, row) as number | null);
}

/** All cells of all chunks of a kind, by table, in the order in which they came. */
function cellsOf(steps: Iterable<SaasStep>, kind: "rows" | "truth"): Record<string, unknown[]> {
  const cells: Record<string, unknown[]> = {};
  for (const step of steps) {
    if (step.kind === "summary" || step.kind !== kind) continue;
    const rows = (cells[step.table.name] ??= []);
    for (const record of step.table.toRecords()) rows.push(Object.values(record));
  }
  return cells;
}

describe("the generated SaaS company", () => {
  const tables = tablesOf({ users: 600, seed: 3 });
  const users = tables.get("USERS")!;
  const userIds = texts(users, "USER_ID");
  const rowOfUser = new Map(userIds.map((id, row) => [id, row]));

  it("has exactly the users asked for, with distinct keys from U1 on", () => {
    expect(users.numRows).toBe(600);
    expect(userIds[0]).toBe("U1");
    expect(userIds[201]).toBe("U202");
    expect(new Set(userIds).size).toBe(600);
  });

  it("has the same rows for the same seed, others for another", () => {
    const again = cellsOf(generateSaas({ users: 60, seed: 5, truthDraws: 4 }), "rows");
    expect(cellsOf(generateSaas({ users: 60, seed: 5, truthDraws: 4 }), "rows")).toEqual(again);
    const other = cellsOf(generateSaas({ users: 60, seed: 6, truthDraws: 4 }), "rows");
    expect(other["SESSIONS"]).not.toEqual(again["SESSIONS"]);
  });

  it("gives the same rows and truth for any size of chunks", () => {
    const options = { users: 80, seed: 5, truthDraws: 3 };
    for (const kind of ["rows", "truth"] as const) {
      const whole = cellsOf(generateSaas({ ...options, chunkRows: 1e9 }), kind);
      expect(cellsOf(generateSaas({ ...options, chunkRows: 1 }), kind)).toEqual(whole);
      expect(cellsOf(generateSaas({ ...options, chunkRows: 500 }), kind)).toEqual(whole);
    }
  });

  it("does not change a row when the truth is computed", () => {
    const plain = cellsOf(generateSaas({ users: 50, seed: 1, truth: false }), "rows");
    expect(cellsOf(generateSaas({ users: 50, seed: 1, truthDraws: 3 }), "rows")).toEqual(plain);
  });

  it("begins a larger run with the companies of a smaller one", () => {
    const small = texts(tablesOf({ users: 300, seed: 3 }).get("USERS")!, "NAME");
    const companies = texts(tablesOf({ users: 300, seed: 3 }).get("USERS")!, "COMPANY_ID");
    const lastCompany = companies.indexOf(companies[companies.length - 1]!);
    expect(texts(users, "NAME").slice(0, lastCompany)).toEqual(small.slice(0, lastCompany));
  });

  it("has no dangling key and no key twice", () => {
    const keys: Record<string, string> = {
      FEATURES: "FEATURE",
      COMPANIES: "COMPANY_ID",
      SESSIONS: "SESSION_ID",
      SUPPORT_TICKETS: "TICKET_ID",
      FEATURE_EVENTS: "EVENT_ID",
      INVOICES: "INVOICE_ID",
    };
    for (const [name, key] of Object.entries(keys)) {
      const table = tables.get(name)!;
      expect(new Set(texts(table, key)).size, name).toBe(table.numRows);
    }
    const companies = new Set(texts(tables.get("COMPANIES")!, "COMPANY_ID"));
    const features = new Set(texts(tables.get("FEATURES")!, "FEATURE"));
    const within = (known: ReadonlySet<string | null>, name: string, column: string): boolean =>
      texts(tables.get(name)!, column).every((key) => key === null || known.has(key));
    expect(within(companies, "USERS", "COMPANY_ID")).toBe(true);
    expect(within(companies, "INVOICES", "COMPANY_ID")).toBe(true);
    expect(within(features, "FEATURE_EVENTS", "FEATURE")).toBe(true);
    for (const name of ["SESSIONS", "SUPPORT_TICKETS", "FEATURE_EVENTS"]) {
      expect(within(new Set(userIds), name, "USER_ID"), name).toBe(true);
    }
    expect(within(new Set(userIds), "USERS", "INVITED_BY")).toBe(true);
  });

  it("invites by a colleague who was there before", () => {
    const companies = texts(users, "COMPANY_ID");
    const joined = times(users, "SIGNUP_DATE");
    const inviters = texts(users, "INVITED_BY");
    let invited = 0;
    inviters.forEach((inviter, row) => {
      if (inviter === null) return;
      invited++;
      const other = rowOfUser.get(inviter)!;
      expect(other).toBeLessThan(row);
      expect(companies[other]).toBe(companies[row]);
      expect(joined[other]!).toBeLessThanOrEqual(joined[row]!);
    });
    expect(invited).toBeGreaterThan(300);
  });

  it("keeps every row of a user between signup and deactivation, and within the calendar", () => {
    const joined = times(users, "SIGNUP_DATE");
    const left = times(users, "DEACTIVATED_AT");
    const places: [string, string][] = [
      ["SESSIONS", "TIMESTAMP"],
      ["FEATURE_EVENTS", "TIMESTAMP"],
      ["SUPPORT_TICKETS", "OPENED_AT"],
    ];
    for (const [name, column] of places) {
      const table = tables.get(name)!;
      const owners = texts(table, "USER_ID");
      const at = times(table, column);
      let wrong = 0;
      at.forEach((time, row) => {
        const user = rowOfUser.get(owners[row]!)!;
        const fits = time! > joined[user]! && time! < (left[user] ?? Infinity) && time! % DAY !== 0;
        if (!fits || time! < START || time! >= END) wrong++;
      });
      expect(wrong, name).toBe(0);
    }
  });

  it("founds companies before their users, and cancels after they are gone", () => {
    const companies = tables.get("COMPANIES")!;
    const row = new Map(texts(companies, "COMPANY_ID").map((id, i) => [id, i]));
    const created = times(companies, "CREATED_AT");
    const cancelled = times(companies, "CANCELLED_AT");
    const joined = times(users, "SIGNUP_DATE");
    const left = times(users, "DEACTIVATED_AT");
    texts(users, "COMPANY_ID").forEach((id, user) => {
      const company = row.get(id)!;
      expect(joined[user]!).toBeGreaterThanOrEqual(created[company]!);
      if (cancelled[company] === null) return;
      expect(left[user]!).toBeLessThan(Math.floor(cancelled[company]! / DAY + 1) * DAY);
    });
  });

  it("resolves tickets after they were opened, pays invoices after they were issued", () => {
    const follows = (name: string, first: string, second: string): void => {
      const from = times(tables.get(name)!, first);
      const to = times(tables.get(name)!, second);
      const wrong = to.filter((time, i) => time !== null && (time < from[i]! || time >= END));
      expect(wrong, name).toEqual([]);
      expect(to.some((time) => time === null)).toBe(true);
      expect(to.some((time) => time !== null)).toBe(true);
    };
    follows("SUPPORT_TICKETS", "OPENED_AT", "RESOLVED_AT");
    follows("INVOICES", "ISSUED_AT", "PAID_AT");
    const tickets = tables.get("SUPPORT_TICKETS")!;
    const resolved = tickets.column("RESOLVED_AT");
    const answered = tickets.column("SATISFACTION");
    for (let i = 0; i < tickets.numRows; i++) {
      if (isValid(answered, i)) expect(isValid(resolved, i)).toBe(true);
    }
  });

  it("writes minutes, features and names that make sense", () => {
    const sessions = tables.get("SESSIONS")!;
    const minutes = times(sessions, "DURATION_MIN");
    expect(minutes.every((value) => value! >= 0.5 && value! <= 600)).toBe(true);
    const used = sessions.column("FEATURES_USED");
    for (let row = 0; row < 500; row++) {
      const items = cellValue(used, row) as string[];
      expect(items.length).toBeGreaterThan(0);
      expect(new Set(items).size).toBe(items.length);
    }
    const names = (users.column("NAME") as StringColumn).dictionary.join(" ");
    expect(names).toMatch(/[^\u0020-\u007e]/);
  });

  it("gives about the sessions per user that were asked for", () => {
    const usual = tables.get("SESSIONS")!.numRows / 600;
    expect(usual).toBeGreaterThan(25);
    expect(usual).toBeLessThan(90);
    const few =
      tablesOf({ users: 600, seed: 3, sessionsPerUser: 10 }).get("SESSIONS")!.numRows / 600;
    expect(few / usual).toBeGreaterThan(0.12);
    expect(few / usual).toBeLessThan(0.3);
  });

  it.each([1, 2, 3])("works for %i users", async (count) => {
    const db = await generateSaasDatabase({ users: count, seed: 2 });
    expect(db.table("USERS").numRows).toBe(count);
    expect(db.tables.map((table) => table.name)).toEqual([
      "COMPANIES",
      "FEATURES",
      "FEATURE_EVENTS",
      "INVOICES",
      "SESSIONS",
      "SUPPORT_TICKETS",
      "USERS",
    ]);
    const { summary } = generateSaasTables({ users: count, seed: 2, months: 4, truthDraws: 2 });
    expect(summary.anchors).toHaveLength(3);
  });

  it("gives a database with keys, times and links settled", async () => {
    const db = await generateSaasDatabase({ users: 40, seed: 1 });
    expect(db.tableSchema("USERS").endTimeColumn).toBe("DEACTIVATED_AT");
    const sessions = db.tableSchema("SESSIONS");
    expect(sessions.columns.find((c) => c.name === "DURATION_MIN")!.unit).toBe("minutes");
    for (const schema of db.schema.tables) {
      for (const key of schema.foreignKeys) expect(db.link(schema.name, key).dangling).toBe(0);
    }
    const tickets = db.tableSchema("SUPPORT_TICKETS").columns;
    expect(tickets.find((c) => c.name === "SATISFACTION")!.knownFrom).toBe("RESOLVED_AT");
  });

  it("tells its progress and stops when it is cancelled", () => {
    const done: number[] = [];
    const onProgress = (event: { done?: number }): unknown => done.push(event.done!);
    generateSaasTables({ users: 120, truth: false, onProgress });
    expect(done[done.length - 1]).toBe(120);
    const abort = new AbortController();
    const steps = generateSaas({ users: 500, truth: false, chunkRows: 1, signal: abort.signal });
    steps.next();
    steps.next();
    abort.abort();
    expect(() => [...steps]).toThrow("cancelled");
  });

  it.each([
    [{ users: 0 }, "`users` expects an integer from 1 to 5000000, found `0`"],
    [{ users: 2.5 }, "found `2.5`"],
    [{ users: 5, months: 3 }, "`months`"],
    [{ users: 5, sessionsPerUser: Number.NaN }, "`sessionsPerUser`"],
    [{ users: 5, seed: 0.5 }, "`seed`"],
  ])("refuses the options %j", (options, message) => {
    expect(() => [...generateSaas(options)]).toThrow(message);
  });
});

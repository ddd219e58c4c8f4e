/** Inspection: counts, and what is suspicious. */
import { describe, expect, it } from "vitest";
import { formatInspection } from "../../../src/data/format-inspection.js";
import { inferDatabase } from "../../../src/data/infer/infer.js";
import { inspectDatabase, type Suspicion } from "../../../src/data/inspect.js";
import type { TableOverrides } from "../../../src/data/schema-file.js";
import { Table, type TableRecord } from "../../../src/data/table.js";

const day = (n: number): string => new Date(Date.UTC(2024, 0, 1) + n * 86_400_000).toISOString();
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function inspect(
  tables: Readonly<Record<string, readonly TableRecord[]>>,
  settings: Readonly<Record<string, TableOverrides>> = {},
) {
  const list = Object.entries(tables).map(([name, rows]) => Table.fromRecords(name, rows));
  return inspectDatabase(inferDatabase(list, { tables: settings }));
}

const brief = (suspicions: readonly Suspicion[]): string[] =>
  suspicions.map(({ kind, table, column, rows }) => `${kind} ${table}.${column} ${rows ?? "-"}`);

const tickets = range(200).map((n) => ({
  id: n,
  user_id: n % 5,
  opened_at: day(n),
  closed_at: n % 4 === 0 ? null : day(n + 3),
  satisfaction: n % 4 === 0 ? null : n % 6,
  state: n < 170 ? "done" : "open",
  priority: n % 2 === 0 ? "low" : "high",
}));

describe("inspectDatabase", () => {
  it("counts broken keys and links", () => {
    const { tables, suspicions } = inspect({
      users: [1, 2, 2, null, 3, 4, 5, 6, 7, 8].map((id) => ({ id, x: 1 })),
      logs: [1, 2, 99, null].map((user_id, id) => ({ id, user_id, at: day(id) })),
    });
    expect(brief(suspicions)).toEqual([
      "duplicate-key users.id 1",
      "null-key users.id 1",
      "dangling-link logs.user_id 1",
    ]);
    expect(suspicions[0]?.message).toBe(
      "1 row of `users` repeat the key of an earlier row (first: row 3)",
    );
    expect(tables[1]?.links).toEqual([{ name: "user_id", table: "users", nulls: 1, dangling: 1 }]);
    expect(tables[1]?.timeSpan).toEqual({ min: Date.parse(day(0)), max: Date.parse(day(3)) });
  });

  it("finds dates far from the others, without a clock", () => {
    const { suspicions } = inspect({
      logs: range(40).map((id) => ({
        id,
        at: id === 3 ? "2099-01-01" : id === 4 ? "1970-01-01" : id === 5 ? null : day(id),
      })),
    });
    expect(brief(suspicions)).toEqual([
      "missing-time logs.at 1",
      "odd-date logs.at 1",
      "odd-date logs.at 1",
    ]);
    expect(suspicions[1]?.message).toContain("far after the others (up to 2099-01-01;");
  });

  it("finds columns that are written later than their row, and what would mend it", () => {
    const { suspicions } = inspect({ tickets });
    expect(suspicions.map(({ column, hint }) => [column, hint])).toEqual([
      ["closed_at", 'set "knownFrom": { "closed_at": "closed_at" } for `tickets`, or exclude it'],
      ["satisfaction", 'set "knownFrom": { "satisfaction": "closed_at" } for `tickets`'],
      ["state", expect.stringContaining("exclude it")],
    ]);
    expect(suspicions.find(({ column }) => column === "state")?.message).toContain(
      "`done` in old rows only",
    );
  });

  it("says nothing of columns that are settled", () => {
    const knownFrom = { closed_at: "closed_at", satisfaction: "closed_at", state: "closed_at" };
    const { suspicions } = inspect({ tickets }, { tickets: { knownFrom, exclude: ["user_id"] } });
    expect(suspicions).toEqual([]);
  });

  it("finds words that mean null, once for all columns that share them", () => {
    const { suspicions } = inspect({
      results: range(10).map((id) => ({
        id,
        rank: id === 3 ? "\\N" : String(id),
        laps: id === 4 ? "\\N" : String(id * 2),
        note: `n ${id}`,
      })),
    });
    expect(brief(suspicions)).toEqual(["null-text results.null -"]);
    expect(suspicions[0]?.hint).toContain('"nullValues": ["\\\\N"]');
    expect(suspicions[0]?.message).toContain("`rank`, `laps` of `results` are text only");
  });

  it("prints for people", () => {
    const text = formatInspection(inspect({ tickets: tickets.slice(0, 3) }));
    expect(text).toContain("table    rows  key  time       span                      links");
    expect(text).toContain("tickets     3  id   opened_at  2024-01-01 .. 2024-01-03  -");
    expect(text).toMatch(/closed_at +timestamp +timestamp +1 +2/);
    expect(text).toContain("suspicious:\n- ");
  });
});

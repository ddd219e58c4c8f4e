import { describe, expect, it } from "vitest";
import { buildGraph } from "../../../graph/build.js";
import { createSeeds } from "../../../graph/seeds.js";
import { formatSignalPlan, formatSignalValue } from "../../../graph/signals/format.js";
import { planSignals } from "../../../graph/signals/plan.js";
import { createSignalStore } from "../../../graph/signals/store.js";
import type { Signal, SignalOptions, SignalPlan } from "../../../graph/signals/types.js";
import {
  type Column,
  numberColumn,
  type StringColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import { Database } from "../../../src/data/database.js";
import { Table } from "../../../src/data/table.js";
import { shop } from "../../support/shop.js";
import { helpdesk } from "./helpdesk.js";

const MONTH = { count: 30, unit: "days" } as const;

function planOf(db: Database, table: string, options: Partial<SignalOptions> = {}): SignalPlan {
  const cutoff = Date.UTC(2023, 0, 12);
  return planSignals(db, buildGraph(db), table, { horizon: MONTH, cutoff, ...options });
}

describe("a plan", () => {
  const db = helpdesk();

  it("says its signals in words", () => {
    const { signals } = planOf(db, "users", {
      words: { "__past_targets.TARGET": "total session minutes" },
    });
    const labels = signals.map(({ label }) => label);
    for (const label of [
      "User role",
      "Days since joined",
      "Company: plan",
      "Sessions (30d)",
      "Sessions trend (30d)",
      "Days since last session",
      "Session minutes average (30d)",
      "Last session minutes",
      "Open tickets",
      "Open tickets with priority high",
      "Tickets with priority high and status open (all time)",
      "Share of sessions with device web (30d)",
      "Company: sessions (30d)",
      "Company: own share of sessions (30d)",
      "Company: sessions a user (30d)",
      "Company: share of sessions with user role admin (all time)",
      "Last total session minutes",
      "Third last total session minutes",
      "Kind of the last event",
      "Place of web among the last sessions",
      "Web then ios (all time)",
      "Different feature values of sessions (30d)",
      "Share of sessions with feature area core (30d)",
      "Recent features of sessions: crashes (30d)",
      "Last session's feature: crashes (30d)",
    ]) {
      expect(labels).toContain(label);
    }
  });

  it("is plain data", () => {
    const plan = planOf(db, "users");
    const again = JSON.parse(JSON.stringify(plan)) as SignalPlan;
    expect(again).toEqual(plan);
    const graph = buildGraph(db);
    const seeds = createSeeds({
      entityRows: Int32Array.of(0, 1),
      anchorTimes: Float64Array.of(Date.UTC(2023, 0, 9), Date.UTC(2023, 0, 12)),
    });
    const values = createSignalStore(db, graph).compute(plan, seeds);
    expect(createSignalStore(db, graph).compute(again, seeds).columns).toEqual(values.columns);
  });

  it("names each signal once", () => {
    const { signals } = planOf(db, "users", {
      maxSignals: 1e6,
      groups: { cohort: true, global: true },
    });
    expect(new Set(signals.map(({ id }) => id)).size).toBe(signals.length);
  });

  it("puts near paths and cheap primitives first, and keeps to its limit", () => {
    const { signals } = planOf(db, "users", { maxSignals: 50 });
    expect(signals.length).toBe(50);
    expect(signals.filter(({ path }) => path.roots.length + path.downs.length > 1)).toEqual([]);
    const all = planOf(db, "users", { maxSignals: 1e6 }).signals.map(({ id }) => id);
    expect(signals.map(({ id }) => id)).toEqual(all.slice(0, 50));
  });

  it("never reads what is hidden, nor what is known from a hidden time", () => {
    const hidden = [
      { table: "tickets", column: "closed_at" },
      { table: "users", column: "role" },
    ];
    const { signals } = planOf(db, "users", { hidden, maxSignals: 1e6 });
    const text = JSON.stringify(signals.map(({ path: _, label: __, ...rest }) => rest));
    expect(signals.some(({ table, column }) => table === "users" && column === "role")).toBe(false);
    expect(text).not.toContain('"column":"closed_at"');
    expect(text).not.toContain('"column":"rating"');
    expect(planOf(db, "users").signals.some(({ column }) => column === "rating")).toBe(true);
  });

  it("lists no rows of tables left out", () => {
    const { signals } = planOf(db, "users", { without: ["sessions"], maxSignals: 1e6 });
    const listed = signals.flatMap(({ path }) =>
      [...path.roots, ...path.downs].filter(({ kind }) => kind !== "parent"),
    );
    expect(listed.some(({ table }) => table === "sessions")).toBe(false);
    expect(JSON.stringify(signals.map(({ path }) => path))).not.toContain('"via":"sessions"');
    expect(signals.some(({ path }) => path.union.some(({ table }) => table === "sessions"))).toBe(
      false,
    );
  });

  it("goes no deeper than asked, and leaves out groups", () => {
    const near = planOf(db, "users", { depth: 1, maxSignals: 1e6 }).signals;
    expect(
      near
        .filter(({ primitive }) => primitive.kind !== "distinct")
        .every(({ path }) => path.roots.length + path.downs.length + path.sides.length <= 1),
    ).toBe(true);
    const groups = { entity: false, sequence: false, parents: false };
    const some = planOf(db, "users", { groups, maxSignals: 1e6 }).signals;
    expect(some.some(({ path }) => path.union.length > 0)).toBe(false);
    expect(some.some(({ path }) => path.downs.length === 0)).toBe(false);
  });

  it("has no windows for a static target and for tables without times", () => {
    const plan = planOf(shop(), "users", { horizon: null, cutoff: Infinity, maxSignals: 1e6 });
    const notes = plan.signals.filter(({ table }) => table === "notes");
    expect(notes.length).toBeGreaterThan(0);
    expect(notes.filter(({ window }) => window !== null)).toEqual([]);
  });

  it("prints its families", () => {
    expect(formatSignalPlan(planOf(db, "users", { maxSignals: 30 }), 6)).toMatchInlineSnapshot(`
      "SignalPlan of users: 30 signals of 11 families
      family                             signals  such as
      ---------------------------------  -------  ---------------------
      users                                    1  Days without new data
      users.joined                             3  Days since joined
      users.role                               1  User role
      users >company_id:companies.plan         1  Company: plan
      users >company_id:companies.seats        1  Company: seats
      users <user_id:sessions                  3  Sessions (all time)
      … 5 more families"
    `);
  });

  it("refuses an unknown table with near matches", () => {
    expect(() => planOf(db, "user")).toThrowError(
      expect.objectContaining({ code: "GRF101", hint: expect.stringContaining("users") }),
    );
  });
});

describe("values for people", () => {
  const signal = (primitive: Signal["primitive"], details: Partial<Signal>): Signal => ({
    ...planOf(helpdesk(), "users").signals[0]!,
    primitive,
    unit: null,
    ...details,
  });

  it.each([
    [signal({ kind: "trend" }, { format: "percent" }), -0.6, "-46 %"],
    [signal({ kind: "countTrend" }, { format: "percent" }), 2, "from nothing"],
    [signal({ kind: "mean" }, { format: "percent" }), 0.544, "54 %"],
    [signal({ kind: "count" }, { format: "count" }), 3, "3"],
    [signal({ kind: "sinceLast" }, { format: "days" }), 12.2, "12 days ago"],
    [signal({ kind: "age" }, { format: "days" }), 1, "1 day"],
    [signal({ kind: "mean" }, { format: "number", unit: "minutes" }), 20.617, "20.6 minutes"],
    [signal({ kind: "value" }, { format: "category", categories: ["free", "team"] }), 1, "team"],
    [signal({ kind: "value" }, { format: "category", categories: ["free", "team"] }), 2, "other"],
    [signal({ kind: "mean" }, { format: "number" }), Number.NaN, "none"],
  ] as const)("%#: writes %j as told", (one, value, text) => {
    expect(formatSignalValue(one, value)).toBe(text);
  });
});

describe("odd tables", () => {
  const seeds = createSeeds({
    entityRows: Int32Array.of(0),
    anchorTimes: Float64Array.of(Date.UTC(2023, 0, 12)),
  });

  it("of 2,000 columns, a million names and nothing but nulls give a plan with room for others", () => {
    const rows = 1000;
    const ids = Int32Array.from({ length: rows }, (_, row) => row);
    const many = Array.from({ length: 2000 }, (_, c) =>
      numberColumn(
        `c${c}`,
        Float64Array.from(ids, (row) => (row * (c + 7)) % 101),
      ),
    );
    const names: StringColumn = {
      kind: "string",
      name: "name",
      length: rows,
      codes: ids.map((row) => row * 1000),
      dictionary: Array.from({ length: 1_000_000 }, (_, i) => `name ${i}`),
      validity: null,
      int64: false,
    };
    const empty = [
      numberColumn("none", ids.length === 0 ? [] : Array<null>(rows).fill(null)),
      stringColumn("nothing", Array<null>(rows).fill(null)),
    ];
    const at = timestampColumn(
      "at",
      Float64Array.from(ids, (row) => Date.UTC(2023, 0, 1) + row * 1e6),
    );
    const db = tables({
      wide: { columns: [numberColumn("id", ids), names, ...many, ...empty] },
      facts: {
        columns: [
          numberColumn("id", ids),
          numberColumn(
            "wide_id",
            ids.map((row) => row % 100),
          ),
          at,
          { ...names, codes: ids.map((row) => row * 999) },
          { ...empty[0]! },
        ],
        time: "at",
        link: "wide",
      },
    });
    const plan = planOf(db, "wide", { cutoff: Date.UTC(2023, 1, 1) });
    expect(plan.signals.length).toBe(1500);
    expect(
      plan.signals.some(({ table, primitive }) => table === "facts" && primitive.kind === "count"),
    ).toBe(true);
    const ofNames = plan.signals
      .filter(({ column }) => column === "name")
      .map(({ primitive }) => primitive.kind);
    expect([...new Set(ofNames)]).toEqual(["distinct"]);
    expect(plan.signals.some(({ column }) => column === "none" || column === "nothing")).toBe(
      false,
    );
    expect(createSignalStore(db, buildGraph(db)).compute(plan, seeds).columns.length).toBe(1500);
  });

  it("that tell the year of a row in a number of its own do not have it read", () => {
    const years = [2021, 2021, 2022, 2023, 2023];
    const at = timestampColumn(
      "at",
      years.map((year, i) => Date.UTC(year, i, 1)),
    );
    const ids = numberColumn("id", [0, 1, 2, 3, 4]);
    const db = tables({
      ones: { columns: [numberColumn("id", [0]), numberColumn("size", [3])] },
      facts: {
        columns: [
          ids,
          numberColumn("ones_id", [0, 0, 0, 0, 0]),
          at,
          numberColumn("season", years),
          numberColumn("round", [1, 2, 1, 1, 2]),
        ],
        time: "at",
        link: "ones",
      },
    });
    const columns = new Set(
      planOf(db, "ones", { cutoff: Infinity }).signals.map(({ column }) => column),
    );
    expect([columns.has("round"), columns.has("season")]).toEqual([true, false]);
  });

  it("of one row or none give missing values", () => {
    const db = tables({
      ones: { columns: [numberColumn("id", [1]), numberColumn("size", [3])] },
      facts: {
        columns: [
          numberColumn("id", []),
          numberColumn("ones_id", []),
          timestampColumn("at", []),
          numberColumn("amount", []),
        ],
        time: "at",
        link: "ones",
      },
    });
    const plan = planOf(db, "ones");
    const { columns, signals } = createSignalStore(db, buildGraph(db)).compute(plan, seeds);
    const count = signals.findIndex(({ primitive }) => primitive.kind === "count");
    expect(columns[count]![0]).toBe(0);
    const last = signals.findIndex(({ primitive }) => primitive.kind === "sinceLast");
    expect(columns[last]![0]).toBeNaN();
  });
});

/** Tables keyed by `id`; numbers are numerical, strings categorical, `…_id` is the link. */
function tables(
  parts: Readonly<Record<string, { columns: readonly Column[]; time?: string; link?: string }>>,
): Database {
  return new Database(
    Object.entries(parts).map(([name, { columns }]) => new Table(name, columns)),
    {
      tables: Object.entries(parts).map(([name, { columns, time, link }]) => ({
        name,
        columns: columns.map((column) => ({
          name: column.name,
          kind: column.kind,
          stype: column.name.endsWith("id")
            ? "id"
            : column.kind === "string"
              ? "categorical"
              : column.kind === "timestamp"
                ? "timestamp"
                : "numerical",
          unit: null,
          knownFrom: null,
        })),
        primaryKey: ["id"],
        timeColumn: time ?? null,
        endTimeColumn: null,
        foreignKeys: link ? [{ name: `${link}_id`, columns: [`${link}_id`], table: link }] : [],
      })),
    },
  );
}

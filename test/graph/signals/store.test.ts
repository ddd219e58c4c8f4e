import { describe, expect, it } from "vitest";
import { buildGraph } from "../../../graph/build.js";
import { createSeeds, type Seeds } from "../../../graph/seeds.js";
import { formatSignalValue } from "../../../graph/signals/format.js";
import { planSignals } from "../../../graph/signals/plan.js";
import { createSignalStore } from "../../../graph/signals/store.js";
import type { Signal } from "../../../graph/signals/types.js";
import { helpdesk } from "./helpdesk.js";

const day = (d: number): number => Date.UTC(2022, 10, d);
const db = helpdesk();
const graph = buildGraph(db);
const plan = planSignals(db, graph, "users", {
  horizon: { count: 30, unit: "days" },
  cutoff: day(65),
  maxSignals: 1e6,
  groups: { cohort: true, global: true },
});

function seedOf(row: number, anchor: number, visible = anchor): Seeds {
  return {
    rows: Int32Array.of(row),
    anchorTimes: Float64Array.of(anchor),
    visibleTimes: Float64Array.of(visible),
  };
}

function find(label: string): Signal {
  const signal = plan.signals.find((one) => one.label === label);
  if (!signal) throw new Error(`no signal is called ${label}`);
  return signal;
}

function told(label: string, seeds: Seeds): string {
  const signal = find(label);
  const { columns } = createSignalStore(db, graph).compute([signal], seeds);
  return formatSignalValue(signal, columns[0]![0]!);
}

describe("a store", () => {
  it("tells what a person would count by hand", () => {
    const seeds = seedOf(0, day(65));
    const values = Object.fromEntries(
      [
        "User role",
        "Company: plan",
        "Sessions (30d)",
        "Sessions (all time)",
        "Days since last session",
        "Session minutes average (30d)",
        "Session minutes total (all time)",
        "Last change of session minutes",
        "Open tickets",
        "Open tickets with priority high",
        "Ticket rating average (all time)",
        "Company: sessions (30d)",
        "Company: own share of sessions (all time)",
        "Company: sessions a user (all time)",
        "Share of sessions with device web (all time)",
        "Web then ios (all time)",
        "Different feature values of sessions (all time)",
        "Kind of the last event",
        "Recent features of sessions: crashes (all time)",
        "Last session's feature: crashes (30d)",
        "Last past target",
      ].map((label) => [label, told(label, seeds)]),
    );
    expect(values).toMatchInlineSnapshot(`
      {
        "Company: own share of sessions (all time)": "60 %",
        "Company: plan": "free",
        "Company: sessions (30d)": "4",
        "Company: sessions a user (all time)": "2.5",
        "Days since last session": "5 days ago",
        "Different feature values of sessions (all time)": "2",
        "Kind of the last event": "tickets",
        "Last change of session minutes": "20",
        "Last past target": "4",
        "Last session's feature: crashes (30d)": "2",
        "Open tickets": "2",
        "Open tickets with priority high": "2",
        "Recent features of sessions: crashes (all time)": "1.5",
        "Session minutes average (30d)": "30",
        "Session minutes total (all time)": "70",
        "Sessions (30d)": "2",
        "Sessions (all time)": "3",
        "Share of sessions with device web (all time)": "67 %",
        "Ticket rating average (all time)": "5",
        "User role": "admin",
        "Web then ios (all time)": "1",
      }
    `);
  });

  it("measures ages from the anchor and windows from what is seen", () => {
    const fresh = seedOf(0, day(65));
    const stale = seedOf(0, day(65), day(55));
    expect(told("Days without new data", fresh)).toBe("0 days");
    expect(told("Days without new data", stale)).toBe("10 days");
    expect(told("Days since last session", fresh)).toBe("5 days ago");
    expect(told("Days since last session", stale)).toBe("25 days ago");
    expect(told("Sessions (30d)", stale)).toBe("1");
  });

  it("knows a row at its very time, and a window's start no more", () => {
    expect(told("Sessions (30d)", seedOf(0, day(40)))).toBe("1");
    expect(told("Sessions (30d)", seedOf(0, day(40) - 1))).toBe("0");
    expect(told("Sessions (30d)", seedOf(0, day(35) - 1))).toBe("1");
    expect(told("Sessions (30d)", seedOf(0, day(35)))).toBe("0");
  });

  it("opens and closes tickets when they were, and shows their ratings then", () => {
    expect(told("Open tickets", seedOf(0, day(45)))).toBe("1");
    expect(told("Open tickets", seedOf(0, day(48)))).toBe("0");
    expect(told("Ticket rating average (all time)", seedOf(0, day(47)))).toBe("none");
    expect(told("Ticket rating average (all time)", seedOf(0, day(48)))).toBe("5");
  });

  it("gives static seeds everything known, no windows and no ages", () => {
    const seeds = seedOf(0, Infinity);
    expect(told("Sessions (all time)", seeds)).toBe("3");
    expect(told("Sessions (30d)", seeds)).toBe("none");
    expect(told("Days since last session", seeds)).toBe("none");
    expect(told("Session minutes average (all time)", seeds)).toBe("23.3");
  });

  it("ranks among the seeds of the same anchor", () => {
    const of = find("Sessions (all time)");
    const seeds = createSeeds({
      entityRows: Int32Array.of(0, 1, 2, 3, 0),
      anchorTimes: Float64Array.of(day(65), day(65), day(65), day(65), day(5)),
    });
    const cohort = plan.signals.filter(
      ({ primitive }) => primitive.kind === "cohort" && primitive.of.id === of.id,
    );
    const { columns } = createSignalStore(db, graph).compute(cohort, seeds);
    // Sessions: 3, 2, 1, 0 at the one anchor, 1 at the other.
    expect(columns.map((column) => [...column].map((value) => Number(value.toFixed(3))))).toEqual([
      [1, 2, 3, 4, 1],
      [0.875, 0.625, 0.375, 0.125, 0.5],
      [1.342, 0.447, -0.447, -1.342, 0],
    ]);
  });

  it("shows the rows behind a value, newest first", () => {
    const store = createSignalStore(db, graph);
    const seeds = seedOf(0, day(65));
    const rows = (label: string, limit?: number): [string, number[]] => {
      const { table, rows } = store.evidence(find(label), seeds, limit);
      return [table, [...rows]];
    };
    expect(rows("Sessions (30d)")).toEqual(["sessions", [2, 1]]);
    expect(rows("Sessions (all time)", 2)).toEqual(["sessions", [2, 1]]);
    expect(rows("Last session minutes")).toEqual(["sessions", [2]]);
    expect(rows("Share of sessions with device web (all time)")).toEqual(["sessions", [2, 0]]);
    expect(rows("Ticket rating average (all time)")).toEqual(["tickets", [0]]);
    expect(rows("Open tickets")).toEqual(["tickets", [3, 1]]);
    expect(rows("Open tickets with priority high")).toEqual(["tickets", [3, 1]]);
    expect(rows("Company: sessions (30d)")).toEqual(["sessions", [4, 2, 3, 1]]);
    expect(rows("User role")).toEqual(["users", [0]]);
    expect(rows("Company: plan")).toEqual(["companies", [0]]);
    expect(rows("Recent features of sessions: crashes (all time)")).toEqual(["crashes", [1, 0, 2]]);
    expect(rows("Kind of the last event")).toEqual(["tickets", [3]]);
  });

  it("reports progress and can be stopped", () => {
    const store = createSignalStore(db, graph);
    const messages: string[] = [];
    store.compute(plan, seedOf(0, day(65)), {
      onProgress: ({ message }) => messages.push(message),
    });
    expect(messages).toEqual(["1 of 1 seeds"]);
    const signal = AbortSignal.abort();
    expect(() => store.compute(plan, seedOf(0, day(65)), { signal })).toThrowError(
      expect.objectContaining({ code: "CFG900" }),
    );
    expect(store.bytes()).toBeGreaterThan(0);
  });

  it("refuses seeds that are no rows, and plans of another schema", () => {
    const store = createSignalStore(db, graph);
    expect(() => store.compute(plan, seedOf(9, day(65)))).toThrowError(
      expect.objectContaining({ code: "GRF103" }),
    );
    const count = find("Sessions (all time)");
    const path = {
      ...count.path,
      downs: [{ kind: "children", key: "customer_id", table: "sessions" } as const],
    };
    expect(() => store.compute([{ ...count, path }], seedOf(0, day(65)))).toThrowError(
      expect.objectContaining({ code: "GRF301" }),
    );
  });

  it("computes nothing of no seeds and of no signals", () => {
    const store = createSignalStore(db, graph);
    const none = createSeeds({ entityRows: new Int32Array(0), anchorTimes: new Float64Array(0) });
    expect(store.compute(plan, none)).toMatchObject({ numRows: 0 });
    expect(store.compute([], seedOf(0, day(65)))).toEqual({ signals: [], columns: [], numRows: 1 });
  });
});

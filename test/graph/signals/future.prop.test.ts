import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../../graph/build.js";
import type { Seeds } from "../../../graph/seeds.js";
import { planSignals } from "../../../graph/signals/plan.js";
import { createSignalStore } from "../../../graph/signals/store.js";
import type { SignalMatrix, SignalPlan } from "../../../graph/signals/types.js";
import {
  arbRows,
  arbSignalCase,
  ENTITY,
  LAST,
  type Row,
  type Rows,
  STEP,
  signalDatabase,
  timesOf,
} from "./fixtures.js";

const MAX_SIGNALS = 1200;

function plan(rows: Rows, cutoff: number): SignalPlan {
  const db = signalDatabase(rows);
  return planSignals(db, buildGraph(db), ENTITY, {
    horizon: { count: 1, unit: "days" },
    cutoff: cutoff * STEP,
    maxSignals: MAX_SIGNALS,
    groups: { global: true },
  });
}

function compute(rows: Rows, signals: SignalPlan, seeds: Seeds): SignalMatrix {
  const db = signalDatabase(rows);
  return createSignalStore(db, buildGraph(db)).compute(signals, seeds);
}

/** Lists signals whose bits differ. */
function changed(a: SignalMatrix, b: SignalMatrix): string[] {
  const bits = (values: Float32Array): string => new Int32Array(values.slice().buffer).join();
  return a.signals
    .filter((_, s) => bits(a.columns[s]!) !== bits(b.columns[s]!))
    .map(({ id }) => id);
}

/** Whether a row is known at a cutoff; rows without a time never are, tables without times always. */
function isKnown(table: string, row: Row, cutoff: number): boolean {
  const { time } = timesOf(table);
  return time === null || (row[time] !== null && (row[time] as number) <= cutoff);
}

/** Cells of known rows that are known later: replaced by what other rows hold, their times by later ones. */
function changeCells(table: string, row: Row, other: Row | undefined, cutoff: number): Row {
  const { late } = timesOf(table);
  const changes = Object.entries(late).flatMap(([column, source]) => {
    const at = row[source];
    if (typeof at === "number" && at <= cutoff) return [];
    return [[column, column === source ? cutoff + 3 : (other?.[column] ?? null)] as const];
  });
  return { ...row, ...Object.fromEntries(changes) };
}

/** Another future: later rows are replaced by those of another database, pushed behind the cutoff, at the end or dropped. */
function changeFuture(rows: Rows, others: Rows, seeds: Seeds, cutoff: number): Rows {
  const tables = Object.entries(rows).map(([table, own]) => {
    const { time } = timesOf(table);
    const spare = others[table as keyof Rows];
    const isGiven = (i: number): boolean => table === ENTITY && seeds.rows.includes(i);
    const kept = own.map((row, i) => {
      if (isGiven(i) || isKnown(table, row, cutoff))
        return changeCells(table, row, spare[i], cutoff);
      // A row number is a key here, so it stays; everything else of the row changes.
      const changed = spare[i] ?? row;
      const keys = Object.fromEntries(["id", "x", "y"].map((key) => [key, row[key] ?? null]));
      const later = { ...changed, ...(table === "events" ? { id: row["id"]! } : keys) };
      return { ...later, [time!]: i % 3 === 0 ? null : cutoff + 1 + (i % 4) };
    });
    if (time === null) return [table, kept];
    const added = spare.map((row, i) => ({
      ...row,
      id: own.length + i,
      [time]: cutoff + 1 + (i % 2),
    }));
    return [table, [...kept, ...added]];
  });
  return Object.fromEntries(tables) as Rows;
}

describe("the future", () => {
  it("changes no bit: later rows changed and added, later cells changed", () => {
    fc.assert(
      fc.property(arbSignalCase(8), arbRows(8), ({ rows, seeds }, others) => {
        const cutoff = Math.max(-1, ...seeds.visibleTimes.map((time) => time / STEP));
        fc.pre(Number.isFinite(cutoff));
        const planned = plan(rows, LAST);
        const now = compute(rows, planned, seeds);
        const then = compute(changeFuture(rows, others, seeds, cutoff), planned, seeds);
        expect(changed(now, then)).toEqual([]);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it("is not there for a plan made before it", () => {
    fc.assert(
      fc.property(
        arbSignalCase(8),
        arbRows(8),
        fc.integer({ min: 0, max: LAST }),
        ({ rows }, others, cutoff) => {
          const none = {
            rows: new Int32Array(0),
            anchorTimes: new Float64Array(0),
            visibleTimes: new Float64Array(0),
          };
          const changedRows = changeFuture(rows, others, none, cutoff);
          const texts = [rows, changedRows].map((one) => JSON.stringify(plan(one, cutoff)));
          expect(texts[1]).toBe(texts[0]);
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it("may be deleted: a database cut at c gives the signals of one seen at c", () => {
    fc.assert(
      fc.property(
        arbSignalCase(8),
        fc.integer({ min: 0, max: LAST }),
        ({ rows, seeds }, cutoff) => {
          const isKept = (table: string, row: Row, i: number): boolean =>
            isKnown(table, row, cutoff) || (table === ENTITY && seeds.rows.includes(i));
          const cut = Object.fromEntries(
            Object.entries(rows).map(([table, own]) => [
              table,
              own
                .filter((row, i) => isKept(table, row, i))
                .map((row) => changeCells(table, row, undefined, cutoff)),
            ]),
          ) as unknown as Rows;
          const stale = {
            ...seeds,
            visibleTimes: seeds.visibleTimes.map((time) => Math.min(time, cutoff * STEP)),
          };
          const ids = cut[ENTITY].map((row) => row["id"]);
          const moved = {
            ...stale,
            rows: seeds.rows.map((row) => ids.indexOf(rows[ENTITY][row]!["id"]!)),
          };
          const planned = plan(rows, LAST);
          expect(changed(compute(rows, planned, stale), compute(cut, planned, moved))).toEqual([]);
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it("does not matter to a seed: neither do the other seeds of the matrix", () => {
    fc.assert(
      fc.property(arbSignalCase(8), ({ rows, seeds }) => {
        const planned = plan(rows, LAST);
        const all = compute(rows, planned, seeds);
        for (let i = 0; i < seeds.rows.length; i++) {
          const one = compute(rows, planned, {
            rows: seeds.rows.slice(i, i + 1),
            anchorTimes: seeds.anchorTimes.slice(i, i + 1),
            visibleTimes: seeds.visibleTimes.slice(i, i + 1),
          });
          const taken = all.columns.map((column) => column.slice(i, i + 1));
          expect(changed({ ...all, columns: taken }, one)).toEqual([]);
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });
});

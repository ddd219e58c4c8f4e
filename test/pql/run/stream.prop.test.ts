/** Labels of streamed tables against the same labels with all rows in memory. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NullLogic } from "../../../pql/bind/bound.js";
import { runPlan } from "../../../pql/run/execute.js";
import { streamLabels } from "../../../pql/run/stream.js";
import { ConfigError } from "../../../src/core/errors.js";
import { type Column, sliceColumn } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import type { EventScan } from "../../../src/data/event-scan.js";
import { Table } from "../../../src/data/table.js";
import { planOf } from "../../support/pql.js";
import { arbFlags, arbRows, arbTime, build, HOUR } from "./rich-database.js";
import { userQueries } from "./rich-queries.js";

/** Reads a table of memory in chunks of given sizes, without the rows that a range leaves out. */
function scanOf(db: Database, name: string, sizes: readonly number[]): EventScan {
  const table = db.table(name);
  return {
    table: name,
    async *rows(columns, range) {
      const picked = columns.map((column) => table.column(column));
      const times = range && table.column(range.column);
      for (let first = 0, chunk = 0; first < table.numRows; chunk++) {
        const end = Math.min(table.numRows, first + sizes[chunk % sizes.length]!);
        const outside = (row: number): boolean => {
          if (range === null || times?.kind !== "timestamp") return false;
          const time = times.values[row]!;
          return !(time > range.after && time <= range.until);
        };
        // Rows at the ends are left out where they may be: a range is a promise, not a filter.
        let [from, to] = [first, end];
        while (from < to && outside(from)) from++;
        while (to > from && outside(to - 1)) to--;
        if (from < to) yield picked.map((column): Column => sliceColumn(column, from, to));
        first = end;
      }
    },
    lastTime: async (column) => {
      const times = table.column(column);
      if (times.kind !== "timestamp") throw new Error("no times");
      const validity = times.validity;
      return times.values.reduce((last, time, row) => {
        const valid = validity === null || (validity[row >> 3]! & (1 << (row & 7))) !== 0;
        return valid && time > last ? time : last;
      }, -Infinity);
    },
  };
}

function without(db: Database, names: readonly string[]): Database {
  return names.reduce((held, name) => {
    const columns = db.table(name).columns.map((column) => sliceColumn(column, 0, 0));
    return held.withRows(new Table(name, columns));
  }, db);
}

const arbCase = arbFlags.chain((flags) =>
  fc.record({
    flags: fc.constant(flags),
    rows: arbRows,
    query: userQueries(flags),
    anchors: fc.array(
      arbTime.map((time) => time + 101 * HOUR),
      { minLength: 1, maxLength: 4, size: "max" },
    ),
    names: fc.constantFrom(["events"], ["details"], ["events", "notes"]),
    sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  }),
);

describe("streamLabels", () => {
  it.each<NullLogic>(["kleene", "kumo"])("equals runPlan (%s)", async (nullLogic) => {
    let streamed = 0;
    await fc.assert(
      fc.asyncProperty(arbCase, async ({ flags, rows, query, anchors, names, sizes }) => {
        const { db } = build(rows, flags);
        const plan = planOf(db, query, { nullLogic });
        const scans = names.map((name) => scanOf(db, name, sizes));
        try {
          const table = await streamLabels(plan, without(db, names), anchors, scans);
          streamed++;
          expect(table).toEqual(runPlan(plan, db, anchors));
        } catch (error) {
          if (!(error instanceof ConfigError && error.code === "CFG144")) throw error;
        }
      }),
      { numRuns: 300 },
    );
    expect(streamed).toBeGreaterThan(50);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runPlan } from "../../../pql/run/execute.js";
import { planOf } from "../../support/pql.js";
import type { Row } from "./oracle.js";
import {
  arbFlags,
  arbRows,
  arbTime,
  build,
  type Flags,
  HOUR,
  type RichRows,
  rolesOf,
  type TableName,
} from "./rich-database.js";
import { userQueries } from "./rich-queries.js";

/** Queries with a WHERE: what it selects is what may be known at the anchor. */
const arbCase = arbFlags.chain((flags) =>
  fc.record({
    flags: fc.constant(flags),
    rows: arbRows,
    others: arbRows,
    query: userQueries(flags).filter((query) => query.includes("FOR EACH users.id WHERE")),
    anchor: arbTime.map((time) => time - 13 * HOUR),
  }),
);

/** Another future: everything that is not known at a time is something else, and more rows come later. */
function otherFuture(rows: RichRows, others: RichRows, flags: Flags, anchor: number): RichRows {
  const roles = rolesOf(flags);
  const isLater = (time: Row[string] | undefined): boolean =>
    time === null || time === undefined || (time as number) > anchor;
  const change = (name: TableName): Row[] => {
    const { primaryKey, timeColumn, endTimeColumn, knownFrom } = roles[name];
    if (timeColumn === undefined) return [...rows[name]];
    const keys = new Set([primaryKey ?? []].flat());
    const changed = rows[name].map((row, i) => {
      const other = others[name][i % others[name].length] ?? row;
      const isUnknown = isLater(row[timeColumn]);
      const cells = Object.entries(row).map(([column, value]) => {
        if (keys.has(column) || column === timeColumn) return [column, value];
        if (isUnknown) return [column, other[column]!];
        const source = knownFrom?.[column];
        if (source !== undefined && isLater(row[source])) return [column, other[column]!];
        if (column !== endTimeColumn || !isLater(value)) return [column, value];
        return [column, isLater(other[column]) ? other[column]! : null];
      });
      return Object.fromEntries(cells) as Row;
    });
    return [...changed, ...others[name].filter((row) => isLater(row[timeColumn]))];
  };
  const names = Object.keys(rows) as TableName[];
  return Object.fromEntries(names.map((name) => [name, change(name)])) as unknown as RichRows;
}

describe("whatever happens after the anchor", () => {
  it("changes nothing about who is predicted", () => {
    let selected = 0;
    fc.assert(
      fc.property(arbCase, ({ flags, rows, others, query, anchor }) => {
        const predicted = (state: RichRows): number[] => {
          const { db } = build(state, { ...flags, inOrder: false });
          const plan = planOf(db, query);
          return [...runPlan(plan, db, [anchor], { mode: "predict" }).entityRows];
        };
        const now = predicted(rows);
        selected += now.length;
        expect(predicted(otherFuture(rows, others, flags, anchor))).toEqual(now);
      }),
      { numRuns: 300 },
    );
    expect(selected).toBeGreaterThan(100);
  });
});

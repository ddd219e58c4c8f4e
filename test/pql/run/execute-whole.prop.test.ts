import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NullLogic } from "../../../pql/bind/bound.js";
import type { TrainingTablePlan } from "../../../pql/plan/plan-types.js";
import { type LabelTable, runPlan } from "../../../pql/run/execute.js";
import { planOf } from "../../support/pql.js";
import { type ExpectedRow, eligibleEntities, expectedRows, type PlainDatabase } from "./oracle.js";
import { arbFlags, arbRows, arbTime, build, HOUR } from "./rich-database.js";
import { seatQueries, staticQueries, userQueries } from "./rich-queries.js";

/** Enough to find a planted mistake within a few runs. */
const RUNS = 300;
const arbAnchors = fc.array(
  arbTime.map((time) => time + 101 * HOUR),
  { minLength: 1, maxLength: 4, size: "max" },
);
const arbCase = arbFlags.chain((flags) =>
  fc.record({
    flags: fc.constant(flags),
    rows: arbRows,
    query: userQueries(flags),
    anchors: arbAnchors,
  }),
);

/** The rows of a table in the oracle's form. */
function rowsOf({
  entityRows,
  anchorTimes,
  targets,
  steps,
  lists,
  classes,
}: LabelTable): unknown[] {
  return Array.from(entityRows, (entity, i) => {
    const name = (index: number): string => classes![index]!;
    const target = lists
      ? Array.from(lists.items.subarray(lists.offsets[i]!, lists.offsets[i + 1]!), name)
      : classes
        ? name(targets[i]!)
        : rounded(targets[i]!);
    return { entity, anchor: anchorTimes[i]!, step: steps?.[i] ?? 1, target };
  });
}

function shown(rows: readonly ExpectedRow[], classes: boolean): unknown[] {
  return rows.map(({ target, ...row }) => {
    if (typeof target === "number")
      return { ...row, target: classes ? String(target) : rounded(target) };
    return { ...row, target: Array.isArray(target) ? [...new Set(target.map(String))] : target };
  });
}

/** Sums of squares are rounded in another order. */
function rounded(value: number): string {
  return Math.abs(value) < 1e-9 ? "0" : value.toPrecision(9);
}

/** Each entity at its own time, in the order of time. */
function expectedOwn(plain: PlainDatabase, plan: TrainingTablePlan): ExpectedRow[] {
  const created = plain.users!.rows.map((row) => row.joined as number | null);
  return created
    .flatMap((time, entity) =>
      time === null ? [] : expectedRows(plain, plan, [time]).filter((row) => row.entity === entity),
    )
    .sort((a, b) => a.anchor - b.anchor || a.entity - b.entity);
}

describe("runPlan against the row-by-row oracle, whole language", () => {
  it.each<NullLogic>(["kleene", "kumo"])("gives the same rows and labels (%s)", (nullLogic) => {
    fc.assert(
      fc.property(arbCase, ({ flags, rows, query, anchors }) => {
        const { db, plain } = build(rows, flags);
        const plan = planOf(db, query, { nullLogic });
        const table = runPlan(plan, db, anchors);
        const expected = shown(expectedRows(plain, plan, anchors), table.classes !== null);
        expect(rowsOf(table)).toEqual(expected);
        const dropped = Object.values(table.dropped).reduce((sum, n) => sum + n, 0);
        const pairs = rows.users.length * new Set(anchors).size;
        expect(dropped + table.targets.length).toBe(pairs * plan.frames.length);
      }),
      { numRuns: RUNS },
    );
  });

  it("lists the same rows to predict", () => {
    fc.assert(
      fc.property(arbCase, ({ flags, rows, query, anchors }) => {
        const { db, plain } = build(rows, flags);
        const plan = planOf(db, query);
        const { entityRows, anchorTimes } = runPlan(plan, db, anchors, { mode: "predict" });
        const got = Array.from(entityRows, (entity, i) => [anchorTimes[i], entity]);
        const sorted = [...new Set(anchors)].sort((a, b) => a - b);
        const expected = sorted.flatMap((anchor) =>
          eligibleEntities(plain, plan, anchor).map((entity) => [anchor, entity]),
        );
        expect(got).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });

  it("sees each row at its own time in static queries", () => {
    const cases = arbFlags.chain((flags) =>
      fc.tuple(fc.constant(flags), arbRows, staticQueries(flags)),
    );
    fc.assert(
      fc.property(cases, ([flags, rows, query]) => {
        const { db, plain } = build(rows, flags);
        const plan = planOf(db, query);
        const table = runPlan(plan, db, null);
        const expected = shown(expectedOwn(plain, plan), table.classes !== null);
        expect(rowsOf(table)).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });

  it("knows entities with composite keys", () => {
    fc.assert(
      fc.property(arbFlags, arbRows, seatQueries, arbAnchors, (flags, rows, query, anchors) => {
        const { db, plain } = build(rows, flags);
        const plan = planOf(db, query);
        const table = runPlan(plan, db, anchors);
        expect(rowsOf(table)).toEqual(shown(expectedRows(plain, plan, anchors), false));
      }),
      { numRuns: RUNS / 2 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NullLogic } from "../../../pql/bind/bound.js";
import { runPlan } from "../../../pql/run/execute.js";
import {
  booleanColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { planOf } from "../../support/pql.js";
import { at, databaseOf } from "../../support/shop.js";
import { expectedRows, type PlainDatabase, type Row } from "./oracle.js";

const HOUR = 3_600_000;
const ORIGIN = at("2024-01-29");
/** Few distinct times around the ends of months, so that ties and clamped windows are common. */
const arbTime = fc.nat(40).map((step) => ORIGIN + step * 12 * HOUR);
const orNull = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arb, { freq: 5 });

const mostlyNull = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary: arb, weight: 1 });

const arbUser = fc.record({
  id: orNull(fc.nat(6)),
  joined: orNull(fc.nat(15).map((step) => ORIGIN + step * 12 * HOUR)),
  left: mostlyNull(arbTime),
  age: orNull(fc.nat(4)),
  country: orNull(fc.constantFrom("DE", "US", "Ünï")),
  premium: orNull(fc.boolean()),
  plan: orNull(fc.constantFrom("free", "paid")),
  upgraded: orNull(arbTime),
});
const arbEvent = fc.record({
  user_id: orNull(fc.nat(8)),
  at: orNull(arbTime),
  v: orNull(fc.constantFrom(-1.5, 0, 0.25, 3, 7)),
  s: orNull(fc.constantFrom("a", "ab", "b", "")),
  flag: orNull(fc.boolean()),
  due: orNull(arbTime),
  result: orNull(fc.nat(3)),
  resolved_at: orNull(arbTime),
});
const arbNote = fc.record({ user_id: orNull(fc.nat(8)), stars: orNull(fc.nat(3)) });
const arbRows = fc.record({
  users: fc.array(arbUser, { maxLength: 7, size: "max" }),
  events: fc.array(arbEvent, { maxLength: 25, size: "max" }),
  notes: fc.array(arbNote, { maxLength: 6 }),
  inOrder: fc.boolean(),
});
type Rows = typeof arbRows extends fc.Arbitrary<infer R> ? R : never;

function build({ users, events, notes, inOrder }: Rows): { db: Database; plain: PlainDatabase } {
  const ordered = inOrder
    ? events.filter((e) => e.at !== null).toSorted((a, b) => a.at! - b.at!)
    : events;
  const get = <R extends Row, K extends keyof R>(rows: readonly R[], key: K): R[K][] =>
    rows.map((row) => row[key]);
  const db = databaseOf({
    users: {
      columns: [
        numberColumn("id", get(users, "id")),
        timestampColumn("joined", get(users, "joined")),
        timestampColumn("left", get(users, "left")),
        numberColumn("age", get(users, "age")),
        stringColumn("country", get(users, "country")),
        booleanColumn("premium", get(users, "premium")),
        stringColumn("plan", get(users, "plan")),
        timestampColumn("upgraded", get(users, "upgraded")),
      ],
      primaryKey: "id",
      timeColumn: "joined",
      endTimeColumn: "left",
      knownFrom: { plan: "upgraded" },
    },
    events: {
      columns: [
        numberColumn("user_id", get(ordered, "user_id")),
        timestampColumn("at", get(ordered, "at")),
        numberColumn("v", get(ordered, "v")),
        stringColumn("s", get(ordered, "s")),
        booleanColumn("flag", get(ordered, "flag")),
        timestampColumn("due", get(ordered, "due")),
        numberColumn("result", get(ordered, "result")),
        timestampColumn("resolved_at", get(ordered, "resolved_at")),
      ],
      timeColumn: "at",
      foreignKeys: { user_id: "users" },
      knownFrom: { result: "resolved_at" },
    },
    notes: {
      columns: [
        numberColumn("user_id", get(notes, "user_id")),
        numberColumn("stars", get(notes, "stars")),
      ],
      foreignKeys: { user_id: "users" },
    },
  });
  const none = { end: null, key: [], knownFrom: {} };
  const plain: PlainDatabase = {
    users: {
      rows: users,
      time: "joined",
      end: "left",
      key: ["id"],
      knownFrom: { plan: "upgraded" },
    },
    events: { ...none, rows: ordered, time: "at", knownFrom: { result: "resolved_at" } },
    notes: { ...none, rows: notes, time: null },
  };
  return { db, plain };
}

const order = fc.constantFrom("=", "!=", "<", "<=", ">", ">=");
const number = fc.constantFrom("0", "1", "2", "3", "0.25", "-1.5");
const date = fc.nat(20).map((n) => new Date(ORIGIN + n * 24 * HOUR).toISOString().slice(0, 10));
const text = fc.constantFrom("'a'", "'b'", "'DE'", "'free'", "''");
const isNull = fc.constantFrom("IS NULL", "IS NOT NULL");
const textTest = fc.oneof(
  fc.tuple(order, text).map((parts) => parts.join(" ")),
  fc
    .tuple(fc.constantFrom("CONTAINS", "NOT CONTAINS", "STARTS WITH", "ENDS WITH"), text)
    .map((p) => p.join(" ")),
  fc.constantFrom(
    "IN ('a', 'DE')",
    "NOT IN ('ab', 'US')",
    "LIKE '%b'",
    "LIKE 'a%'",
    "NOT LIKE '%a%'",
  ),
);
const numberTest = fc.oneof(
  fc.tuple(order, number).map((parts) => parts.join(" ")),
  fc.constantFrom("IN (0, 3)", "NOT IN (1, 2.5)"),
);
const boolTest = fc.constantFrom("= TRUE", "!= TRUE", "= 0", "IN (FALSE, TRUE)");
const timeTest = fc.tuple(order, date).map((parts) => parts.join(" "));

/** A column with a test that fits it. */
const test = (column: string, tests: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .oneof({ arbitrary: tests, weight: 4 }, { arbitrary: isNull, weight: 1 })
    .map((t) => `${column} ${t}`);

const logical = (leaf: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc
        .tuple(tie("node"), fc.constantFrom("AND", "OR"), tie("node"))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie("node").map((node) => `NOT (${node})`),
    ),
  })).node;

const inline = logical(
  fc.oneof(
    test("events.v", numberTest),
    test("events.s", textTest),
    test("events.flag", boolTest),
    test("events.due", timeTest),
    test("events.result", numberTest),
  ),
);
const filtered = fc.oneof(
  { arbitrary: fc.constant(""), weight: 2 },
  { arbitrary: inline.map((f) => ` WHERE ${f}`), weight: 1 },
);

const future = fc
  .tuple(
    fc.nat(3),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom("days", "hours", "months", "weeks"),
  )
  .map(([start, length, unit]) => `${start}, ${start + length}, ${unit}`);
const past = fc.oneof(
  fc
    .tuple(fc.nat(3), fc.integer({ min: 1, max: 5 }), fc.constantFrom("days", "hours", "months"))
    .map(([end, length, unit]) => `${-end - length}, ${-end}, ${unit}`),
  fc.nat(2).map((end) => `-INF, ${-end}, days`),
);
const numeric = fc.oneof(
  filtered.map((where) => `COUNT(events.*${where}`),
  fc
    .tuple(
      fc.constantFrom("COUNT", "SUM", "AVG", "MIN", "MAX", "COUNT_DISTINCT", "FIRST", "LAST"),
      fc.constantFrom("v", "result"),
      filtered,
    )
    .map(([name, column, where]) => `${name}(events.${column}${where}`),
  fc
    .tuple(
      fc.constantFrom("COUNT", "COUNT_DISTINCT"),
      fc.constantFrom("s", "due", "flag"),
      filtered,
    )
    .map(([name, column, where]) => `${name}(events.${column}${where}`),
  filtered.map((where) => `SUM(events.flag${where}`),
);
const textual = fc
  .tuple(fc.constantFrom("FIRST", "LAST", "MIN", "MAX"), filtered)
  .map(([name, where]) => `${name}(events.s${where}`);
const temporal = fc
  .tuple(fc.constantFrom("FIRST", "LAST", "MIN", "MAX"), filtered)
  .map(([name, where]) => `${name}(events.due${where}`);
const listed = filtered.map((where) => `LIST_DISTINCT(events.s${where}`);

const timed = (window: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const close = (aggregation: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(aggregation, window).map(([head, bounds]) => `${head}, ${bounds})`);
  const compared = (
    aggregation: fc.Arbitrary<string>,
    tests: fc.Arbitrary<string>,
  ): fc.Arbitrary<string> => close(aggregation).chain((a) => test(a, tests));
  return logical(
    fc.oneof(
      compared(numeric, numberTest),
      compared(textual, textTest),
      compared(temporal, timeTest),
      close(listed).chain((a) => test(a, fc.constantFrom("CONTAINS 'a'", "NOT CONTAINS 'b'"))),
    ),
  );
};
const entityTests = fc.oneof(
  test("users.age", numberTest),
  test("users.country", textTest),
  test("users.premium", boolTest),
  test("users.plan", textTest),
  test("users.joined", timeTest),
  test("users.left", timeTest),
  fc
    .constantFrom("COUNT(notes.*)", "SUM(notes.stars)", "MAX(notes.stars)")
    .chain((a) => test(a, numberTest)),
);
const arbQuery = fc
  .record({
    target: fc.oneof(
      fc.tuple(fc.oneof(numeric, textual), future).map(([head, window]) => `${head}, ${window})`),
      timed(future),
    ),
    where: mostlyNull(
      fc.oneof(
        timed(past),
        logical(entityTests),
        fc.tuple(timed(past), entityTests).map((p) => p.join(" AND ")),
      ),
    ),
    assuming: mostlyNull(timed(future)),
  })
  .map(({ target, where, assuming }) =>
    [
      `PREDICT ${target} FOR EACH users.id`,
      where && `WHERE ${where}`,
      assuming && `ASSUMING ${assuming}`,
    ]
      .filter(Boolean)
      .join(" "),
  );
const arbAnchors = fc.array(
  arbTime.map((time) => time + 71 * HOUR),
  { maxLength: 5, size: "max" },
);

describe("runPlan against the row-by-row oracle", () => {
  it.each<NullLogic>(["kleene", "kumo"])("gives the same rows and labels (%s)", (nullLogic) => {
    fc.assert(
      fc.property(arbRows, arbQuery, arbAnchors, (rows, query, anchors) => {
        const { db, plain } = build(rows);
        const plan = planOf(db, query, { nullLogic });
        const table = runPlan(plan, db, anchors);
        const got = Array.from(table.entityRows, (entity, i) => {
          const target = table.targets[i]!;
          return {
            entity,
            anchor: table.anchorTimes[i]!,
            step: 1,
            target: table.classes?.[target] ?? target,
          };
        });
        expect(got).toEqual(expectedRows(plain, plan, anchors));
      }),
      { numRuns: 1000 },
    );
  });

  it("accounts for every pair of entity and anchor", () => {
    fc.assert(
      fc.property(arbRows, arbQuery, arbAnchors, (rows, query, anchors) => {
        const { db } = build(rows);
        const table = runPlan(planOf(db, query), db, anchors);
        const dropped = Object.values(table.dropped).reduce((sum, n) => sum + n, 0);
        expect(dropped + table.targets.length).toBe(rows.users.length * new Set(anchors).size);
      }),
      { numRuns: 200 },
    );
  });
});

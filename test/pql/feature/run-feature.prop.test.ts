import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NullLogic } from "../../../pql/bind/bound.js";
import { boundAggregations } from "../../../pql/bind/bound.js";
import { bindFeature } from "../../../pql/feature/bind-feature.js";
import { type BoundFeature, needsTime } from "../../../pql/feature/bound-feature.js";
import { collectValues, type FeatureValues } from "../../../pql/feature/feature-values.js";
import { groupByTime, lookAtMoments } from "../../../pql/feature/looks.js";
import {
  type FeatureRows,
  readEach,
  readFeature,
  readMoments,
  runFeature,
} from "../../../pql/feature/run-feature.js";
import type { Database } from "../../../src/data/database.js";
import { type PlainDatabase, valueAt } from "../run/oracle.js";
import { arbFlags, arbRows, arbTime, build, HOUR } from "../run/rich-database.js";
import { userFeatures } from "../run/rich-queries.js";

const DAY = 24 * HOUR;
const RUNS = 120;
const arbCase = arbFlags.chain((flags) =>
  fc.record({
    flags: fc.constant(flags),
    rows: arbRows,
    text: userFeatures(flags),
    asked: fc.array(
      fc.tuple(
        fc.nat(5),
        arbTime.map((time) => time + 101 * HOUR),
      ),
      {
        minLength: 1,
        maxLength: 8,
        size: "max",
      },
    ),
  }),
);

/** The rows asked about; numbers beyond the table are taken from its start again. */
function seedsOf(asked: readonly (readonly [number, number])[], size: number): FeatureRows {
  return {
    rows: Int32Array.from(asked, ([row]) => row % size),
    times: Float64Array.from(asked, ([, time]) => time),
  };
}

/** What the oracle says, as it is printed. */
function expected(
  feature: BoundFeature,
  plain: PlainDatabase,
  { rows, times }: FeatureRows,
): unknown[] {
  return Array.from(rows, (row, i) => {
    const time = times[i]!;
    const created = plain.users!.rows[row]!.joined as number | null;
    if (created === null || created > time) return null;
    const place = { table: "users", row };
    const value = valueAt(plain, feature.nullLogic, feature.value, place, time);
    if (value === null) return null;
    if (feature.kind === "category") return String(value);
    return shown(feature.kind === "age" ? (time - (value as number)) / DAY : (value as number));
  });
}

/** Sums are rounded to float32. */
function shown(value: number): string {
  return Math.abs(value) < 1e-9 ? "0" : value.toPrecision(6);
}

function found({ values, categories }: FeatureValues): unknown[] {
  return Array.from(values, (value) => {
    if (Number.isNaN(value)) return null;
    return categories ? categories[value] : shown(value);
  });
}

/** Computes a feature in one way only. */
function computedBy(
  way: "moments" | "each",
  feature: BoundFeature,
  db: Database,
  seeds: FeatureRows,
): FeatureValues {
  const reading = readFeature(feature, db);
  const created = reading.columns.times("users");
  const places = Int32Array.from(seeds.rows.keys()).filter(
    (i) => created![seeds.rows[i]!]! <= seeds.times[i]!,
  );
  const values = collectValues(feature.kind, seeds.times, null);
  if (way === "each") readEach(reading, places, seeds, values.take);
  else {
    const groups = groupByTime(seeds.times, places);
    const aggregations = boundAggregations(feature.value);
    for (const look of lookAtMoments(groups, aggregations, db.table("users").numRows)) {
      if (look.kind === "moments") readMoments(reading, look, seeds, values.take);
    }
  }
  return values.finish();
}

describe("runFeature against the row-by-row oracle", () => {
  it.each<NullLogic>(["kleene", "kumo"])("gives the same values (%s)", (nullLogic) => {
    let there = 0;
    fc.assert(
      fc.property(arbCase, ({ flags, rows, text, asked }) => {
        const { db, plain } = build(rows, flags);
        const feature = bindFeature(text, db.schema, "users", { nullLogic });
        const seeds = seedsOf(asked, rows.users.length);
        const values = expected(feature, plain, seeds);
        there += values.filter((value) => value !== null).length;
        expect(found(runFeature(feature, db, seeds))).toEqual(values);
        expect(found(computedBy("moments", feature, db, seeds))).toEqual(values);
      }),
      { numRuns: RUNS },
    );
    expect(there).toBeGreaterThan(RUNS);
  });

  it("gives the same bits whether moments are swept or each row is looked at by itself", () => {
    fc.assert(
      fc.property(arbCase, ({ flags, rows, text, asked }) => {
        const { db } = build(rows, flags);
        const feature = bindFeature(text, db.schema, "users");
        const seeds = seedsOf(asked, rows.users.length);
        const swept = computedBy("moments", feature, db, seeds);
        expect(computedBy("each", feature, db, seeds)).toEqual(swept);
      }),
      { numRuns: RUNS },
    );
  });

  it("knows everything where rows have no time", () => {
    let run = 0;
    fc.assert(
      fc.property(arbCase, ({ flags, rows, text, asked }) => {
        const { db, plain } = build(rows, flags);
        const feature = bindFeature(text, db.schema, "users");
        fc.pre(!needsTime(feature));
        const timeless = asked.map(([row], i) => [row, i % 2 ? asked[i]![1] : Infinity] as const);
        const seeds = seedsOf(timeless, rows.users.length);
        run++;
        expect(found(runFeature(feature, db, seeds))).toEqual(expected(feature, plain, seeds));
      }),
      { numRuns: RUNS / 2 },
    );
    expect(run).toBeGreaterThan(0);
  });
});

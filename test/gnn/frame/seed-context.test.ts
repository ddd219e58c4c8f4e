import { describe, expect, it } from "vitest";
import { AGE_WIDTH, COUNT_WIDTH, encodeCounts, pushAge } from "../../../gnn/frame/scales.js";
import { createSeedContextEncoder, seedContextEncoding } from "../../../gnn/frame/seed-context.js";
import { createSink } from "../../../gnn/frame/sink.js";
import { MS_PER_DAY } from "../../../src/core/time.js";
import { numberColumn, timestampColumn } from "../../../src/data/column.js";
import { databaseOf } from "../../support/shop.js";
import { day, features } from "../fixtures.js";

function age(milliseconds: number): [number, number][] {
  const out = createSink(1, 1);
  pushAge(out, milliseconds, 0);
  out.endRow();
  return features(out.finish(), 0);
}

describe("ages", () => {
  it("lie between two knots half an octave apart, by shares that add up to 1", () => {
    for (const days of [0.01, 1, 7, 30, 365.25, 4000]) {
      const [low, high, linear] = age(days * MS_PER_DAY);
      const octaves = Math.log2(1 + 4 * days);
      expect(high![0]).toBe(low![0] + 1);
      expect(low![1] + high![1]).toBeCloseTo(1, 6);
      expect(low![0] + high![1]).toBeCloseTo(2 * octaves, 5);
      expect(linear![1]).toBeCloseTo(octaves / 8 - 1, 5);
    }
  });

  it("are 0 for times to come, saturate after 45 years, and are unknown for NaN and infinity", () => {
    expect(age(-5 * MS_PER_DAY)).toEqual(age(0));
    expect(age(46 * 365.25 * MS_PER_DAY)[0]).toEqual([32, 1]);
    expect(age(900 * 365.25 * MS_PER_DAY)[0]).toEqual([32, 1]);
    expect(age(Number.NaN)).toEqual([[AGE_WIDTH - 1, 1]]);
    expect(age(Infinity)).toEqual([[AGE_WIDTH - 1, 1]]);
  });
});

describe("counts", () => {
  it("lie between two knots an octave apart, with a linear code", () => {
    const encoded = encodeCounts(Int32Array.of(0, 1, 2, 3, 2 ** 31 - 1));
    expect(features(encoded, 0)).toEqual([
      [0, 1],
      [1, 0],
      [20, 0],
    ]);
    expect(features(encoded, 1)[0]).toEqual([1, 1]);
    expect(features(encoded, 2)[1]![1]).toBeCloseTo(Math.log2(3) - 1, 5);
    expect(features(encoded, 3)[0]).toEqual([2, 1]);
    expect(features(encoded, 4)[0]).toEqual([19, 1]);
    expect(Math.max(...encoded.codes)).toBe(COUNT_WIDTH - 1);
  });
});

describe("the context of a seed", () => {
  const db = databaseOf({
    users: {
      columns: [
        numberColumn("id", [1, 2]),
        timestampColumn("joined", [day(0), null]),
        timestampColumn("left", [day(40), null]),
        timestampColumn("secret", [day(1), day(1)]),
      ],
      primaryKey: "id",
      timeColumn: "joined",
      endTimeColumn: "left",
    },
  });
  const encoding = seedContextEncoding(db, "users", new Set(["secret"]));

  it("is the season of the anchor and the age of each time column that is not hidden", () => {
    expect(encoding.parts.map((part) => part.column)).toEqual([null, "joined", "left"]);
    const encoded = createSeedContextEncoder(db, encoding).encode(
      Int32Array.of(0),
      Float64Array.of(day(30)),
      Float64Array.of(day(30)),
    );
    const [season, joined] = encoding.parts;
    expect(features(encoded, 0, season).map(([code]) => code)).toEqual([0, 12 + 3, 19]);
    expect(features(encoded, 0, joined)).toEqual(age(30 * MS_PER_DAY));
  });

  it("hides times that are not known at the visible time, and ages of nulls", () => {
    const left = encoding.parts[2]!;
    const encoded = createSeedContextEncoder(db, encoding).encode(
      Int32Array.of(0, 0, 0, 1),
      Float64Array.of(day(39), day(50), day(50), day(50)),
      Float64Array.of(day(39), day(50), day(39), day(50)),
    );
    const hidden = [[AGE_WIDTH - 1, 1]];
    expect(features(encoded, 0, left)).toEqual(hidden);
    expect(features(encoded, 1, left)).toEqual(age(10 * MS_PER_DAY));
    expect(features(encoded, 2, left)).toEqual(hidden);
    expect(features(encoded, 3, left)).toEqual(hidden);
    expect(features(encoded, 3, encoding.parts[1])).toEqual(hidden);
  });

  it("has neither season nor ages at an infinite anchor", () => {
    const encoded = createSeedContextEncoder(db, encoding).encode(
      Int32Array.of(0),
      Float64Array.of(Infinity),
      Float64Array.of(Infinity),
    );
    for (const part of encoding.parts) {
      expect(features(encoded, 0, part)).toEqual([[part.width - 1, 1]]);
    }
  });
});

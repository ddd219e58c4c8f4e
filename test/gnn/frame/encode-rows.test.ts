import { describe, expect, it } from "vitest";
import { createRowEncoder } from "../../../gnn/frame/encode-rows.js";
import type { ColumnEncoding } from "../../../gnn/frame/encoding.js";
import { type EncodingOptions, fitTableEncoding } from "../../../gnn/frame/fit-encoding.js";
import { MS_PER_DAY } from "../../../src/core/time.js";
import {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
  type VectorColumn,
} from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { databaseOf, type TableRoles, times } from "../../support/shop.js";
import { features } from "../fixtures.js";

function tableOf(columns: readonly Column[], roles: TableRoles = {}): Database {
  return databaseOf({ t: { columns, ...roles } });
}

/** The features of every row in one encoding, codes counted from its first. */
function encodeAll(
  db: Database,
  options: EncodingOptions = {},
  kind?: ColumnEncoding["kind"],
  read: Database = db,
): [number, number][][] {
  const encoding = fitTableEncoding(db, "t", Infinity, options);
  const range = encoding.encodings.find((e) => kind === undefined || e.kind === kind)!;
  const rows = Int32Array.from({ length: read.table("t").numRows }, (_, row) => row);
  const encoded = createRowEncoder(read, encoding).encode(rows, null);
  return Array.from(rows, (row) => features(encoded, row, range));
}

describe("numbers", () => {
  const db = tableOf([numberColumn("x", [0, 10, 20, 40, null])]);

  it("stand between two knots by shares that add up to 1", () => {
    const encoding = fitTableEncoding(db, "t", Infinity, { bins: 3 }).encodings[0]!;
    expect(encoding).toMatchObject({ kind: "numerical", knots: [0, 10, 20, 40], width: 4 + 3 });
    const read = tableOf([numberColumn("x", [15, 30, 10])]);
    const [middle, upper, knot] = encodeAll(db, { bins: 3 }, "numerical", read);
    expect(middle!.slice(0, 2)).toEqual([
      [1, 0.5],
      [2, 0.5],
    ]);
    expect(upper!.slice(0, 2)).toEqual([
      [2, 0.5],
      [3, 0.5],
    ]);
    expect(knot!.slice(0, 2)).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });

  it("saturate beyond the outer knots, and the scales at 4", () => {
    const read = tableOf([numberColumn("x", [-5, 41, 1e300])]);
    const [low, high, huge] = encodeAll(db, { bins: 3 }, "numerical", read);
    expect(low![0]).toEqual([0, 1]);
    expect(high![0]).toEqual([3, 1]);
    expect(huge).toEqual([
      [3, 1],
      [4, 4],
      [5, 4],
    ]);
  });

  it("carry a standardised value and a standardised logarithm", () => {
    const rows = encodeAll(db, { bins: 3 });
    const linear = rows.slice(0, 4).map((row) => row.find(([code]) => code === 4)![1]);
    const logs = rows.slice(0, 4).map((row) => row.find(([code]) => code === 5)![1]);
    for (const scale of [linear, logs]) {
      expect(scale.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 5);
      expect(scale.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 5);
    }
    expect(logs[1]! - logs[0]!).toBeGreaterThan(linear[1]! - linear[0]!);
  });

  it("share the null code where they are missing, NaN or infinite", () => {
    const read = tableOf([
      numberColumn("x", [Number.NaN, Infinity, -Infinity], { validity: null }),
    ]);
    expect(encodeAll(db, { bins: 3 }, "numerical", read)).toEqual([[[6, 1]], [[6, 1]], [[6, 1]]]);
    expect(encodeAll(db, { bins: 3 })[4]).toEqual([[6, 1]]);
  });

  it("with one value have one knot and finite weights", () => {
    const [row] = encodeAll(tableOf([numberColumn("x", [7, 7, 7])]));
    expect(row).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
  });

  it("may be truth values", () => {
    const flags = tableOf([booleanColumn("x", [true, false, null])], {
      stypes: { x: "numerical" },
    });
    const rows = encodeAll(flags);
    expect(rows[0]![0]).toEqual([1, 1]);
    expect(rows[1]![0]).toEqual([0, 1]);
    expect(rows[2]).toEqual([[4, 1]]);
  });
});

describe("categories", () => {
  const names = ["a", "a", "a", "b", "b", "rare", null];
  const db = tableOf([stringColumn("c", names)]);

  it("have a code each, rare and unseen ones share one, nulls have their own", () => {
    expect(fitTableEncoding(db, "t", Infinity).encodings[0]).toMatchObject({
      categories: ["a", "b"],
      width: 4,
    });
    const read = tableOf([stringColumn("c", ["unseen", "b", "rare", "a", null, "ü–🙂"])]);
    const codes = encodeAll(db, {}, "categorical", read).map(([first]) => first![0]);
    expect(codes).toEqual([2, 1, 2, 0, 3, 2]);
  });

  it("keep at most as many as asked for, most frequent first, ties by name", () => {
    const tied = tableOf([stringColumn("c", ["z", "z", "y", "y", "x", "x", "x"])]);
    expect(fitTableEncoding(tied, "t", Infinity, { maxCategories: 2 }).encodings[0]).toMatchObject({
      categories: ["x", "y"],
    });
  });

  it("are the same for the same values in any storage", () => {
    const flags = tableOf([booleanColumn("c", [true, true, false, false])]);
    const texts = tableOf([stringColumn("c", ["true", "true", "false", "false"])]);
    expect(encodeAll(flags)).toEqual(encodeAll(texts));
    const numbers = tableOf([numberColumn("c", [3, 3, 5, 5])], { stypes: { c: "categorical" } });
    const read = tableOf([stringColumn("c", ["5", "3"])]);
    expect(encodeAll(numbers, {}, "categorical", read)).toEqual([[[1, 1]], [[0, 1]]]);
  });
});

describe("lists", () => {
  it("are the mean of their items with the logarithm of their size", () => {
    const db = tableOf([listColumn("tags", [["a", "b"], ["a", "b", "b", "q"], [], null])]);
    const [two, four, none, missing] = encodeAll(db);
    const size = (n: number): number => Math.fround(Math.log1p(n));
    // Codes: b, a, other, size, null.
    expect(two).toEqual([
      [1, 0.5],
      [0, 0.5],
      [3, size(2)],
    ]);
    expect(four).toEqual([
      [1, 0.25],
      [0, 0.25],
      [0, 0.25],
      [2, 0.25],
      [3, size(4)],
    ]);
    expect(none).toEqual([[3, 0]]);
    expect(missing).toEqual([[4, 1]]);
  });

  it.each([
    ["<a><b>", ["<a><b>", "<b>", "<a><c d>"], "<>"],
    ["a|b", ["a|b", "b", "a|c d"], "|"],
    ["a; b", ["a; b", "b", "a; c d"], ";"],
    ["a,b", ["a,b", "b", "a,c d"], ","],
  ])("are cut out of strings such as %s", (_, texts, delimiter) => {
    const strings = tableOf([stringColumn("tags", texts)], {
      stypes: { tags: "multicategorical" },
    });
    const lists = tableOf([listColumn("tags", [["a", "b"], ["b"], ["a", "c d"]])]);
    expect(fitTableEncoding(strings, "t", Infinity).encodings[0]).toMatchObject({ delimiter });
    expect(encodeAll(strings)).toEqual(encodeAll(lists));
  });
});

describe("times", () => {
  const db = tableOf(
    [
      times("at", ["2024-02-29 23:59", "2024-07-01", null]),
      times("due", ["2024-03-02 23:59", null, "2024-01-01"]),
    ],
    { timeColumn: "at" },
  );

  it("have month, weekday and part of the day, and no year", () => {
    const [leap, july, missing] = encodeAll(db, {}, "calendar");
    expect(leap!.map(([code]) => code)).toEqual([1, 12 + 4, 19 + 5]);
    expect(july!.map(([code]) => code)).toEqual([6, 12 + 1, 19 + 0]);
    expect(missing).toEqual([[25, 1]]);
    const later = tableOf([times("at", ["2025-07-07"])], { timeColumn: "at" });
    expect(encodeAll(db, {}, "calendar", later)[0]).toEqual(july);
  });

  it("are measured in days from the time of their row", () => {
    const elapsed = fitTableEncoding(db, "t", Infinity).encodings.find((e) => e.kind === "elapsed");
    expect(elapsed).toMatchObject({ column: "due", knots: [2] });
    const rows = encodeAll(db, {}, "elapsed");
    expect(rows[0]![0]).toEqual([0, 1]);
    expect(rows[1]).toEqual([[elapsed!.width - 1, 1]]);
    expect(rows[2]).toEqual([[elapsed!.width - 1, 1]]);
  });
});

describe("text and vectors", () => {
  it("hash words without their case, each text with length 1", () => {
    const db = tableOf(
      [stringColumn("body", ["The printer is on fire", "the PRINTER is, on: fire!", null])],
      { stypes: { body: "text" } },
    );
    const [a, b, missing] = encodeAll(db, { textBuckets: 64 });
    expect(a).toEqual(b);
    expect(a).toHaveLength(5);
    expect(a!.reduce((sum, [, weight]) => sum + weight ** 2, 0)).toBeCloseTo(1, 5);
    expect(missing).toEqual([[64, 1]]);
  });

  it("leave out text that holds names rather than sentences", () => {
    const db = tableOf([stringColumn("name", ["Ada Lovelace", "Alan Turing", "Grace Hopper"])], {
      stypes: { name: "text" },
    });
    expect(fitTableEncoding(db, "t", Infinity).encodings).toEqual([]);
  });

  it("standardise each dimension, and a broken one counts as average", () => {
    const vectors: VectorColumn = {
      kind: "vector",
      name: "v",
      length: 3,
      dimension: 2,
      values: Float32Array.of(0, 5, 2, 5, Number.NaN, 5),
      validity: null,
    };
    const [low, high, broken] = encodeAll(tableOf([vectors]));
    expect(low![0]![1]).toBeCloseTo(-1 / Math.SQRT2, 5);
    expect(high![0]![1]).toBeCloseTo(1 / Math.SQRT2, 5);
    for (const row of [low, high, broken]) {
      expect(row!.every(([, weight]) => Number.isFinite(weight))).toBe(true);
    }
    expect(broken![0]![1]).toBe(0);
  });
});

describe("tables", () => {
  it("without rows or with nulls only still have a row: the constant", () => {
    const empty = tableOf([numberColumn("x", [])]);
    expect(fitTableEncoding(empty, "t", Infinity)).toEqual({
      table: "t",
      encodings: [],
      width: 1,
      groups: [],
    });
    const nulls = tableOf([numberColumn("x", [null, null]), stringColumn("s", [null, null])]);
    const encoding = fitTableEncoding(nulls, "t", Infinity);
    expect(encoding.encodings).toEqual([]);
    const encoded = createRowEncoder(nulls, encoding).encode(Int32Array.of(0, 1), null);
    expect(features(encoded, 1)).toEqual([[0, 1]]);
  });

  it("give nulls where another database lacks the column or holds it as another kind", () => {
    const db = tableOf([numberColumn("x", [1, 2, 3])]);
    const other = tableOf([stringColumn("x", ["1", "2", "3"])]);
    const lacking = tableOf([numberColumn("y", [1])]);
    const nullCode = 6;
    expect(encodeAll(db, { bins: 2 }, "numerical", other)[0]).toEqual([[nullCode - 1, 1]]);
    expect(encodeAll(db, { bins: 2 }, "numerical", lacking)[0]).toEqual([[nullCode - 1, 1]]);
  });

  it("hide cells that are not known yet, by the bit of their group", () => {
    const db = tableOf(
      [
        timestampColumn("at", [0, 0, 0]),
        timestampColumn("solved_at", [5 * MS_PER_DAY, null, 9 * MS_PER_DAY]),
        numberColumn("hours", [3, 4, 5]),
        numberColumn("stars", [1, 2, 3]),
      ],
      {
        timeColumn: "at",
        knownFrom: { hours: "solved_at", solved_at: "solved_at" },
      },
    );
    const encoding = fitTableEncoding(db, "t", Infinity);
    expect(encoding.groups).toHaveLength(1);
    const hours = encoding.encodings.find((e) => e.column === "hours")!;
    const stars = encoding.encodings.find((e) => e.column === "stars")!;
    const encoded = createRowEncoder(db, encoding).encode(Int32Array.of(0, 0), Uint8Array.of(0, 1));
    expect(features(encoded, 0, hours)).toEqual([[hours.width - 1, 1]]);
    expect(features(encoded, 1, hours)).not.toEqual([[hours.width - 1, 1]]);
    expect(features(encoded, 0, stars)).toEqual(features(encoded, 1, stars));
  });
});

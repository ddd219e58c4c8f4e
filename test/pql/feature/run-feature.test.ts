import { describe, expect, it } from "vitest";
import { bindFeature } from "../../../pql/feature/bind-feature.js";
import type { FeatureValues } from "../../../pql/feature/feature-values.js";
import { type FeatureRunOptions, runFeature } from "../../../pql/feature/run-feature.js";
import { numberColumn, stringColumn } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { at, databaseOf, times, widerShop } from "../../support/shop.js";

const db = widerShop();

/** Values of rows at ISO times; a time `null` is none. */
function run(
  text: string,
  asked: readonly (readonly [row: number, time: string | null])[],
  options: FeatureRunOptions & { readonly db?: Database; readonly table?: string } = {},
): FeatureValues {
  const { db: other = db, table = "users", ...rest } = options;
  const seeds = {
    rows: Int32Array.from(asked, ([row]) => row),
    times: Float64Array.from(asked, ([, time]) => (time === null ? Infinity : at(time))),
  };
  return runFeature(bindFeature(text, other.schema, table), other, seeds, rest);
}
const numbers = (...args: Parameters<typeof run>): number[] => [...run(...args).values];

describe("runFeature", () => {
  it("sees each row at its own time, in the order asked, repeated as often as asked", () => {
    const asked = [
      [0, "2023-01-03"],
      [1, "2023-01-05"],
      [0, "2023-01-01"],
      [0, "2023-01-04 12:00"],
      [0, "2023-01-03"],
    ] as const;
    expect(numbers("SUM(orders.amount, -90, 0, days)", asked)).toEqual([7, 0, 1, 15, 7]);
    expect(numbers("COUNT(orders.*, -1, 0, days)", asked)).toEqual([1, 1, 1, 1, 1]);
    expect(numbers("COUNT(orders.*, -2, -1, days)", asked)).toEqual([1, 0, 0, 1, 1]);
  });

  it("holds no value for a row that is not there yet, or for what is missing", () => {
    const asked = [
      [1, "2023-01-02 11:59"],
      [1, "2023-01-02 12:00"],
    ] as const;
    expect(numbers("COUNT(orders.*, -INF, 0)", asked)).toEqual([Number.NaN, 0]);
    expect(numbers("AVG(orders.amount, -INF, 0)", asked)).toEqual([Number.NaN, Number.NaN]);
  });

  it("says conditions as 0 and 1, and unknown ones as missing", () => {
    const asked = [
      [0, "2023-01-05"],
      [1, "2023-01-05"],
      [3, "2023-01-05"],
    ] as const;
    expect(numbers("users.age > 25", asked)).toEqual([1, Number.NaN, 0]);
    expect(numbers("users.age IS NULL", asked)).toEqual([0, 1, 0]);
  });

  it("tells times as days ago", () => {
    const asked = [
      [0, "2023-01-04 12:00"],
      [3, "2023-01-05"],
      [2, "2023-01-05"],
    ] as const;
    expect(numbers("MAX(orders.ordered_at, -INF, 0)", asked)).toEqual([
      0.5,
      Number.NaN,
      Number.NaN,
    ]);
    expect(numbers("users.joined", asked)).toEqual([3.5, 21, 35]);
  });

  it("orders categories by their texts, and keeps those of the fit", () => {
    const text = "LAST(orders.status, -INF, 0)";
    const fitted = run(text, [
      [0, "2023-01-04"],
      [0, "2023-01-02"],
      [3, "2023-01-04"],
    ]);
    expect(fitted.categories).toEqual(["open", "returned"]);
    expect([...fitted.values]).toEqual([1, 0, Number.NaN]);
    const { categories } = fitted;
    const later = run(
      text,
      [
        [0, "2023-01-03"],
        [0, "2023-01-02"],
      ],
      { categories },
    );
    expect(later.categories).toBe(categories);
    expect([...later.values]).toEqual([Number.NaN, 0]);
  });

  it("orders categories that are numbers by value", () => {
    const codes = databaseOf({
      a: {
        columns: [
          numberColumn("id", [1, 2, 3]),
          numberColumn("code", [10, 9, null]),
          stringColumn("big", ["9007199254740993", "-1", "10"], { int64: true }),
        ],
        primaryKey: "id",
        stypes: { code: "categorical" },
      },
    });
    const asked = [0, 1, 2].map((row) => [row, null] as const);
    const code = run("a.code", asked, { db: codes, table: "a" });
    expect([code.categories, ...code.values]).toEqual([["9", "10"], 1, 0, Number.NaN]);
    const { categories } = run("a.big", asked, { db: codes, table: "a" });
    expect(categories).toEqual(["-1", "10", "9007199254740993"]);
  });

  it("keeps numbers that float32 cannot hold finite", () => {
    const [value] = numbers("SUM(orders.amount, -9, 0) * 1e300", [[0, "2023-01-05"]]);
    expect(value).toBe(3.4028234663852886e38);
  });

  it("shows a late cell from the time on that it is known", () => {
    const late = databaseOf({
      a: { columns: [numberColumn("id", [1])], primaryKey: "id" },
      b: {
        columns: [
          numberColumn("a_id", [1, 1]),
          times("at", ["2023-01-01", "2023-01-02"]),
          numberColumn("result", [4, 6]),
          times("resolved", ["2023-01-05", null]),
        ],
        timeColumn: "at",
        foreignKeys: { a_id: "a" },
        knownFrom: { result: "resolved" },
      },
    });
    const asked = [
      [0, "2023-01-04"],
      [0, "2023-01-05"],
      [0, null],
    ] as const;
    const sums = numbers("SUM(b.result, -INF, 0, months)", asked, { db: late, table: "a" });
    expect(sums).toEqual([0, 4, 10]);
  });

  it("reads what needs no moment for rows without a time, and refuses the rest", () => {
    const asked = [[0, null]] as const;
    expect(numbers("COUNT(orders.*, -INF, 0, months)", asked)).toEqual([4]);
    expect(numbers("COUNT(orders.*, -INF, -2, days)", asked)).toEqual([4]);
    expect(numbers("COUNT(notes.*)", asked)).toEqual([2]);
    for (const text of ["COUNT(orders.*, -9, 0)", "MONTH(ANCHOR)", "users.joined"]) {
      expect(() => run(text, asked)).toThrow(expect.objectContaining({ code: "CFG145" }));
    }
  });

  it("checks rows and times", () => {
    const feature = bindFeature("users.age", db.schema, "users");
    const of = (rows: readonly number[], when: readonly number[]) => () =>
      runFeature(feature, db, { rows: Int32Array.from(rows), times: Float64Array.from(when) });
    expect(of([0, 1], [0])).toThrow(expect.objectContaining({ code: "CFG146" }));
    expect(of([4], [0])).toThrow(expect.objectContaining({ code: "CFG146" }));
    expect(of([-1], [0])).toThrow(expect.objectContaining({ code: "CFG146" }));
    expect(of([0], [Number.NaN])).toThrow(expect.objectContaining({ code: "CFG141" }));
    expect(of([], [])()).toEqual({ values: new Float32Array(0), categories: null });
  });

  it("stops when it is cancelled, and tells how far it is", () => {
    const signal = AbortSignal.abort();
    expect(() => run("users.age", [[0, "2023-01-05"]], { signal })).toThrow(
      expect.objectContaining({ code: "CFG900" }),
    );
    const stages: string[] = [];
    run("users.age", [[0, "2023-01-05"]], { onProgress: ({ stage }) => stages.push(stage) });
    expect(stages).toEqual(["features"]);
  });
});

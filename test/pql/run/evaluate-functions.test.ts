import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callFunction } from "../../../pql/run/functions.js";
import { relateValues } from "../../../pql/run/relation.js";
import type { RowValues } from "../../../pql/run/values-of-rows.js";
import type { FunctionName } from "../../../pql/syntax/ast.js";
import { callOf } from "./oracle-values.js";

const numbers = (values: readonly number[]): RowValues => ({
  data: Float64Array.from(values),
  nulls: null,
  dictionary: null,
  int64: false,
  list: null,
});
const digits = (dictionary: readonly string[], codes: readonly number[]): RowValues => ({
  ...numbers([]),
  data: Int32Array.from(codes),
  dictionary,
  int64: true,
});

describe("functions", () => {
  it.each<FunctionName>(["YEAR", "MONTH", "WEEKDAY"])("%s is that of the calendar", (name) => {
    const time = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), (times) => {
        const { data } = callFunction(name, [numbers(times)], times.length);
        expect([...data]).toEqual(times.map((t) => callOf(name, [t])));
      }),
      { numRuns: 500 },
    );
  });

  it("know the ends of years and leap days", () => {
    const days = [
      "2023-12-31",
      "2024-01-01",
      "2024-02-29",
      "2024-03-01",
      "1900-02-28",
      "1969-12-31",
    ];
    const times = numbers(days.map((day) => Date.parse(day)));
    expect([...callFunction("YEAR", [times], 6).data]).toEqual([
      2023, 2024, 2024, 2024, 1900, 1969,
    ]);
    expect([...callFunction("MONTH", [times], 6).data]).toEqual([12, 1, 2, 3, 2, 12]);
    expect([...callFunction("WEEKDAY", [times], 6).data]).toEqual([7, 1, 4, 5, 3, 3]);
  });
});

describe("two columns of digits", () => {
  it("compare by value across their dictionaries", () => {
    const left = digits(["9", "9007199254740993", "-1"], [0, 1, 2, 0]);
    const right = digits(["10", "9007199254740992", "-2", "9"], [0, 1, 2, 3]);
    expect([...relateValues(left, "<", right, 4)]).toEqual([1, 0, 0, 0]);
    expect([...relateValues(left, "=", right, 4)]).toEqual([0, 0, 0, 1]);
  });
});

/** Columns: taking, slicing and joining rows, and printing cells. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Column,
  cellText,
  cellValue,
  listColumn,
  numberColumn,
  sliceColumn,
  stringColumn,
  takeRows,
  timestampColumn,
} from "../../../src/data/column.js";
import { concatColumns } from "../../../src/data/concat.js";
import { arbColumn } from "./arbitraries.js";

const cells = (column: Column): unknown[] =>
  Array.from({ length: column.length }, (_, row) => {
    const value = cellValue(column, row);
    return value instanceof Float32Array ? [...value] : value;
  });

describe("rows of columns", () => {
  it("are taken in any order, nulls for -1", () => {
    fc.assert(
      fc.property(arbColumn("c", 6), fc.array(fc.integer({ min: -1, max: 5 })), (column, rows) => {
        const all = cells(column);
        const expected = rows.map((row) => (row < 0 ? null : all[row]));
        expect(cells(takeRows(column, Int32Array.from(rows)))).toEqual(expected);
      }),
    );
  });

  it("are cut out and joined again", () => {
    fc.assert(
      fc.property(arbColumn("c", 9), fc.nat(9), fc.nat(9), (column, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const parts = [
          sliceColumn(column, 0, from),
          sliceColumn(column, from, to),
          sliceColumn(column, to, 9),
        ];
        expect(cells(parts[1]!)).toEqual(cells(column).slice(from, to));
        expect(cells(concatColumns(parts))).toEqual(cells(column));
      }),
    );
  });

  it("are joined over different dictionaries", () => {
    const joined = concatColumns([
      stringColumn("s", ["b", null, "a"]),
      stringColumn("s", ["a", "c"]),
    ]);
    expect(cells(joined)).toEqual(["b", null, "a", "a", "c"]);
    expect(joined).toMatchObject({ dictionary: ["b", "a", "c"] });
  });

  it("turn numbers into digits next to exact int64", () => {
    const digits = stringColumn("id", ["9007199254740993"], { int64: true });
    const joined = concatColumns([numberColumn("id", [1, null]), digits]);
    expect(cells(joined)).toEqual(["1", null, "9007199254740993"]);
  });
});

describe("cellText", () => {
  it("prints each kind for people", () => {
    expect(cellText(timestampColumn("t", [0, 1500]), 0)).toBe("1970-01-01");
    expect(cellText(timestampColumn("t", [0, 1500]), 1)).toBe("1970-01-01T00:00:01.500Z");
    expect(cellText(listColumn("l", [["a", "b"]]), 0)).toBe('["a","b"]');
    expect(cellText(listColumn("l", [["1", "2"]], { numeric: true }), 0)).toBe("[1, 2]");
    expect(cellText(numberColumn("n", [null]), 0)).toBeNull();
  });
});

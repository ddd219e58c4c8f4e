/** The key index against a plain Map. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  booleanColumn,
  type Column,
  cellValue,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import { buildKeyIndex } from "../../../src/data/key-index.js";

/** Two columns of one kind, over few values so that keys meet. */
const arbPair = (rows: number, others: number): fc.Arbitrary<[Column, Column]> => {
  const nullable = <T>(value: fc.Arbitrary<T>, length: number) =>
    fc.array(fc.option(value, { nil: null, freq: 6 }), { minLength: length, maxLength: length });
  const pair = <T>(value: fc.Arbitrary<T>, make: (values: (T | null)[]) => Column) =>
    fc
      .tuple(nullable(value, rows), nullable(value, others))
      .map(([a, b]): [Column, Column] => [make(a), make(b)]);
  return fc.oneof(
    pair(fc.integer({ min: -5, max: 8 }), (v) => numberColumn("k", v)),
    pair(fc.constantFrom(0, -1, 2 ** 40, 2 ** 52, -(2 ** 45), 1e15), (v) => numberColumn("k", v)),
    pair(fc.constantFrom(0.5, 1.25, 1e300, -0.1), (v) => numberColumn("k", v)),
    pair(fc.constantFrom("a", "b", "", "U201", "日本"), (v) => stringColumn("k", v)),
    pair(fc.constantFrom("9007199254740993", "9007199254740992", "7"), (v) =>
      stringColumn("k", v, { int64: true }),
    ),
    pair(fc.constantFrom(0, 86_400_000, -1), (v) => timestampColumn("k", v)),
    pair(fc.boolean(), (v) => booleanColumn("k", v)),
  );
};

const keyOf = (columns: readonly Column[], row: number): string | null => {
  const cells = columns.map((column) => cellValue(column, row));
  return cells.includes(null) ? null : JSON.stringify(cells);
};

describe("buildKeyIndex", () => {
  it("finds what a Map finds, for single and composite keys of any type", () => {
    const sizes = fc.tuple(fc.nat(30), fc.nat(30), fc.integer({ min: 1, max: 3 }));
    const tables = sizes.chain(([rows, others, width]) =>
      fc.tuple(...Array.from({ length: width }, () => arbPair(rows, others))),
    );
    fc.assert(
      fc.property(tables, (pairs) => {
        const own = pairs.map(([column]) => column);
        const others = pairs.map(([, column]) => column);
        const oracle = new Map<string, number>();
        let [duplicates, nulls] = [0, 0];
        for (let row = 0; row < own[0]!.length; row++) {
          const key = keyOf(own, row);
          if (key === null) nulls++;
          else if (oracle.has(key)) duplicates++;
          else oracle.set(key, row);
        }
        const index = buildKeyIndex(own);
        expect([index.duplicates, index.nulls]).toEqual([duplicates, nulls]);
        const expected = Array.from({ length: others[0]!.length }, (_, row) => {
          const key = keyOf(others, row);
          return key === null ? -1 : (oracle.get(key) ?? -2);
        });
        expect([...index.lookup(others)]).toEqual(expected);
        for (const [key, row] of oracle) expect(index.find(JSON.parse(key))).toBe(row);
      }),
      { numRuns: 300 },
    );
  });

  it("matches numbers with their digits, and never by rounding", () => {
    const numbers = buildKeyIndex([numberColumn("id", [7, 9007199254740992])]);
    const digits = stringColumn("fk", ["7", " 7 ", "07", "9007199254740993", "x", "0x7", ""]);
    expect([...numbers.lookup([digits])]).toEqual([0, 0, 0, -2, -2, -2, -2]);
    const texts = buildKeyIndex([stringColumn("id", ["7", "8"])]);
    expect([...texts.lookup([numberColumn("fk", [8, 9, null])])]).toEqual([1, -2, -1]);
  });

  it("follows a dictionary that grows from chunk to chunk, as that of a scan does", () => {
    const texts = buildKeyIndex([stringColumn("id", ["7", "8", "9"])]);
    const numbers = buildKeyIndex([numberColumn("id", [7, 8, 9])]);
    const dictionary = ["9", "x"];
    const chunk = (codes: readonly number[]): Column => ({
      ...{ kind: "string", name: "fk", length: codes.length, int64: false, validity: null },
      ...{ codes: Int32Array.from(codes), dictionary },
    });
    for (const index of [texts, numbers])
      expect([...index.lookup([chunk([0, 1])])]).toEqual([2, -2]);
    dictionary.push("8", "y", "7");
    for (const index of [texts, numbers]) {
      expect([...index.lookup([chunk([4, 3, 2, 0])])]).toEqual([0, -2, 1, 2]);
      expect(index.find([dictionary[2]!])).toBe(1);
      expect([...index.lookup([chunk([1, 2])])]).toEqual([-2, 1]);
    }
  });

  it("says where the first duplicate is", () => {
    const index = buildKeyIndex([stringColumn("id", ["a", "b", "a", "b"])]);
    expect(index).toMatchObject({ duplicates: 2, firstDuplicate: 2, nulls: 0 });
    expect(index.find(["b"])).toBe(1);
    expect(index.find(["c"])).toBe(-1);
  });

  it("works on no rows", () => {
    const index = buildKeyIndex([numberColumn("id", [])]);
    expect([...index.lookup([numberColumn("fk", [1])])]).toEqual([-2]);
  });
});

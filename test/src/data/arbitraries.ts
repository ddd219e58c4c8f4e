/** Random columns and tables for property tests. */
import fc from "fast-check";
import { clearBit, createBits } from "../../../src/data/bitset.js";
import {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
  type VectorColumn,
} from "../../../src/data/column.js";
import { Table } from "../../../src/data/table.js";

const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null, freq: 4 });

/** Texts with quotes, delimiters, line breaks and letters of several scripts, short and long. */
export const arbText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "a",
    "b, c",
    'say "hi"',
    "two\nlines",
    "naïve Größe",
    "日本語のとても長い文字列です",
    " x ",
  ),
  fc.string({ maxLength: 30, unit: "grapheme" }),
);

const arbTime = fc.oneof(
  fc.integer({ min: -40_000, max: 40_000 }).map((day) => day * 86_400_000),
  fc.integer({ min: -4e12, max: 4e12 }),
);

/** A column of each kind and a given length. */
export function arbColumn(name: string, length: number): fc.Arbitrary<Column> {
  const rows = <T>(value: fc.Arbitrary<T>) =>
    fc.array(nullable(value), { minLength: length, maxLength: length });
  const dimension = 3;
  return fc.oneof(
    rows(fc.double({ noNaN: true, noDefaultInfinity: true })).map((v) => numberColumn(name, v)),
    rows(fc.maxSafeInteger()).map((v) => numberColumn(name, v)),
    rows(fc.boolean()).map((v) => booleanColumn(name, v)),
    rows(arbTime).map((v) => timestampColumn(name, v)),
    rows(arbText).map((v) => stringColumn(name, v)),
    rows(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((v) =>
      stringColumn(
        name,
        v.map((x) => x?.toString() ?? null),
        { int64: true },
      ),
    ),
    rows(fc.array(arbText, { maxLength: 4 })).map((v) => listColumn(name, v)),
    rows(fc.array(fc.integer().map(String), { maxLength: 4 })).map((v) =>
      listColumn(name, v, { numeric: true }),
    ),
    rows(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
        minLength: dimension,
        maxLength: dimension,
      }),
    ).map((v): VectorColumn => {
      const values = new Float32Array(length * dimension);
      let validity: Uint8Array | null = null;
      v.forEach((vector, row) => {
        if (vector) values.set(vector, row * dimension);
        else clearBit((validity ??= createBits(length, true)), row);
      });
      return { kind: "vector", name, length, validity, dimension, values };
    }),
  );
}

/** A table of some columns and rows. */
export function arbTable(maxRows = 20): fc.Arbitrary<Table> {
  return fc
    .tuple(fc.integer({ min: 0, max: maxRows }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, width]) =>
      fc.tuple(...Array.from({ length: width }, (_, c) => arbColumn(`c ${c}`, rows))),
    )
    .map((columns) => new Table("t", columns));
}

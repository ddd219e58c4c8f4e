/** Stored values against the same in exact integers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellFormat, createCells } from "../../../../../src/data/io/parquet/cells.js";
import type { CellKind } from "../../../../../src/data/io/parquet/parquet-plan.js";

const NO_PLAN = { scale: 0, width: 0 };

function read(
  kind: Exclude<CellKind, "text">,
  bytes: Uint8Array,
  count: number,
  plan: { readonly scale: number; readonly width: number } = NO_PLAN,
): number[] {
  const out = createCells(kind, count + 1, false);
  // In two parts, as a page is read that does not end with a chunk.
  const first = count >> 1;
  const { copy } = cellFormat(kind, plan);
  copy(bytes, 0, first, out, 1);
  copy(bytes, first, count - first, out, 1 + first);
  return [...out.subarray(1)];
}

const int64s = (least: bigint, most: bigint) => fc.array(fc.bigInt({ min: least, max: most }));
const bytesOf = (values: readonly bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
const SAFE = 2n ** 53n - 1n;

describe("cellFormat", () => {
  it("reads integers of 64 bits", () => {
    fc.assert(
      fc.property(int64s(-SAFE, SAFE), (values) => {
        expect(read("int64", bytesOf(values), values.length)).toEqual(values.map(Number));
      }),
    );
  });

  it("cuts nanoseconds to microseconds, toward zero", () => {
    fc.assert(
      fc.property(int64s(-(10n ** 18n), 9n * 10n ** 18n), (values) => {
        const expected = values.map((value) => Number(value / 1000n) / 1000);
        expect(read("nanoseconds", bytesOf(values), values.length)).toEqual(expected);
      }),
    );
  });

  it("marks infinite times", () => {
    const infinite = bytesOf([2n ** 63n - 1n, 1n - 2n ** 63n, 5000n]);
    expect(read("milliseconds", infinite, 3)).toEqual([Number.NaN, Number.NaN, 5000]);
    expect(read("microseconds", infinite, 3)).toEqual([Number.NaN, Number.NaN, 5]);
    const days = new Uint8Array(Int32Array.of(0x7fffffff, -0x7fffffff, 1).buffer);
    expect(read("days", days, 3)).toEqual([Number.NaN, Number.NaN, 86_400_000]);
  });

  it("reads decimals of any number of bytes, the highest first", () => {
    const most = 10n ** 15n - 1n;
    const arb = fc.record({
      values: int64s(-most, most),
      width: fc.integer({ min: 7, max: 9 }),
      scale: fc.nat(15),
    });
    fc.assert(
      fc.property(arb, ({ values, width, scale }) => {
        const bytes = values.flatMap((value) =>
          Array.from({ length: width }, (_, i) =>
            Number((value >> BigInt(8 * (width - 1 - i))) & 255n),
          ),
        );
        const found = read("decimalBytes", Uint8Array.from(bytes), values.length, { scale, width });
        expect(found).toEqual(values.map((value) => Number(value) / 10 ** scale));
      }),
    );
  });
});

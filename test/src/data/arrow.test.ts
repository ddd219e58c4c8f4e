/** Arrow tables of many types and layouts. */
import * as arrow from "apache-arrow";
import { describe, expect, it } from "vitest";
import { tableFromArrow, toArrow } from "../../../src/data/arrow.js";
import { stringColumn } from "../../../src/data/column.js";
import { Table } from "../../../src/data/table.js";

const read = (vector: arrow.Vector): unknown[] => {
  const table = new arrow.Table({ c: vector });
  return tableFromArrow("t", table)
    .toRecords()
    .map(({ c }) => (c instanceof Float32Array ? [...c] : c));
};
const big = (values: readonly bigint[]): BigInt64Array => BigInt64Array.from(values);

describe("tableFromArrow", () => {
  it("reads timestamps of every unit as milliseconds", () => {
    const ms = Date.UTC(1969, 6, 20, 20, 17, 40, 123);
    const of = (type: arrow.DataType, ticks: bigint) =>
      read(arrow.makeVector(arrow.makeData({ type, length: 1, data: big([ticks]) } as never)))[0];
    expect(of(new arrow.TimestampSecond(), BigInt((ms - 123) / 1000))).toBe(ms - 123);
    expect(of(new arrow.TimestampMillisecond(), BigInt(ms))).toBe(ms);
    expect(of(new arrow.TimestampMicrosecond(), BigInt(ms) * 1000n)).toBe(ms);
    expect(of(new arrow.TimestampNanosecond(), BigInt(ms) * 1_000_000n)).toBe(ms);
    const days = arrow.makeData({ type: new arrow.DateDay(), length: 1, data: Int32Array.of(-1) });
    expect(read(arrow.makeVector(days))).toEqual([-86_400_000]);
  });

  it("reads nulls, booleans and dictionaries over chunks", () => {
    const texts = arrow.vectorFromArray(["a", null, "b"], new arrow.Utf8());
    const more = arrow.vectorFromArray(["b", "c"], new arrow.Utf8());
    expect(read(texts.concat(more))).toEqual(["a", null, "b", "b", "c"]);
    const coded = arrow.vectorFromArray(["x", "y", null, "x"]);
    expect(read(coded)).toEqual(["x", "y", null, "x"]);
    const flags = arrow.vectorFromArray([true, null, false, true], new arrow.Bool());
    expect(read(flags)).toEqual([true, null, false, true]);
    expect(read(flags.slice(1, 4))).toEqual([null, false, true]);
    expect(read(coded.slice(1, 3))).toEqual(["y", null]);
    expect(read(arrow.vectorFromArray([null, null], new arrow.Null()))).toEqual([null, null]);
  });

  it("keeps integers exact, decimals as numbers", () => {
    const wide = arrow.makeVector(big([9007199254740993n, -1n]));
    expect(read(wide)).toEqual(["9007199254740993", "-1"]);
    expect(read(arrow.makeVector(big([42n, -1n])))).toEqual([42, -1]);
    expect(read(arrow.makeVector(BigUint64Array.of(2n ** 64n - 1n)))).toEqual([
      "18446744073709551615",
    ]);
    expect(read(arrow.makeVector(Uint32Array.of(4294967295)))).toEqual([4294967295]);
    expect(read(arrow.makeVector(Int8Array.of(-5)))).toEqual([-5]);
    const words = new Uint32Array(8);
    new BigInt64Array(words.buffer).set([1234n, 0n, -50n, -1n]);
    const type = new arrow.Decimal(2, 10, 128);
    expect(read(arrow.makeVector(arrow.makeData({ type, length: 2, data: words })))).toEqual([
      12.34, -0.5,
    ]);
  });

  it("reads floats with NaN as null", () => {
    expect(read(arrow.makeVector(Float64Array.of(1.5, Number.NaN)))).toEqual([1.5, null]);
    expect(read(arrow.makeVector(Float32Array.of(0.5)))).toEqual([0.5]);
  });

  it("reads lists, fixed-size lists of floats as vectors, structs as JSON", () => {
    const list = new arrow.List(new arrow.Field("item", new arrow.Utf8(), true));
    expect(read(arrow.vectorFromArray([["a", "b"], null, []], list))).toEqual([
      ["a", "b"],
      null,
      [],
    ]);
    const fixed = new arrow.FixedSizeList(2, new arrow.Field("item", new arrow.Float32(), false));
    expect(
      read(
        arrow.vectorFromArray(
          [
            [1, 2],
            [3, 4],
          ],
          fixed,
        ),
      ),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const struct = new arrow.Struct([
      new arrow.Field("x", new arrow.Int32(), true),
      new arrow.Field("y", new arrow.Utf8(), true),
    ]);
    expect(read(arrow.vectorFromArray([{ x: 1, y: "z" }, null], struct))).toEqual([
      '{"x":1,"y":"z"}',
      null,
    ]);
    const time = arrow.makeData({
      type: new arrow.TimeSecond(),
      length: 1,
      data: Int32Array.of(3661),
    });
    expect(read(arrow.makeVector(time))).toEqual(["01:01:01"]);
  });

  it("keeps the columns of a table without rows", () => {
    const schema = new arrow.Schema([new arrow.Field("a", new arrow.Int32(), true)]);
    const table = tableFromArrow("t", new arrow.Table(schema));
    expect(table.columns.map(({ name, kind, length }) => [name, kind, length])).toEqual([
      ["a", "number", 0],
    ]);
  });

  it("refuses bytes", () => {
    const bytes = arrow.vectorFromArray([Uint8Array.of(1)], new arrow.Binary());
    expect(() => read(bytes)).toThrowError(expect.objectContaining({ code: "DAT107" }) as Error);
  });
});

describe("toArrow", () => {
  it("survives an IPC file", async () => {
    const table = new Table("t", [
      stringColumn("s", ["a", null, "b"]),
      stringColumn("id", ["18446744073709551615", "1", null], { int64: true }),
      stringColumn("huge", ["170141183460469231731687303715884105727", null, "1"], { int64: true }),
    ]);
    const bytes = arrow.tableToIPC(await toArrow(table), "file");
    const back = tableFromArrow("t", arrow.tableFromIPC(bytes));
    expect(back.toRecords()).toEqual(table.toRecords());
  });
});

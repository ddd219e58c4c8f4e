/** Makes Arrow buffers from columns. */
import type { Data, Utf8 } from "apache-arrow";
import { countUnset } from "./bitset.js";
import { type Column, isValid, type ListColumn, type StringColumn } from "./column.js";

type Arrow = typeof import("apache-arrow");

/** Makes the Arrow data of a column. */
export function makeArrowData(arrow: Arrow, column: Column): Data {
  const base = { length: column.length, ...nullsOf(column) };
  switch (column.kind) {
    case "number": {
      const { values } = column;
      if (values instanceof Int32Array) {
        return arrow.makeData({ ...base, type: new arrow.Int32(), data: values });
      }
      if (column.integer && allIntegers(column, values)) {
        return arrow.makeData({ ...base, type: new arrow.Int64(), data: toInt64(values, 1) });
      }
      return arrow.makeData({ ...base, type: new arrow.Float64(), data: values });
    }
    case "timestamp": {
      const { values } = column;
      return allIntegers(column, values)
        ? arrow.makeData({
            ...base,
            type: new arrow.TimestampMillisecond("UTC"),
            data: toInt64(values, 1),
          })
        : arrow.makeData({
            ...base,
            type: new arrow.TimestampMicrosecond("UTC"),
            data: toInt64(values, 1000),
          });
    }
    case "boolean":
      return arrow.makeData({ ...base, type: new arrow.Bool(), data: packBits(column.values) });
    case "string":
      return column.int64 ? digitsData(arrow, column) : textData(arrow, column);
    case "list":
      return listData(arrow, column);
    case "vector": {
      const child = new arrow.Field("item", new arrow.Float32(), false);
      return arrow.makeData({
        ...base,
        type: new arrow.FixedSizeList(column.dimension, child),
        child: arrow.makeData({
          type: new arrow.Float32(),
          length: column.values.length,
          nullCount: 0,
          data: column.values,
        }),
      });
    }
  }
}

function nullsOf(column: Column): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullCount = countUnset(column.validity, column.length);
  return column.validity && nullCount > 0
    ? { nullCount, nullBitmap: column.validity }
    : { nullCount: 0 };
}

function allIntegers(column: Column, values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) {
    if (!Number.isSafeInteger(values[row]!) && isValid(column, row)) return false;
  }
  return true;
}

/** Makes int64 words without BigInt; what is no number is 0 (those rows are null). */
function toInt64(values: Float64Array, factor: number): BigInt64Array {
  const words = new Int32Array(values.length * 2);
  for (let row = 0; row < values.length; row++) {
    const value = Number.isFinite(values[row]!) ? Math.round(values[row]! * factor) : 0;
    const high = Math.floor(value / 4294967296);
    words[row * 2] = value - high * 4294967296;
    words[row * 2 + 1] = high;
  }
  return new BigInt64Array(words.buffer);
}

function packBits(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (let row = 0; row < values.length; row++) {
    if (values[row] === 1) bits[row >> 3]! |= 1 << (row & 7);
  }
  return bits;
}

/** Exact digits become int64 where they fit, uint64 where those fit, else text. */
function digitsData(arrow: Arrow, column: StringColumn): Data {
  const base = { length: column.length, ...nullsOf(column) };
  const exact = column.dictionary.map((digits) => BigInt(digits));
  const signed = exact.every((value) => BigInt.asIntN(64, value) === value);
  const unsigned = exact.every((value) => BigInt.asUintN(64, value) === value);
  if (!signed && !unsigned) return textData(arrow, column);
  const values = signed ? new BigInt64Array(column.length) : new BigUint64Array(column.length);
  for (let row = 0; row < column.length; row++) values[row] = exact[column.codes[row]!] ?? 0n;
  return values instanceof BigInt64Array
    ? arrow.makeData({ ...base, type: new arrow.Int64(), data: values })
    : arrow.makeData({ ...base, type: new arrow.Uint64(), data: values });
}

function textData(arrow: Arrow, column: StringColumn): Data {
  const indices = new Int32Array(column.length);
  for (let row = 0; row < column.length; row++) indices[row] = Math.max(0, column.codes[row]!);
  const entries = column.dictionary.length > 0 ? column.dictionary : [""];
  return arrow.makeData({
    type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
    length: column.length,
    ...nullsOf(column),
    data: indices,
    dictionary: arrow.makeVector(utf8Data(arrow, entries)),
  });
}

function utf8Data(arrow: Arrow, texts: readonly string[]): Data<Utf8> {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const valueOffsets = new Int32Array(texts.length + 1);
  encoded.forEach((bytes, i) => {
    valueOffsets[i + 1] = valueOffsets[i]! + bytes.length;
  });
  const data = new Uint8Array(valueOffsets[texts.length]!);
  encoded.forEach((bytes, i) => {
    data.set(bytes, valueOffsets[i]!);
  });
  const type = new arrow.Utf8();
  return arrow.makeData({ type, length: texts.length, nullCount: 0, data, valueOffsets });
}

function listData(arrow: Arrow, column: ListColumn): Data {
  const child = listItems(arrow, column);
  return arrow.makeData({
    type: new arrow.List(new arrow.Field("item", child.type, false)),
    length: column.length,
    ...nullsOf(column),
    valueOffsets: column.offsets,
    child,
  });
}

function listItems(arrow: Arrow, { codes, dictionary, numeric }: ListColumn): Data {
  if (!numeric)
    return utf8Data(
      arrow,
      Array.from(codes, (code) => dictionary[code]!),
    );
  const numbers = dictionary.map(Number);
  const values = Float64Array.from(codes, (code) => numbers[code]!);
  const base = { length: values.length, nullCount: 0 };
  return numbers.every(Number.isSafeInteger)
    ? arrow.makeData({ ...base, type: new arrow.Int64(), data: toInt64(values, 1) })
    : arrow.makeData({ ...base, type: new arrow.Float64(), data: values });
}

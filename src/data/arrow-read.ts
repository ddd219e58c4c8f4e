/** Reads one chunk of an Arrow column from its buffers. */
import type { Data, DataType, Vector } from "apache-arrow";
import { DataError } from "../core/errors.js";
import { MS_PER_DAY } from "../core/time.js";
import { countUnset, createBits, getBit, setBit } from "./bitset.js";
import { listToVector } from "./cast.js";
import {
  type Column,
  cellText,
  cellValue,
  createDictionary,
  isValid,
  renameColumn,
  stringColumn,
  takeRows,
} from "./column.js";
import { concatColumns } from "./concat.js";

/** The type numbers of Arrow's format that are read here. @see apache-arrow `Type`. */
const TYPE = {
  dictionary: -1,
  null: 1,
  int: 2,
  float: 3,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedSizeList: 16,
  duration: 18,
  largeUtf8: 20,
} as const;

/** Milliseconds per tick for Arrow's units second, millisecond, microsecond, nanosecond. */
const TICKS_PER_MS = [1 / 1000, 1, 1000, 1_000_000];

/**
 * Reads a chunk.
 *
 * @param table - the table's name, for errors.
 * @param name - the column's name.
 * @param data - the chunk.
 * @returns a column of `data.length` rows.
 * @throws {@link DataError} DAT107 if the type has no meaning here, DAT222 if texts or lists reach beyond their buffers.
 */
export function readArrowData(table: string, name: string, data: Data): Column {
  const { length } = data;
  // Buffers are padded to 64 bytes, so they end before their last value does.
  const cells = <T>(): T => valuesOf<T>(data);
  const type = data.type as DataType & Readonly<Record<string, unknown>>;
  const validity = readValidity(data);
  const base = { name, length, validity };
  switch (type.typeId as number) {
    case TYPE.null:
      return { ...stringColumn(name, new Array(length).fill(null)) };
    case TYPE.bool: {
      const values = new Uint8Array(length);
      const bits = data.values as Uint8Array;
      for (let row = 0; row < length; row++) values[row] = getBit(bits, data.offset + row) ? 1 : 0;
      return { ...base, kind: "boolean", values };
    }
    case TYPE.int:
      return readIntegers(base, data, type["bitWidth"] as number, type["isSigned"] as boolean);
    case TYPE.float: {
      const half = type["precision"] === 0;
      const raw = cells<ArrayLike<number>>();
      const values = half ? Float64Array.from(raw, fromHalf) : Float64Array.from(raw);
      return { ...withNaN(base, values), kind: "number", values, integer: false };
    }
    case TYPE.decimal:
      return readDecimals(base, data, type["scale"] as number, type["bitWidth"] as number);
    case TYPE.date: {
      const days = type["unit"] === 0;
      const values = days
        ? Float64Array.from(cells<Int32Array>(), (day) => day * MS_PER_DAY)
        : readTicks(cells(), 1);
      return { ...base, kind: "timestamp", values };
    }
    case TYPE.timestamp:
      return { ...base, kind: "timestamp", values: readTicks(cells(), perMs(type)) };
    case TYPE.duration: {
      const values = readTicks(cells(), perMs(type));
      return { ...base, kind: "number", values, integer: false };
    }
    case TYPE.time: {
      const ticks =
        type["bitWidth"] === 32
          ? Float64Array.from(cells<Int32Array>(), (tick) => tick / perMs(type))
          : readTicks(cells(), perMs(type));
      const texts = Array.from(ticks, (ms, row) => (isSet(validity, row) ? timeOfDay(ms) : null));
      return stringColumn(name, texts);
    }
    case TYPE.utf8:
    case TYPE.largeUtf8:
      return { ...base, kind: "string", int64: false, ...readTexts(table, base, data) };
    case TYPE.dictionary:
      return readDictionary(table, base, data);
    case TYPE.list:
    case TYPE.fixedSizeList:
      return readLists(table, base, data, type["listSize"] as number | undefined);
    case TYPE.struct:
      return readJson(table, base, data);
    default:
      throw new DataError(
        "DAT107",
        `\`${name}\` is an Arrow column of ${type}, which has no meaning here`,
        {
          at: { table, column: name },
          hint: "leave the column out, or cast it to numbers, text or times",
        },
      );
  }
}

/** Returns the values of a chunk without the padding; two words a value where 64-bit integers come as words. */
function valuesOf<T>(data: Data): T {
  const values = data.values as unknown as Int32Array | BigInt64Array;
  const bits = Number((data.type as unknown as { readonly bitWidth?: number }).bitWidth ?? 0);
  const stride = bits === 64 && values instanceof Int32Array ? 2 : 1;
  return values.subarray(0, data.length * stride) as unknown as T;
}

interface Base {
  readonly name: string;
  readonly length: number;
  readonly validity: Uint8Array | null;
}

function perMs(type: Readonly<Record<string, unknown>>): number {
  return TICKS_PER_MS[type["unit"] as number] ?? 1;
}

function isSet(validity: Uint8Array | null, row: number): boolean {
  return validity === null || getBit(validity, row);
}

/** Arrow's bits start at the chunk's offset; they are empty where nothing is null. */
function readValidity(data: Data): Uint8Array | null {
  const bits = data.nullBitmap as Uint8Array | undefined;
  if (!bits || bits.length === 0 || data.length === 0) return null;
  const valid = createBits(data.length);
  for (let row = 0; row < data.length; row++) {
    if (getBit(bits, data.offset + row)) setBit(valid, row);
  }
  return countUnset(valid, data.length) === 0 ? null : valid;
}

function withNaN(base: Base, values: Float64Array): Base {
  let validity = base.validity;
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row]!) || !isSet(validity, row)) continue;
    validity = validity === base.validity ? copyBits(validity, base.length) : validity;
    validity![row >> 3]! &= ~(1 << (row & 7));
  }
  return { ...base, validity };
}

function copyBits(bits: Uint8Array | null, length: number): Uint8Array {
  return bits === null ? createBits(length, true) : bits.slice();
}

/** Views 64-bit integers as pairs of words, low first. */
function wordsOf(values: unknown): Int32Array {
  const { buffer, byteOffset, byteLength } = values as ArrayBufferView;
  return new Int32Array(buffer, byteOffset, byteLength >> 2);
}

function readTicks(values: unknown, ticksPerMs: number): Float64Array {
  if (ticksPerMs === 1_000_000) {
    // Nanoseconds need more bits than a float64 has: whole microseconds first.
    return Float64Array.from(values as BigInt64Array, (ns) => Number(ns / 1000n) / 1000);
  }
  const words = wordsOf(values);
  const times = new Float64Array(words.length >> 1);
  for (let row = 0; row < times.length; row++) {
    times[row] = (words[row * 2 + 1]! * 4294967296 + (words[row * 2]! >>> 0)) / ticksPerMs;
  }
  return times;
}

function readIntegers(base: Base, data: Data, bitWidth: number, signed: boolean): Column {
  if (bitWidth < 64) {
    const raw = valuesOf<ArrayLike<number>>(data);
    const values = bitWidth < 32 || signed ? Int32Array.from(raw) : Float64Array.from(raw);
    return { ...base, kind: "number", values, integer: true };
  }
  const words = wordsOf(valuesOf(data));
  const values = new Float64Array(base.length);
  let exact = true;
  for (let row = 0; row < base.length; row++) {
    const high = signed ? words[row * 2 + 1]! : words[row * 2 + 1]! >>> 0;
    values[row] = high * 4294967296 + (words[row * 2]! >>> 0);
    if (!Number.isSafeInteger(values[row]!) && isSet(base.validity, row)) exact = false;
  }
  if (exact) return { ...base, kind: "number", values, integer: true };
  const big = data.values as BigInt64Array | BigUint64Array;
  return digitsColumn(base, (row) => big[row]!);
}

function digitsColumn(base: Base, valueAt: (row: number) => bigint): Column {
  const digits = Array.from({ length: base.length }, (_, row) =>
    isSet(base.validity, row) ? valueAt(row).toString() : null,
  );
  return stringColumn(base.name, digits, { int64: true });
}

function readDecimals(base: Base, data: Data, scale: number, bitWidth: number): Column {
  const size = bitWidth >> 5;
  const words = data.values as Uint32Array;
  const unscaled = (row: number): bigint => {
    let value = 0n;
    for (let k = size - 1; k >= 0; k--)
      value = (value << 32n) | BigInt(words[row * size + k]! >>> 0);
    return BigInt.asIntN(bitWidth, value);
  };
  const values = new Float64Array(base.length);
  let exact = true;
  for (let row = 0; row < base.length; row++) {
    if (!isSet(base.validity, row)) continue;
    values[row] = Number(unscaled(row)) / 10 ** scale;
    if (scale === 0 && !Number.isSafeInteger(values[row]!)) exact = false;
  }
  if (!exact) return digitsColumn(base, unscaled);
  return { ...base, kind: "number", values, integer: scale === 0 };
}

/** Offsets that go back or beyond would have the same bytes read again for each row. */
function checkOffsets(
  table: string,
  { name, length }: Base,
  offsets: ArrayLike<number | bigint>,
  end: number,
): void {
  let last = 0;
  for (let row = 0; row <= length && length > 0; row++) {
    const offset = Number(offsets[row]);
    if (!(offset >= last && offset <= end)) {
      throw new DataError("DAT222", `\`${name}\` reaches beyond its Arrow buffers`, {
        at: { table, column: name, row },
        hint: "the data were cut off or changed after they were written: write them again",
      });
    }
    last = offset;
  }
}

function readTexts(table: string, base: Base, data: Data) {
  const { validity } = base;
  const bytes = data.values as Uint8Array;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = data.valueOffsets as unknown as ArrayLike<number | bigint>;
  checkOffsets(table, base, offsets, bytes.length);
  const { encode, entries } = createDictionary();
  const codes = new Int32Array(data.length);
  for (let row = 0; row < data.length; row++) {
    codes[row] = isSet(validity, row)
      ? encode(buffer.toString("utf8", Number(offsets[row]!), Number(offsets[row + 1]!)))
      : -1;
  }
  return { codes, dictionary: entries };
}

function readVector(table: string, name: string, vector: Vector): Column {
  return concatColumns(vector.data.map((chunk) => readArrowData(table, name, chunk as Data)));
}

function readDictionary(table: string, base: Base, data: Data): Column {
  const rows = Int32Array.from(valuesOf<ArrayLike<number>>(data), Number);
  for (let row = 0; row < rows.length; row++) if (!isSet(base.validity, row)) rows[row] = -1;
  if (!data.dictionary || data.dictionary.length === 0) {
    return stringColumn(base.name, new Array(base.length).fill(null));
  }
  return renameColumn(takeRows(readVector(table, base.name, data.dictionary), rows), base.name);
}

function readLists(table: string, base: Base, data: Data, listSize: number | undefined): Column {
  const child = data.type.children[0]?.type as DataType | undefined;
  if (listSize !== undefined && (child?.typeId as number) === TYPE.float) {
    return readVectors(table, base, data, listSize);
  }
  const offsets = new Int32Array(base.length + 1);
  if (base.length === 0) {
    const empty = { kind: "list" as const, offsets, codes: new Int32Array(0), dictionary: [] };
    return { ...base, ...empty, numeric: false };
  }
  const items = readArrowData(table, base.name, data.children[0]!);
  const starts =
    listSize === undefined
      ? (data.valueOffsets as Int32Array)
      : Float64Array.from({ length: base.length + 1 }, (_, row) => row * listSize);
  checkOffsets(table, base, starts, items.length);
  const { encode, entries } = createDictionary();
  const codes: number[] = [];
  for (let row = 0; row < base.length; row++) {
    if (isSet(base.validity, row)) {
      for (let i = starts[row]!; i < starts[row + 1]!; i++) {
        if (isValid(items, i)) codes.push(encode(cellText(items, i)!));
      }
    }
    offsets[row + 1] = codes.length;
  }
  const list = {
    ...base,
    kind: "list" as const,
    offsets,
    codes: Int32Array.from(codes),
    dictionary: entries,
    numeric: items.kind === "number",
  };
  const floats = items.kind === "number" && !items.integer;
  return (floats && listToVector(list)) || list;
}

function readVectors(table: string, base: Base, data: Data, dimension: number): Column {
  const items = base.length === 0 ? null : readArrowData(table, base.name, data.children[0]!);
  checkOffsets(
    table,
    { ...base, length: Math.min(base.length, 1) },
    [0, base.length * dimension],
    items?.length ?? 0,
  );
  const values = new Float32Array(base.length * dimension);
  if (items?.kind === "number") values.set(items.values.subarray(0, values.length));
  return { ...base, kind: "vector", dimension, values };
}

function readJson(table: string, base: Base, data: Data): Column {
  const fields = data.type.children as readonly { readonly name: string }[];
  const columns = data.children.map((child, i) => readArrowData(table, fields[i]!.name, child));
  const texts = Array.from({ length: base.length }, (_, row) => {
    if (!isSet(base.validity, row)) return null;
    const cells = columns.map((column) => [column.name, jsonValue(column, row)]);
    return JSON.stringify(Object.fromEntries(cells));
  });
  return stringColumn(base.name, texts);
}

function jsonValue(column: Column, row: number): unknown {
  if (column.kind === "timestamp") return cellText(column, row);
  const value = cellValue(column, row);
  return value instanceof Float32Array ? [...value] : value;
}

function timeOfDay(ms: number): string {
  return new Date(ms)
    .toISOString()
    .slice(11, 23)
    .replace(/\.000$/, "");
}

/** Reads an IEEE half-precision number. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

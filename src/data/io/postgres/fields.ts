/** Collects the fields of one column of PostgreSQL's binary format into a column. */
import { MS_PER_DAY } from "../../../core/time.js";
import { listToVector } from "../../cast.js";
import { type Column, createDictionary } from "../../column.js";
import { createValidityBuilder, grow, trim } from "../growable.js";
import { createTextPages } from "../parquet/text-pages.js";

/** How the fields of a column are written. */
export type FieldKind =
  | "int16"
  | "int32"
  | "uint32"
  | "int64"
  | "float32"
  | "float64"
  | "boolean"
  | "days"
  | "microseconds"
  | "text"
  | "digits"
  | "texts"
  | "numbers"
  | "floats";

/** Takes the fields of one column, row by row. */
export interface FieldSink {
  /**
   * Takes a field.
   *
   * @param bytes - where it lies.
   * @param at - its first byte.
   * @param length - its bytes; −1 for a null.
   */
  append(bytes: Buffer, at: number, length: number): void;
  /** Counts the infinite numbers, which are read as null. */
  readonly infinite?: () => number;
  /** Returns the column of all rows taken. */
  finish(): Column;
}

/** Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
const EPOCH_DAYS = 10_957;

/**
 * Makes the sink of a kind.
 *
 * @param kind - how the fields are written.
 * @param name - the column's name.
 * @param integer - whether numbers are integers by their type.
 */
export function createFieldSink(kind: FieldKind, name: string, integer: boolean): FieldSink {
  switch (kind) {
    case "int16":
      return int32Sink(name, (bytes, at) => bytes.readInt16BE(at));
    case "int32":
      return int32Sink(name, (bytes, at) => bytes.readInt32BE(at));
    case "uint32":
      return numberSink(name, true, (bytes, at) => bytes.readUInt32BE(at));
    case "float32":
      return numberSink(name, integer, (bytes, at) => bytes.readFloatBE(at));
    case "float64":
      return numberSink(name, integer, (bytes, at) => bytes.readDoubleBE(at));
    case "int64":
      return integerSink(name, readInt64, (bytes, at) => bytes.readBigInt64BE(at).toString());
    case "digits":
      return integerSink(
        name,
        (bytes, at, length) => Number(bytes.toString("latin1", at, at + length)),
        (bytes, at, length) => bytes.toString("latin1", at, at + length),
      );
    case "boolean":
      return booleanSink(name);
    case "days":
      return timeSink(name, (bytes, at) => {
        const days = bytes.readInt32BE(at);
        return Math.abs(days) >= 0x7fffffff ? Number.NaN : (days + EPOCH_DAYS) * MS_PER_DAY;
      });
    case "microseconds":
      return timeSink(name, (bytes, at) => {
        const ticks = readInt64(bytes, at);
        return Math.abs(ticks) >= 2 ** 63 ? Number.NaN : ticks / 1000 + EPOCH_DAYS * MS_PER_DAY;
      });
    case "text":
      return textSink(name);
    case "texts":
      return listSink(name, false, (bytes, at, length) => bytes.toString("utf8", at, at + length));
    case "numbers":
      return listSink(name, true, (bytes, at, length) => bytes.toString("utf8", at, at + length));
    case "floats":
      return vectorSink(name);
  }
}

type ReadNumber = (bytes: Buffer, at: number, length: number) => number;
type ReadText = (bytes: Buffer, at: number, length: number) => string;

function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 4294967296 + bytes.readUInt32BE(at + 4);
}

function int32Sink(name: string, read: ReadNumber): FieldSink {
  let values = new Int32Array(0);
  let length = 0;
  const validity = createValidityBuilder();
  return {
    append(bytes, at, size) {
      if (length === values.length) values = grow(values, length + 1);
      if (size < 0) validity.clear(length);
      else values[length] = read(bytes, at, size);
      length++;
    },
    finish: () => {
      validity.append(null, length);
      const bits = validity.finish();
      return {
        kind: "number",
        name,
        length,
        values: trim(values, length),
        validity: bits,
        integer: true,
      };
    },
  };
}

function numberSink(name: string, integer: boolean, read: ReadNumber): FieldSink {
  let values = new Float64Array(0);
  let length = 0;
  let infinite = 0;
  const validity = createValidityBuilder();
  return {
    append(bytes, at, size) {
      if (length === values.length) values = grow(values, length + 1);
      const value = size < 0 ? Number.NaN : read(bytes, at, size);
      if (!Number.isFinite(value)) {
        if (!Number.isNaN(value)) infinite++;
        validity.clear(length);
      }
      values[length++] = value;
    },
    infinite: () => infinite,
    finish: () => {
      validity.append(null, length);
      const bits = validity.finish();
      return {
        kind: "number",
        name,
        length,
        values: trim(values, length),
        validity: bits,
        integer,
      };
    },
  };
}

/** Integers become numbers; the first one beyond 2^53 turns the whole column into exact digits. */
function integerSink(name: string, read: ReadNumber, exact: ReadText): FieldSink {
  let values = new Float64Array(0);
  let codes: Int32Array | null = null;
  const digits = createDictionary();
  let length = 0;
  const validity = createValidityBuilder();
  const widen = (): Int32Array => {
    const wide = new Int32Array(Math.max(values.length, length + 1));
    for (let row = 0; row < length; row++) {
      const value = values[row]!;
      wide[row] = Number.isNaN(value) ? -1 : digits.encode(String(value));
    }
    values = new Float64Array(0);
    return wide;
  };
  return {
    append(bytes, at, size) {
      if (size < 0) validity.clear(length);
      const value = size < 0 ? Number.NaN : read(bytes, at, size);
      if (codes === null && size >= 0 && !Number.isSafeInteger(value)) codes = widen();
      if (codes === null) {
        if (length === values.length) values = grow(values, length + 1);
        values[length] = value;
      } else {
        if (length === codes.length) codes = grow(codes, length + 1);
        codes[length] = size < 0 ? -1 : digits.encode(exact(bytes, at, size));
      }
      length++;
    },
    finish() {
      validity.append(null, length);
      const common = { name, length, validity: validity.finish() };
      if (codes === null) {
        return { ...common, kind: "number", values: trim(values, length), integer: true };
      }
      const all = trim(codes, length);
      return { ...common, kind: "string", codes: all, dictionary: digits.entries, int64: true };
    },
  };
}

function booleanSink(name: string): FieldSink {
  let values = new Uint8Array(0);
  let length = 0;
  const validity = createValidityBuilder();
  return {
    append(bytes, at, size) {
      if (length === values.length) values = grow(values, length + 1);
      if (size < 0) validity.clear(length);
      else values[length] = bytes[at]!;
      length++;
    },
    finish: () => {
      validity.append(null, length);
      const bits = validity.finish();
      return { kind: "boolean", name, length, values: trim(values, length), validity: bits };
    },
  };
}

/** Times in milliseconds; NaN, which stands for the infinities, is null. */
function timeSink(name: string, read: ReadNumber): FieldSink {
  let values = new Float64Array(0);
  let length = 0;
  const validity = createValidityBuilder();
  return {
    append(bytes, at, size) {
      if (length === values.length) values = grow(values, length + 1);
      const time = size < 0 ? Number.NaN : read(bytes, at, size);
      if (Number.isNaN(time)) validity.clear(length);
      values[length++] = time;
    },
    finish: () => {
      validity.append(null, length);
      const bits = validity.finish();
      return { kind: "timestamp", name, length, values: trim(values, length), validity: bits };
    },
  };
}

/** Texts that are laid together before their codes are looked up. */
const PAGE_TEXTS = 2048;

function textSink(name: string): FieldSink {
  const pages = createTextPages();
  let page = Buffer.alloc(1 << 16);
  let used = 0;
  let waiting = 0;
  let codes = new Int32Array(0);
  let length = 0;
  // The rows of the texts that wait; rows between them are null.
  const rows = new Int32Array(PAGE_TEXTS);
  const validity = createValidityBuilder();
  const flush = (): void => {
    const found = pages.encode(page, used, waiting);
    for (let i = 0; i < waiting; i++) codes[rows[i]!] = found[i]!;
    used = 0;
    waiting = 0;
  };
  return {
    append(bytes, at, size) {
      if (length === codes.length) codes = grow(codes, length + 1);
      if (size < 0) {
        codes[length] = -1;
        validity.clear(length++);
        return;
      }
      if (waiting === PAGE_TEXTS || used + size + 20 > page.length) {
        flush();
        if (size + 20 > page.length) page = Buffer.alloc(size * 2 + 20);
      }
      page.writeUInt32LE(size, used);
      bytes.copy(page, used + 4, at, at + size);
      used += 4 + size;
      rows[waiting++] = length++;
    },
    finish() {
      flush();
      validity.append(null, length);
      return {
        kind: "string",
        name,
        length,
        codes: trim(codes, length),
        dictionary: pages.entries,
        validity: validity.finish(),
        int64: false,
      };
    },
  };
}

/** Calls back for each item of an array, nulls left out; dimensions are laid one after the other. */
function eachItem(
  bytes: Buffer,
  at: number,
  length: number,
  take: (at: number, length: number) => void,
): void {
  const dimensions = bytes.readInt32BE(at);
  let pos = at + 12 + dimensions * 8;
  while (pos + 4 <= at + length) {
    const size = bytes.readInt32BE(pos);
    pos += 4;
    if (size < 0) continue;
    take(pos, size);
    pos += size;
  }
}

function listSink(name: string, numeric: boolean, read: ReadText): FieldSink {
  let offsets = new Int32Array(1);
  let codes = new Int32Array(0);
  let length = 0;
  const items = createDictionary();
  const validity = createValidityBuilder();
  return {
    append(bytes, at, size) {
      if (length + 1 === offsets.length) offsets = grow(offsets, length + 2);
      let end = offsets[length]!;
      if (size < 0) validity.clear(length);
      else {
        eachItem(bytes, at, size, (pos, item) => {
          if (end === codes.length) codes = grow(codes, end + 1);
          codes[end++] = items.encode(read(bytes, pos, item));
        });
      }
      offsets[++length] = end;
    },
    finish() {
      validity.append(null, length);
      return {
        kind: "list",
        name,
        length,
        offsets: trim(offsets, length + 1),
        codes: trim(codes, offsets[length]!),
        dictionary: items.entries,
        validity: validity.finish(),
        numeric,
      };
    },
  };
}

/** Arrays of floats are vectors where all have one length, else lists. */
function vectorSink(name: string): FieldSink {
  const lists = listSink(name, true, (bytes, at) => String(bytes.readDoubleBE(at)));
  return {
    append: lists.append,
    finish() {
      const column = lists.finish();
      return column.kind === "list" ? (listToVector(column) ?? column) : column;
    },
  };
}

/** Collects a streamed column: one sink per storage type copies each chunk's vector into typed arrays. */
import { MS_PER_DAY } from "../../core/time.js";
import { listToVector } from "../cast.js";
import { type Column, createDictionary } from "../column.js";
import type { Bindings } from "./duckdb.js";
import { createValidityBuilder, grow, trim } from "./growable.js";
import { createStringEncoder } from "./string-dictionary.js";

/** DuckDB's handle of a column of a chunk. */
export type Vector = ReturnType<Bindings["data_chunk_get_vector"]>;

/** Takes the vectors of one column, chunk by chunk. */
export interface ColumnSink {
  append(vector: Vector, count: number): void;
  /** Counts the infinite numbers, which are read as null. */
  readonly infinite?: () => number;
  /** Returns the column of all rows taken. */
  finish(): Column;
}

/** How a column comes out of the engine, after the casts of the select list. */
export type SinkKind =
  | "int32"
  | "int64"
  | "float64"
  | "boolean"
  | "days"
  | "seconds"
  | "milliseconds"
  | "microseconds"
  | "text"
  | "digits"
  | "texts"
  | "integers"
  | "numbers"
  | "floats";

/** What a sink needs. */
export interface SinkOptions {
  readonly bindings: Bindings;
  readonly name: string;
  /** Rows expected; the arrays grow where there are more. */
  readonly expectedRows: number;
  /** Whether numbers are integers by their source's type, for `float64`. */
  readonly integer?: boolean;
}

/** Makes the sink of a kind. */
export function createSink(kind: SinkKind, options: SinkOptions): ColumnSink {
  switch (kind) {
    case "int32":
      return int32Sink(options);
    case "int64":
      return int64Sink(options);
    case "float64":
      return float64Sink(options);
    case "boolean":
      return booleanSink(options);
    case "days":
      return daysSink(options);
    case "seconds":
      return ticksSink(options, 1000, 1);
    case "milliseconds":
      return ticksSink(options, 1, 1);
    case "microseconds":
      return ticksSink(options, 1, 1000);
    case "text":
      return textSink(options, false);
    case "digits":
      return textSink(options, true);
    case "texts":
    case "integers":
    case "numbers":
    case "floats":
      return listSink(options, kind);
  }
}

/** Reads the validity bits of a vector; `null` where all are valid. */
function validityOf(bindings: Bindings, vector: Vector, count: number): Uint8Array | null {
  return bindings.vector_get_validity(vector, Math.ceil(count / 64) * 8) ?? null;
}

const isSet = (bits: Uint8Array, i: number): boolean => (bits[i >> 3]! & (1 << (i & 7))) !== 0;

function int32Sink({ bindings, name, expectedRows }: SinkOptions): ColumnSink {
  let values = new Int32Array(expectedRows);
  let length = 0;
  const validity = createValidityBuilder();
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count * 4);
      values = grow(values, length + count);
      values.set(new Int32Array(data.buffer, data.byteOffset, count), length);
      validity.append(validityOf(bindings, vector, count), count);
      length += count;
    },
    finish: () => ({
      kind: "number",
      name,
      length,
      values: trim(values, length),
      validity: validity.finish(),
      integer: true,
    }),
  };
}

function float64Sink({ bindings, name, expectedRows, integer = false }: SinkOptions): ColumnSink {
  let values = new Float64Array(expectedRows);
  let length = 0;
  let infinite = 0;
  const validity = createValidityBuilder();
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count * 8);
      values = grow(values, length + count);
      const chunk = new Float64Array(data.buffer, data.byteOffset, count);
      const valid = validityOf(bindings, vector, count);
      values.set(chunk, length);
      validity.append(valid, count);
      for (let i = 0; i < count; i++) {
        if (Number.isFinite(chunk[i]!)) continue;
        if (!Number.isNaN(chunk[i]!) && (valid === null || isSet(valid, i))) infinite++;
        validity.clear(length + i);
      }
      length += count;
    },
    infinite: () => infinite,
    finish: () => ({
      kind: "number",
      name,
      length,
      values: trim(values, length),
      validity: validity.finish(),
      integer,
    }),
  };
}

/** 64-bit integers become numbers; the first one beyond 2^53 turns the whole column into exact digits. */
function int64Sink({ bindings, name, expectedRows }: SinkOptions): ColumnSink {
  let values = new Float64Array(expectedRows);
  let codes: Int32Array | null = null;
  const digits = createDictionary();
  let length = 0;
  const validity = createValidityBuilder();
  const widen = (valid: Uint8Array | null): Int32Array => {
    const wide = new Int32Array(values.length);
    for (let row = 0; row < length; row++) {
      wide[row] = valid !== null && !isSet(valid, row) ? -1 : digits.encode(String(values[row]!));
    }
    values = new Float64Array(0);
    return wide;
  };
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count * 8);
      const valid = validityOf(bindings, vector, count);
      const before = codes === null && needsDigits(data, valid, count) ? validity.finish() : null;
      if (codes === null && needsDigits(data, valid, count)) codes = widen(before);
      if (codes === null) {
        values = grow(values, length + count);
        readInt64(data, count, values, length);
      } else {
        codes = grow(codes, length + count);
        const exact = new BigInt64Array(data.buffer, data.byteOffset, count);
        for (let i = 0; i < count; i++) {
          const present = valid === null || isSet(valid, i);
          codes[length + i] = present ? digits.encode(exact[i]!.toString()) : -1;
        }
      }
      validity.append(valid, count);
      length += count;
    },
    finish() {
      const bits = validity.finish();
      const common = { name, length, validity: bits };
      if (codes === null) {
        return { ...common, kind: "number", values: trim(values, length), integer: true };
      }
      const all = trim(codes, length);
      return { ...common, kind: "string", codes: all, dictionary: digits.entries, int64: true };
    },
  };
}

function needsDigits(data: Uint8Array, valid: Uint8Array | null, count: number): boolean {
  const words = new Int32Array(data.buffer, data.byteOffset, count * 2);
  for (let i = 0; i < count; i++) {
    const high = words[i * 2 + 1]!;
    if (high < 0x200000 && high >= -0x200000) continue;
    if (valid === null || isSet(valid, i)) return true;
  }
  return false;
}

function readInt64(data: Uint8Array, count: number, values: Float64Array, at: number): void {
  const words = new Int32Array(data.buffer, data.byteOffset, count * 2);
  for (let i = 0; i < count; i++) {
    values[at + i] = words[i * 2 + 1]! * 4294967296 + (words[i * 2]! >>> 0);
  }
}

function booleanSink({ bindings, name, expectedRows }: SinkOptions): ColumnSink {
  let values = new Uint8Array(expectedRows);
  let length = 0;
  const validity = createValidityBuilder();
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count);
      const valid = validityOf(bindings, vector, count);
      values = grow(values, length + count);
      for (let i = 0; i < count; i++) {
        values[length + i] = data[i] === 1 && (valid === null || isSet(valid, i)) ? 1 : 0;
      }
      validity.append(valid, count);
      length += count;
    },
    finish: () => ({
      kind: "boolean",
      name,
      length,
      values: trim(values, length),
      validity: validity.finish(),
    }),
  };
}

/** Dates are int32 days; their infinities are null. */
function daysSink({ bindings, name, expectedRows }: SinkOptions): ColumnSink {
  let values = new Float64Array(expectedRows);
  let length = 0;
  const validity = createValidityBuilder();
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count * 4);
      const days = new Int32Array(data.buffer, data.byteOffset, count);
      values = grow(values, length + count);
      validity.append(validityOf(bindings, vector, count), count);
      for (let i = 0; i < count; i++) {
        values[length + i] = days[i]! * MS_PER_DAY;
        if (Math.abs(days[i]!) >= 0x7fffffff) validity.clear(length + i);
      }
      length += count;
    },
    finish: () => finishTimes(name, values, length, validity.finish()),
  };
}

/** Times are int64 ticks; milliseconds are `ticks * factor / divisor`; their infinities are null. */
function ticksSink(
  { bindings, name, expectedRows }: SinkOptions,
  factor: number,
  divisor: number,
): ColumnSink {
  let values = new Float64Array(expectedRows);
  let length = 0;
  const validity = createValidityBuilder();
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count * 8);
      values = grow(values, length + count);
      readInt64(data, count, values, length);
      validity.append(validityOf(bindings, vector, count), count);
      for (let row = length; row < length + count; row++) {
        if (Math.abs(values[row]!) >= 2 ** 63 - 2048) validity.clear(row);
        values[row] = (values[row]! * factor) / divisor;
      }
      length += count;
    },
    finish: () => finishTimes(name, values, length, validity.finish()),
  };
}

function finishTimes(
  name: string,
  values: Float64Array,
  length: number,
  validity: Uint8Array | null,
): Column {
  return { kind: "timestamp", name, length, values: trim(values, length), validity };
}

function textSink({ bindings, name, expectedRows }: SinkOptions, int64: boolean): ColumnSink {
  let codes = new Int32Array(expectedRows);
  let length = 0;
  const encoder = createStringEncoder(bindings);
  const validity = createValidityBuilder();
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count * 16);
      const valid = validityOf(bindings, vector, count);
      codes = grow(codes, length + count);
      encoder.encode(data, valid, count, codes, length);
      validity.append(valid, count);
      length += count;
    },
    finish: () => ({
      kind: "string",
      name,
      length,
      codes: trim(codes, length),
      dictionary: encoder.entries,
      validity: validity.finish(),
      int64,
    }),
  };
}

/** Lists of texts, digits or float64 numbers; nulls inside a list are dropped; `floats` of one length become vectors. */
function listSink(
  { bindings, name, expectedRows }: SinkOptions,
  kind: "texts" | "integers" | "numbers" | "floats",
): ColumnSink {
  const asText = kind === "texts" || kind === "integers";
  let offsets = new Int32Array(expectedRows + 1);
  let codes = new Int32Array(expectedRows);
  let childCodes = new Int32Array(2048);
  let length = 0;
  const encoder = createStringEncoder(bindings);
  const numbers = createDictionary();
  const validity = createValidityBuilder();
  const encodeChild = (child: Vector, size: number): void => {
    const valid = validityOf(bindings, child, size);
    childCodes = grow(childCodes, size);
    if (asText) {
      encoder.encode(bindings.vector_get_data(child, size * 16), valid, size, childCodes, 0);
      return;
    }
    const data = bindings.vector_get_data(child, size * 8);
    const values = new Float64Array(data.buffer, data.byteOffset, size);
    for (let i = 0; i < size; i++) {
      const present = valid === null || isSet(valid, i);
      childCodes[i] = present ? numbers.encode(String(values[i]!)) : -1;
    }
  };
  return {
    append(vector, count) {
      const data = bindings.vector_get_data(vector, count * 16);
      const entries = new Int32Array(data.buffer, data.byteOffset, count * 4);
      const valid = validityOf(bindings, vector, count);
      const size = bindings.list_vector_get_size(vector);
      if (size > 0) encodeChild(bindings.list_vector_get_child(vector), size);
      offsets = grow(offsets, length + count + 1);
      for (let i = 0; i < count; i++) {
        let end = offsets[length + i]!;
        if (valid === null || isSet(valid, i)) {
          const from = entries[i * 4]!;
          const items = entries[i * 4 + 2]!;
          codes = grow(codes, end + items);
          for (let k = from; k < from + items; k++) {
            if (childCodes[k]! >= 0) codes[end++] = childCodes[k]!;
          }
        }
        offsets[length + i + 1] = end;
      }
      validity.append(valid, count);
      length += count;
    },
    finish() {
      const list = {
        kind: "list" as const,
        name,
        length,
        offsets: trim(offsets, length + 1),
        codes: trim(codes, offsets[length]!),
        dictionary: asText ? encoder.entries : numbers.entries,
        validity: validity.finish(),
        numeric: kind !== "texts",
      };
      return kind === "floats" ? (listToVector(list) ?? list) : list;
    },
  };
}

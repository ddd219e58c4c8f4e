/** Fills DuckDB's vectors from columns, a run of rows at a time. */
import type { DuckDBType } from "@duckdb/node-api";
import { assertNever } from "../../core/assert.js";
import type { Column } from "../column.js";
import type { Bindings } from "./duckdb.js";
import type { WriterColumn } from "./format-sink.js";
import type { Vector } from "./vector-sinks.js";

/** Copies rows `from … from + count − 1` of a column into a vector of at least that many. */
export type VectorFiller = (vector: Vector, from: number, count: number) => void;

/**
 * Returns the type a column is stored in; digits and lists are stored as text and cast at the end.
 *
 * @param column - the column.
 */
export async function storageType(column: WriterColumn): Promise<DuckDBType> {
  const { ARRAY, BIGINT, BOOLEAN, DOUBLE, FLOAT, TIMESTAMP, VARCHAR } = await import(
    "@duckdb/node-api"
  );
  switch (column.kind) {
    case "number":
      return column.integer ? BIGINT : DOUBLE;
    case "boolean":
      return BOOLEAN;
    case "timestamp":
      return TIMESTAMP;
    case "string":
    case "list":
      return VARCHAR;
    case "vector":
      return ARRAY(FLOAT, column.dimension ?? 1);
    default:
      return assertNever(column.kind);
  }
}

/** Makes the filler of a column. */
export function fillVector(
  bindings: Bindings,
  column: Column,
  { integer = false }: WriterColumn,
  dictionaries: DictionaryEncoder,
): VectorFiller {
  const withValidity =
    (fill: VectorFiller): VectorFiller =>
    (vector, from, count) => {
      fill(vector, from, count);
      copyValidity(bindings, column.validity, vector, from, count);
    };
  switch (column.kind) {
    case "number":
      return withValidity(
        integer ? integers(bindings, column.values) : doubles(bindings, column.values),
      );
    case "timestamp":
      return withValidity(times(bindings, column.values));
    case "boolean":
      return withValidity((vector, from, count) =>
        copy(bindings, vector, column.values.subarray(from, from + count)),
      );
    case "string":
      return withValidity(texts(bindings, column.codes, dictionaries.encode(column.dictionary)));
    case "list":
      return withValidity(listTexts(bindings, column));
    case "vector":
      return withValidity((vector, from, count) => {
        const { dimension, values } = column;
        const child = bindings.array_vector_get_child(vector);
        copy(bindings, child, values.subarray(from * dimension, (from + count) * dimension));
      });
  }
}

function copy(bindings: Bindings, vector: Vector, data: ArrayBufferView): void {
  const { buffer, byteOffset, byteLength } = data;
  bindings.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, byteLength);
}

function copyValidity(
  bindings: Bindings,
  validity: Uint8Array | null,
  vector: Vector,
  from: number,
  count: number,
): void {
  bindings.vector_ensure_validity_writable(vector);
  const bits = new Uint8Array(Math.ceil(count / 64) * 8).fill(255);
  if (validity !== null) {
    for (let i = 0; i < count; i++) {
      const row = from + i;
      if ((validity[row >> 3]! & (1 << (row & 7))) === 0) bits[i >> 3]! &= ~(1 << (i & 7));
    }
  }
  bindings.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
}

function doubles(bindings: Bindings, values: Float64Array | Int32Array): VectorFiller {
  return (vector, from, count) => {
    const part = values.subarray(from, from + count);
    copy(bindings, vector, part instanceof Float64Array ? part : new Float64Array(part));
  };
}

/** Writes integers as two words each, which is ten times as fast as BigInt. */
function integers(bindings: Bindings, values: Float64Array | Int32Array): VectorFiller {
  return (vector, from, count) => {
    const words = new Int32Array(count * 2);
    for (let i = 0; i < count; i++) putInt64(words, i, values[from + i]!);
    copy(bindings, vector, words);
  };
}

function times(bindings: Bindings, values: Float64Array): VectorFiller {
  return (vector, from, count) => {
    const words = new Int32Array(count * 2);
    for (let i = 0; i < count; i++) {
      const time = values[from + i]!;
      putInt64(words, i, Number.isFinite(time) ? Math.round(time * 1000) : 0);
    }
    copy(bindings, vector, words);
  };
}

function putInt64(words: Int32Array, i: number, value: number): void {
  const high = Math.floor(value / 4294967296);
  words[i * 2] = value - high * 4294967296;
  words[i * 2 + 1] = high;
}

/** A dictionary as DuckDB's strings: four words each, and the bytes of those that do not fit into them. */
export interface EncodedDictionary {
  /** int32 `[4 * entries]`: length and 12 bytes inline, padded with zeros. */
  readonly words: Int32Array;
  /** The bytes of entries longer than 12 bytes. */
  readonly long: readonly (Uint8Array | undefined)[];
}

/** Encodes dictionaries, each one once however many batches share it. */
export interface DictionaryEncoder {
  encode(dictionary: readonly string[]): EncodedDictionary;
}

/** Makes a {@link DictionaryEncoder} that remembers the last dictionary. */
export function createDictionaryEncoder(): DictionaryEncoder {
  let last: readonly string[] | null = null;
  let size = 0;
  let encoded: EncodedDictionary = { words: new Int32Array(0), long: [] };
  return {
    encode(dictionary) {
      if (dictionary === last && dictionary.length === size) return encoded;
      last = dictionary;
      size = dictionary.length;
      encoded = encodeDictionary(dictionary);
      return encoded;
    },
  };
}

/** Bytes that fit into DuckDB's 16-byte strings. */
const INLINE = 12;

function encodeDictionary(dictionary: readonly string[]): EncodedDictionary {
  const words = new Int32Array(dictionary.length * 4);
  const bytes = new Uint8Array(words.buffer);
  const long: (Uint8Array | undefined)[] = new Array(dictionary.length);
  const encoder = new TextEncoder();
  for (let code = 0; code < dictionary.length; code++) {
    const text = dictionary[code]!;
    const at = code * 16 + 4;
    if (text.length <= INLINE) {
      const { read, written } = encoder.encodeInto(text, bytes.subarray(at, at + INLINE));
      if (read === text.length) {
        words[code * 4] = written;
        continue;
      }
      bytes.fill(0, at, at + INLINE);
    }
    long[code] = encoder.encode(text);
  }
  return { words, long };
}

/** Short strings go in as one copy; only long ones need a call each. */
function texts(
  bindings: Bindings,
  codes: Int32Array,
  { words, long }: EncodedDictionary,
): VectorFiller {
  return (vector, from, count) => {
    const out = new Int32Array(count * 4);
    for (let i = 0; i < count; i++) {
      const word = codes[from + i]! * 4;
      if (word < 0) continue;
      out[i * 4] = words[word]!;
      out[i * 4 + 1] = words[word + 1]!;
      out[i * 4 + 2] = words[word + 2]!;
      out[i * 4 + 3] = words[word + 3]!;
    }
    copy(bindings, vector, out);
    for (let i = 0; i < count; i++) {
      const bytes = codes[from + i]! < 0 ? undefined : long[codes[from + i]!];
      if (bytes) bindings.vector_assign_string_element_len(vector, i, bytes);
    }
  };
}

function listTexts(bindings: Bindings, column: Column & { readonly kind: "list" }): VectorFiller {
  const { codes, dictionary, numeric, offsets } = column;
  return (vector, from, count) => {
    for (let i = 0; i < count; i++) {
      const items: string[] = [];
      for (let k = offsets[from + i]!; k < offsets[from + i + 1]!; k++) {
        const item = dictionary[codes[k]!]!;
        items.push(numeric ? item : JSON.stringify(item));
      }
      bindings.vector_assign_string_element(vector, i, `[${items.join(",")}]`);
    }
  };
}

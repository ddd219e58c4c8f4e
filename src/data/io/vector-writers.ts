/** Fills DuckDB's vectors from columns, a run of rows at a time. */
import type { DuckDBType } from "@duckdb/node-api";
import { assertNever } from "../../core/assert.js";
import type { Column } from "../column.js";
import type { Bindings } from "./duckdb.js";
import type { Vector } from "./vector-sinks.js";
import type { WriterColumn } from "./writer.js";

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
      return withValidity(texts(bindings, column.codes, column.dictionary));
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

function texts(bindings: Bindings, codes: Int32Array, dictionary: readonly string[]): VectorFiller {
  const encoder = new TextEncoder();
  const encoded: (Uint8Array | undefined)[] = new Array(dictionary.length);
  const empty = new Uint8Array(0);
  return (vector, from, count) => {
    for (let i = 0; i < count; i++) {
      const code = codes[from + i]!;
      const text = code < 0 ? empty : (encoded[code] ??= encoder.encode(dictionary[code]!));
      bindings.vector_assign_string_element_len(vector, i, text);
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

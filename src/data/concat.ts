/** Puts columns of one name and kind below each other. */
import { invariant } from "../core/assert.js";
import { clearBit, createBits } from "./bitset.js";
import {
  type Column,
  createDictionary,
  isValid,
  type ListColumn,
  type NumberColumn,
  type StringColumn,
  type VectorColumn,
} from "./column.js";

/**
 * Joins columns row by row.
 *
 * @param columns - at least one, all of one kind; numbers next to exact 64-bit digits become digits.
 * @returns one column under the first one's name; dictionaries are merged.
 */
export function concatColumns(columns: readonly Column[]): Column {
  const first = columns[0];
  invariant(first !== undefined, "there is a column to join");
  if (columns.length === 1) return first;
  const wide = columns.some((column) => column.kind === "string" && column.int64);
  const parts = wide ? columns.map(toDigits) : columns;
  const [head] = parts as [Column];
  invariant(
    parts.every((part) => part.kind === head.kind),
    `columns ${first.name} to join are of one kind`,
  );
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const base = { name: head.name, length, validity: joinValidity(parts, length) };
  switch (head.kind) {
    case "number": {
      const numbers = parts as readonly NumberColumn[];
      const int32 = numbers.every(({ values }) => values instanceof Int32Array);
      const values = int32 ? new Int32Array(length) : new Float64Array(length);
      fill(numbers, values);
      return { ...base, kind: "number", values, integer: numbers.every((part) => part.integer) };
    }
    case "timestamp":
      return {
        ...base,
        kind: "timestamp",
        values: fill(parts as readonly (typeof head)[], new Float64Array(length)),
      };
    case "boolean":
      return {
        ...base,
        kind: "boolean",
        values: fill(parts as readonly (typeof head)[], new Uint8Array(length)),
      };
    case "string": {
      const { codes, dictionary } = joinCodes(parts as readonly StringColumn[], length);
      return { ...base, kind: "string", codes, dictionary, int64: head.int64 };
    }
    case "list":
      return { ...base, ...joinLists(parts as readonly ListColumn[], length) };
    case "vector": {
      const vectors = parts as readonly VectorColumn[];
      const { dimension } = head;
      invariant(
        vectors.every((part) => part.dimension === dimension),
        `vectors ${head.name} to join are of one dimension`,
      );
      const values = fill(vectors, new Float32Array(length * dimension));
      return { ...base, kind: "vector", dimension, values };
    }
  }
}

function fill<T extends Float64Array | Int32Array | Uint8Array | Float32Array>(
  parts: readonly { readonly values: ArrayLike<number> }[],
  values: T,
): T {
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return values;
}

function joinValidity(parts: readonly Column[], length: number): Uint8Array | null {
  if (parts.every((part) => part.validity === null)) return null;
  const bits = createBits(length, true);
  let at = 0;
  for (const part of parts) {
    for (let row = 0; row < part.length; row++) if (!isValid(part, row)) clearBit(bits, at + row);
    at += part.length;
  }
  return bits;
}

/** Merges dictionaries; parts that share one keep their codes. */
function joinCodes(
  parts: readonly { readonly codes: Int32Array; readonly dictionary: readonly string[] }[],
  length: number,
): { readonly codes: Int32Array; readonly dictionary: readonly string[] } {
  const shared = parts[0]!.dictionary;
  const same = parts.every((part) => part.dictionary === shared);
  const merged = createDictionary();
  const codes = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    if (same) codes.set(part.codes, at);
    else {
      const mapped = Int32Array.from(part.dictionary, merged.encode);
      for (let i = 0; i < part.codes.length; i++) {
        const code = part.codes[i]!;
        codes[at + i] = code < 0 ? code : mapped[code]!;
      }
    }
    at += part.codes.length;
  }
  return { codes, dictionary: same ? shared : merged.entries };
}

function joinLists(parts: readonly ListColumn[], length: number) {
  const offsets = new Int32Array(length + 1);
  let row = 0;
  let items = 0;
  for (const part of parts) {
    for (let i = 1; i <= part.length; i++) offsets[++row] = items + part.offsets[i]!;
    items += part.codes.length;
  }
  const numeric = parts.every((part) => part.numeric);
  return { kind: "list" as const, offsets, numeric, ...joinCodes(parts, items) };
}

function toDigits(column: Column): Column {
  if (column.kind !== "number") return column;
  const { name, length, validity } = column;
  const digits = createDictionary();
  const codes = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    codes[row] = isValid(column, row) ? digits.encode(String(column.values[row]!)) : -1;
  }
  return { kind: "string", name, length, validity, codes, dictionary: digits.entries, int64: true };
}

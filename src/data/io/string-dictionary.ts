/** Dictionary codes straight from DuckDB's 16-byte strings, without a JavaScript string per row. */
import { mix } from "../../core/random.js";
import { createDictionary } from "../column.js";
import type { Bindings } from "./duckdb.js";
import { grow } from "./growable.js";

/** Strings up to this many bytes lie inside the 16 bytes; longer ones behind a pointer. */
const INLINE = 12;

/** Encodes strings of vectors as codes of one dictionary. */
export interface StringEncoder {
  /** Distinct strings in first-seen order. */
  readonly entries: string[];
  /**
   * Encodes a run of strings.
   *
   * @param data - the vector's bytes, 16 a string.
   * @param valid - validity bits of the run, `null` where all are valid; null strings get the code −1.
   * @param count - number of strings.
   * @param codes - where the codes go.
   * @param at - index of the first code.
   */
  encode(
    data: Uint8Array,
    valid: Uint8Array | null,
    count: number,
    codes: Int32Array,
    at: number,
  ): void;
}

/**
 * Makes an encoder with an empty dictionary.
 *
 * @param bindings - DuckDB's low-level functions, to follow pointers.
 * @see DuckDB `duckdb_string_t`: length, then 12 bytes inline padded with zeros, or a prefix and a pointer.
 */
export function createStringEncoder(bindings: Bindings): StringEncoder {
  const entries: string[] = [];
  const long = createDictionary();
  const longCodes: number[] = [];
  // Four words a short string: length and its 12 bytes; probed by open addressing.
  let keys = new Int32Array(4096);
  let codesOf = new Int32Array(1024);
  let short = 0;
  let slots = new Int32Array(2048).fill(-1);

  const rehash = (): void => {
    slots = new Int32Array(slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let key = 0; key < short; key++) {
      let slot =
        hash(keys[key * 4]!, keys[key * 4 + 1]!, keys[key * 4 + 2]!, keys[key * 4 + 3]!) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = key;
    }
  };
  const encodeLong = (data: Uint8Array, byte: number, length: number): number => {
    const bytes = bindings.get_data_from_pointer(data.buffer as ArrayBuffer, byte + 8, length);
    const before = long.entries.length;
    const code = long.encode(decodeUtf8(bytes, 0, length));
    if (code === before) longCodes.push(entries.push(long.entries[code]!) - 1);
    return longCodes[code]!;
  };

  return {
    entries,
    encode(data, valid, count, codes, at) {
      const words = new Int32Array(data.buffer, data.byteOffset, count * 4);
      for (let i = 0; i < count; i++) {
        if (valid !== null && (valid[i >> 3]! & (1 << (i & 7))) === 0) {
          codes[at + i] = -1;
          continue;
        }
        const length = words[i * 4]!;
        if (length > INLINE) {
          codes[at + i] = encodeLong(data, data.byteOffset + i * 16, length);
          continue;
        }
        const a = words[i * 4 + 1]!;
        const b = words[i * 4 + 2]!;
        const c = words[i * 4 + 3]!;
        const mask = slots.length - 1;
        let slot = hash(length, a, b, c) & mask;
        let key = slots[slot]!;
        while (key >= 0) {
          const k = key * 4;
          if (keys[k + 1] === a && keys[k + 2] === b && keys[k + 3] === c && keys[k] === length)
            break;
          slot = (slot + 1) & mask;
          key = slots[slot]!;
        }
        if (key < 0) {
          key = short++;
          keys = grow(keys, short * 4);
          codesOf = grow(codesOf, short);
          keys.set([length, a, b, c], key * 4);
          codesOf[key] = entries.push(decodeUtf8(data, i * 16 + 4, length)) - 1;
          slots[slot] = key;
          if (short * 2 > slots.length) rehash();
        }
        codes[at + i] = codesOf[key]!;
      }
    },
  };
}

function hash(length: number, a: number, b: number, c: number): number {
  return mix(mix(mix(length, a), b), c);
}

function decodeUtf8(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString("utf8");
}

/** Dictionary codes straight from DuckDB's 16-byte strings, without a JavaScript string per row. */
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
 * @param bindings - DuckDB's low-level functions, or others that follow the pointers of the strings.
 * @see DuckDB `duckdb_string_t`: length, then 12 bytes inline padded with zeros, or a prefix and a pointer.
 */
export function createStringEncoder(
  bindings: Pick<Bindings, "get_data_from_pointer">,
): StringEncoder {
  const entries: string[] = [];
  const long = createDictionary();
  const longCodes: number[] = [];
  // Four words a short string, length and its 12 bytes, by code of its own; probed by open addressing.
  let keys = new Int32Array(4096);
  let codesOf = new Int32Array(1024);
  let short = 0;
  let slots = new Int32Array(2048).fill(-1);

  const add = (slot: number, words: Int32Array, word: number, text: string): number => {
    const key = short++;
    keys = grow(keys, short * 4);
    codesOf = grow(codesOf, short);
    keys.set(words.subarray(word, word + 4), key * 4);
    codesOf[key] = entries.push(text) - 1;
    slots[slot] = key;
    if (short * 2 > slots.length) rehash();
    return codesOf[key]!;
  };
  const rehash = (): void => {
    slots = new Int32Array(slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let key = 0; key < short; key++) {
      let slot = hashWords(keys, key * 4) & mask;
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
      // Locals, since the loop is hot; a new string may move the tables.
      let [table, stored, mask] = [slots, keys, slots.length - 1];
      for (let i = 0; i < count; i++) {
        if (valid !== null && (valid[i >> 3]! & (1 << (i & 7))) === 0) {
          codes[at + i] = -1;
          continue;
        }
        const word = i * 4;
        const length = words[word]!;
        if (length > INLINE) {
          codes[at + i] = encodeLong(data, data.byteOffset + i * 16, length);
          continue;
        }
        const a = words[word + 1]!;
        const b = words[word + 2]!;
        const c = words[word + 3]!;
        let slot = hashWords(words, word) & mask;
        let key = table[slot]!;
        while (key >= 0) {
          const k = key * 4;
          if (
            stored[k + 1] === a &&
            stored[k + 2] === b &&
            stored[k + 3] === c &&
            stored[k] === length
          )
            break;
          slot = (slot + 1) & mask;
          key = table[slot]!;
        }
        if (key >= 0) {
          codes[at + i] = codesOf[key]!;
          continue;
        }
        codes[at + i] = add(slot, words, word, decodeUtf8(data, i * 16 + 4, length));
        [table, stored, mask] = [slots, keys, slots.length - 1];
      }
    },
  };
}

/** Mixes the four words of a short string (multiplications of MurmurHash3, one finaliser for all words). */
function hashWords(words: Int32Array, at: number): number {
  let h =
    Math.imul(words[at + 1]!, 0x9e3779b1) ^
    Math.imul(words[at + 2]!, 0x85ebca6b) ^
    Math.imul(words[at + 3]!, 0xc2b2ae35) ^
    words[at]!;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

function decodeUtf8(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString("utf8");
}

/** Texts of Parquet pages as codes of one dictionary. */
import { createStringEncoder, type StringEncoder } from "../string-dictionary.js";

/** Encodes the texts of pages. */
export interface TextPages {
  /** Distinct texts in first-seen order. */
  readonly entries: readonly string[];
  /**
   * Returns the codes of a page's texts; they hold until the next call.
   *
   * @param bytes - the page: a length of 4 bytes before each text; the buffer is at least 16 bytes longer.
   * @param length - bytes of the page.
   * @param count - texts.
   * @throws Error if the page is damaged.
   */
  encode(bytes: Uint8Array, length: number, count: number): Int32Array;
}

/** Texts up to this many bytes lie inside of a string's 16 bytes. */
const INLINE = 12;

/** Makes an encoder with an empty dictionary. */
export function createTextPages(): TextPages {
  let page: Uint8Array = new Uint8Array(0);
  const encoder: StringEncoder = createStringEncoder({
    get_data_from_pointer: (buffer, at, length) => {
      const start = new DataView(buffer).getUint32(at, true);
      return page.subarray(start, start + length);
    },
  });
  let strings = new Int32Array(0);
  let codes = new Int32Array(0);
  return {
    entries: encoder.entries,
    encode(bytes, length, count) {
      if (count * 4 > length) throw new Error("a page ends before its last text");
      page = bytes;
      if (codes.length < count) {
        codes = new Int32Array(count);
        strings = new Int32Array(count * 4);
      }
      layOut(bytes, length, count, strings);
      encoder.encode(new Uint8Array(strings.buffer), null, count, codes, 0);
      return codes;
    },
  };
}

/** Lays texts out as the engine's strings: length, then 12 bytes padded with zeros, or in their place where the text lies. */
function layOut(bytes: Uint8Array, end: number, count: number, strings: Int32Array): void {
  const view = new DataView(bytes.buffer);
  for (let i = 0, pos = 0; i < count; i++) {
    const length = pos + 4 <= end ? view.getUint32(pos, true) : Infinity;
    pos += 4;
    if (pos + length > end) throw new Error("a page ends before its last text");
    const at = i * 4;
    strings[at] = length;
    if (length <= INLINE) {
      strings[at + 1] = view.getInt32(pos, true) & maskOf(length);
      strings[at + 2] = view.getInt32(pos + 4, true) & maskOf(length - 4);
      strings[at + 3] = view.getInt32(pos + 8, true) & maskOf(length - 8);
    } else {
      strings[at + 1] = 0;
      strings[at + 2] = pos;
      strings[at + 3] = 0;
    }
    pos += length;
  }
}

/** Keeps the first bytes of a word. */
function maskOf(bytes: number): number {
  if (bytes <= 0) return 0;
  return bytes >= 4 ? -1 : (1 << (8 * bytes)) - 1;
}

/** Parquet's hybrid of runs and bit-packed groups: definition levels and dictionary indices. */

/**
 * Reads small integers.
 *
 * @param bytes - the page; at least 8 bytes longer than `end`.
 * @param start - where the encoded integers begin.
 * @param end - where they end at the latest.
 * @param width - bits of an integer, 0 to 32.
 * @param out - where they go, from 0.
 * @param count - how many.
 * @throws Error if there are fewer.
 * @see Apache Parquet, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
export function readHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  out: Int32Array,
  count: number,
): void {
  if (width > 32) throw new Error(`a page has integers of ${width} bits`);
  // Of integers without bits some writers write nothing.
  if (width === 0) out.fill(0, 0, count);
  let pos = start;
  for (let at = width === 0 ? count : 0; at < count; ) {
    let header = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      if (pos >= end) throw new Error("a page ends before its last value");
      byte = bytes[pos++]!;
      header |= (byte & 127) << shift;
    }
    const length = header >>> 1;
    const isPacked = (header & 1) === 1;
    const rows = Math.min(count - at, isPacked ? length * 8 : length);
    const needed = isPacked ? Math.ceil((rows * width) / 8) : (width + 7) >> 3;
    if (pos + needed > end) throw new Error("a page ends before its last value");
    if (isPacked) unpackBits(bytes, pos, width, out, at, rows);
    else {
      let value = 0;
      for (let i = 0; i < needed; i++) value |= bytes[pos + i]! << (8 * i);
      out.fill(value, at, at + rows);
    }
    pos += isPacked ? length * width : needed;
    at += rows;
  }
}

/**
 * Reads integers that lie bit by bit, the lowest bits first.
 *
 * @param bytes - the page; at least 8 bytes longer than the integers.
 * @param start - the first byte.
 * @param width - bits of an integer, 1 to 32.
 * @param out - where they go.
 * @param at - the place of the first.
 * @param count - how many.
 */
export function unpackBits(
  bytes: Uint8Array,
  start: number,
  width: number,
  out: Int32Array,
  at: number,
  count: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mask = width === 32 ? -1 : (1 << width) - 1;
  for (let i = at, pos = start, bit = 0; i < at + count; i++) {
    let word = view.getInt32(pos, true) >>> bit;
    if (bit + width > 32) word |= view.getUint8(pos + 4) << (32 - bit);
    out[i] = word & mask;
    bit += width;
    pos += bit >> 3;
    bit &= 7;
  }
}

/**
 * Tells whether levels are a single run of ones, as they are where nothing is null.
 *
 * @param bytes - the page.
 * @param start - where the encoded levels begin.
 * @param end - where they end.
 * @param count - how many there are.
 */
export function isOneRun(bytes: Uint8Array, start: number, end: number, count: number): boolean {
  let header = 0;
  for (let pos = start, factor = 1; pos < end; pos++, factor *= 128) {
    header += (bytes[pos]! & 127) * factor;
    if (bytes[pos]! < 128) return header % 2 === 0 && header / 2 >= count && bytes[pos + 1] === 1;
  }
  return false;
}

/** Parquet's hybrid of runs and bit-packed groups: definition levels and dictionary indices. */

/**
 * Reads small integers.
 *
 * @param bytes - the page; at least 4 bytes longer than `end`.
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
  out: Int32Array | Uint8Array,
  count: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let pos = start;
  let at = 0;
  // Of integers without bits some writers write nothing.
  if (width === 0) {
    out.fill(0, 0, count);
    at = count;
  }
  while (at < count) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (pos >= end) throw new Error("a page ends before its last value");
      const byte = bytes[pos++]!;
      header |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    const length = header >>> 1;
    if ((header & 1) === 0) {
      const width8 = (width + 7) >> 3;
      let value = 0;
      for (let i = 0; i < width8; i++) value |= bytes[pos + i]! << (8 * i);
      pos += width8;
      const stop = Math.min(count, at + length);
      out.fill(value, at, stop);
      at = stop;
    } else {
      const whole = Math.min(length, Math.ceil((count - at) / 8));
      if (pos + whole * width > end) throw new Error("a page ends before its last value");
      unpackBits(view, pos, width, out, at, Math.min(count - at, whole * 8));
      pos += length * width;
      at = Math.min(count, at + whole * 8);
    }
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

/**
 * Reads integers that lie bit by bit, the lowest bits first.
 *
 * @param view - the page; at least 4 bytes longer than the integers.
 * @param start - the first byte.
 * @param width - bits of an integer, 0 to 32.
 * @param out - where they go.
 * @param at - the place of the first.
 * @param count - how many.
 */
export function unpackBits(
  view: DataView,
  start: number,
  width: number,
  out: Int32Array | Uint8Array,
  at: number,
  count: number,
): void {
  const mask = width === 32 ? -1 : (1 << width) - 1;
  if (width <= 25 && out instanceof Int32Array) {
    // Each integer lies within four bytes; eight of them are whole bytes.
    const groups = count >> 3;
    let pos = start;
    for (let group = 0; group < groups; group++, pos += width) {
      for (let i = at + group * 8, stop = i + 8, bit = 0; i < stop; i++, bit += width) {
        out[i] = (view.getInt32(pos + (bit >> 3), true) >>> (bit & 7)) & mask;
      }
    }
    const done = groups * 8;
    if (done < count) unpackRest(view, pos, width, out, at + done, count - done);
    return;
  }
  unpackRest(view, start, width, out, at, count);
}

function unpackRest(
  view: DataView,
  start: number,
  width: number,
  out: Int32Array | Uint8Array,
  at: number,
  count: number,
): void {
  const mask = width === 32 ? -1 : (1 << width) - 1;
  for (let first = 0, pos = start; first < count; first += 8, pos += width) {
    const last = Math.min(8, count - first);
    for (let i = 0, bit = 0; i < last; i++, bit += width) {
      const byte = pos + (bit >>> 3);
      const shift = bit & 7;
      let word = view.getUint32(byte, true) >>> shift;
      if (width + shift > 32) word |= view.getUint8(byte + 4) << (32 - shift);
      out[at + first + i] = word & mask;
    }
  }
}

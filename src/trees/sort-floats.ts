/** Sorts float32 numbers by their digits, several times faster than by comparing. */

const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;
/** Fewer numbers than this are sorted by comparing. */
const SMALL = 1024;

/**
 * Sorts numbers in place, ascending.
 *
 * @param values - numbers, none NaN.
 * @returns the same array.
 * @see Knuth, volume 3, 5.2.5 (radix sort, least significant digit first).
 */
export function sortFloats(values: Float32Array): Float32Array {
  if (values.length < SMALL) return values.sort();
  let keys: Uint32Array = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let other: Uint32Array = new Uint32Array(values.length);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i]! | 0;
    // Makes the order of keys as integers that of the numbers.
    keys[i] = bits ^ ((bits >> 31) | 0x80000000);
  }
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    sortByDigit(keys, other, shift);
    [keys, other] = [other, keys];
  }
  const out = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]! | 0;
    out[i] = key ^ ((~key >> 31) | 0x80000000);
  }
  return values;
}

function sortByDigit(from: Uint32Array, to: Uint32Array, shift: number): void {
  const starts = new Int32Array(DIGITS + 1);
  for (let i = 0; i < from.length; i++) starts[((from[i]! >>> shift) & (DIGITS - 1)) + 1]!++;
  for (let digit = 1; digit < DIGITS; digit++) starts[digit]! += starts[digit - 1]!;
  for (let i = 0; i < from.length; i++) {
    const digit = (from[i]! >>> shift) & (DIGITS - 1);
    to[starts[digit]!++] = from[i]!;
  }
}

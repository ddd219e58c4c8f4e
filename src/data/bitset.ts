/** Validity bits: one bit a row, least significant first, 1 = the value is there (Arrow's layout). */

/**
 * Makes bits for a number of rows.
 *
 * @param length - number of rows.
 * @param filled - whether all rows start as valid.
 */
export function createBits(length: number, filled = false): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  if (filled) bits.fill(255);
  return bits;
}

/** Reads the bit of a row. */
export function getBit(bits: Uint8Array, row: number): boolean {
  return (bits[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** Sets the bit of a row to 1. */
export function setBit(bits: Uint8Array, row: number): void {
  bits[row >> 3]! |= 1 << (row & 7);
}

/** Sets the bit of a row to 0. */
export function clearBit(bits: Uint8Array, row: number): void {
  bits[row >> 3]! &= ~(1 << (row & 7));
}

/**
 * Counts the rows whose bit is 0.
 *
 * @param bits - the bits, or `null` for all ones.
 * @param length - number of rows.
 */
export function countUnset(bits: Uint8Array | null, length: number): number {
  if (!bits) return 0;
  let unset = 0;
  for (let row = 0; row < length; row++) if (!getBit(bits, row)) unset++;
  return unset;
}

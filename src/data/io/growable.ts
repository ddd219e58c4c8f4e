/** Typed arrays that grow by doubling, for results of unknown length. */
import { createBits } from "../bitset.js";

type Numbers = Float64Array | Int32Array | Uint8Array;

/**
 * Returns an array with room for a number of values, with the old values at its start.
 *
 * @param array - the array so far.
 * @param needed - the values there must be room for.
 * @returns the same array where it is large enough.
 */
export function grow<T extends Numbers>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(
    Math.max(needed, array.length * 2, 2048),
  );
  larger.set(array as never);
  return larger;
}

/** Cuts an array to its length, freeing the rest where much is unused. */
export function trim<T extends Numbers>(array: T, length: number): T {
  if (array.length === length) return array;
  return array.slice(0, length) as T;
}

/** Collects validity bits chunk by chunk. */
export interface ValidityBuilder {
  /**
   * Adds a chunk.
   *
   * @param bits - bits from row 0 of the chunk, `null` where all are valid.
   * @param count - rows of the chunk.
   */
  append(bits: Uint8Array | null, count: number): void;
  /** Marks a row already added as null. */
  clear(row: number): void;
  /** Returns the bits, `null` where no row is null. */
  finish(): Uint8Array | null;
}

/** Makes an empty {@link ValidityBuilder}. */
export function createValidityBuilder(): ValidityBuilder {
  let all: Uint8Array | null = null;
  let length = 0;
  const materialize = (rows: number): Uint8Array => {
    if (all === null) all = createBits(Math.max(rows, 2048), true);
    const bytes = (rows + 7) >> 3;
    if (bytes > all.length) {
      const old = all.length;
      all = grow(all, bytes);
      all.fill(255, old);
    }
    return all;
  };
  return {
    append(bits, count) {
      if (bits === null) {
        length += count;
        return;
      }
      const target = materialize(length + count);
      for (let i = 0; i < count; i++) {
        const row = length + i;
        if ((bits[i >> 3]! & (1 << (i & 7))) === 0) target[row >> 3]! &= ~(1 << (row & 7));
      }
      length += count;
    },
    clear(row) {
      materialize(Math.max(length, row + 1))[row >> 3]! &= ~(1 << (row & 7));
    },
    finish() {
      if (all === null) return null;
      const bits = trim(materialize(length), (length + 7) >> 3);
      for (let row = 0; row < length; row++) {
        if ((bits[row >> 3]! & (1 << (row & 7))) === 0) return bits;
      }
      return null;
    },
  };
}

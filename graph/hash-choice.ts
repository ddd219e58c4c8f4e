/** Which neighbours a sample takes by integer hashing: the same draw here and in the SQL of any engine. */
import type { FanOut } from "./choose.js";

/** The modulus of the hash, a prime below 2^26: squares stay exact in float64 and in 64-bit integers alike. */
export const HASH_MODULUS = 67_108_859;

/** A draw that depends on keys, not on row numbers, so that an engine without row numbers draws the same. */
export interface HashChoice {
  /** By node type: float64 `[rows]`, a whole number below 2^48 for each row's key; `null` where nothing is drawn from. */
  readonly numbers: readonly (Float64Array | null)[];
  /** A whole number from 0 below {@link HASH_MODULUS}: another one gives other samples. */
  readonly salt: number;
}

/** The candidates of a neighbourhood, numbered `0 … count − 1` from old to new. */
export interface Candidates {
  readonly count: number;
  /** The row's number of a candidate. */
  numberAt(candidate: number): number;
  /** Its time; equal for all where there are none. */
  timeAt(candidate: number): number;
}

/** Returns the number of a seed: its row's, and its anchor's second. */
export function hashSeedNumber(rowNumber: number, anchorTime: number): number {
  const second = Math.floor(anchorTime / 1000);
  const part = ((second % HASH_MODULUS) + HASH_MODULUS) % HASH_MODULUS;
  return ((rowNumber % HASH_MODULUS) * 7 + part) % HASH_MODULUS;
}

/** Returns the salt of a position, so that positions draw apart. */
export function hashPositionSalt(salt: number, position: number): number {
  return (salt + position * 7919) % HASH_MODULUS;
}

/**
 * Hashes a row for a seed: one linear round, two squaring ones. Every step stays below 2^53.
 *
 * @param rowNumber - the row's number, below 2^48.
 * @param seedNumber - from {@link hashSeedNumber}.
 * @param salt - from {@link hashPositionSalt}.
 * @returns a whole number from 0 below {@link HASH_MODULUS}.
 */
export function hashDraw(rowNumber: number, seedNumber: number, salt: number): number {
  const start = (rowNumber % HASH_MODULUS) * 48_271 + seedNumber * 69_621 + salt;
  const first = start % HASH_MODULUS;
  const second = (first * first + 7 * first + salt) % HASH_MODULUS;
  return (second * second + 11 * second + (seedNumber % 65_521)) % HASH_MODULUS;
}

/**
 * Chooses the newest `last` of the candidates, then `uniform` of the others by hash; rows of one time count in the order of their hash.
 *
 * @param candidates - what can be chosen.
 * @param fanOut - how many.
 * @param seedNumber - the seed.
 * @param salt - the position's.
 * @param out - receives the chosen candidates, ascending.
 * @param at - where in `out` to start.
 * @returns how many were written.
 */
export function chooseByHash(
  { count, numberAt, timeAt }: Candidates,
  { last, uniform }: FanOut,
  seedNumber: number,
  salt: number,
  out: Int32Array,
  at: number,
): number {
  const all = Array.from({ length: count }, (_, i) => i);
  if (count > last + uniform) {
    const hashes = all.map((i) => hashDraw(numberAt(i), seedNumber, salt));
    const byHash = (a: number, b: number): number =>
      hashes[a]! - hashes[b]! || numberAt(a) - numberAt(b);
    all.sort((a, b) => timeAt(b) - timeAt(a) || byHash(a, b));
    const older = all.slice(last).sort(byHash).slice(0, uniform);
    all.splice(last, all.length, ...older);
    all.sort((a, b) => a - b);
  }
  for (const [i, candidate] of all.entries()) out[at + i] = candidate;
  return all.length;
}

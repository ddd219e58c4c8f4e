/** A seeded random generator that is passed as an argument and split by key; there is no global one. */

/**
 * A stream of random numbers. The same seed and the same calls give the same numbers on every machine.
 *
 * @see JAX PRNG keys (explicit, splittable); sfc32 of PractRand as the generator.
 */
export interface Rng {
  /** Returns the next float64, uniform in `[0, 1)`. */
  next(): number;
  /** Returns the next integer, uniform in `0 … bound − 1`; `bound` is at least 1 and below 2^32. */
  int(bound: number): number;
  /** Returns the next standard normal number (Box and Muller 1958, polar form by Marsaglia). */
  normal(): number;
  /** Returns an independent stream that depends on this stream's seed and the keys only, not on its position. */
  split(...keys: readonly (number | string)[]): Rng;
}

/**
 * Makes a random stream from a seed.
 *
 * @param seed - any integer.
 */
export function createRng(seed: number): Rng {
  return fromState(mix(mix(0x9e3779b9, seed >>> 0), Math.floor(seed / 4294967296) >>> 0));
}

/**
 * Shuffles an array in place (Fisher and Yates; Durstenfeld 1964).
 *
 * @param values - the array to shuffle.
 * @param rng - the random stream; `values.length − 1` numbers are drawn.
 */
export function shuffle(values: Int32Array | unknown[], rng: Rng): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    const swapped = values[i]!;
    values[i] = values[j]!;
    values[j] = swapped;
  }
}

function fromState(key: number): Rng {
  let a = mix(key, 1);
  let b = mix(key, 2);
  let c = mix(key, 3);
  let counter = 1;
  let spare = Number.NaN;
  const uint32 = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  const next = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * scale;
        return u * scale;
      }
    }
  };
  return {
    next,
    int: (bound) => Math.floor(next() * bound),
    normal,
    split: (...keys) => fromState(keys.reduce<number>(mixKey, mix(key, 0x51ed270b))),
  };
}

function mixKey(state: number, key: number | string): number {
  if (typeof key === "number")
    return mix(mix(state, key >>> 0), Math.floor(key / 4294967296) >>> 0);
  let hash = mix(state, key.length);
  for (let i = 0; i < key.length; i++) hash = mix(hash, key.charCodeAt(i));
  return hash;
}

/** Mixes an integer into a 32-bit state (finaliser of MurmurHash3). */
export function mix(state: number, value: number): number {
  let h = (state ^ Math.imul(value | 0, 0xcc9e2d51)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) + 0x7ed55d16) | 0;
}

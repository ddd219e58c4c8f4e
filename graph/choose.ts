/** Which neighbours a sample takes: the newest, a uniform draw, or both, from a random stream per neighbourhood. */
import { mix, type Rng } from "../src/core/random.js";
import type { Timestamp } from "../src/core/time.js";

/**
 * How many children a neighbourhood keeps: the newest `last` of the visible ones, and `uniform` many drawn without
 * replacement from the older ones. Whole numbers, or `Infinity` for all.
 */
export interface FanOut {
  readonly last: number;
  readonly uniform: number;
}

/** Working memory of {@link chooseNeighbors}; one per sampling call. */
export interface ChoiceScratch {
  /** One bit per candidate, all 0 between calls. */
  bits: Int32Array;
}

/** Makes working memory for {@link chooseNeighbors}. */
export function createChoiceScratch(): ChoiceScratch {
  return { bits: new Int32Array(64) };
}

/**
 * Derives a sampler's key from a random stream: from the stream's seed only, so the same stream gives the same samples
 * however much has been drawn from it. Split the stream to sample anew.
 */
export function samplerKey(rng: Rng): number {
  return rng.split("sampler").int(2 ** 32) | 0;
}

/**
 * Mixes a seed into a sampler's key; neither its position nor the rest of its batch takes part.
 *
 * @param key - from {@link samplerKey}.
 * @param row - the seed's row.
 * @param anchorTime - the seed's anchor time.
 */
export function seedKey(key: number, row: number, anchorTime: Timestamp): number {
  const fraction = (anchorTime - Math.floor(anchorTime)) * 4294967296;
  const high = Math.floor(anchorTime / 4294967296);
  return mix(mix(mix(mix(key, row), anchorTime | 0), high | 0), fraction | 0);
}

/** Hashes a name into a 32-bit state; used once per plan, never per row. */
export function nameKey(state: number, name: string): number {
  let hash = mix(state, name.length);
  for (let i = 0; i < name.length; i++) hash = mix(hash, name.charCodeAt(i));
  return hash;
}

/**
 * Chooses which of the visible children a sample takes.
 *
 * @param visible - the number of candidates, numbered `0 … visible − 1` from old to new.
 * @param last - how many of the newest to take.
 * @param uniform - how many to draw from the rest, each subset of that size equally likely.
 * @param stream - a hash of the seed and the neighbourhood; the same stream gives the same choice.
 * @param scratch - working memory.
 * @param out - receives the chosen numbers, ascending.
 * @param at - where in `out` to start.
 * @returns how many were written: `min(visible, last + uniform)`.
 */
export function chooseNeighbors(
  visible: number,
  last: number,
  uniform: number,
  stream: number,
  scratch: ChoiceScratch,
  out: Int32Array,
  at: number,
): number {
  if (visible <= last + uniform) {
    for (let i = 0; i < visible; i++) out[at + i] = i;
    return visible;
  }
  const older = visible - last;
  if (uniform > 0) {
    // The bitmap costs older/32 steps, the sorted list uniform² / 4; both find the same subset.
    if (uniform > 256 || older <= 64 * uniform) {
      drawByBitmap(older, uniform, stream, scratch, out, at);
    } else drawSorted(older, uniform, stream, out, at);
  }
  for (let i = 0; i < last; i++) out[at + uniform + i] = older + i;
  return last + uniform;
}

/**
 * Floyd's draw without replacement into a bitmap, read back in order.
 *
 * @see Bentley and Floyd 1987, Programming Pearls: A Sample of Brilliance, algorithm F2.
 */
function drawByBitmap(
  population: number,
  count: number,
  stream: number,
  scratch: ChoiceScratch,
  out: Int32Array,
  at: number,
): void {
  const words = (population + 31) >>> 5;
  if (scratch.bits.length < words) scratch.bits = new Int32Array(2 * words);
  const { bits } = scratch;
  for (let j = population - count; j < population; j++) {
    const drawn = drawInt(stream, j, j + 1);
    const chosen = (bits[drawn >>> 5]! >>> (drawn & 31)) & 1 ? j : drawn;
    bits[chosen >>> 5]! |= 1 << (chosen & 31);
  }
  for (let word = 0; word < words; word++) {
    let rest = bits[word]!;
    if (rest === 0) continue;
    bits[word] = 0;
    for (; rest !== 0; rest &= rest - 1) out[at++] = (word << 5) + 31 - Math.clz32(rest & -rest);
  }
}

/** The same draw into a sorted list, for few out of many. */
function drawSorted(
  population: number,
  count: number,
  stream: number,
  out: Int32Array,
  at: number,
): void {
  let end = at;
  for (let j = population - count; j < population; j++) {
    const drawn = drawInt(stream, j, j + 1);
    let place = end;
    while (place > at && out[place - 1]! > drawn) place--;
    if (place > at && out[place - 1] === drawn) out[end] = j;
    else {
      out.copyWithin(place + 1, place, end);
      out[place] = drawn;
    }
    end++;
  }
}

/** Returns the `i`-th number of a stream, uniform in `0 … bound − 1` (counter through an integer hash, as in splitmix). */
function drawInt(stream: number, i: number, bound: number): number {
  let x = (stream + Math.imul(i + 1, 0x9e3779b9)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  x ^= x >>> 15;
  return ((x >>> 0) * 2.3283064365386963e-10 * bound) | 0;
}

/** Draws without putting back: rows, queries and columns of a tree. */
import type { Rng } from "../core/random.js";

/**
 * Draws `size` of the numbers 0 … `count` − 1, each set equally likely.
 *
 * @param count - how many there are; so many random numbers are drawn.
 * @param size - how many to draw.
 * @param rng - the random stream.
 * @returns the numbers in ascending order.
 * @see Fan, Muller and Rezucha 1962 (selection sampling; Knuth, volume 2, algorithm S).
 */
export function chooseRows(count: number, size: number, rng: Rng): Int32Array {
  const chosen = new Int32Array(size);
  let found = 0;
  for (let i = 0; i < count && found < size; i++) {
    if (rng.next() * (count - i) < size - found) chosen[found++] = i;
  }
  return chosen;
}

/** Returns how many of `count` a fraction is: rounded, at least 1, at most all. */
export function shareOf(count: number, fraction: number): number {
  return Math.min(count, Math.max(1, Math.round(count * fraction)));
}

/** The numbers that ranks of a gang add in tests. */
import { createRng } from "../../src/core/random.js";

/** The numbers of a rank at a round: of very different sizes, so that the order of a sum shows in its bits. */
export function numbersOf(rank: number, round: number): Float32Array {
  const rng = createRng(1000 * round + rank);
  return Float32Array.from(
    { length: 1 + ((round * 37) % 5000) },
    () => rng.normal() * 10 ** (8 * rng.next() - 4),
  );
}

/** Random cases for the tensor tests: sizes and a seed, from which values and indices follow. */
import fc from "fast-check";
import { createRng } from "../../../src/core/random.js";
import type { SparseRows } from "../../../src/tensor/ops.js";

export const arbSeed = fc.integer({ min: 0, max: 1e6 });
/** Sizes around the vector width of 4, the panel width of 8 and 1. */
export const arbColumns = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 12, 17);
export const arbRows = fc.integer({ min: 0, max: 9 });

/** Indices into `size` rows with repeats, and −1 about every fifth time. */
export function randomIndex(seed: number, length: number, size: number): Int32Array {
  const rng = createRng(seed);
  return Int32Array.from({ length }, () => (size === 0 || rng.int(5) === 0 ? -1 : rng.int(size)));
}

/** Offsets of segments of 0 to 4 rows, a third of them empty. */
export function randomOffsets(seed: number, segments: number): Int32Array {
  const rng = createRng(seed);
  const offsets = new Int32Array(segments + 1);
  for (let s = 0; s < segments; s++) offsets[s + 1] = offsets[s]! + (rng.int(3) ? rng.int(5) : 0);
  return offsets;
}

/** Sparse rows over a table of `size` rows, with empty rows and repeated codes. */
export function randomSparse(seed: number, rows: number, size: number): SparseRows {
  const offsets = size === 0 ? new Int32Array(rows + 1) : randomOffsets(seed, rows);
  const rng = createRng(seed).split("codes");
  const length = offsets[rows]!;
  return {
    offsets,
    codes: Int32Array.from({ length }, () => rng.int(size)),
    weights: Float32Array.from({ length }, () => rng.normal()),
  };
}

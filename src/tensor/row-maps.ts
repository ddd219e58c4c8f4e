/** Builds the row maps of our operations from their index arrays. */
import type { RowMap } from "./kernels/row-map.js";
import type { SparseRows } from "./sparse-rows.js";

/** Sparse rows over a table of `size` rows. */
export function sparseMap({ offsets, codes, weights }: SparseRows, size: number): RowMap {
  const rows = offsets.length - 1;
  const to = segmentOfRows(offsets);
  return { count: codes.length, from: codes, to, weights, rowsFrom: size, rowsTo: rows };
}

/** Row `e` of the result is row `index[e]` of a source of `size` rows. */
export function gatherMap(index: Int32Array, size: number): RowMap {
  const count = index.length;
  return { count, from: index, to: null, weights: null, rowsFrom: size, rowsTo: count };
}

/** Row `e` of the source goes to row `index[e]` of `size` rows. */
export function scatterMap(index: Int32Array, size: number): RowMap {
  const count = index.length;
  return { count, from: null, to: index, weights: null, rowsFrom: count, rowsTo: size };
}

/** Each segment gets the sum of its rows, or their mean. */
export function segmentSumMap(offsets: Int32Array, mean: boolean): RowMap {
  const to = segmentOfRows(offsets);
  const weights = mean
    ? Float32Array.from(to, (segment) => 1 / (offsets[segment + 1]! - offsets[segment]!))
    : null;
  return {
    count: to.length,
    from: null,
    to,
    weights,
    rowsFrom: to.length,
    rowsTo: offsets.length - 1,
  };
}

/** Each segment gets its last row; an empty one nothing. */
export function segmentLastMap(offsets: Int32Array): RowMap {
  const rowsTo = offsets.length - 1;
  const from = new Int32Array(rowsTo);
  for (let s = 0; s < rowsTo; s++)
    from[s] = offsets[s] === offsets[s + 1] ? -1 : offsets[s + 1]! - 1;
  return { count: rowsTo, from, to: null, weights: null, rowsFrom: offsets[rowsTo]!, rowsTo };
}

/** Each segment gets three rows: mean, `sum / √(1 + n)` and last. */
export function segmentPoolMap(offsets: Int32Array): RowMap {
  const segments = offsets.length - 1;
  const rows = offsets[segments]!;
  const size = 2 * rows + segments;
  const [from, to, weights] = [new Int32Array(size), new Int32Array(size), new Float32Array(size)];
  let count = 0;
  const add = (row: number, place: number, weight: number): void => {
    from[count] = row;
    to[count] = place;
    weights[count++] = weight;
  };
  for (let s = 0; s < segments; s++) {
    const [start, end] = [offsets[s]!, offsets[s + 1]!];
    for (let row = start; row < end; row++) {
      add(row, 3 * s, 1 / (end - start));
      add(row, 3 * s + 1, 1 / Math.sqrt(1 + end - start));
    }
    if (end > start) add(end - 1, 3 * s + 2, 1);
  }
  return { count, from, to, weights, rowsFrom: rows, rowsTo: 3 * segments };
}

/**
 * Lists the segment of each row.
 *
 * @param offsets - int32 `[S + 1]`, ascending from 0 to E.
 * @returns int32 `[E]`.
 */
export function segmentOfRows(offsets: Int32Array): Int32Array {
  const segment = new Int32Array(offsets[offsets.length - 1]!);
  for (let s = 0; s < offsets.length - 1; s++) segment.fill(s, offsets[s], offsets[s + 1]);
  return segment;
}

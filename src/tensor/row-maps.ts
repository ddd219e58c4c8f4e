/** Builds the row maps of our operations from their index arrays. */
import { listRows, type RowEnd, type RowMap } from "./kernels/row-map.js";
import type { SparseRows } from "./sparse-rows.js";

const EACH: RowEnd = { kind: "each" };

/** Sparse rows over a table of `size` rows. */
export function sparseMap({ offsets, codes, weights }: SparseRows, size: number): RowMap {
  const from: RowEnd = { kind: "listed", rows: codes };
  const to: RowEnd = { kind: "runs", offsets };
  return { count: codes.length, from, to, weights, rowsFrom: size, rowsTo: offsets.length - 1 };
}

/** Row `e` of the result is row `index[e]` of a source of `size` rows. */
export function gatherMap(index: Int32Array, size: number): RowMap {
  const count = index.length;
  const from: RowEnd = { kind: "listed", rows: index };
  return { count, from, to: EACH, weights: null, rowsFrom: size, rowsTo: count };
}

/** The rows of the result are those of the source. */
export function copyMap(size: number): RowMap {
  return { count: size, from: EACH, to: EACH, weights: null, rowsFrom: size, rowsTo: size };
}

/** Row `e` of the source goes to row `index[e]` of `size` rows. */
export function scatterMap(index: Int32Array, size: number): RowMap {
  const count = index.length;
  const to: RowEnd = { kind: "listed", rows: index };
  return { count, from: EACH, to, weights: null, rowsFrom: count, rowsTo: size };
}

/** Each segment gets the sum of its rows, or their mean. */
export function segmentSumMap(offsets: Int32Array, mean: boolean): RowMap {
  const rowsTo = offsets.length - 1;
  const count = offsets[rowsTo]!;
  const weights = mean ? new Float32Array(count) : null;
  for (let s = 0; weights && s < rowsTo; s++) {
    const [start, end] = [offsets[s]!, offsets[s + 1]!];
    weights.fill(1 / (end - start), start, end);
  }
  const to: RowEnd = { kind: "runs", offsets };
  return { count, from: EACH, to, weights, rowsFrom: count, rowsTo };
}

/** Each segment gets its last row; an empty one nothing. */
export function segmentLastMap(offsets: Int32Array): RowMap {
  return gatherMap(lastRows(offsets), offsets[offsets.length - 1]!);
}

/**
 * Lists the last row of each segment.
 *
 * @param offsets - int32 `[S + 1]`, ascending from 0.
 * @returns int32 `[S]`; −1 for an empty segment.
 */
export function lastRows(offsets: Int32Array): Int32Array {
  const last = new Int32Array(offsets.length - 1);
  for (let s = 0; s < last.length; s++)
    last[s] = offsets[s] === offsets[s + 1] ? -1 : offsets[s + 1]! - 1;
  return last;
}

/** Each segment gets three rows: mean, `sum / √(1 + n)` and last. */
export function segmentPoolMap(offsets: Int32Array): RowMap {
  const segments = offsets.length - 1;
  const rows = offsets[segments]!;
  const most = 2 * rows + segments;
  const [from, weights] = [new Int32Array(most), new Float32Array(most)];
  const starts = new Int32Array(3 * segments + 1);
  let count = 0;
  const add = (first: number, end: number, weight: number): void => {
    for (let row = first; row < end; row++) {
      from[count] = row;
      weights[count++] = weight;
    }
  };
  for (let s = 0; s < segments; s++) {
    const [start, end] = [offsets[s]!, offsets[s + 1]!];
    add(start, end, 1 / (end - start));
    starts[3 * s + 1] = count;
    add(start, end, 1 / Math.sqrt(1 + end - start));
    starts[3 * s + 2] = count;
    add(Math.max(start, end - 1), end, 1);
    starts[3 * s + 3] = count;
  }
  return {
    count,
    from: { kind: "listed", rows: from },
    to: { kind: "runs", offsets: starts },
    weights,
    rowsFrom: rows,
    rowsTo: 3 * segments,
  };
}

/**
 * Lists the segment of each row.
 *
 * @param offsets - int32 `[S + 1]`, ascending from 0 to E.
 * @returns int32 `[E]`.
 */
export function segmentOfRows(offsets: Int32Array): Int32Array {
  return listRows({ kind: "runs", offsets }, offsets[offsets.length - 1]!);
}

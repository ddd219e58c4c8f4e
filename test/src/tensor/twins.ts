/** Naive float64 twins of our operations, written for the eye. */
import type { SparseRows } from "../../../src/tensor/ops.js";

export function matMulTwin(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  transposeA = false,
  transposeB = false,
): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let p = 0; p < k; p++)
        out[i * n + j]! +=
          a[transposeA ? p * m + i : i * k + p]! * b[transposeB ? j * k + p : p * n + j]!;
  return out;
}

export function sparseTwin(
  { offsets, codes, weights }: SparseRows,
  table: Float64Array,
  columns: number,
) {
  const out = new Float64Array((offsets.length - 1) * columns);
  for (let row = 0; row < offsets.length - 1; row++)
    for (let j = offsets[row]!; j < offsets[row + 1]!; j++)
      for (let c = 0; c < columns; c++)
        out[row * columns + c]! += weights[j]! * table[codes[j]! * columns + c]!;
  return out;
}

export function gatherTwin(sources: Float64Array[], indices: Int32Array[], columns: number) {
  const out = new Float64Array(indices[0]!.length * columns);
  sources.forEach((source, s) => {
    indices[s]!.forEach((row, e) => {
      for (let c = 0; c < columns; c++)
        if (row >= 0) out[e * columns + c]! += source[row * columns + c]!;
    });
  });
  return out;
}

export function layerNormTwin(
  x: Float64Array,
  gain: Float64Array,
  bias: Float64Array,
  relu: boolean,
  epsilon = 1e-5,
): Float64Array {
  const columns = gain.length;
  return x.map((value, i) => {
    const row = x.subarray(i - (i % columns), i - (i % columns) + columns);
    const mean = row.reduce((sum, v) => sum + v, 0) / columns;
    const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / columns;
    const y =
      ((value - mean) / Math.sqrt(variance + epsilon)) * gain[i % columns]! + bias[i % columns]!;
    return relu ? Math.max(y, 0) : y;
  });
}

/** Applies a function to each column of each segment. */
export function segmentTwin(
  x: Float64Array,
  offsets: Int32Array,
  columns: number,
  reduce: (column: number[]) => number,
): Float64Array {
  const out = new Float64Array((offsets.length - 1) * columns);
  for (let s = 0; s < offsets.length - 1; s++)
    for (let c = 0; c < columns; c++) {
      const column: number[] = [];
      for (let row = offsets[s]!; row < offsets[s + 1]!; row++) column.push(x[row * columns + c]!);
      out[s * columns + c] = column.length === 0 ? 0 : reduce(column);
    }
  return out;
}

export const total = (column: number[]): number => column.reduce((sum, value) => sum + value, 0);

export function segmentPoolTwin(
  x: Float64Array,
  offsets: Int32Array,
  columns: number,
): Float64Array {
  const parts = [
    segmentTwin(x, offsets, columns, (column) => total(column) / column.length),
    segmentTwin(x, offsets, columns, (column) => total(column) / Math.sqrt(1 + column.length)),
    segmentTwin(x, offsets, columns, (column) => column.at(-1)!),
  ];
  const out = new Float64Array(parts[0]!.length * 3);
  parts.forEach((part, p) => {
    part.forEach((value, i) => {
      out[3 * (i - (i % columns)) + p * columns + (i % columns)] = value;
    });
  });
  return out;
}

export function segmentSoftmaxTwin(
  x: Float64Array,
  offsets: Int32Array,
  columns: number,
): Float64Array {
  const out = new Float64Array(x.length);
  for (let s = 0; s < offsets.length - 1; s++)
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let row = offsets[s]!; row < offsets[s + 1]!; row++)
        sum += Math.exp(x[row * columns + c]!);
      for (let row = offsets[s]!; row < offsets[s + 1]!; row++)
        out[row * columns + c] = Math.exp(x[row * columns + c]!) / sum;
    }
  return out;
}

/** Products of sparse rows with a table of vectors: the kernel behind every embedding of codes. */
import type { SparseRows } from "../sparse-rows.js";
import { type Kernel, runKernel } from "./kernel.js";

/** Sparse rows and the number of rows `size` of the table they point into. */
export interface SparseAttrs extends SparseRows {
  readonly size: number;
}

/** Multiplies sparse rows with a table `[V, C]`. */
export const SPARSE_MATMUL: Kernel<SparseAttrs> = {
  name: "RelgraphSparseMatMul",
  run(call) {
    const { offsets, codes, weights } = call.attrs;
    const columns = call.input("table").shape[1]!;
    const rows = offsets.length - 1;
    const out = call.output([rows, columns]);
    const table = call.floats(call.input("table"));
    const values = call.floats(out).fill(0);
    for (let row = 0, to = 0; row < rows; row++, to += columns) {
      for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
        const weight = weights[entry]!;
        const from = codes[entry]! * columns;
        for (let c = 0; c < columns; c++)
          values[to + c] = values[to + c]! + weight * table[from + c]!;
      }
    }
    return out;
  },
  flops: (shapes, { codes }) => 2 * codes.length * shapes("table")[1]!,
  gradient: {
    backward: (dy, _saved, sparse) => ({
      table: () => runKernel(SPARSE_SCATTER, { dy }, sparse),
    }),
  },
};

/** Adds `weights[entry] · dy[row]` into row `codes[entry]` of a zero table: the transposed product. */
export const SPARSE_SCATTER: Kernel<SparseAttrs> = {
  name: "RelgraphSparseScatter",
  run(call) {
    const { offsets, codes, weights, size } = call.attrs;
    const columns = call.input("dy").shape[1]!;
    const out = call.output([size, columns]);
    const dy = call.floats(call.input("dy"));
    const values = call.floats(out).fill(0);
    for (let row = 0, from = 0; row < offsets.length - 1; row++, from += columns) {
      for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
        const weight = weights[entry]!;
        const to = codes[entry]! * columns;
        for (let c = 0; c < columns; c++) values[to + c] = values[to + c]! + weight * dy[from + c]!;
      }
    }
    return out;
  },
  flops: (shapes, { codes }) => 2 * codes.length * shapes("dy")[1]!,
};

/**
 * The kernel behind embeddings, gathers, scatters and pooling: all are sums of weighted rows, a sparse matrix times a dense
 * one, and the gradient of each is the same kernel with the two ends of every entry swapped.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type BackendMemory, type Kernel, runKernel } from "./kernel.js";

/**
 * The rows at one end of the entries: entry `j` is at row `j`; at row `rows[j]` (−1 leaves the entry out); or entries lie row
 * by row, those of row `r` being `offsets[r] … offsets[r + 1] − 1`.
 */
export type RowEnd =
  | { readonly kind: "each" }
  | { readonly kind: "listed"; readonly rows: Int32Array }
  | { readonly kind: "runs"; readonly offsets: Int32Array };

/** A sparse matrix as a list of entries: a row of the result gains `weights[j]` times a row of the source. */
export interface RowMap {
  /** Number of entries. */
  readonly count: number;
  readonly from: RowEnd;
  readonly to: RowEnd;
  /** float32 `[count]`; null means all 1. */
  readonly weights: Float32Array | null;
  /** Rows of the source and of the result. */
  readonly rowsFrom: number;
  readonly rowsTo: number;
}

/** One map per input `source0`, `source1`, …, all with the same rows of the result. */
export interface RowMapAttrs {
  readonly maps: readonly RowMap[];
}

/**
 * Maps rows of `source [rowsFrom, C]` to `out [rowsTo, C]`, both in the backend's memory. The sums of a row go in the order of
 * the entries. The first map of a result sets it, whatever it held; further ones add to it.
 */
export type AccumulateRows = (
  memory: BackendMemory,
  out: tf.TensorInfo,
  source: tf.TensorInfo,
  map: RowMap,
  first: boolean,
) => void;

/**
 * Makes the kernel over an implementation of the inner loop.
 *
 * @param accumulate - loops in JavaScript, or the wasm functions.
 */
export function rowMapKernel(accumulate: AccumulateRows): Kernel<RowMapAttrs> {
  const kernel: Kernel<RowMapAttrs> = {
    name: "RelgraphRowMap",
    run(call) {
      const { maps } = call.attrs;
      const out = call.output([maps[0]!.rowsTo, call.input("source0").shape[1]!]);
      maps.forEach((map, s) => {
        accumulate(call, out, call.input(`source${s}`), map, s === 0);
      });
      return out;
    },
    flops: (shapes, { maps }) =>
      maps.reduce((sum, { count }) => sum + 2 * count, 0) * shapes("source0")[1]!,
    gradient: {
      backward(dy, _saved, { maps }) {
        const gradients: Record<string, () => tf.Tensor> = {};
        maps.forEach((map, s) => {
          const isCopy = map.from.kind === "each" && map.to.kind === "each" && !map.weights;
          gradients[`source${s}`] = () =>
            isCopy ? tf.clone(dy) : runKernel(kernel, { source0: dy }, { maps: [swap(map)] });
        });
        return gradients;
      },
    },
  };
  return kernel;
}

function swap(map: RowMap): RowMap {
  const { from, to, rowsFrom, rowsTo } = map;
  return { ...map, from: to, to: from, rowsFrom: rowsTo, rowsTo: rowsFrom };
}

/**
 * Lists the row of each entry at one end.
 *
 * @returns int32 `[count]`, new.
 */
export function listRows(end: RowEnd, count: number): Int32Array {
  const rows = new Int32Array(count);
  switch (end.kind) {
    case "each":
      for (let j = 0; j < count; j++) rows[j] = j;
      return rows;
    case "listed":
      rows.set(end.rows.subarray(0, count));
      return rows;
    case "runs": {
      const { offsets } = end;
      for (let row = 0; row < offsets.length - 1; row++)
        rows.fill(row, offsets[row], offsets[row + 1]);
      return rows;
    }
  }
}

/** The inner loop in JavaScript, for the cpu backend and for machines without SIMD. */
export const loopAccumulate: AccumulateRows = (memory, out, source, map, first) => {
  const { count, weights } = map;
  const [from, to] = [listRows(map.from, count), listRows(map.to, count)];
  const columns = out.shape[1]!;
  const sums = memory.floats(out);
  const values = memory.floats(source);
  if (first) sums.fill(0);
  for (let j = 0; j < count; j++) {
    const read = from[j]! * columns;
    const write = to[j]! * columns;
    if (read < 0 || write < 0) continue;
    const weight = weights ? weights[j]! : 1;
    for (let c = 0; c < columns; c++)
      sums[write + c] = sums[write + c]! + weight * values[read + c]!;
  }
};

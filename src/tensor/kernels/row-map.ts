/**
 * The kernel behind embeddings, gathers, scatters and pooling: all are sums of weighted rows, a sparse matrix times a dense
 * one, and the gradient of each is the same kernel with the two ends of every entry swapped.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { type BackendMemory, type Kernel, runKernel } from "./kernel.js";

/** A sparse matrix as a list of entries: row `to[j]` of the result gains `weights[j]` times row `from[j]`. */
export interface RowMap {
  /** Number of entries. */
  readonly count: number;
  /** int32 `[count]`; null means `j` itself. An entry with −1 at either end is left out. */
  readonly from: Int32Array | null;
  /** int32 `[count]`; null means `j` itself. */
  readonly to: Int32Array | null;
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

/** Adds mapped rows of `source [rowsFrom, C]` to `out [rowsTo, C]`, both in the backend's memory. */
export type AccumulateRows = (
  memory: BackendMemory,
  out: tf.TensorInfo,
  source: tf.TensorInfo,
  map: RowMap,
) => void;

/**
 * Makes the kernel over an implementation of the inner loop.
 *
 * @param accumulate - loops in JavaScript, or the wasm function.
 */
export function rowMapKernel(accumulate: AccumulateRows): Kernel<RowMapAttrs> {
  const kernel: Kernel<RowMapAttrs> = {
    name: "RelgraphRowMap",
    run(call) {
      const { maps } = call.attrs;
      const out = call.output([maps[0]!.rowsTo, call.input("source0").shape[1]!]);
      call.floats(out).fill(0);
      maps.forEach((map, s) => {
        accumulate(call, out, call.input(`source${s}`), map);
      });
      return out;
    },
    flops: (shapes, { maps }) =>
      maps.reduce((sum, { count }) => sum + 2 * count, 0) * shapes("source0")[1]!,
    gradient: {
      backward(dy, _saved, { maps }) {
        const gradients: Record<string, () => tf.Tensor> = {};
        maps.forEach((map, s) => {
          gradients[`source${s}`] = () => runKernel(kernel, { source0: dy }, { maps: [swap(map)] });
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

/** The inner loop in JavaScript, for the cpu backend and for machines without SIMD. */
export const loopAccumulate: AccumulateRows = (
  memory,
  out,
  source,
  { count, from, to, weights },
) => {
  const columns = out.shape[1]!;
  const sums = memory.floats(out);
  const values = memory.floats(source);
  for (let j = 0; j < count; j++) {
    const read = (from ? from[j]! : j) * columns;
    const write = (to ? to[j]! : j) * columns;
    if (read < 0 || write < 0) continue;
    const weight = weights ? weights[j]! : 1;
    for (let c = 0; c < columns; c++)
      sums[write + c] = sums[write + c]! + weight * values[read + c]!;
  }
};

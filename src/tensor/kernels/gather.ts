/** Row gathers and their scatters: how messages are read along edges and how gradients flow back. */
import type * as tf from "@tensorflow/tfjs-core";
import { type Kernel, runKernel } from "./kernel.js";

/** One index per source, each int32 `[E]`, −1 adds nothing; and the rows of each source, for the gradient. */
export interface GatherAttrs {
  readonly indices: readonly Int32Array[];
  readonly sizes: readonly number[];
}

/** Sums, per output row, one row of each of the inputs `source0`, `source1`, … */
export const GATHER_SUM: Kernel<GatherAttrs> = {
  name: "RelgraphGatherSum",
  run(call) {
    const { indices } = call.attrs;
    const rows = indices[0]!.length;
    const columns = call.input("source0").shape[1]!;
    const out = call.output([rows, columns]);
    const values = call.floats(out);
    copyRows(values, call.floats(call.input("source0")), indices[0]!, columns);
    for (let s = 1; s < indices.length; s++)
      addRows(values, call.floats(call.input(`source${s}`)), indices[s]!, columns);
    return out;
  },
  gradient: {
    backward(dy, _saved, { indices, sizes }) {
      const gradients: Record<string, () => tf.Tensor> = {};
      indices.forEach((index, s) => {
        gradients[`source${s}`] = () =>
          runKernel(SCATTER_ADD, { values: dy }, { index, size: sizes[s]! });
      });
      return gradients;
    },
  },
};

/** Where each row goes, int32 `[E]` with −1 for nowhere, and the number of rows of the result. */
export interface ScatterAttrs {
  readonly index: Int32Array;
  readonly size: number;
}

/** Adds row `e` of `values [E, C]` into row `index[e]` of a zero matrix `[size, C]`. */
export const SCATTER_ADD: Kernel<ScatterAttrs> = {
  name: "RelgraphScatterAdd",
  run(call) {
    const { index, size } = call.attrs;
    const columns = call.input("values").shape[1]!;
    const out = call.output([size, columns]);
    const source = call.floats(call.input("values"));
    const values = call.floats(out).fill(0);
    for (let e = 0, from = 0; e < index.length; e++, from += columns) {
      if (index[e]! < 0) continue;
      const to = index[e]! * columns;
      for (let c = 0; c < columns; c++) values[to + c] = values[to + c]! + source[from + c]!;
    }
    return out;
  },
  gradient: {
    backward: (dy, _saved, { index, size }) => ({
      values: () => runKernel(GATHER_SUM, { source0: dy }, { indices: [index], sizes: [size] }),
    }),
  },
};

function copyRows(
  out: Float32Array,
  source: Float32Array,
  index: Int32Array,
  columns: number,
): void {
  for (let e = 0, to = 0; e < index.length; e++, to += columns) {
    if (index[e]! < 0) {
      out.fill(0, to, to + columns);
      continue;
    }
    const from = index[e]! * columns;
    for (let c = 0; c < columns; c++) out[to + c] = source[from + c]!;
  }
}

function addRows(
  out: Float32Array,
  source: Float32Array,
  index: Int32Array,
  columns: number,
): void {
  for (let e = 0, to = 0; e < index.length; e++, to += columns) {
    if (index[e]! < 0) continue;
    const from = index[e]! * columns;
    for (let c = 0; c < columns; c++) out[to + c] = out[to + c]! + source[from + c]!;
  }
}

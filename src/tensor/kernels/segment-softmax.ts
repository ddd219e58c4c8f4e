/** Softmax over the rows of each segment: attention weights of the edges of a node. */
import { type Kernel, runKernel } from "./kernel.js";
import type { SegmentAttrs } from "./segment-max.js";

/** Normalises each column of `x [E, H]` within each segment to positive numbers that sum to 1. */
export const SEGMENT_SOFTMAX: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentSoftmax",
  run(call) {
    const { offsets } = call.attrs;
    const shape = call.input("x").shape;
    const columns = shape[1]!;
    const out = call.output(shape);
    const x = call.floats(call.input("x"));
    const values = call.floats(out);
    for (let s = 0; s < offsets.length - 1; s++) {
      const end = offsets[s + 1]! * columns;
      for (let c = 0; c < columns; c++) {
        const start = offsets[s]! * columns + c;
        let largest = Number.NEGATIVE_INFINITY;
        for (let at = start; at < end; at += columns) largest = Math.max(largest, x[at]!);
        let sum = 0;
        for (let at = start; at < end; at += columns)
          sum += values[at] = Math.exp(x[at]! - largest);
        for (let at = start; at < end; at += columns) values[at] = values[at]! / sum;
      }
    }
    return out;
  },
  gradient: {
    output: true,
    backward: (dy, [y], attrs) => ({
      x: () => runKernel(SEGMENT_SOFTMAX_GRADIENT, { dy, y: y! }, attrs),
    }),
  },
};

/** Gradient of {@link SEGMENT_SOFTMAX} from its output: `y (dy − Σ dy y)`. */
export const SEGMENT_SOFTMAX_GRADIENT: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentSoftmaxGradient",
  run(call) {
    const { offsets } = call.attrs;
    const shape = call.input("y").shape;
    const columns = shape[1]!;
    const out = call.output(shape);
    const dy = call.floats(call.input("dy"));
    const y = call.floats(call.input("y"));
    const values = call.floats(out);
    for (let s = 0; s < offsets.length - 1; s++) {
      const end = offsets[s + 1]! * columns;
      for (let c = 0; c < columns; c++) {
        const start = offsets[s]! * columns + c;
        let dot = 0;
        for (let at = start; at < end; at += columns) dot += dy[at]! * y[at]!;
        for (let at = start; at < end; at += columns) values[at] = y[at]! * (dy[at]! - dot);
      }
    }
    return out;
  },
};

/** The maximum over sorted contiguous segments of rows; the other reductions are row maps. */
import { type Kernel, runKernel } from "./kernel.js";

/** Segment `s` holds rows `offsets[s] … offsets[s + 1] − 1`; int32 `[S + 1]`, ascending. */
export interface SegmentAttrs {
  readonly offsets: Int32Array;
}

/** The largest value of each column in each segment; an empty segment gives zeros. */
export const SEGMENT_MAX: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentMax",
  run(call) {
    const { offsets } = call.attrs;
    const columns = call.input("x").shape[1]!;
    const out = call.output([offsets.length - 1, columns]);
    const x = call.floats(call.input("x"));
    const values = call.floats(out).fill(0);
    for (let s = 0; s < offsets.length - 1; s++) {
      const first = offsets[s]!;
      for (let row = first; row < offsets[s + 1]!; row++)
        for (let c = 0, to = s * columns, from = row * columns; c < columns; c++)
          if (row === first || x[from + c]! > values[to + c]!) values[to + c] = x[from + c]!;
    }
    return out;
  },
  gradient: {
    inputs: ["x"],
    backward: (dy, [x], attrs) => ({
      x: () => runKernel(SEGMENT_MAX_GRADIENT, { dy, x: x! }, attrs),
    }),
  },
};

/** Hands the gradient of a maximum to the first row that reaches it. */
export const SEGMENT_MAX_GRADIENT: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentMaxGradient",
  run(call) {
    const { offsets } = call.attrs;
    const shape = call.input("x").shape;
    const columns = shape[1]!;
    const out = call.output(shape);
    const x = call.floats(call.input("x"));
    const dy = call.floats(call.input("dy"));
    const values = call.floats(out).fill(0);
    const best = new Int32Array(columns);
    for (let s = 0; s < offsets.length - 1; s++) {
      if (offsets[s] === offsets[s + 1]) continue;
      for (let c = 0; c < columns; c++) best[c] = offsets[s]! * columns + c;
      for (let row = offsets[s]! + 1; row < offsets[s + 1]!; row++)
        for (let c = 0, from = row * columns; c < columns; c++)
          if (x[from + c]! > x[best[c]!]!) best[c] = from + c;
      for (let c = 0; c < columns; c++) values[best[c]!] = dy[s * columns + c]!;
    }
    return out;
  },
};

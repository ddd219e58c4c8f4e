/** Reductions over sorted contiguous segments of rows: sum, mean, maximum, last, and three of them in one pass. */
import { type Kernel, runKernel } from "./kernel.js";

/** Segment `s` holds rows `offsets[s] … offsets[s + 1] − 1`; int32 `[S + 1]`, ascending. */
export interface SegmentAttrs {
  readonly offsets: Int32Array;
}

/** Sums the rows of each segment, times `1 / n` for the mean. */
export interface SegmentSumAttrs extends SegmentAttrs {
  readonly mean: boolean;
}

/** Sum or mean of the rows of each segment; an empty segment gives zeros. */
export const SEGMENT_SUM: Kernel<SegmentSumAttrs> = {
  name: "RelgraphSegmentSum",
  run(call) {
    const { offsets, mean } = call.attrs;
    const columns = call.input("x").shape[1]!;
    const out = call.output([offsets.length - 1, columns]);
    const x = call.floats(call.input("x"));
    const values = call.floats(out);
    const sums = new Float64Array(columns);
    for (let s = 0; s < offsets.length - 1; s++) {
      const rows = sumRows(sums, x, offsets, s);
      const factor = mean && rows > 0 ? 1 / rows : 1;
      for (let c = 0, to = s * columns; c < columns; c++) values[to + c] = sums[c]! * factor;
    }
    return out;
  },
  gradient: {
    backward: (dy, _saved, attrs) => ({ x: () => runKernel(SEGMENT_SPREAD, { dy }, attrs) }),
  },
};

/** Copies row `s` of `dy [S, C]` to every row of segment `s`, times `1 / n` for the mean. */
export const SEGMENT_SPREAD: Kernel<SegmentSumAttrs> = {
  name: "RelgraphSegmentSpread",
  run(call) {
    const { offsets, mean } = call.attrs;
    const columns = call.input("dy").shape[1]!;
    const out = call.output([offsets[offsets.length - 1]!, columns]);
    const dy = call.floats(call.input("dy"));
    const values = call.floats(out);
    for (let s = 0; s < offsets.length - 1; s++) {
      const factor = mean ? 1 / (offsets[s + 1]! - offsets[s]!) : 1;
      for (let row = offsets[s]!; row < offsets[s + 1]!; row++)
        for (let c = 0, to = row * columns, from = s * columns; c < columns; c++)
          values[to + c] = dy[from + c]! * factor;
    }
    return out;
  },
};

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

/** The last row of each segment, the most recent one when rows are sorted by time; empty gives zeros. */
export const SEGMENT_LAST: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentLast",
  run(call) {
    const { offsets } = call.attrs;
    const columns = call.input("x").shape[1]!;
    const out = call.output([offsets.length - 1, columns]);
    const x = call.floats(call.input("x"));
    const values = call.floats(out).fill(0);
    for (let s = 0; s < offsets.length - 1; s++) {
      if (offsets[s] === offsets[s + 1]) continue;
      const from = (offsets[s + 1]! - 1) * columns;
      for (let c = 0, to = s * columns; c < columns; c++) values[to + c] = x[from + c]!;
    }
    return out;
  },
  gradient: {
    backward: (dy, _saved, attrs) => ({ x: () => runKernel(SEGMENT_LAST_GRADIENT, { dy }, attrs) }),
  },
};

/** Puts row `s` of `dy [S, C]` at the last row of segment `s`, zeros elsewhere. */
export const SEGMENT_LAST_GRADIENT: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentLastGradient",
  run(call) {
    const { offsets } = call.attrs;
    const columns = call.input("dy").shape[1]!;
    const out = call.output([offsets[offsets.length - 1]!, columns]);
    const dy = call.floats(call.input("dy"));
    const values = call.floats(out).fill(0);
    for (let s = 0; s < offsets.length - 1; s++) {
      if (offsets[s] === offsets[s + 1]) continue;
      const to = (offsets[s + 1]! - 1) * columns;
      for (let c = 0, from = s * columns; c < columns; c++) values[to + c] = dy[from + c]!;
    }
    return out;
  },
};

/** Mean, `sum / √(1 + n)` and last of each segment side by side: `[E, C]` to `[S, 3C]`. */
export const SEGMENT_POOL: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentPool",
  run(call) {
    const { offsets } = call.attrs;
    const columns = call.input("x").shape[1]!;
    const out = call.output([offsets.length - 1, 3 * columns]);
    const x = call.floats(call.input("x"));
    const values = call.floats(out);
    const sums = new Float64Array(columns);
    for (let s = 0; s < offsets.length - 1; s++) {
      const to = 3 * s * columns;
      const rows = sumRows(sums, x, offsets, s);
      if (rows === 0) {
        values.fill(0, to, to + 3 * columns);
        continue;
      }
      const from = (offsets[s + 1]! - 1) * columns;
      const damping = 1 / Math.sqrt(1 + rows);
      for (let c = 0; c < columns; c++) {
        values[to + c] = sums[c]! / rows;
        values[to + columns + c] = sums[c]! * damping;
        values[to + 2 * columns + c] = x[from + c]!;
      }
    }
    return out;
  },
  gradient: {
    backward: (dy, _saved, attrs) => ({ x: () => runKernel(SEGMENT_POOL_GRADIENT, { dy }, attrs) }),
  },
};

/** Gradient of {@link SEGMENT_POOL}: `[S, 3C]` to `[E, C]`. */
export const SEGMENT_POOL_GRADIENT: Kernel<SegmentAttrs> = {
  name: "RelgraphSegmentPoolGradient",
  run(call) {
    const { offsets } = call.attrs;
    const columns = call.input("dy").shape[1]! / 3;
    const out = call.output([offsets[offsets.length - 1]!, columns]);
    const dy = call.floats(call.input("dy"));
    const values = call.floats(out);
    for (let s = 0; s < offsets.length - 1; s++) {
      const [start, end] = [offsets[s]!, offsets[s + 1]!];
      if (start === end) continue;
      const from = 3 * s * columns;
      const [share, damping] = [1 / (end - start), 1 / Math.sqrt(1 + end - start)];
      const first = start * columns;
      for (let c = 0; c < columns; c++)
        values[first + c] = dy[from + c]! * share + dy[from + columns + c]! * damping;
      for (let row = start + 1; row < end; row++)
        values.copyWithin(row * columns, first, first + columns);
      for (let c = 0, to = (end - 1) * columns; c < columns; c++)
        values[to + c] = values[to + c]! + dy[from + 2 * columns + c]!;
    }
    return out;
  },
};

function sumRows(
  sums: Float64Array,
  x: Float32Array,
  offsets: Int32Array,
  segment: number,
): number {
  const columns = sums.length;
  const [start, end] = [offsets[segment]!, offsets[segment + 1]!];
  sums.fill(0);
  for (let row = start; row < end; row++)
    for (let c = 0, from = row * columns; c < columns; c++) sums[c] = sums[c]! + x[from + c]!;
  return end - start;
}

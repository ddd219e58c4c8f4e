/** Aggregations that keep one, two or three numbers a cell. */
import type { AggregateSpec, Kernel, Take } from "./types.js";

/**
 * Makes a kernel that keeps `width` numbers a cell. The loops are plain functions of arrays, so that each is compiled once
 * for all aggregators.
 */
function flat(
  cells: number,
  width: number,
  initial: number,
  into: (state: Float64Array, ...events: Parameters<Take>) => void,
  worth: (state: Float64Array, cells: number) => Float64Array = (state) => state,
): Kernel {
  const state = new Float64Array(cells * width);
  if (initial !== 0) state.fill(initial);
  return {
    take: (owners, values, times, first, end, base) =>
      into(state, owners, values, times, first, end, base),
    finish: () => ({ values: worth(state, cells), lists: null }),
  };
}

/** Counts events; an empty window counts 0. */
export function countCells(cells: number): Kernel {
  const counts = new Int32Array(cells);
  return {
    take: (owners, _values, _times, first, end, base) =>
      countInto(counts, owners, first, end, base),
    finish: () => ({ values: new Float64Array(counts), lists: null }),
  };
}

function countInto(
  counts: Int32Array,
  owners: Int32Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner >= 0) counts[base + owner]!++;
  }
}

/** Adds values up in row order, in float64; an empty window sums to 0. */
export function sumCells(cells: number): Kernel {
  return flat(cells, 1, 0, sumInto);
}

function sumInto(
  sums: Float64Array,
  owners: Int32Array,
  values: Float64Array,
  _times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner >= 0) sums[base + owner]! += values[i]!;
  }
}

/** Averages; null where there is no event. */
export function averageCells(cells: number): Kernel {
  return flat(cells, 2, 0, averageInto, averageOf);
}

/** Sum and count lie side by side, on one cache line. */
function averageInto(
  state: Float64Array,
  owners: Int32Array,
  values: Float64Array,
  _times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner < 0) continue;
    const at = (base + owner) * 2;
    state[at]! += values[i]!;
    state[at + 1]!++;
  }
}

function averageOf(state: Float64Array, cells: number): Float64Array {
  const averages = new Float64Array(cells);
  // 0 / 0 is NaN, the null of an empty window.
  for (let cell = 0; cell < cells; cell++) averages[cell] = state[cell * 2]! / state[cell * 2 + 1]!;
  return averages;
}

/** The smallest value; null where there is no event. */
export function minCells(cells: number): Kernel {
  return flat(cells, 1, Number.NaN, minInto);
}

function minInto(
  best: Float64Array,
  owners: Int32Array,
  values: Float64Array,
  _times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    // A comparison with NaN is false, so the first value of a cell always enters.
    if (owner >= 0 && !(best[base + owner]! <= values[i]!)) best[base + owner] = values[i]!;
  }
}

/** The largest value; null where there is no event. */
export function maxCells(cells: number): Kernel {
  return flat(cells, 1, Number.NaN, maxInto);
}

function maxInto(
  best: Float64Array,
  owners: Int32Array,
  values: Float64Array,
  _times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner >= 0 && !(best[base + owner]! >= values[i]!)) best[base + owner] = values[i]!;
  }
}

/** The value of the earliest event, of events at the same time the first by row; null where there is none. */
export function firstCells(cells: number): Kernel {
  return flat(cells, 2, Number.NaN, firstInto, everySecond);
}

function firstInto(
  state: Float64Array,
  owners: Int32Array,
  values: Float64Array,
  times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner < 0) continue;
    const at = (base + owner) * 2;
    if (state[at]! <= times[i]!) continue;
    state[at] = times[i]!;
    state[at + 1] = values[i]!;
  }
}

/** The value of the latest event, of events at the same time the last by row; null where there is none. */
export function lastCells(cells: number): Kernel {
  return flat(cells, 2, Number.NaN, lastInto, everySecond);
}

function lastInto(
  state: Float64Array,
  owners: Int32Array,
  values: Float64Array,
  times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner < 0) continue;
    const at = (base + owner) * 2;
    if (state[at]! > times[i]!) continue;
    state[at] = times[i]!;
    state[at + 1] = values[i]!;
  }
}

function everySecond(state: Float64Array, cells: number): Float64Array {
  const values = new Float64Array(cells);
  for (let cell = 0; cell < cells; cell++) values[cell] = state[cell * 2 + 1]!;
  return values;
}

/**
 * The sample variance (n - 1) or its root, by Welford's updates; null below two events.
 *
 * @see Welford 1962, Note on a Method for Calculating Corrected Sums of Squares and Products.
 */
export function varianceCells(cells: number, root: boolean): Kernel {
  return flat(cells, 3, 0, varianceInto, (state) => varianceOf(state, cells, root));
}

/** Count, mean and sum of squared deviations. */
function varianceInto(
  state: Float64Array,
  owners: Int32Array,
  values: Float64Array,
  _times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner < 0) continue;
    const at = (base + owner) * 3;
    const value = values[i]!;
    const count = ++state[at]!;
    const deviation = value - state[at + 1]!;
    const mean = state[at + 1]! + deviation / count;
    state[at + 1] = mean;
    state[at + 2]! += deviation * (value - mean);
  }
}

function varianceOf(state: Float64Array, cells: number, root: boolean): Float64Array {
  const values = new Float64Array(cells).fill(Number.NaN);
  for (let cell = 0; cell < cells; cell++) {
    const count = state[cell * 3]!;
    if (count < 2) continue;
    const variance = state[cell * 3 + 2]! / (count - 1);
    values[cell] = root ? Math.sqrt(variance) : variance;
  }
  return values;
}

/** The time from the anchor to the first event, in a unit; null where there is none. */
export function timeToNextCells({ anchors, unitMs, entities }: AggregateSpec): Kernel {
  return flat(anchors.length * entities, 1, Number.NaN, earliestInto, (earliest) => {
    for (let cell = 0; cell < earliest.length; cell++) {
      earliest[cell] = (earliest[cell]! - anchors[Math.floor(cell / entities)]!) / unitMs;
    }
    return earliest;
  });
}

function earliestInto(
  earliest: Float64Array,
  owners: Int32Array,
  _values: Float64Array,
  times: Float64Array,
  first: number,
  end: number,
  base: number,
): void {
  minInto(earliest, owners, times, times, first, end, base);
}

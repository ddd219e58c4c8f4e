/** SeedBlock: some seeds at their roots, with the runs of lists that they see, found once for all signals. */
import { visibleLimit } from "../visible.js";
import { type CategorySeries, runCount } from "./category-series.js";
import { type NumberSeries, runSum } from "./number-series.js";
import { firstAfter, type Ordering } from "./ordering.js";
import type { Roots } from "./roots.js";
import type { SignalWindow } from "./types.js";
import { windowStart } from "./windows.js";

/** Values of a signal: float32 for seeds, float64 where they are averaged over roots first. */
export type SignalValues = Float32Array | Float64Array;

/** Seeds at their roots. Positions are `−1` where the root is not known or the window cannot be placed. */
export interface SeedBlock extends Roots {
  /** int32: where the list of each root begins. */
  starts(ordering: Ordering): Int32Array;
  /** int32: one past the last row that is known. */
  ends(ordering: Ordering): Int32Array;
  /**
   * int32: the first row of a window.
   *
   * @param window - `null` = everything known.
   * @param periods - 1 for the window, 2 for the one before it, which ends where the window begins.
   */
  begins(ordering: Ordering, window: SignalWindow | null, periods?: number): Int32Array;
  /** float64: sums over a window; `periods` as above. 0 where nothing is known. */
  sums(series: NumberSeries, window: SignalWindow | null, periods?: number): Float64Array;
  /** int32: rows of a code in a window, 0 of a negative code; `−1` where the window cannot be placed. */
  counts(series: CategorySeries, code: number, window: SignalWindow | null): Int32Array;
}

/**
 * Makes a block.
 *
 * @param roots - the roots of the seeds.
 */
export function createBlock(roots: Roots): SeedBlock {
  const { rows, visible } = roots;
  const size = rows.length;
  const firsts = new Map<Ordering, Int32Array>();
  const lasts = new Map<Ordering, Int32Array>();
  const windows = new Map<Ordering, Map<string, Int32Array>>();
  const limits = new Map<string, Float64Array>();
  const totals = new Map<NumberSeries, Map<string, Float64Array>>();

  const limitsOf = (window: SignalWindow, periods: number): Float64Array =>
    remember(limits, windowKey(window, periods), () => windowStarts(visible, window, periods));

  const codes = new Map<CategorySeries, Map<string, Int32Array>>();

  const block: SeedBlock = {
    ...roots,
    starts(ordering) {
      return remember(firsts, ordering, () =>
        rows.map((root) => (root < 0 ? -1 : ordering.offsets[root]!)),
      );
    },
    ends(ordering) {
      return remember(lasts, ordering, () => {
        const { offsets, times } = ordering;
        const result = new Int32Array(size);
        for (let i = 0; i < size; i++) {
          const root = rows[i]!;
          if (root < 0) result[i] = -1;
          else if (times === null) result[i] = offsets[root + 1]!;
          else {
            const limit = visibleLimit(visible[i]!);
            result[i] = firstAfter(times, offsets[root]!, offsets[root + 1]!, limit);
          }
        }
        return result;
      });
    },
    begins(ordering, window, periods = 1) {
      if (window === null) return block.starts(ordering);
      const known = remember(windows, ordering, () => new Map<string, Int32Array>());
      return remember(known, windowKey(window, periods), () => {
        const from = limitsOf(window, periods);
        const starts = block.starts(ordering);
        const ends =
          periods > 1 ? block.begins(ordering, window, periods - 1) : block.ends(ordering);
        const { times } = ordering;
        const result = new Int32Array(size);
        for (let i = 0; i < size; i++) {
          if (starts[i]! < 0 || Number.isNaN(from[i]!)) result[i] = -1;
          else if (times === null) result[i] = ends[i]!;
          else result[i] = firstAfter(times, starts[i]!, ends[i]!, from[i]!);
        }
        return result;
      });
    },
    sums(series, window, periods = 1) {
      const known = remember(totals, series, () => new Map<string, Float64Array>());
      return remember(known, windowKey(window, periods), () => {
        const { ordering } = series;
        const starts = block.starts(ordering);
        const begins = block.begins(ordering, window, periods);
        const ends =
          periods > 1 ? block.begins(ordering, window, periods - 1) : block.ends(ordering);
        const result = new Float64Array(size);
        for (let i = 0; i < size; i++) {
          if (begins[i]! >= 0) result[i] = runSum(series, starts[i]!, begins[i]!, ends[i]!);
        }
        return result;
      });
    },
    counts(series, code, window) {
      const known = remember(codes, series, () => new Map<string, Int32Array>());
      return remember(known, `${code} ${windowKey(window, 1)}`, () => {
        const begins = block.begins(series.ordering, window);
        const ends = block.ends(series.ordering);
        const result = new Int32Array(size);
        for (let i = 0; i < size; i++) {
          result[i] = begins[i]! < 0 ? -1 : runCount(series, code, begins[i]!, ends[i]!);
        }
        return result;
      });
    },
  };
  return block;
}

function windowStarts(visible: Float64Array, window: SignalWindow, periods: number): Float64Array {
  const result = new Float64Array(visible.length);
  for (let i = 0; i < result.length; i++) {
    // Seeds mostly share their times.
    const same = i > 0 && visible[i] === visible[i - 1];
    result[i] = same ? result[i - 1]! : windowStart(visible[i]!, window, periods);
  }
  return result;
}

function windowKey(window: SignalWindow | null, periods: number): string {
  return window === null ? "all" : `${window.count} ${window.unit} ${periods}`;
}

function remember<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

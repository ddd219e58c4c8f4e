/** Ordering: the rows of a path grouped by root, each list in the order in which its rows became known. */
import { MS_PER_DAY, type Timestamp } from "../../src/core/time.js";
import { groupByParent } from "../adjacency.js";
import { timeOrder } from "../time-order.js";
import type { Chain } from "./steps.js";

/**
 * Lists of rows by root. What is known at a time is always a prefix of a list, and a window a run of it.
 *
 * @see {@link Adjacency} of ../adjacency.ts: the same layout for one foreign key.
 */
export interface Ordering {
  /** int32 `[roots + 1]`: where each root's list starts. */
  readonly offsets: Int32Array;
  /** int32 `[links]`: rows by root, then time, then row. */
  readonly rows: Int32Array;
  /** float64 `[links]`: when each is known; `null` = always. */
  readonly times: Float64Array | null;
}

/**
 * Groups the rows of a path.
 *
 * @param chain - rows with their roots and times.
 * @param usable - whether a row takes part; `null` = every row.
 * @param extra - float64 `[rows]`: a further time before which the row does not count; `null` = none.
 */
export function buildOrdering(
  chain: Chain,
  usable: ((row: number) => boolean) | null,
  extra: Float64Array | null,
): Ordering {
  let { roots, times } = chain;
  const { numRoots } = chain;
  if (usable !== null) {
    const kept = new Int32Array(roots.length);
    for (let row = 0; row < kept.length; row++) kept[row] = usable(row) ? roots[row]! : -1;
    roots = kept;
  }
  if (extra !== null) {
    const later = new Float64Array(roots.length);
    for (let row = 0; row < later.length; row++) {
      const time = times === null ? -Infinity : times[row]!;
      const known = Math.max(extra[row]!, time);
      later[row] = Number.isNaN(known) ? Infinity : known;
    }
    times = later;
  }
  const order = times === null ? null : timeOrder(times);
  const { offsets, children, childTimes } = groupByParent(roots, numRoots, times, order);
  return { offsets, rows: children, times: childTimes };
}

/**
 * Returns the first position in `from … to` whose time is after a limit.
 *
 * @param times - ascending within `from … to`.
 * @param from - the first position.
 * @param to - one past the last.
 * @param limit - the time that is still inside.
 */
export function firstAfter(
  times: Float64Array,
  from: number,
  to: number,
  limit: Timestamp,
): number {
  if (from === to || times[to - 1]! <= limit) return to;
  to--;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (times[middle]! <= limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Counts the days on which rows stand, list after list.
 *
 * @returns int32 `[links]`: how many days of any list have begun up to and with each position; all 0 without times.
 */
export function countDayStarts({ offsets, times }: Ordering): Int32Array {
  const starts = new Int32Array(times?.length ?? 0);
  if (times === null) return starts;
  let count = 0;
  for (let root = 0; root + 1 < offsets.length; root++) {
    const start = offsets[root]!;
    for (let i = start; i < offsets[root + 1]!; i++) {
      const isStart =
        i === start ||
        Math.floor(times[i]! / MS_PER_DAY) !== Math.floor(times[i - 1]! / MS_PER_DAY);
      if (isStart) count++;
      starts[i] = count;
    }
  }
  return starts;
}

/** Counts the bytes of an ordering. */
export function orderingBytes({ offsets, rows, times }: Ordering): number {
  return offsets.byteLength + rows.byteLength + (times?.byteLength ?? 0);
}

/** What a seed sees: the prefix of a parent's children that is known at a time. */
import type { Timestamp } from "../src/core/time.js";
import type { Adjacency } from "./adjacency.js";

/**
 * Returns the latest time that counts as known at a time of view. Null times are `+Infinity` and stay unseen even from
 * an infinite anchor.
 *
 * @param time - the time of view; `+Infinity` for static tasks.
 */
export function visibleLimit(time: Timestamp): Timestamp {
  return Math.min(time, Number.MAX_VALUE);
}

/**
 * Counts a parent's children that are known at a time: those at the time itself are (`time <= t`).
 *
 * @param adjacency - the foreign key.
 * @param parentRow - the parent's row.
 * @param time - the time of view; NaN sees nothing.
 * @returns the length of the visible prefix of the parent's child list; all children where the table has no time.
 * @see pyg-lib `neighbor_kernel.cpp` (upper bound, inclusive).
 */
export function visibleCount(adjacency: Adjacency, parentRow: number, time: Timestamp): number {
  const from = adjacency.offsets[parentRow]!;
  const to = adjacency.offsets[parentRow + 1]!;
  if (adjacency.childTimes === null) return to - from;
  return upperBound(adjacency.childTimes, from, to, visibleLimit(time)) - from;
}

/** Returns the first index in `from … to` whose time is after `limit`. */
function upperBound(times: Float64Array, from: number, to: number, limit: Timestamp): number {
  // Late anchors see whole lists, so the end is looked at first.
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
 * Finds a child row in its parent's list by binary search over (time, row).
 *
 * @param adjacency - the foreign key.
 * @param parentRow - the parent's row.
 * @param childRow - the row to find.
 * @param childTime - its time; anything when the child table has no time.
 * @returns its position within the list, or `−1` if it has another parent.
 */
export function childPosition(
  adjacency: Adjacency,
  parentRow: number,
  childRow: number,
  childTime: Timestamp,
): number {
  const { offsets, children, childTimes, parentRows } = adjacency;
  if (parentRows[childRow] !== parentRow) return -1;
  let from = offsets[parentRow]!;
  let to = offsets[parentRow + 1]!;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const time = childTimes === null ? childTime : childTimes[middle]!;
    if (time < childTime || (time === childTime && children[middle]! < childRow)) from = middle + 1;
    else to = middle;
  }
  return from - offsets[parentRow]!;
}

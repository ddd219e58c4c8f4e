/** One pass over the events of a table that gives each to the (anchor, entity) cells whose window it falls into. */
import type { Timestamp } from "../src/core/time.js";

/** The rows of an aggregated table, reduced to what placing them needs. */
export interface Events {
  /** int32 `[rows]`: the entity's row, negative = belongs to nobody. */
  readonly owners: Int32Array;
  /** float64 `[rows]`; `null` = the table has no time. */
  readonly times: Float64Array | null;
  /** Whether the times ascend, so that a window is a range of rows. */
  readonly sorted: boolean;
}

/** Windows in absolute times, `(from, to]`, one per anchor; both ascend. */
export interface PlacedWindows {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** Takes an event into a cell; cell = anchor index x entities + entity row. */
export type Visit = (cell: number, row: number) => void;

/**
 * Visits every (cell, event) pair, events in row order within each cell.
 *
 * @param events - the events; an event without a time (NaN) is in no window.
 * @param windows - one window per anchor, `null` = all events for the one anchor there is.
 * @param entities - number of rows of the entity table.
 * @param visit - called once for each event and each window that holds it.
 */
export function sweep(
  events: Events,
  windows: PlacedWindows | null,
  entities: number,
  visit: Visit,
): void {
  const { owners, times, sorted } = events;
  if (windows === null || times === null) {
    for (let row = 0; row < owners.length; row++) if (owners[row]! >= 0) visit(owners[row]!, row);
  } else if (sorted) sweepSorted(owners, times, windows, entities, visit);
  else sweepAny(owners, times, windows, entities, visit);
}

/** A window of sorted events is a range of rows, found by two binary searches. */
function sweepSorted(
  owners: Int32Array,
  times: Float64Array,
  { from, to }: PlacedWindows,
  entities: number,
  visit: Visit,
): void {
  for (let anchor = 0; anchor < from.length; anchor++) {
    const first = upperBound(times, from[anchor]!);
    const end = upperBound(times, to[anchor]!);
    const base = anchor * entities;
    for (let row = first; row < end; row++) {
      const owner = owners[row]!;
      if (owner >= 0) visit(base + owner, row);
    }
  }
}

/**
 * Finds for each event the anchors whose window holds it: those from the first with `to >= t` while `from < t`.
 * A table of buckets over the windows' ends gives that first anchor, where a binary search would guess wrong half the time.
 */
function sweepAny(
  owners: Int32Array,
  times: Float64Array,
  { from, to }: PlacedWindows,
  entities: number,
  visit: Visit,
): void {
  const anchors = from.length;
  const earliest = from[0]!;
  const origin = to[0]!;
  const latest = to[anchors - 1]!;
  const perMs = latest > origin ? (BUCKETS - 1) / (latest - origin) : 0;
  const firstOfBucket = new Int32Array(BUCKETS);
  for (let bucket = 1, anchor = 0; bucket < BUCKETS; bucket++) {
    // One bucket back, so that rounding never skips an anchor.
    const start = perMs === 0 ? origin : origin + (bucket - 1) / perMs;
    while (to[anchor]! < start) anchor++;
    firstOfBucket[bucket] = anchor;
  }
  for (let row = 0; row < owners.length; row++) {
    const owner = owners[row]!;
    const time = times[row]!;
    // Written so that a missing time (NaN) is left out.
    if (owner < 0 || !(time > earliest && time <= latest)) continue;
    let anchor = time <= origin ? 0 : firstOfBucket[((time - origin) * perMs) | 0]!;
    while (to[anchor]! < time) anchor++;
    for (; anchor < anchors && from[anchor]! < time; anchor++) {
      visit(anchor * entities + owner, row);
    }
  }
}

const BUCKETS = 4096;

/** Returns the number of leading times that are at or before a time. */
function upperBound(times: Float64Array, time: Timestamp): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tells whether times ascend; `NaN` breaks the order. */
export function isAscending(times: Float64Array): boolean {
  for (let row = 1; row < times.length; row++) if (!(times[row - 1]! <= times[row]!)) return false;
  return times.length === 0 || !Number.isNaN(times[0]!);
}

/** One pass over the events of a table that gives each to the (anchor, entity) cells whose window it falls into. */
import type { Timestamp } from "../../src/core/time.js";
import type { RowValues } from "../run/values-of-rows.js";
import type { EventChunk, PlacedWindows, Take } from "./types.js";

export type { PlacedWindows } from "./types.js";

/** Events handed over at once: few enough for their copies to stay in the cache. */
const BLOCK = 8192;

/**
 * Makes the function that places chunks of events. Events of one cell are taken in row order; an event without a time
 * (NaN) is in no window, one in several windows is taken for each.
 *
 * @param windows - one per anchor; `null` = all events go to the one anchor there is, as if at the same time.
 * @param entities - number of rows of the owning table.
 * @param take - takes blocks of events.
 */
export function createSweep(
  windows: PlacedWindows | null,
  entities: number,
  take: Take,
): (chunk: EventChunk) => void {
  if (windows === null) return createAllSweep(take);
  const sorted = createSortedSweep(windows, entities, take);
  const any = createAnySweep(windows, entities, take);
  return (chunk) => {
    if (chunk.times === null) return;
    if (chunk.sorted) sorted(chunk, chunk.times);
    else any(chunk, chunk.times);
  };
}

/** Without windows every event counts, and all times are alike. */
function createAllSweep(take: Take): (chunk: EventChunk) => void {
  const times = new Float64Array(BLOCK);
  const scratch = new Float64Array(BLOCK);
  return ({ owners, values }) => {
    for (let first = 0; first < owners.length; first += BLOCK) {
      const end = Math.min(owners.length, first + BLOCK);
      const numbers = values === null ? times : floats(values.data, first, end, scratch);
      take(owners.subarray(first, end), numbers, times, 0, end - first, 0);
    }
  };
}

/** A window of sorted events is a range of rows, found by two binary searches. */
function createSortedSweep(
  { from, to }: PlacedWindows,
  entities: number,
  take: Take,
): (chunk: EventChunk, times: Float64Array) => void {
  const scratch = new Float64Array(BLOCK);
  return ({ owners, values }, times) => {
    const data = values === null ? times : values.data;
    for (let anchor = 0; anchor < from.length; anchor++) {
      const begin = upperBound(times, from[anchor]!);
      const stop = upperBound(times, to[anchor]!);
      const base = anchor * entities;
      if (data instanceof Float64Array) {
        if (begin < stop) take(owners, data, times, begin, stop, base);
        continue;
      }
      for (let first = begin; first < stop; first += BLOCK) {
        const end = Math.min(stop, first + BLOCK);
        const numbers = floats(data, first, end, scratch);
        const [owned, at] = [owners.subarray(first, end), times.subarray(first, end)];
        take(owned, numbers, at, 0, end - first, base);
      }
    }
  };
}

/** Buckets over the ends of the windows. */
const BUCKETS = 4096;

/**
 * Unsorted events handed over at once, at most: so many that the cells of one anchor, once in the cache, are used often. With
 * 8,192 the cells of 200,000 entities x 12 anchors came from memory for nearly every event, and a sum took twice as long.
 */
const LARGE_BLOCK = 1 << 20;

/**
 * Finds for each event the anchors whose window holds it: those from the first with `to >= t` while `from < t`. A table of
 * buckets over the windows' ends gives that first anchor, where a binary search would guess wrong half the time. The events
 * of a block are then handed over anchor by anchor.
 */
function createAnySweep(
  { from, to }: PlacedWindows,
  entities: number,
  take: Take,
): (chunk: EventChunk, times: Float64Array) => void {
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
  let hand = createHandOver(0, anchors, entities, take);
  const place = (owners: Int32Array, times: Float64Array, numbers: Float64Array): void => {
    const { anchorOf, rowOf, counts } = hand;
    const size = anchorOf.length;
    let n = 0;
    for (let row = 0; row < owners.length; row++) {
      const time = times[row]!;
      // Written so that a missing time (NaN) is left out.
      if (owners[row]! < 0 || !(time > earliest && time <= latest)) continue;
      let anchor = time <= origin ? 0 : firstOfBucket[((time - origin) * perMs) | 0]!;
      while (to[anchor]! < time) anchor++;
      for (; anchor < anchors && from[anchor]! < time; anchor++) {
        if (n === size) {
          hand.over(n, owners, times, numbers);
          n = 0;
        }
        anchorOf[n] = anchor;
        rowOf[n++] = row;
        counts[anchor]!++;
      }
    }
    hand.over(n, owners, times, numbers);
  };
  return ({ owners, values }, times) => {
    const size = Math.min(owners.length, LARGE_BLOCK);
    if (hand.anchorOf.length < size) hand = createHandOver(size, anchors, entities, take);
    for (let first = 0; first < owners.length; first += size) {
      const end = Math.min(owners.length, first + size);
      const at = times.subarray(first, end);
      const numbers = values === null ? at : floats(values.data, first, end, hand.scratch);
      place(owners.subarray(first, end), at, numbers);
    }
  };
}

/** The places of some events of a block: pairs of anchor and row, and how many each anchor has. */
interface HandOver {
  /** For values that are not float64. */
  readonly scratch: Float64Array;
  readonly anchorOf: Int32Array;
  readonly rowOf: Int32Array;
  readonly counts: Int32Array;
  /** Takes the first `n` pairs by anchor, those of one anchor in their order, and sets the counts back to 0. */
  over(n: number, owners: Int32Array, times: Float64Array, values: Float64Array): void;
}

function createHandOver(size: number, anchors: number, entities: number, take: Take): HandOver {
  const anchorOf = new Int32Array(size);
  const rowOf = new Int32Array(size);
  const counts = new Int32Array(anchors);
  const next = new Int32Array(anchors);
  const takenOwners = new Int32Array(size);
  const takenValues = new Float64Array(size);
  const takenTimes = new Float64Array(size);
  const over: HandOver["over"] = (n, owners, times, values) => {
    for (let anchor = 0, end = 0; anchor < anchors; anchor++) {
      next[anchor] = end;
      end += counts[anchor]!;
    }
    for (let i = 0; i < n; i++) {
      const row = rowOf[i]!;
      const at = next[anchorOf[i]!]!++;
      takenOwners[at] = owners[row]!;
      takenValues[at] = values[row]!;
      takenTimes[at] = times[row]!;
    }
    for (let anchor = 0; anchor < anchors; anchor++) {
      const count = counts[anchor]!;
      if (count === 0) continue;
      const end = next[anchor]!;
      take(takenOwners, takenValues, takenTimes, end - count, end, anchor * entities);
      counts[anchor] = 0;
    }
  };
  return { scratch: new Float64Array(size), anchorOf, rowOf, counts, over };
}

/** Returns values as float64, so that one loop serves every kind; others are copied into `scratch`. */
function floats(
  data: RowValues["data"],
  first: number,
  end: number,
  scratch: Float64Array,
): Float64Array {
  const part = data.subarray(first, end);
  if (part instanceof Float64Array) return part;
  scratch.set(part);
  return scratch;
}

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

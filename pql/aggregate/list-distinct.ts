/** The distinct values of a cell as a list. */

import { gather } from "../run/row-lists.js";
import type { RowValues } from "../run/values-of-rows.js";
import { createPairStore } from "./by-anchor.js";
import type { Segments } from "./pairs.js";
import type { CellLists, Kernel } from "./types.js";

/** Distinct values in the order of their first event by time, then row; null (an empty list) where there is none. */
export function listDistinctCells(anchors: number, entities: number): Kernel {
  const settle = (kept: Segments | null, fresh: Segments): Segments =>
    dropLater(kept === null ? fresh : joinSegments(kept, fresh));
  const store = createPairStore({ anchors, entities, withTimes: true, settle });
  return {
    take: store.take,
    finish(source) {
      const sizes = new Float64Array(anchors * entities).fill(Number.NaN);
      const offsets = new Int32Array(anchors * entities + 1);
      const parts: Float64Array[] = [];
      let items = 0;
      store.drain(({ starts, values }, anchor) => {
        const base = anchor * entities;
        for (let entity = 0; entity < entities; entity++) {
          const size = starts[entity + 1]! - starts[entity]!;
          if (size > 0) sizes[base + entity] = size;
          offsets[base + entity + 1] = items + starts[entity + 1]!;
        }
        parts.push(values);
        items += values.length;
      });
      return { values: sizes, lists: joinLists(offsets, parts, source) };
    },
  };
}

function joinLists(
  offsets: Int32Array,
  parts: readonly Float64Array[],
  source: RowValues | null,
): CellLists {
  const dictionary = source?.dictionary ?? null;
  const length = offsets.at(-1)!;
  const items = dictionary === null ? new Float64Array(length) : new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    items.set(part, at);
    at += part.length;
  }
  return { offsets, items, dictionary, int64: source?.int64 ?? false };
}

/** Puts fresh pairs behind those kept, entity by entity. */
function joinSegments(kept: Segments, fresh: Segments): Segments {
  const entities = fresh.starts.length - 1;
  const starts = new Int32Array(entities + 1);
  const values = new Float64Array(kept.values.length + fresh.values.length);
  const extra = new Float64Array(values.length);
  let n = 0;
  for (let entity = 0; entity < entities; entity++) {
    starts[entity] = n;
    for (const part of [kept, fresh]) {
      for (let i = part.starts[entity]!; i < part.starts[entity + 1]!; i++) {
        values[n] = part.values[i]!;
        extra[n++] = part.extra![i]!;
      }
    }
  }
  starts[entities] = n;
  return { starts, values, extra };
}

/** Brings each segment into the order of time, then row, and keeps the first pair of each value; in place. */
function dropLater({ starts, values, extra: times }: Segments): Segments {
  const entities = starts.length - 1;
  let n = 0;
  let first = 0;
  for (let entity = 0; entity < entities; entity++) {
    const end = starts[entity + 1]!;
    starts[entity] = n;
    if (end > first) {
      sortByTime(values, times!, first, end);
      n = keepFirsts(values, times!, first, end, n);
    }
    first = end;
  }
  starts[entities] = n;
  return { starts, values: values.slice(0, n), extra: times!.slice(0, n) };
}

/** Sorts by time; equal times stay in the order they came. */
function sortByTime(values: Float64Array, times: Float64Array, first: number, end: number): void {
  if (end - first <= SHORT) insertByTime(values, times, first, end);
  else if (!ascends(times, first, end)) {
    const order = Int32Array.from({ length: end - first }, (_, i) => first + i);
    order.sort((a, b) => times[a]! - times[b]! || a - b);
    values.set(gather(values, order), first);
    times.set(gather(times, order), first);
  }
}

function insertByTime(values: Float64Array, times: Float64Array, first: number, end: number): void {
  for (let i = first + 1; i < end; i++) {
    const time = times[i]!;
    const value = values[i]!;
    let at = i;
    for (; at > first && times[at - 1]! > time; at--) {
      times[at] = times[at - 1]!;
      values[at] = values[at - 1]!;
    }
    times[at] = time;
    values[at] = value;
  }
}

function ascends(times: Float64Array, first: number, end: number): boolean {
  for (let i = first + 1; i < end; i++) if (times[i - 1]! > times[i]!) return false;
  return true;
}

/** Segments up to this length are sorted by insertion and searched from end to end. */
const SHORT = 32;

/** Copies the first pair of each value to `at` and on; returns the position behind the last. */
function keepFirsts(
  values: Float64Array,
  times: Float64Array,
  first: number,
  end: number,
  at: number,
): number {
  const begin = at;
  const seen = end - first > SHORT ? new Set<number>() : null;
  for (let i = first; i < end; i++) {
    const value = values[i]!;
    if (seen === null ? holds(values, value, begin, at) : seen.has(value)) continue;
    seen?.add(value);
    values[at] = value;
    times[at++] = times[i]!;
  }
  return at;
}

function holds(values: Float64Array, value: number, first: number, end: number): boolean {
  for (let i = first; i < end; i++) if (values[i] === value) return true;
  return false;
}

/** Aggregations of the distinct values of a cell: how many there are, and the most frequent one. */
import type { RowValues } from "../run/values-of-rows.js";
import { createPairStore } from "./by-anchor.js";
import { type Segments, sortSegments } from "./pairs.js";
import { textOrder } from "./text-cells.js";
import type { Kernel } from "./types.js";

/** The number of distinct values; an empty window counts 0. */
export function countDistinctCells(anchors: number, entities: number): Kernel {
  const store = createPairStore({ anchors, entities, withTimes: false, settle: mergeValues });
  return {
    take: store.take,
    finish() {
      const counts = new Float64Array(anchors * entities);
      store.drain(({ starts }, anchor) => {
        const base = anchor * entities;
        for (let entity = 0; entity < entities; entity++) {
          counts[base + entity] = starts[entity + 1]! - starts[entity]!;
        }
      });
      return { values: counts, lists: null };
    },
  };
}

/** Joins distinct ascending values with fresh ones in any order. */
function mergeValues(kept: Segments | null, fresh: Segments): Segments {
  sortSegments(fresh);
  if (kept === null) return dropRepeats(fresh);
  const entities = fresh.starts.length - 1;
  const starts = new Int32Array(entities + 1);
  const values = new Float64Array(kept.values.length + fresh.values.length);
  let n = 0;
  for (let entity = 0; entity < entities; entity++) {
    starts[entity] = n;
    let a = kept.starts[entity]!;
    let b = fresh.starts[entity]!;
    const endA = kept.starts[entity + 1]!;
    const endB = fresh.starts[entity + 1]!;
    while (a < endA || b < endB) {
      const fromKept = b === endB || (a < endA && kept.values[a]! <= fresh.values[b]!);
      const value = fromKept ? kept.values[a++]! : fresh.values[b++]!;
      if (n === starts[entity] || values[n - 1] !== value) values[n++] = value;
    }
  }
  starts[entities] = n;
  return { starts, values: values.slice(0, n), extra: null };
}

/** Keeps one of equal neighbours, in place. */
function dropRepeats({ starts, values }: Segments): Segments {
  const entities = starts.length - 1;
  let n = 0;
  let first = 0;
  for (let entity = 0; entity < entities; entity++) {
    const end = starts[entity + 1]!;
    starts[entity] = n;
    for (let i = first; i < end; i++) {
      if (i === first || values[i]! !== values[n - 1]!) values[n++] = values[i]!;
    }
    first = end;
  }
  starts[entities] = n;
  return { starts, values: values.slice(0, n), extra: null };
}

/** The most frequent value, of several the smallest (texts by code units, digits by value); null where there is none. */
export function modeCells(anchors: number, entities: number): Kernel {
  const store = createPairStore({ anchors, entities, withTimes: false, settle: mergeCounts });
  return {
    take: store.take,
    finish(source: RowValues | null) {
      const isBefore = smallerOf(source);
      const modes = new Float64Array(anchors * entities).fill(Number.NaN);
      store.drain(({ starts, values, extra: counts }, anchor) => {
        const base = anchor * entities;
        for (let entity = 0; entity < entities; entity++) {
          let best = starts[entity]!;
          const end = starts[entity + 1]!;
          if (best === end) continue;
          for (let i = best + 1; i < end; i++) {
            const more = counts![i]! - counts![best]!;
            if (more > 0 || (more === 0 && isBefore(values[i]!, values[best]!))) best = i;
          }
          modes[base + entity] = values[best]!;
        }
      });
      return { values: modes, lists: null };
    },
  };
}

function smallerOf(source: RowValues | null): (a: number, b: number) => boolean {
  if (source === null || source.dictionary === null) return (a, b) => a < b;
  const { dictionary } = source;
  const order = textOrder(source.int64);
  return (a, b) => order(dictionary[a]!, dictionary[b]!) < 0;
}

/** Joins counts of distinct ascending values with fresh values in any order. */
function mergeCounts(held: Segments | null, fresh: Segments): Segments {
  sortSegments(fresh);
  const entities = fresh.starts.length - 1;
  const starts = new Int32Array(entities + 1);
  const none = new Float64Array(0);
  const kept = held ?? { starts: new Int32Array(entities + 1), values: none, extra: none };
  const size = fresh.values.length + kept.values.length;
  const values = new Float64Array(size);
  const counts = new Float64Array(size);
  let n = 0;
  for (let entity = 0; entity < entities; entity++) {
    starts[entity] = n;
    let a = kept.starts[entity]!;
    let b = fresh.starts[entity]!;
    const endA = kept.starts[entity + 1]!;
    const endB = fresh.starts[entity + 1]!;
    while (a < endA || b < endB) {
      const fromKept = b === endB || (a < endA && kept.values[a]! <= fresh.values[b]!);
      const count = fromKept ? kept.extra![a]! : 1;
      const value = fromKept ? kept.values[a++]! : fresh.values[b++]!;
      if (n === starts[entity] || values[n - 1] !== value) values[n++] = value;
      counts[n - 1]! += count;
    }
  }
  starts[entities] = n;
  return { starts, values: values.slice(0, n), extra: counts.slice(0, n) };
}

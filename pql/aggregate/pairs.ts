/** Stores the (entity, value) pairs of one anchor as they come, and hands them out by entity. */

/** Pairs in the order they came; the arrays may be longer than `length`. */
export interface Pairs {
  length: number;
  owners: Int32Array;
  values: Float64Array;
  /** `null` where times do not matter. */
  times: Float64Array | null;
}

/** Makes an empty store. */
export function createPairs(withTimes: boolean): Pairs {
  return {
    length: 0,
    owners: new Int32Array(0),
    values: new Float64Array(0),
    times: withTimes ? new Float64Array(0) : null,
  };
}

/** Adds the owned events `first … end - 1` of some arrays. */
export function pushPairs(
  pairs: Pairs,
  owners: Int32Array,
  values: Float64Array,
  times: Float64Array,
  first: number,
  end: number,
): void {
  reserve(pairs, end - first);
  const { owners: heldOwners, values: heldValues, times: heldTimes } = pairs;
  const begin = pairs.length;
  let n = begin;
  for (let i = first; i < end; i++) {
    const owner = owners[i]!;
    if (owner < 0) continue;
    heldOwners[n] = owner;
    // Adding 0 turns -0 into 0, which are the same value.
    heldValues[n] = values[i]! + 0;
    n++;
  }
  pairs.length = n;
  if (heldTimes === null) return;
  n = begin;
  for (let i = first; i < end; i++) if (owners[i]! >= 0) heldTimes[n++] = times[i]!;
}

function reserve(pairs: Pairs, more: number): void {
  const needed = pairs.length + more;
  if (needed <= pairs.owners.length) return;
  const capacity = Math.max(needed, pairs.owners.length * 2, 64);
  const owners = new Int32Array(capacity);
  owners.set(pairs.owners.subarray(0, pairs.length));
  pairs.owners = owners;
  pairs.values = grown(pairs.values, pairs.length, capacity);
  if (pairs.times) pairs.times = grown(pairs.times, pairs.length, capacity);
}

function grown(values: Float64Array, length: number, capacity: number): Float64Array {
  const larger = new Float64Array(capacity);
  larger.set(values.subarray(0, length));
  return larger;
}

/** Numbers by entity: those of entity `e` are `values[starts[e] … starts[e + 1] - 1]`. */
export interface Segments {
  /** int32 `[entities + 1]`. */
  readonly starts: Int32Array;
  readonly values: Float64Array;
  /** A second number beside each value: a time or a count; `null` = none. */
  readonly extra: Float64Array | null;
}

/** Brings pairs into the order of their entity, those of one entity as they came; times become the second number. */
export function groupPairs(pairs: Pairs, entities: number): Segments {
  const { length, owners, values, times } = pairs;
  const starts = new Int32Array(entities + 1);
  for (let i = 0; i < length; i++) starts[owners[i]! + 1]!++;
  for (let entity = 0; entity < entities; entity++) starts[entity + 1]! += starts[entity]!;
  const next = starts.slice();
  const grouped = new Float64Array(length);
  if (times === null) {
    for (let i = 0; i < length; i++) grouped[next[owners[i]!]!++] = values[i]!;
    return { starts, values: grouped, extra: null };
  }
  const extra = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const at = next[owners[i]!]!++;
    grouped[at] = values[i]!;
    extra[at] = times[i]!;
  }
  return { starts, values: grouped, extra };
}

/** Segments up to this length are sorted by insertion, which beats the call of the engine's own sort. */
const SHORT = 24;

/** Sorts each segment's values ascending, in place. */
export function sortSegments({ starts, values }: Segments): void {
  for (let entity = 0; entity + 1 < starts.length; entity++) {
    const first = starts[entity]!;
    const end = starts[entity + 1]!;
    if (end - first > SHORT) {
      values.subarray(first, end).sort();
      continue;
    }
    for (let i = first + 1; i < end; i++) {
      const value = values[i]!;
      let at = i;
      for (; at > first && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
      values[at] = value;
    }
  }
}

/** Lists of rows and of their times: collected, joined and brought into order. */

/** Lists the marked rows, ascending. */
export function collectRows(marks: Uint8Array): Int32Array {
  let count = 0;
  for (let row = 0; row < marks.length; row++) count += marks[row]!;
  const rows = new Int32Array(count);
  for (let row = 0, next = 0; row < marks.length; row++) {
    if (marks[row] === 1) rows[next++] = row;
  }
  return rows;
}

/** Returns the values of some rows. */
export function gather(values: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}

/** Returns the order of rows by time; rows of the same time stay in row order. */
export function orderByTime(times: Float64Array): Int32Array {
  const order = Int32Array.from(times, (_, i) => i);
  return order.sort((a, b) => (times[a] === times[b] ? a - b : times[a]! - times[b]!));
}

/** Joins lists of rows. */
export function joinRows(parts: readonly Int32Array[]): Int32Array {
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Joins lists of numbers. */
export function joinTimes(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Brings values into an order; `null` keeps them as they are. */
export function reorder<A extends Int32Array | Float64Array>(
  values: A,
  order: Int32Array | null,
): A {
  if (order === null) return values;
  const ordered = values.slice() as A;
  for (let i = 0; i < order.length; i++) ordered[i] = values[order[i]!]!;
  return ordered;
}

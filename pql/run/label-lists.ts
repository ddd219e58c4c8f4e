/** Lists of classes per row: taken from values, picked by rows and joined. */
import type { TargetLists } from "../../src/task/training-table.js";
import type { Classes } from "./classes.js";
import type { RowValues } from "./values-of-rows.js";

/** Lists of class indexes: row `r` holds `items[offsets[r] … offsets[r + 1] - 1]`, distinct, in order of first appearance. */
export type ClassLists = Omit<TargetLists, "numeric">;

/**
 * Turns lists into lists of classes; what is null or of no class is left out.
 *
 * @param values - a list for each row.
 * @param indexesOf - finds classes.
 */
export function classLists(
  { data, nulls, list }: RowValues,
  indexesOf: Classes["indexesOf"],
): ClassLists {
  const { offsets, items, dictionary } = list!;
  const rows = data.length;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    if (nulls?.[row] !== 1) total += offsets[data[row]! + 1]! - offsets[data[row]!]!;
  }
  const gathered = new Float64Array(total);
  const starts = new Int32Array(rows + 1);
  for (let row = 0, at = 0; row < rows; row++) {
    if (nulls?.[row] !== 1) {
      for (let i = offsets[data[row]!]!; i < offsets[data[row]! + 1]!; i++) {
        gathered[at++] = items[i]!;
      }
    }
    starts[row + 1] = at;
  }
  return distinctItems(starts, indexesOf(gathered, dictionary));
}

/** Keeps the first of equal items of a row. */
function distinctItems(starts: Int32Array, classes: Int32Array): ClassLists {
  const offsets = new Int32Array(starts.length);
  const items = new Int32Array(classes.length);
  const seenIn = new Map<number, number>();
  let count = 0;
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row]!; i < starts[row + 1]!; i++) {
      const item = classes[i]!;
      if (item < 0 || seenIn.get(item) === row) continue;
      seenIn.set(item, row);
      items[count++] = item;
    }
    offsets[row + 1] = count;
  }
  return { offsets, items: items.slice(0, count) };
}

/** Takes the lists of some rows. */
export function takeLists({ offsets, items }: ClassLists, rows: Int32Array): ClassLists {
  const taken = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    taken[i + 1] = taken[i]! + offsets[rows[i]! + 1]! - offsets[rows[i]!]!;
  }
  const picked = new Int32Array(taken[rows.length]!);
  for (let i = 0; i < rows.length; i++) {
    picked.set(items.subarray(offsets[rows[i]!]!, offsets[rows[i]! + 1]!), taken[i]!);
  }
  return { offsets: taken, items: picked };
}

/** Puts lists one behind the other. */
export function joinLists(parts: readonly ClassLists[]): ClassLists {
  const rows = parts.reduce((sum, part) => sum + part.offsets.length - 1, 0);
  const size = parts.reduce((sum, part) => sum + part.items.length, 0);
  const offsets = new Int32Array(rows + 1);
  const items = new Int32Array(size);
  let row = 0;
  let base = 0;
  for (const part of parts) {
    items.set(part.items, base);
    for (let i = 1; i < part.offsets.length; i++) offsets[++row] = base + part.offsets[i]!;
    base += part.items.length;
  }
  return { offsets, items };
}

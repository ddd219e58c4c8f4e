/** Interactions by entity and by item, each in the order of time, so that any moment is found by binary search. */
import type { Interactions } from "../../pql/run/interactions.js";

/** Members of groups in the order of time: group `g` has the places `offsets[g] … offsets[g + 1] − 1`. */
export interface TimedGroups {
  readonly offsets: Int32Array;
  /** int32: the other side of each pair. */
  readonly others: Int32Array;
  /** float64, ascending within a group. */
  readonly times: Float64Array;
}

/** How a history is read. */
export interface HistoryView {
  /** Length of the target's window, ms. */
  readonly horizon: number;
  /** Whether an entity's own pairs are hidden, as those that a static target asks for. */
  readonly blind: boolean;
}

/** Who had what, and what was had by whom. */
export interface History {
  readonly byEntity: TimedGroups;
  readonly byItem: TimedGroups;
}

/**
 * Makes the history.
 *
 * @param interactions - in the order of time.
 * @param entities - number of rows of the entity table.
 * @param items - number of items of the catalogue.
 */
export function makeHistory(
  { owners, items: what, times }: Interactions,
  entities: number,
  items: number,
): History {
  return {
    byEntity: groupTimed(owners, what, times, entities),
    byItem: groupTimed(what, owners, times, items),
  };
}

function groupTimed(
  groups: Int32Array,
  others: Int32Array,
  times: Float64Array,
  count: number,
): TimedGroups {
  const offsets = new Int32Array(count + 1);
  for (let i = 0; i < groups.length; i++) offsets[groups[i]! + 1]!++;
  for (let g = 0; g < count; g++) offsets[g + 1]! += offsets[g]!;
  const next = offsets.slice(0, count);
  const kept = new Int32Array(groups.length);
  const at = new Float64Array(groups.length);
  for (let i = 0; i < groups.length; i++) {
    const place = next[groups[i]!]!++;
    kept[place] = others[i]!;
    at[place] = times[i]!;
  }
  return { offsets, others: kept, times: at };
}

/**
 * The end of what a group knows at a moment: places before it have times up to the moment.
 *
 * @param from - first place, `to`: one behind the last.
 */
export function placeAfter(times: Float64Array, from: number, to: number, moment: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Counts the pairs of a group in `(after, until]`. */
export function countBetween(
  { offsets, times }: TimedGroups,
  group: number,
  after: number,
  until: number,
): number {
  const [from, to] = [offsets[group]!, offsets[group + 1]!];
  return placeAfter(times, from, to, until) - placeAfter(times, from, to, after);
}

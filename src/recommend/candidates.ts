/** Candidates: the items that a recommendation for an entity at a moment chooses from. */
import type { Catalog } from "./catalog.js";
import { type History, type HistoryView, placeAfter } from "./history.js";

/** How many candidates of each kind. */
export interface CandidateLimits {
  /** Catalogues up to this size are taken whole. */
  readonly whole: number;
  readonly own: number;
  readonly peers: number;
  readonly popular: number;
  readonly fresh: number;
}

/** Limits unless set otherwise. */
export const CANDIDATE_LIMITS: CandidateLimits = {
  whole: 300,
  own: 100,
  peers: 100,
  popular: 70,
  fresh: 30,
};

/** Finds candidates. */
export interface CandidateFinder {
  /**
   * Lists candidates, distinct, ascending.
   *
   * @param entity - row of the entity table.
   * @param visible - nothing later is seen (ms).
   * @param anchor - items that come to be later are no candidates (ms).
   */
  find(entity: number, visible: number, anchor: number): Int32Array;
  /** The co-occurrence of each item with what an entity had last, of the latest `find`; 0 elsewhere. */
  readonly together: Float64Array;
}

/** Own items that peers are looked for by, peers of each, and items of each peer. */
const LATEST = { own: 10, peers: 20, items: 10 } as const;

/**
 * Makes a finder.
 *
 * @param catalog - all items.
 * @param history - who had what.
 * @param view - windows of popularity are one and three of its horizon.
 * @param limits - how many of each kind.
 */
export function createCandidateFinder(
  catalog: Catalog,
  history: History,
  { horizon, blind }: HistoryView,
  limits: CandidateLimits = CANDIDATE_LIMITS,
): CandidateFinder {
  const size = catalog.names.length;
  const together = new Float64Array(size);
  const popularAt = cachedByTime((visible) =>
    popularItems(history, size, visible, horizon, limits),
  );
  const freshAt = cachedByTime((anchor) => freshItems(catalog, anchor, limits.fresh));
  const allAt = cachedByTime((anchor) =>
    Int32Array.from(catalog.names.keys()).filter((item) => isThere(item, anchor)),
  );
  const isThere = (item: number, anchor: number): boolean => catalog.created[item]! <= anchor;
  return {
    together,
    find(entity, visible, anchor) {
      together.fill(0);
      const own = blind ? [] : ownItems(history, entity, visible);
      if (!blind) countTogether(history, entity, visible, horizon, together);
      const all = allAt(anchor);
      if (all.length <= limits.whole) return all;
      const found = new Set<number>(own.slice(0, limits.own));
      for (const item of topOf(together, limits.peers)) found.add(item);
      for (const item of popularAt(visible)) found.add(item);
      for (const item of freshAt(anchor)) found.add(item);
      return Int32Array.from(found)
        .filter((item) => isThere(item, anchor))
        .sort();
    },
  };
}

/** Distinct items of an entity, the latest first. */
function ownItems({ byEntity }: History, entity: number, visible: number): number[] {
  const from = byEntity.offsets[entity]!;
  const to = placeAfter(byEntity.times, from, byEntity.offsets[entity + 1]!, visible);
  const found = new Set<number>();
  for (let place = to - 1; place >= from; place--) found.add(byEntity.others[place]!);
  return [...found];
}

/** Adds up, for what others had who lately had the same: a peer's item counts less the longer ago it was. */
function countTogether(
  { byEntity, byItem }: History,
  entity: number,
  visible: number,
  horizon: number,
  together: Float64Array,
): void {
  const decay = (time: number): number => 2 ** (-(visible - time) / (2 * horizon));
  for (const item of ownItems({ byEntity, byItem }, entity, visible).slice(0, LATEST.own)) {
    const from = byItem.offsets[item]!;
    const to = placeAfter(byItem.times, from, byItem.offsets[item + 1]!, visible);
    for (let place = to - 1; place >= Math.max(from, to - LATEST.peers); place--) {
      const peer = byItem.others[place]!;
      if (peer === entity) continue;
      const first = byEntity.offsets[peer]!;
      const end = placeAfter(byEntity.times, first, byEntity.offsets[peer + 1]!, visible);
      for (let other = end - 1; other >= Math.max(first, end - LATEST.items); other--) {
        const weight = decay(byEntity.times[other]!);
        if (Number.isFinite(weight)) together[byEntity.others[other]!]! += weight;
        else together[byEntity.others[other]!]! += 1;
      }
    }
  }
}

/** The items with the largest values above 0, the largest first. */
function topOf(values: Float64Array, count: number): number[] {
  const found: number[] = [];
  for (let item = 0; item < values.length; item++) if (values[item]! > 0) found.push(item);
  return found.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

/** The items most had in the last one and three windows, half of each. */
function popularItems(
  { byItem }: History,
  size: number,
  visible: number,
  horizon: number,
  { popular }: CandidateLimits,
): number[] {
  const found = new Set<number>();
  for (const windows of [1, 3]) {
    const counts = new Float64Array(size);
    for (let item = 0; item < size; item++) {
      const [from, to] = [byItem.offsets[item]!, byItem.offsets[item + 1]!];
      const until = placeAfter(byItem.times, from, to, visible);
      // Without a time there are no windows: everything counts.
      const start = Number.isFinite(visible) ? visible - windows * horizon : -Infinity;
      counts[item] =
        until - (start === -Infinity ? from : placeAfter(byItem.times, from, until, start));
    }
    for (const item of topOf(counts, popular / 2)) found.add(item);
  }
  return [...found];
}

/** The newest items that are there. */
function freshItems({ created }: Catalog, anchor: number, count: number): number[] {
  const found: number[] = [];
  for (let item = 0; item < created.length; item++) {
    if (created[item]! <= anchor && created[item]! > -Infinity) found.push(item);
  }
  return found.sort((a, b) => created[b]! - created[a]! || a - b).slice(0, count);
}

/** Keeps what was found for the latest moments: rows of one anchor are asked one after the other. */
function cachedByTime<T>(make: (time: number) => T): (time: number) => T {
  const held = new Map<number, T>();
  return (time) => {
    const known = held.get(time);
    if (known !== undefined) return known;
    if (held.size > 64) held.clear();
    const made = make(time);
    held.set(time, made);
    return made;
  };
}

/** Kernels that keep pairs of entity and value, anchor by anchor, so that sorting them stays in a small range. */
import { createPairs, groupPairs, type Pairs, pushPairs, type Segments } from "./pairs.js";
import type { Take } from "./types.js";

/** What is kept and how. */
export interface PairRules {
  readonly anchors: number;
  readonly entities: number;
  readonly withTimes: boolean;
  /**
   * Makes one of what is kept (`null` = nothing) and what came since, so that memory grows with the distinct pairs; `null`
   * keeps all that comes until the end.
   */
  readonly settle: ((kept: Segments | null, fresh: Segments) => Segments) | null;
}

/** The pairs of all anchors. */
export interface PairStore {
  readonly take: Take;
  /** Calls back once for each anchor, ascending, with its pairs by entity; the store is used up. */
  drain(visit: (segments: Segments, anchor: number) => void): void;
}

/** Pairs an anchor collects before they are settled: at least this many, some for each entity, and as many as are kept. */
const PATIENCE = 65_536;
const PATIENCE_PER_ENTITY = 4;

/** Makes a store of pairs. */
export function createPairStore({ anchors, entities, withTimes, settle }: PairRules): PairStore {
  const fresh: Pairs[] = Array.from({ length: anchors }, () => createPairs(withTimes));
  const kept: (Segments | null)[] = fresh.map(() => null);
  const group = (anchor: number): Segments => {
    const grouped = groupPairs(fresh[anchor]!, entities);
    fresh[anchor] = createPairs(withTimes);
    return settle ? settle(kept[anchor]!, grouped) : grouped;
  };
  return {
    take(owners, values, times, first, end, base) {
      const anchor = entities === 0 ? 0 : base / entities;
      const pairs = fresh[anchor]!;
      pushPairs(pairs, owners, values, times, first, end);
      if (settle === null) return;
      const keptPairs = kept[anchor]?.values.length ?? 0;
      if (pairs.length > Math.max(PATIENCE, PATIENCE_PER_ENTITY * entities, keptPairs)) {
        kept[anchor] = group(anchor);
      }
    },
    drain(visit) {
      for (let anchor = 0; anchor < anchors; anchor++) {
        visit(group(anchor), anchor);
        kept[anchor] = null;
      }
    },
  };
}

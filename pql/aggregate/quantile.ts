/** Quantiles of the values of a cell. */
import { createPairStore } from "./by-anchor.js";
import { sortSegments } from "./pairs.js";
import type { Kernel } from "./types.js";

/**
 * The quantile at a share, linear between neighbours; null where there is no event. All values inside of windows are kept.
 *
 * @param share - between 0 and 1; 0.5 is the median.
 * @see numpy.quantile, method `linear` (Hyndman and Fan 1996, type 7).
 */
export function quantileCells(anchors: number, entities: number, share: number): Kernel {
  const store = createPairStore({ anchors, entities, withTimes: false, settle: null });
  return {
    take: store.take,
    finish() {
      const quantiles = new Float64Array(anchors * entities).fill(Number.NaN);
      store.drain((segments, anchor) => {
        sortSegments(segments);
        const { starts, values } = segments;
        const base = anchor * entities;
        for (let entity = 0; entity < entities; entity++) {
          const first = starts[entity]!;
          const last = starts[entity + 1]! - 1;
          if (last >= first) quantiles[base + entity] = quantileOf(values, first, last, share);
        }
      });
      return { values: quantiles, lists: null };
    },
  };
}

/** Counted from the nearer neighbour, so that rounding does not pass it. */
function quantileOf(values: Float64Array, first: number, last: number, share: number): number {
  const position = (last - first) * share;
  const below = Math.floor(position);
  const low = values[first + below]!;
  const high = values[Math.min(first + below + 1, last)]!;
  const part = position - below;
  if (low === high) return low;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

/** Activity of a path: how many rows there are, and how many became known in each window before the seed's anchor. */
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import type { Seeds } from "../../graph/seeds.js";
import { type CountedPath, createWindowCounter } from "../../graph/window-counts.js";
import type { SparseRows } from "../../src/tensor/ops.js";
import type { PathLayout } from "../paths.js";
import { COUNT_WIDTH, encodeCounts, pushCount } from "./scales.js";
import { createSink } from "./sink.js";

/** Steps of a count per peer: quarters of a row are told apart. */
const PER_PEER = 4;

/** Counts the codes of a position's activity. */
export function activityWidth(layout: PathLayout, position: number): number {
  const { windows = [] } = layout;
  if (windows.length === 0 || countedPath(layout, position) === null) return COUNT_WIDTH;
  return COUNT_WIDTH * (1 + (isShared(layout, position) ? 2 : 1) * windows.length);
}

/**
 * Encodes the activity of one position: its rows in all, the rows of each window, and where the path leads through a shared
 * parent the rows of each window per peer.
 *
 * @param seeds - `S` seeds.
 * @param totals - int32 `[S]`: visible rows behind the sampled ones.
 * @returns sparse `[S, activityWidth]`.
 */
export type ActivityEncoder = (seeds: Seeds, totals: Int32Array) => SparseRows;

/**
 * Prepares the encoding of a position's activity.
 *
 * @param graph - the graph to count in.
 * @param layout - the paths and windows.
 * @param position - a pooled position.
 */
export function createActivityEncoder(
  graph: HeteroGraph,
  layout: PathLayout,
  position: number,
): ActivityEncoder {
  const { windows = [] } = layout;
  const path = windows.length === 0 ? null : countedPath(layout, position);
  const counter = path === null ? null : createWindowCounter(graph, path, windows);
  if (counter === null) return (_seeds, totals) => encodeCounts(totals);
  const shared = isShared(layout, position);
  return (seeds, totals) => {
    const found = counter(seeds);
    const out = createSink(totals.length, 3 * (1 + 2 * windows.length));
    for (let s = 0; s < totals.length; s++) {
      pushCount(out, totals[s]!, 0);
      for (let w = 0; w < windows.length && Number.isFinite(seeds.anchorTimes[s]!); w++) {
        const count = found.windows[w]![s]!;
        pushCount(out, count, COUNT_WIDTH * (1 + w));
        if (!shared) continue;
        const perPeer = (PER_PEER * count) / Math.max(1, found.owners[s]!);
        pushCount(out, perPeer, COUNT_WIDTH * (1 + windows.length + w));
      }
      out.endRow();
    }
    return out.finish();
  };
}

/** Whether a position is reached through a parent of the seed. */
function isShared({ plan }: PathLayout, position: number): boolean {
  let top = position;
  while (plan.positions[top]!.parent >= 0) top = plan.positions[top]!.parent;
  return top !== position && plan.positions[top]!.direction === "parent";
}

/** The path of a position that leads down from the seed or one of its parents; `null` where nothing is counted. */
function countedPath({ plan, positions }: PathLayout, position: number): CountedPath | null {
  if (positions[position]!.uncounted) return null;
  const downs: number[] = [];
  let excludeSeed = false;
  for (let p = position; p >= 0; p = plan.positions[p]!.parent) {
    const { edge, direction, parent } = plan.positions[p]!;
    if (direction === "parent") {
      return parent >= 0 || downs.length === 0 ? null : { up: edge, downs, excludeSeed };
    }
    downs.unshift(edge);
    excludeSeed = plan.positions[p]!.excludeSeed;
  }
  return { up: null, downs, excludeSeed: false };
}

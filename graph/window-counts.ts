/** Window counts: how many rows at the end of a path became known in the windows before each seed's anchor, exactly. */
import { invariant } from "../src/core/assert.js";
import type { Adjacency } from "./adjacency.js";
import type { HeteroGraph } from "./hetero-graph.js";
import type { Seeds } from "./seeds.js";
import { visibleLimit } from "./visible.js";

/** A path whose end is counted: perhaps up to a parent, then down along keys. */
export interface CountedPath {
  /** Index of the key that leads from the seed to its parent; `null` starts at the seed's own row. */
  readonly up: number | null;
  /** Indexes of the keys from there down to children, their children…; at least one. */
  readonly downs: readonly number[];
  /** Leaves out the seed's own row, and what hangs from it, among the first children. */
  readonly excludeSeed: boolean;
}

/** What {@link WindowCounter} found for `S` seeds. */
export interface WindowCounts {
  /** Per window: int32 `[S]`: rows known in `(anchor − window, v]`, where `v` is the seed's visible time; 0 where the anchor is infinite. */
  readonly windows: readonly Int32Array[];
  /** int32 `[S]`: the first children that are known at `v`: what the windows can be divided by, such as the peers. */
  readonly owners: Int32Array;
}

/** Counts the end of one path for any seeds. */
export type WindowCounter = (seeds: Seeds) => WindowCounts;

/** Times by root: float64 in ascending order within each root. */
interface TimeLists {
  readonly offsets: Int32Array;
  readonly times: Float64Array;
}

/**
 * Prepares the counting of a path. Rows are sorted once by root and by when they became known, the latest time on the way
 * counting; a count is two binary searches. A path of one step shares the graph's own lists.
 *
 * @param graph - the graph.
 * @param path - the path; its keys must lead on from each other.
 * @param windows - milliseconds, each above 0.
 * @returns a counter, or `null` where no table on the way down has a time.
 * @see Kanter and Veeramachaneni 2015, Deep Feature Synthesis (aggregates along paths), here as of a time.
 */
export function createWindowCounter(
  graph: HeteroGraph,
  path: CountedPath,
  windows: readonly number[],
): WindowCounter | null {
  const lists = timeLists(graph, path.downs);
  if (lists === null) return null;
  const first = graph.edges[path.downs[0]!]!;
  const own = path.excludeSeed ? ownCounter(graph, path.downs) : null;
  const parents = path.up === null ? null : graph.edges[path.up]!;
  const parentTimes = parents === null ? null : graph.nodeTypes[parents.parentTable]!.times;
  return (seeds) => {
    const size = seeds.rows.length;
    const counts = windows.map(() => new Int32Array(size));
    const owners = new Int32Array(size);
    for (let s = 0; s < size; s++) {
      const seedRow = seeds.rows[s]!;
      const row = parents === null ? seedRow : parents.parentRows[seedRow]!;
      const seen = seeds.visibleTimes[s]!;
      if (row < 0) continue;
      if (parentTimes !== null && !(parentTimes[row]! <= visibleLimit(seen))) continue;
      owners[s] = knownChildren(first, row, seen) - (own === null ? 0 : own.isKnown(seedRow, seen));
      const anchor = seeds.anchorTimes[s]!;
      if (!Number.isFinite(anchor)) continue;
      const from = lists.offsets[row]!;
      const to = lists.offsets[row + 1]!;
      const end = firstAfter(lists.times, from, to, seen);
      for (let w = 0; w < windows.length; w++) {
        const after = anchor - windows[w]!;
        const start = firstAfter(lists.times, from, end, after);
        counts[w]![s] = end - start - (own === null ? 0 : own.count(seedRow, seen, after));
      }
    }
    return { windows: counts, owners };
  };
}

/** Sorts the rows at the end of a chain of keys by root and known time; `null` without any time. */
function timeLists(graph: HeteroGraph, downs: readonly number[]): TimeLists | null {
  const edges = downs.map((edge) => graph.edges[edge]!);
  invariant(
    edges.length > 0 &&
      edges.every((e, i) => i === 0 || e.parentTable === edges[i - 1]!.childTable),
    "a counted path leads down",
  );
  if (edges.length === 1) {
    const { offsets, childTimes } = edges[0]!;
    return childTimes === null ? null : { offsets, times: childTimes };
  }
  if (edges.every(({ childTimes }) => childTimes === null)) return null;
  const last = edges[edges.length - 1]!;
  const numRows = last.parentRows.length;
  const roots = new Int32Array(numRows);
  const times = new Float64Array(numRows);
  for (let leaf = 0; leaf < numRows; leaf++) {
    let row = leaf;
    let time = -Infinity;
    for (let e = edges.length - 1; e >= 0 && row >= 0; e--) {
      time = Math.max(time, graph.nodeTypes[edges[e]!.childTable]!.times?.[row] ?? -Infinity);
      row = edges[e]!.parentRows[row]!;
    }
    roots[leaf] = row;
    times[leaf] = time;
  }
  return groupTimes(roots, times, edges[0]!.offsets.length - 1);
}

/** Groups times by root, each group in ascending order. */
function groupTimes(roots: Int32Array, times: Float64Array, numRoots: number): TimeLists {
  const offsets = new Int32Array(numRoots + 1);
  for (const root of roots) if (root >= 0) offsets[root + 1]!++;
  for (let root = 0; root < numRoots; root++) offsets[root + 1]! += offsets[root]!;
  const next = offsets.slice(0, numRoots);
  const grouped = new Float64Array(offsets[numRoots]!);
  for (let leaf = 0; leaf < roots.length; leaf++) {
    if (roots[leaf]! >= 0) grouped[next[roots[leaf]!]!++] = times[leaf]!;
  }
  for (let root = 0; root < numRoots; root++) {
    const part = grouped.subarray(offsets[root]!, offsets[root + 1]!);
    for (let i = 1; i < part.length; i++) {
      if (part[i]! >= part[i - 1]!) continue;
      part.sort();
      break;
    }
  }
  return { offsets, times: grouped };
}

/** What of a path hangs from the seed's own row, where that row is one of the first children. */
function ownCounter(graph: HeteroGraph, downs: readonly number[]) {
  const ownTimes = graph.nodeTypes[graph.edges[downs[0]!]!.childTable]!.times;
  const below = downs.length === 1 ? null : timeLists(graph, downs.slice(1));
  const timeOf = (row: number): number => ownTimes?.[row] ?? -Infinity;
  const isKnown = (row: number, seen: number): number => Number(timeOf(row) <= visibleLimit(seen));
  const count = (row: number, seen: number, after: number): number => {
    if (!(timeOf(row) <= seen)) return 0;
    // The row itself is what is counted, or all below it became known no earlier than the row did.
    const isNew = timeOf(row) > after;
    if (downs.length === 1) return Number(isNew);
    if (below === null) return isNew ? rowsBelow(row) : 0;
    const [from, to] = [below.offsets[row]!, below.offsets[row + 1]!];
    const end = firstAfter(below.times, from, to, seen);
    return isNew ? end - from : end - firstAfter(below.times, from, end, after);
  };
  const rowsBelow = (row: number): number => {
    let rows = [row];
    for (const edge of downs.slice(1)) {
      const { offsets, children } = graph.edges[edge]!;
      rows = rows.flatMap((parent) => [
        ...children.subarray(offsets[parent]!, offsets[parent + 1]!),
      ]);
    }
    return rows.length;
  };
  return { isKnown, count };
}

function knownChildren({ offsets, childTimes }: Adjacency, row: number, seen: number): number {
  const [from, to] = [offsets[row]!, offsets[row + 1]!];
  return (childTimes === null ? to : firstAfter(childTimes, from, to, visibleLimit(seen))) - from;
}

/** Returns the first index in `from … to` whose time is after `limit`. */
function firstAfter(times: Float64Array, from: number, to: number, limit: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (times[middle]! <= limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Adjacency: the edges of one foreign key, both ways, with each parent's children in the order of time. */
import type { ForeignKey } from "../src/data/schema.js";
import type { EdgeType } from "./types.js";

/**
 * The edges of one foreign key. Child to parent is a plain array (at most one parent a row); parent to children is
 * compressed (CSR), each parent's children by time, ties by row number, so what an anchor sees is always a prefix.
 *
 * @see pyg-lib `neighbor_kernel.cpp` (CSC sorted by the source's time); Saad, Iterative Methods, 3.4 (CSR).
 */
export interface Adjacency {
  readonly foreignKey: ForeignKey;
  /** Index of the child's table in `graph.nodeTypes`. */
  readonly childTable: number;
  /** Index of the parent's table in `graph.nodeTypes`. */
  readonly parentTable: number;
  /** `f2p_…`: messages from child to parent. */
  readonly forward: EdgeType;
  /** `rev_f2p_…`: messages from parent to child. */
  readonly reverse: EdgeType;
  /** int32 `[child rows]`: the parent's row; negative where the key is null or dangling. */
  readonly parentRows: Int32Array;
  /** int32 `[parent rows + 1]`: where each parent's children start in `children`. */
  readonly offsets: Int32Array;
  /** int32 `[links]`: child rows, by parent, then time, then row. */
  readonly children: Int32Array;
  /** float64 `[links]`: the time of each entry of `children`; `null` when the child table has no time. */
  readonly childTimes: Float64Array | null;
}

/** The three arrays of the compressed side of an {@link Adjacency}. */
export type ChildLists = Pick<Adjacency, "offsets" | "children" | "childTimes">;

/**
 * Groups child rows by parent with one counting sort.
 *
 * @param parentRows - int32 `[child rows]`: the parent's row, negative for none; all below `numParents`.
 * @param numParents - rows of the parent table.
 * @param times - float64 `[child rows]`, or `null` when the child table has no time.
 * @param order - int32 `[child rows]`: child rows by time (see `timeOrder`); `null` when row order is time order.
 * @returns the child lists; linear time, 12 bytes a link (4 without time) and 4 bytes a parent.
 */
export function groupByParent(
  parentRows: Int32Array,
  numParents: number,
  times: Float64Array | null,
  order: Int32Array | null,
): ChildLists {
  const offsets = new Int32Array(numParents + 1);
  for (let row = 0; row < parentRows.length; row++) {
    const parent = parentRows[row]!;
    if (parent >= 0) offsets[parent + 1]!++;
  }
  for (let parent = 0; parent < numParents; parent++) offsets[parent + 1]! += offsets[parent]!;
  const links = offsets[numParents]!;
  const next = offsets.slice(0, numParents);
  const children = new Int32Array(links);
  // Rows are dealt out in the order of time, so every list comes out sorted.
  for (let i = 0; i < parentRows.length; i++) {
    const row = order === null ? i : order[i]!;
    const parent = parentRows[row]!;
    if (parent >= 0) children[next[parent]!++] = row;
  }
  if (times === null) return { offsets, children, childTimes: null };
  const childTimes = new Float64Array(links);
  for (let i = 0; i < links; i++) childTimes[i] = times[children[i]!]!;
  return { offsets, children, childTimes };
}

/** Counts the bytes of an adjacency; `parentRows` is shared with the database's link. */
export function adjacencyBytes(adjacency: Adjacency): number {
  const { parentRows, offsets, children, childTimes } = adjacency;
  const times = childTimes === null ? 0 : childTimes.byteLength;
  return parentRows.byteLength + offsets.byteLength + children.byteLength + times;
}

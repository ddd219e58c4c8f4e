/** Grows one tree leaf by leaf: always splits the leaf whose best split gains most. */
import { invariant } from "../core/assert.js";
import type { Rng } from "../core/random.js";
import { readCell, type Scale, type Sums, sumCells } from "./cells.js";
import type { Job, LeafSums } from "./job.js";
import type { GrowthLimits } from "./options.js";
import { chooseRows, shareOf } from "./sampling.js";
import { CELL, RECORD, type Workspace } from "./workspace.js";

/** Does jobs for all their columns, alone or with threads. */
export type Search = (job: Job) => void;

/** A split of a grown tree, in terms of bins. */
export interface GrownSplit {
  /** The search column. */
  readonly column: number;
  /** Numerical: the last bin of the left side. */
  readonly bin: number;
  /** Whether a bin goes left, [256]. */
  readonly goesLeft: Uint8Array;
  readonly gain: number;
  readonly left: number;
  readonly right: number;
}

/** A node of a grown tree: its rows are `rowOrder[start … start + count)`. */
export interface GrownNode {
  readonly start: number;
  readonly count: number;
  readonly sums: Sums;
  readonly split: GrownSplit | null;
}

/** What a tree is grown on, besides the memory. */
export interface TreeTask {
  readonly limits: GrowthLimits;
  readonly scale: Scale;
  /** Sums of the rows at `rowOrder[0 … sums.rows)`. */
  readonly sums: Sums;
  /** Whether these are all rows in order, so that cells need no gathering. */
  readonly allRows: boolean;
  readonly rng: Rng;
}

/** The best split of a leaf; its score is in units of cells. */
interface Candidate {
  readonly column: number;
  readonly bin: number;
  readonly goesLeft: Uint8Array;
  readonly left: Sums;
  readonly gain: number;
}

/** A leaf that can be split; `slot` holds its histograms, −1 if they were given up. */
interface OpenLeaf {
  readonly node: number;
  readonly depth: number;
  readonly candidate: Candidate;
  slot: number;
}

/**
 * Grows a tree on the rows listed in the memory.
 *
 * @param workspace - bins, rows and cells; the rows are put in the order of leaves.
 * @param search - who sums and scans.
 * @param task - limits and sums.
 * @returns its nodes, the root first, children after their parent.
 * @see LightGBM (Ke et al. 2017): leaf-wise growth; the smaller child is summed, the larger one is what is left.
 */
export function growTree(workspace: Workspace, search: Search, task: TreeTask): GrownNode[] {
  const { limits, sums } = task;
  const nodes: GrownNode[] = [{ start: 0, count: sums.rows, sums, split: null }];
  const open: OpenLeaf[] = [];
  const slots = freeSlots(workspace, open);
  const tree = { ...task, columns: chooseColumns(workspace, task), workspace, search, nodes };
  if (limits.leaves > 1) searchNodes(tree, open, slots, [0], 0, slots.take());
  for (let leaves = 1; leaves < limits.leaves && open.length > 0; leaves++) {
    const best = takeBest(open);
    const children = splitNode(tree, best);
    const last = leaves + 1 === limits.leaves;
    if (last) break;
    searchNodes(tree, open, slots, children, best.depth + 1, best.slot);
  }
  return nodes;
}

interface TreeInGrowth extends TreeTask {
  readonly workspace: Workspace;
  readonly search: Search;
  readonly nodes: GrownNode[];
  /** Number of columns listed at `layout.chosen`. */
  readonly columns: number;
}

interface Slots {
  /** Returns a free slot; if there is none, takes that of the leaf that gains least. */
  take(): number;
  free(slot: number): void;
}

function freeSlots({ layout }: Workspace, open: readonly OpenLeaf[]): Slots {
  const free = Array.from({ length: layout.slots }, (_, i) => layout.slots - 1 - i);
  return {
    take() {
      const slot = free.pop();
      if (slot !== undefined) return slot;
      let least: OpenLeaf | undefined;
      for (const leaf of open) {
        if (leaf.slot < 0 || (least && leaf.candidate.gain >= least.candidate.gain)) continue;
        least = leaf;
      }
      invariant(least, "a histogram is free or can be given up");
      const taken = least.slot;
      least.slot = -1;
      return taken;
    },
    free: (slot) => {
      if (slot >= 0) free.push(slot);
    },
  };
}

/** Draws the columns of the tree and lists them in the memory. */
function chooseColumns(workspace: Workspace, { limits, rng }: TreeTask): number {
  const { layout, i32, u8 } = workspace;
  const all = layout.columns.length;
  const size = limits.columnFraction < 1 && all > 0 ? shareOf(all, limits.columnFraction) : all;
  const chosen = chooseRows(all, size, rng.split("columns"));
  i32.set(chosen, layout.chosen / 4);
  u8.fill(1, layout.allowed, layout.allowed + 2 * all);
  return size;
}

function takeBest(open: OpenLeaf[]): OpenLeaf {
  let best = 0;
  for (let i = 1; i < open.length; i++) {
    if (open[i]!.candidate.gain > open[best]!.candidate.gain) best = i;
  }
  return open.splice(best, 1)[0]!;
}

/** Parts the rows of a node; returns its children, the one with fewer rows first. */
function splitNode({ workspace, nodes }: TreeInGrowth, leaf: OpenLeaf): readonly [number, number] {
  const { layout, wasm, u8, i32 } = workspace;
  const { column, bin, goesLeft, left: leftSums, gain } = leaf.candidate;
  const { start, count, sums } = nodes[leaf.node]!;
  u8.set(goesLeft, layout.leftTable);
  const rows = layout.rowOrder + 4 * start;
  const bins = layout.bins + column * layout.rows;
  wasm.part(rows, layout.rest, bins, layout.leftTable, count, layout.parted);
  const moved = i32[layout.parted / 4]!;
  invariant(moved === leftSums.rows, `${leftSums.rows} rows go left, not ${moved}`);
  u8.copyWithin(rows + 4 * moved, layout.rest, layout.rest + 4 * (count - moved));
  const [left, right] = [nodes.length, nodes.length + 1];
  nodes[leaf.node] = { start, count, sums, split: { column, bin, goesLeft, gain, left, right } };
  const rightSums = {
    gradients: sums.gradients - leftSums.gradients,
    hessians: sums.hessians - leftSums.hessians,
    rows: count - moved,
  };
  nodes.push({ start, count: moved, sums: leftSums, split: null });
  nodes.push({ start: start + moved, count: count - moved, sums: rightSums, split: null });
  return moved <= count - moved ? [left, right] : [right, left];
}

/**
 * Looks for the best splits of new nodes and opens those that have one.
 *
 * @param found - the root, or two siblings, the smaller first.
 * @param slot - a free one for the root; the parent's histograms for siblings, −1 if they were given up.
 */
function searchNodes(
  tree: TreeInGrowth,
  open: OpenLeaf[],
  slots: Slots,
  found: readonly [number] | readonly [number, number],
  depth: number,
  slot: number,
): void {
  const { limits, nodes } = tree;
  const canSplit = (node: number | undefined): node is number =>
    node !== undefined &&
    depth < limits.maxDepth &&
    nodes[node]!.count >= 2 * limits.minRowsPerLeaf;
  const settle = (node: number, child: 0 | 1, own: number): void => {
    const { layout } = tree.workspace;
    const histograms = layout.histograms + own * layout.slotBytes;
    const candidate = bestCandidate(tree, nodes[node]!.sums, child, histograms);
    if (candidate) open.push({ node, depth, candidate, slot: own });
    else slots.free(own);
  };
  const [small, large] = found;
  if (canSplit(large) && slot >= 0) {
    const built = slots.take();
    runJob(tree, [canSplit(small) ? small : null, large], small, built, slot);
    if (canSplit(small)) settle(small, 0, built);
    else slots.free(built);
    settle(large, 1, slot);
    return;
  }
  let reused = slot;
  for (const node of found) {
    if (!canSplit(node)) continue;
    const built = reused >= 0 ? reused : slots.take();
    reused = -1;
    runJob(tree, [node, null], node, built, -1);
    settle(node, 0, built);
  }
  slots.free(reused);
}

/** Sums the histograms of `summed` into one slot, takes them from another, and scans for the nodes' best splits. */
function runJob(
  tree: TreeInGrowth,
  scanned: readonly [number | null, number | null],
  summed: number,
  built: number,
  from: number,
): void {
  const { workspace, limits, scale, nodes, columns } = tree;
  const { layout, wasm } = workspace;
  const { start, count } = nodes[summed]!;
  const rowOrder = layout.rowOrder + 4 * start;
  const gathered = !(tree.allRows && summed === 0);
  if (gathered) wasm.gather(layout.leafCells, layout.cells, rowOrder, count);
  scanned.forEach((node, child) => {
    if (node !== null) chooseNodeColumns(tree, node, child);
  });
  const sumsOf = (node: number | null): LeafSums | null =>
    node === null ? null : { ...nodes[node]!.sums, best: scoreToBeat(tree, nodes[node]!.sums) };
  tree.search({
    rowOrder,
    cells: gathered ? layout.leafCells : layout.cells,
    count,
    built: layout.histograms + built * layout.slotBytes,
    from: from < 0 ? -1 : layout.histograms + from * layout.slotBytes,
    leaves: [sumsOf(scanned[0]), sumsOf(scanned[1])],
    l2: limits.l2 * scale.hessian,
    categoricalL2: limits.categoricalL2 * scale.hessian,
    smoothing: limits.categoricalSmoothing * scale.hessian,
    minHessian: Math.max(1, limits.minHessian * scale.hessian),
    columns,
  });
}

/** Draws the columns that a node may use among those of the tree. */
function chooseNodeColumns(tree: TreeInGrowth, node: number, child: number): void {
  const { workspace, limits, rng, columns } = tree;
  if (limits.columnFractionPerNode === 1 || columns === 0) return;
  const { layout, i32, u8 } = workspace;
  const size = shareOf(columns, limits.columnFractionPerNode);
  const first = layout.allowed + child * layout.columns.length;
  u8.fill(0, first, first + layout.columns.length);
  for (const k of chooseRows(columns, size, rng.split("node", node))) {
    u8[first + i32[layout.chosen / 4 + k]!] = 1;
  }
}

/** The score of a node as it is, in units of cells. */
function scoreOf({ limits, scale }: TreeTask, { gradients, hessians }: Sums): number {
  const below = hessians + limits.l2 * scale.hessian;
  return below > 0 ? gradients ** 2 / below : 0;
}

/** A split must gain `minGain`, and more than rounding can. */
function scoreToBeat(task: TreeTask, sums: Sums): number {
  const { limits, scale } = task;
  return scoreOf(task, sums) * (1 + 1e-10) + (limits.minGain * scale.gradient ** 2) / scale.hessian;
}

/** Reads the records of a child: the best column, of equal ones the first. `histograms` is the address of its slot. */
function bestCandidate(
  tree: TreeInGrowth,
  sums: Sums,
  child: 0 | 1,
  histograms: number,
): Candidate | null {
  const { workspace, scale, columns } = tree;
  const { layout, i32, f64 } = workspace;
  const chosen = layout.chosen / 4;
  const records = layout.records + child * layout.columns.length * RECORD;
  let column = -1;
  let score = scoreToBeat(tree, sums);
  for (let k = 0; k < columns; k++) {
    const found = f64[(records + i32[chosen + k]! * RECORD) / 8]!;
    if (found <= score) continue;
    score = found;
    column = i32[chosen + k]!;
  }
  if (column < 0) return null;
  const record = records + column * RECORD;
  const bin = i32[record / 4 + 2]!;
  const { kind, bins, cellOffset } = layout.columns[column]!;
  const isCategorical = kind === "categorical";
  const goesLeft = new Uint8Array(256);
  if (isCategorical) {
    for (let b = 0; b < 256; b++) goesLeft[b] = (i32[record / 4 + 8 + (b >> 5)]! >>> (b & 31)) & 1;
  } else {
    goesLeft.fill(1, 1, bin + 1);
    goesLeft[0] = i32[record / 4 + 3] === 1 ? 1 : 0;
  }
  const first = histograms + cellOffset * CELL;
  const left = sumCells(i32, first, bins, goesLeft);
  const nobodyMissing = readCell(i32, first).rows === 0;
  // Who will be missing where nobody was goes with the majority.
  if (nobodyMissing && !isCategorical) goesLeft[0] = 2 * left.rows >= sums.rows ? 1 : 0;
  const gain = ((score - scoreOf(tree, sums)) * scale.hessian) / scale.gradient ** 2;
  return { column, bin, goesLeft, left, gain };
}

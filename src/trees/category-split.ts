/** The best set of categories to send left, found by putting categories in order of gradient over hessian. */

import { readCell } from "./cells.js";
import type { Job, LeafSums } from "./job.js";
import type { Workspace } from "./workspace.js";

/** Up to so many categories are tried one against the rest. */
const ONE_AGAINST_REST = 4;

interface Category {
  readonly bin: number;
  readonly gradients: number;
  readonly hessians: number;
  readonly rows: number;
}

/**
 * Looks for the best set. Bin 0 (missing, rare, unknown) and categories of fewer rows than the smoothing stay right. With
 * few categories each is tried against the rest; else the sets are the first or last ones in order.
 *
 * @param workspace - the memory.
 * @param histogram - address of the column's cells.
 * @param bins - categories of the column.
 * @param leaf - sums of the leaf.
 * @param job - penalties, in units of cells.
 * @param out - address of the record, written if a set is better than `leaf.best`.
 * @see Fisher 1958 (the best set is a run in this order); LightGBM `FindBestThresholdCategorical` for the smoothing.
 */
export function findCategorySplit(
  workspace: Workspace,
  histogram: number,
  bins: number,
  leaf: LeafSums,
  job: Job,
  out: number,
): void {
  const { categoricalSmoothing, maxCategoriesPerSplit, minRowsPerLeaf } = workspace.layout;
  const categories: Category[] = [];
  for (let bin = 1; bin <= bins; bin++) {
    const cell = readCell(workspace.i32, histogram + 16 * bin);
    if (cell.rows >= categoricalSmoothing && cell.rows > 0) categories.push({ bin, ...cell });
  }
  const oneByOne = categories.length <= ONE_AGAINST_REST;
  const l2 = job.l2 + (oneByOne ? 0 : job.categoricalL2);
  const ratio = ({ gradients, hessians }: Category): number =>
    gradients / (hessians + job.smoothing);
  categories.sort((a, b) => ratio(a) - ratio(b) || a.bin - b.bin);
  const longest = oneByOne ? 1 : Math.min(maxCategoriesPerSplit, (categories.length + 1) >> 1);
  let best = leaf.best;
  const tryRun = (start: number, step: 1 | -1): void => {
    let [gradients, hessians, rows, rowsSinceTry] = [0, 0, 0, 0];
    for (let k = 0; k < longest && start + step * k in categories; k++) {
      const category = categories[start + step * k]!;
      gradients += category.gradients;
      hessians += category.hessians;
      rows += category.rows;
      rowsSinceTry += category.rows;
      if (leaf.rows - rows < minRowsPerLeaf || leaf.hessians - hessians < job.minHessian) return;
      if (rowsSinceTry < minRowsPerLeaf || hessians < job.minHessian) continue;
      rowsSinceTry = 0;
      const score =
        gradients ** 2 / (hessians + l2) +
        (leaf.gradients - gradients) ** 2 / (leaf.hessians - hessians + l2);
      if (score <= best) continue;
      best = score;
      workspace.f64[out >> 3] = score;
      workspace.i32[(out + 8) >> 2] = 0;
      workspace.i32[(out + 12) >> 2] = 0;
      const set = new Uint32Array(workspace.memory.buffer, out + 32, 8).fill(0);
      for (let j = 0; j <= k; j++) {
        const { bin } = categories[start + step * j]!;
        set[bin >> 5]! |= 1 << (bin & 31);
      }
    }
  };
  if (oneByOne) {
    for (const k of categories.keys()) tryRun(k, 1);
    return;
  }
  tryRun(0, 1);
  tryRun(categories.length - 1, -1);
}

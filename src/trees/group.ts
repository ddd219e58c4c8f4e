/** The inner step of the search: sum the histograms of a few columns, take them from the parent's, scan both. */
import { findCategorySplit } from "./category-split.js";
import type { Job } from "./job.js";
import { CELL, RECORD, type Workspace } from "./workspace.js";

/** Columns that are summed in one pass. */
const GROUP = 4;

/** Returns how many groups of columns a job has. */
export function groupsOf({ columns }: Pick<Job, "columns">): number {
  return Math.ceil(columns / GROUP);
}

/** Does a job for one group of columns; the result does not depend on who does it, or when. */
export function runGroup(workspace: Workspace, job: Job, group: number): void {
  const { layout, wasm, i32 } = workspace;
  const first = layout.chosen / 4 + group * GROUP;
  const count = Math.min(GROUP, job.columns - group * GROUP);
  // Places that are left over sum the first column into a spare histogram.
  const a = i32[first]!;
  const b = count > 1 ? i32[first + 1]! : -1;
  const c = count > 2 ? i32[first + 2]! : -1;
  const d = count > 3 ? i32[first + 3]! : -1;
  const [h0, h1] = [clear(workspace, job, a), clear(workspace, job, b)];
  const [h2, h3] = [clear(workspace, job, c), clear(workspace, job, d)];
  const bins0 = binsOf(workspace, a);
  const bins1 = binsOf(workspace, b < 0 ? a : b);
  const bins2 = binsOf(workspace, c < 0 ? a : c);
  const bins3 = binsOf(workspace, d < 0 ? a : d);
  wasm.build(job.rowOrder, job.cells, job.count, h0, h1, h2, h3, bins0, bins1, bins2, bins3);
  for (let k = 0; k < count; k++) {
    const column = i32[first + k]!;
    const { cellOffset, bins } = layout.columns[column]!;
    const offset = CELL * cellOffset;
    if (job.from >= 0) wasm.subtract(job.from + offset, job.built + offset, bins + 1);
    scanColumn(workspace, job, 0, column, job.built + offset);
    scanColumn(workspace, job, 1, column, job.from + offset);
  }
}

/** Clears the histogram of a column and returns its address; −1 stands for no column. */
function clear({ layout, wasm }: Workspace, job: Job, column: number): number {
  if (column < 0) return layout.spare;
  const { cellOffset, bins } = layout.columns[column]!;
  const address = job.built + CELL * cellOffset;
  wasm.clear(address, CELL * (bins + 1));
  return address;
}

function binsOf({ layout }: Workspace, column: number): number {
  return layout.bins + column * layout.rows;
}

/** Writes the best split of a column of a leaf into its record, if there is one that beats `best`. */
function scanColumn(
  workspace: Workspace,
  job: Job,
  child: 0 | 1,
  column: number,
  histogram: number,
): void {
  const { layout, wasm, f64, u8 } = workspace;
  const leaf = job.leaves[child];
  const at = child * layout.columns.length + column;
  const record = layout.records + at * RECORD;
  f64[record / 8] = -1;
  if (!leaf || u8[layout.allowed + at] === 0) return;
  const { kind, bins } = layout.columns[column]!;
  if (kind === "categorical") {
    findCategorySplit(workspace, histogram, bins, leaf, job, record);
    return;
  }
  const { gradients, hessians, rows, best } = leaf;
  const { minHessian, l2 } = job;
  const { minRowsPerLeaf } = layout;
  const all = hessians + 2 * l2;
  const least = best * all - gradients ** 2;
  wasm.scan(
    histogram,
    bins,
    gradients,
    hessians,
    rows,
    minRowsPerLeaf,
    minHessian,
    l2,
    least,
    record,
  );
  const found = f64[record / 8]!;
  if (found > 0) f64[record / 8] = (gradients ** 2 + found) / all;
}

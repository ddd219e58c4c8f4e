/** The inner step of the search: sum the histograms of a few columns, take them from the parent's, scan both. */
import { findCategorySplit } from "./category-split.js";
import type { Job } from "./job.js";
import { CELL, RECORD, type Workspace } from "./workspace.js";

/** Columns that are summed in one pass. */
const GROUP = 4;
const ROWS_MASK = 0xffffff;

/** Returns how many groups of columns a job has. */
export function groupsOf(job: Job): number {
  return Math.ceil(job.columns / GROUP);
}

/** Does a job for one group of columns; the result does not depend on who does it, or when. */
export function runGroup(workspace: Workspace, job: Job, group: number): void {
  const { layout, wasm, i32 } = workspace;
  const first = layout.chosen / 4 + group * GROUP;
  const count = Math.min(GROUP, job.columns - group * GROUP);
  const [a, b, c, d] = [0, 1, 2, 3].map((k) => (k < count ? i32[first + k]! : -1));
  wasm.build(
    ...([job.rowOrder, job.cells, job.count] as const),
    ...([clear(workspace, job, a!), clear(workspace, job, b!)] as const),
    ...([clear(workspace, job, c!), clear(workspace, job, d!)] as const),
    ...([binsOf(workspace, a!), binsOf(workspace, b!)] as const),
    ...([binsOf(workspace, c!), binsOf(workspace, d!)] as const),
  );
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
function clear({ layout, f64 }: Workspace, job: Job, column: number): number {
  if (column < 0) return layout.spare;
  const { cellOffset, bins } = layout.columns[column]!;
  const address = job.built + CELL * cellOffset;
  f64.fill(0, address / 8, (address + CELL * (bins + 1)) / 8);
  return address;
}

function binsOf({ layout }: Workspace, column: number): number {
  return layout.bins + Math.max(0, column) * layout.rows;
}

/** Writes the best split of a column of a leaf into its record, if there is one that beats `best`. */
function scanColumn(
  workspace: Workspace,
  job: Job,
  child: 0 | 1,
  column: number,
  histogram: number,
): void {
  const { layout, wasm, i32, f64, u8 } = workspace;
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
  wasm.scan(
    ...([histogram, bins, gradients, hessians, rows] as const),
    ...([minRowsPerLeaf, minHessian, l2, best, record] as const),
  );
  const missing = i32[histogram / 4 + 2]! & ROWS_MASK;
  if (missing === 0 && f64[record / 8]! > best) {
    // Nobody was missing here: who will be goes with the majority.
    const left = i32[record / 4 + 6]! & ROWS_MASK;
    i32[record / 4 + 3] = 2 * left >= rows ? 1 : 0;
  }
}

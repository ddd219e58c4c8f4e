/** The memory of a training run: bins, rows, cells and histograms side by side, shared by its threads. */
import { DataError } from "../core/errors.js";
import { type HistogramFunctions, histogramModule, MAX_PAGES } from "./histogram-module.js";
import type { GrowthLimits } from "./options.js";
import type { BinnedFeatures } from "./types.js";

/** The part of the global WebAssembly object that we use; Node's types leave it out. */
interface WebAssemblyApi {
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => { readonly buffer: SharedArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** A wasm memory; threads pass it on as it is. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** A column that can be split, as the search sees it. */
export interface SearchColumn {
  readonly kind: "numerical" | "categorical";
  /** Bins besides bin 0. */
  readonly bins: number;
  /** Cells before its own in a histogram. */
  readonly cellOffset: number;
}

/** Where everything lies, in bytes; plain data for threads. */
export interface Layout {
  readonly rows: number;
  readonly columns: readonly SearchColumn[];
  readonly slots: number;
  /** Bytes of a histogram of all columns. */
  readonly slotBytes: number;
  readonly minRowsPerLeaf: number;
  readonly categoricalSmoothing: number;
  readonly maxCategoriesPerSplit: number;
  /** Ticket and counters of the threads, see `job.ts`. */
  readonly control: number;
  readonly job: number;
  /** Search columns of this tree, i32. */
  readonly chosen: number;
  /** Whether a column may be split, [2 × columns] bytes. */
  readonly allowed: number;
  /** One record per child and column, [2 × columns × RECORD]. */
  readonly records: number;
  /** Which bins go left, 256 bytes, and how many rows did, i32. */
  readonly leftTable: number;
  readonly parted: number;
  /** A histogram for columns named twice in a group. */
  readonly spare: number;
  readonly bins: number;
  /** Row numbers, a leaf's together, i32. */
  readonly rowOrder: number;
  readonly rest: number;
  /** A cell per row, and those of one leaf in its order. */
  readonly cells: number;
  readonly leafCells: number;
  readonly histograms: number;
  readonly bytes: number;
}

/** Bytes of a record: score f64, last bin on the left i32, missing left i32; at byte 32 a set of bins, 8 × u32. */
export const RECORD = 64;
/** Bytes of a cell. */
export const CELL = 16;
/** Histograms may take so many bytes; what does not fit is summed again when needed. */
const HISTOGRAM_BYTES = 2 ** 29;

/** Views and functions over a memory. */
export interface Workspace {
  readonly layout: Layout;
  readonly memory: SharedMemory;
  readonly wasm: HistogramFunctions;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
}

/**
 * Plans the memory.
 *
 * @param binned - the matrix; columns with a single bin are left out.
 * @param limits - how trees grow.
 * @returns the layout, and which column of the matrix each search column is.
 * @throws {@link DataError} DAT408 if it would not fit 4 GiB.
 */
export function planWorkspace(
  { rows, features }: BinnedFeatures,
  limits: GrowthLimits,
): { layout: Layout; used: Int32Array } {
  const used = Int32Array.from(features.keys()).filter((f) => {
    const { count, hasMissing } = features[f]!;
    return count > (hasMissing ? 1 : 2);
  });
  let cells = 0;
  const columns = Array.from(used, (f): SearchColumn => {
    const { kind, count } = features[f]!;
    const cellOffset = cells;
    cells += count;
    return { kind, bins: count - 1, cellOffset };
  });
  const slotBytes = cells * CELL;
  const fitting = Math.max(3, Math.floor(HISTOGRAM_BYTES / Math.max(1, slotBytes)));
  const slots = Math.min(limits.leaves + 1, fitting);
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const { minRowsPerLeaf, categoricalSmoothing, maxCategoriesPerSplit } = limits;
  const layout: Omit<Layout, "bytes"> = {
    rows,
    columns,
    slots,
    slotBytes,
    minRowsPerLeaf,
    categoricalSmoothing,
    maxCategoriesPerSplit,
    control: take(256),
    job: take(256),
    chosen: take(4 * columns.length),
    allowed: take(2 * columns.length),
    records: take(2 * columns.length * RECORD),
    leftTable: take(256),
    parted: take(4),
    spare: take(256 * CELL),
    bins: take(columns.length * rows),
    rowOrder: take(4 * rows),
    rest: take(4 * rows + 4),
    cells: take(CELL * rows),
    leafCells: take(CELL * rows),
    histograms: take(slots * slotBytes),
  };
  if (end > MAX_PAGES * 65536) {
    const size = `${rows} rows × ${columns.length} columns`;
    throw new DataError("DAT408", `${size} and their histograms do not fit 4 GiB of memory`, {
      hint: "train on a sample of the rows or on fewer columns",
    });
  }
  return { layout: { ...layout, bytes: end }, used };
}

/**
 * Makes the memory of a layout and copies the bins into it.
 *
 * @throws {@link DataError} DAT408 if the machine has not so much memory.
 */
export function createWorkspace(
  layout: Layout,
  { rows, bins }: BinnedFeatures,
  used: Int32Array,
): Workspace {
  const pages = Math.max(1, Math.ceil(layout.bytes / 65536));
  const workspace = openWorkspace(layout, allocate(pages));
  used.forEach((f, c) => {
    workspace.u8.set(bins.subarray(f * rows, (f + 1) * rows), layout.bins + c * rows);
  });
  return workspace;
}

function allocate(pages: number): SharedMemory {
  try {
    return new (api().Memory)({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    const size = Math.ceil(pages / 16);
    throw new DataError("DAT408", `training needs ${size} MiB of memory, which cannot be had`, {
      hint: "train on a sample of the rows or on fewer columns",
      cause,
    });
  }
}

/** Opens a memory, in a thread too. */
export function openWorkspace(layout: Layout, memory: SharedMemory): Workspace {
  const module = new (api().Module)(histogramModule());
  const wasm = new (api().Instance)(module, { env: { memory } }).exports as HistogramFunctions;
  return {
    layout,
    memory,
    wasm,
    u8: new Uint8Array(memory.buffer),
    i32: new Int32Array(memory.buffer),
    f64: new Float64Array(memory.buffer),
  };
}

function api(): WebAssemblyApi {
  return (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
}

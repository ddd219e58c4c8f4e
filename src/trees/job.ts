/** One piece of work of the search for splits, as data. */
import type { Sums } from "./cells.js";

/** Sums of a leaf, and the score that a split of it must beat. */
export interface LeafSums extends Sums {
  readonly best: number;
}

/** What to do. Addresses are in bytes, derivatives in units of cells. */
export interface Job {
  /** The leaf whose histograms are summed: its rows and their cells, one beside the other. */
  readonly rowOrder: number;
  readonly cells: number;
  readonly count: number;
  /** Where its histograms go. */
  readonly built: number;
  /** The parent's histograms, from which the built ones are taken: what is left is the sibling's; −1 for none. */
  readonly from: number;
  /** Columns of the tree, listed at `layout.chosen`. */
  readonly columns: number;
  /** Sums of the built leaf and of its sibling; null for a leaf that is not to be split. */
  readonly leaves: readonly [LeafSums | null, LeafSums | null];
  readonly l2: number;
  readonly categoricalL2: number;
  readonly smoothing: number;
  readonly minHessian: number;
}

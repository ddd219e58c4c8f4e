/** Settings of the trees expert. */

/** Settings of the trees; conservative, not searched. */
export interface TreesConfig {
  readonly rounds: number;
  readonly learningRate: number;
  /** Leaves of a tree; `null`: 8 for few rows, up to 31 for a hundred thousand and more. */
  readonly leaves: number | null;
  readonly minRowsPerLeaf: number;
  /** Bins of a signal, at most 255. */
  readonly maxBins: number;
  readonly l2: number;
  readonly columnFraction: number;
  readonly rowFraction: number;
  /** Runs with other draws of rows and columns, averaged. */
  readonly bags: number;
  /** Rounds without a better validation loss before a run stops. */
  readonly patience: number;
  /** Half-lives that validation may choose from: how many times the span of the anchors is halved, at most; 0 weighs all alike. */
  readonly halfLives: number;
}

/** The settings unless set otherwise. */
export const DEFAULT_TREES_CONFIG: TreesConfig = {
  rounds: 800,
  learningRate: 0.04,
  leaves: null,
  minRowsPerLeaf: 20,
  maxBins: 255,
  l2: 5,
  columnFraction: 0.2,
  rowFraction: 0.8,
  bags: 3,
  patience: 40,
  halfLives: 3,
};

/**
 * Settings for whoever waits: fewer columns a tree, a shorter patience, no half-lives to choose from; passed as the option `trees`. On rel-f1
 * (2 seeds) a run takes 0.7 of the processor time at the same validation scores: position 2.663 for 2.669, dnf 79.6 for 79.4, top3
 * 90.2 for 90.2.
 */
export const FAST_TREES_CONFIG: Partial<TreesConfig> = {
  columnFraction: 0.1,
  patience: 25,
  halfLives: 0,
};

/**
 * Chooses the leaves of a tree by the rows there are to learn from.
 *
 * @param rows - training rows.
 */
export function automaticLeaves(rows: number): number {
  return Math.min(31, Math.max(8, Math.round(Math.sqrt(rows) / 10)));
}

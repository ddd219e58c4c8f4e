/** What labelling takes and gives. */
import type { LabelTable } from "../pql/run/execute.js";
import type { WorkOptions } from "./core/progress.js";
import type { Duration, Timestamp } from "./core/time.js";
import type { Table } from "./data/table.js";
import type { RowFolds } from "./task/folds.js";
import type { SplitTimes } from "./task/regime.js";

/** Which anchors to label, and how rows are split. */
export interface TimeOptions {
  /** Exactly these anchors. */
  readonly anchors?: readonly Timestamp[] | undefined;
  /** RelBench's protocol: when validation and test begin; both or none. */
  readonly val?: Timestamp | undefined;
  readonly test?: Timestamp | undefined;
  /** Validation and test anchors each; 1 by default. */
  readonly evalAnchors?: number | undefined;
  /**
   * Distance of anchors; the length of the target's window by default. Beside `table`: how far its targets look ahead of
   * their TIMESTAMP.
   */
  readonly step?: Duration | undefined;
  /**
   * The user's own training table in place of computed labels, for `PREDICT TARGET FOR EACH t.key`: the columns of the key (or
   * ENTITY), TIMESTAMP (may lack), TARGET, SPLIT (may lack).
   */
  readonly table?: Table | undefined;
  /** Static tasks: so many parts, of which each tests once; at least 2. */
  readonly folds?: number | undefined;
}

/** How a query is labelled. */
export interface LabelOptions extends WorkOptions {
  /** Seed of a random split; 0 by default. */
  readonly seed?: number | undefined;
}

/** The labels of a query. */
export interface LabelSet {
  /** The rows; split, unless the anchors were too few to split. */
  readonly labels: LabelTable;
  /** When validation and test begin, where the protocol says so; `null` otherwise. */
  readonly splitTimes: SplitTimes | null;
  /** The fold in which each row tests, where folds were asked for; the split is that of the first. */
  readonly folds?: RowFolds;
  readonly warnings: readonly string[];
}

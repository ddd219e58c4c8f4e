/** What an epoch of training came to. */

/** One epoch's figures. */
export interface EpochReport {
  readonly epoch: number;
  readonly loss: number;
  /** The primary metric on the validation rows, or `null`. */
  readonly score: number | null;
}

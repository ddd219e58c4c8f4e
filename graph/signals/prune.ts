/** Prunes signals: leaves out what is missing, constant or a double of a nearer one. */
import { InternalError } from "../../src/core/errors.js";
import type { SignalMatrix } from "./types.js";

/** Options of {@link pruneSignals}. */
export interface PruneOptions {
  /** Signals kept at most; default 400. */
  readonly limit?: number | undefined;
  /** float64 `[rows]`: what is predicted; without it the first signals of the plan are kept. NaN = unknown. */
  readonly targets?: Float64Array | undefined;
  /** Share of missing values above which a signal is dropped; default 0.98. */
  readonly maxMissing?: number | undefined;
  /** Absolute correlation, of values or ranks, above which the later of two signals is dropped; default 0.995. */
  readonly maxCorrelation?: number | undefined;
}

/**
 * Chooses the signals worth keeping.
 *
 * @param matrix - values on a sample of seeds.
 * @param options - limits and targets.
 * @returns int32, ascending: indices of `matrix.signals`.
 */
export function pruneSignals(matrix: SignalMatrix, options: PruneOptions = {}): Int32Array {
  throw new InternalError(`no pruning yet of ${matrix.numRows} rows to ${options.limit ?? 400}`);
}

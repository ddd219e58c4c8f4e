/** How a query is evaluated. */
import type { FitOptions } from "../prediction-options.js";
import type { Regime } from "../task/regime.js";
import type { CheckLevel } from "./checks.js";

/** Options of `evaluate`. */
export interface EvaluateOptions extends FitOptions {
  /** Both by default; folds know one only. */
  readonly regimes?: readonly Regime[] | undefined;
  /** Number of seeds, from `seed` on; 3 by default. Folds take the place of seeds. */
  readonly seeds?: number | undefined;
  /** Also trains the model of the entity's own row; on by default. */
  readonly entityRow?: boolean | undefined;
  /** Which checks look for leaks; `quick` (default) fits nothing more, `full` also a small model on shuffled labels. */
  readonly checks?: CheckLevel | undefined;
  /** Also fits models on 1/16 to 1/2 of the training rows, and keeps what experts tell while they learn. */
  readonly learningCurve?: boolean | undefined;
}

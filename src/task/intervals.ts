/** Prediction intervals for numbers: split-conformal, from the residuals of rows that the model was not fitted on. */
import { invariant } from "../core/assert.js";
import { ConfigError } from "../core/errors.js";
import { conformalQuantile } from "./conformal-quantile.js";

/** A monotone map of target values to the space where residuals are alike, such as `log1p`, and back. */
export interface TargetSpace {
  /** Maps a target value; increasing. */
  forward(value: number): number;
  /** Maps back; `inverse(forward(y)) = y`. */
  inverse(value: number): number;
}

/** The space of the target itself. */
export const IDENTITY_SPACE: TargetSpace = { forward: (y) => y, inverse: (z) => z };

/** Options of {@link fitIntervals}. */
export interface IntervalOptions {
  /** The share of true values that shall fall inside, in (0, 1). */
  readonly level?: number;
  readonly space?: TargetSpace;
  /** Fewest rows of a bin. */
  readonly minRows?: number;
  readonly maxBins?: number;
  /** `[rows]`, in [0, 1]: how much each row counts beside the new one, such as less for older rows; 1 when left out. */
  readonly weights?: Float64Array;
  /** The values a target can take; bounds are kept inside. */
  readonly support?: { readonly min: number | null; readonly max: number | null };
}

/** Fitted intervals: plain data that a model folder keeps. */
export interface IntervalModel {
  readonly level: number;
  /** Ascending: bin `b` holds the mapped predictions in `[edges[b − 1], edges[b])`. */
  readonly edges: readonly number[];
  /** Per bin: what to add to the mapped prediction for each bound; `null` = too few rows for this level, unbounded. */
  readonly offsets: readonly { readonly lower: number | null; readonly upper: number | null }[];
  readonly support: { readonly min: number | null; readonly max: number | null };
}

/**
 * Fits intervals to the residuals of a validation part.
 *
 * Each bound leaves out `(1 − level) / 2` by the finite-sample quantile `⌈(n + 1) q⌉ / n` of the signed residuals, so the
 * interval follows skewed residuals and, on exchangeable rows, holds a new value with a chance of at least `level`. With
 * enough rows the quantiles are taken within bins of equal size over the prediction (Mondrian), so that large predictions
 * get wide intervals. Under drift the coverage is empirical, not a guarantee.
 *
 * @param predictions - `[rows]`, in the target's unit.
 * @param targets - `[rows]`, of the same rows, which the model must not have been fitted on.
 * @param options - level (default 0.8), space (default the target's own), bins (default at most 5 of at least 200 rows).
 * @returns the fitted intervals; they hold no functions, so {@link applyIntervals} takes the space again.
 * @throws {@link ConfigError} CFG111 if the level is not between 0 and 1.
 * @see Vovk et al. 2005 (Mondrian conformal predictors); Lei et al. 2018 (split conformal); Barber et al. 2023 (weights).
 */
export function fitIntervals(
  predictions: Float64Array,
  targets: Float64Array,
  options: IntervalOptions = {},
): IntervalModel {
  const { level = 0.8, space = IDENTITY_SPACE, minRows = 200, maxBins = 5, weights } = options;
  if (!(level > 0 && level < 1)) {
    throw new ConfigError(
      "CFG111",
      `\`interval\` expects a level between 0 and 1, found ${level}`,
      {
        hint: "write 0.8 for an 80 % interval",
      },
    );
  }
  const rows = targets.length;
  invariant(predictions.length === rows, `${predictions.length} predictions, ${rows} targets`);
  const mapped = predictions.map((value) => space.forward(value));
  const residuals = targets.map((target, row) => space.forward(target) - mapped[row]!);
  const bins = Math.max(1, Math.min(maxBins, Math.floor(rows / Math.max(1, minRows))));
  const edges = equalEdges(mapped, bins, minRows);
  const ascending = Int32Array.from(targets.keys()).sort((a, b) => residuals[a]! - residuals[b]!);
  const share = 1 - (1 - level) / 2;
  const offsets = Array.from({ length: edges.length + 1 }, (_, bin) => {
    const members = ascending.filter((row) => binOf(edges, mapped[row]!) === bin);
    const upper = conformalQuantile(residuals, weights, members, share);
    const lower = conformalQuantile(residuals, weights, members.reverse(), share);
    return { lower, upper };
  });
  return { level, edges, offsets, support: options.support ?? { min: null, max: null } };
}

/**
 * Puts intervals around predictions.
 *
 * @param model - the fitted intervals.
 * @param predictions - `[rows]`, in the target's unit.
 * @param space - the space the intervals were fitted in.
 * @returns `[rows]` each: bounds in the target's unit with `lower ≤ prediction ≤ upper`; infinite where the model is
 *   unbounded and the support is too.
 */
export function applyIntervals(
  model: IntervalModel,
  predictions: Float64Array,
  space: TargetSpace = IDENTITY_SPACE,
): { lower: Float64Array; upper: Float64Array } {
  const lower = new Float64Array(predictions.length);
  const upper = new Float64Array(predictions.length);
  const min = model.support.min ?? -Infinity;
  const max = model.support.max ?? Infinity;
  for (let row = 0; row < predictions.length; row++) {
    const point = predictions[row]!;
    const mapped = space.forward(point);
    const offset = model.offsets[binOf(model.edges, mapped)]!;
    const below = offset.lower === null ? -Infinity : space.inverse(mapped + offset.lower);
    const above = offset.upper === null ? Infinity : space.inverse(mapped + offset.upper);
    lower[row] = Math.min(point, Math.max(min, below));
    upper[row] = Math.max(point, Math.min(max, above));
  }
  return { lower, upper };
}

/**
 * Inner edges that cut values into bins of about equal size, each of at least `minRows`; equal values stay together, so
 * there may be fewer bins.
 */
function equalEdges(values: Float64Array, bins: number, minRows: number): number[] {
  const sorted = values.slice().sort();
  const edges: number[] = [];
  let from = 0;
  for (let b = 1; b < bins; b++) {
    const edge = sorted[Math.floor((b * sorted.length) / bins)]!;
    const at = sorted.indexOf(edge);
    if (at - from < minRows || sorted.length - at < minRows) continue;
    edges.push(edge);
    from = at;
  }
  return edges;
}

function binOf(edges: readonly number[], value: number): number {
  let bin = 0;
  while (bin < edges.length && value >= edges[bin]!) bin++;
  return bin;
}

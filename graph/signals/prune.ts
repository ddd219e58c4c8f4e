/** Prunes signals: leaves out what is missing, constant or a double of a nearer one, and of the rest what tells least. */
import { centred, correlation, ranks, relevance } from "./relevance.js";
import type { SignalMatrix } from "./types.js";

/** Options of {@link pruneSignals}. */
export interface PruneOptions {
  /** Signals kept at most; default 400. */
  readonly limit?: number | undefined;
  /** float64 `[rows]`: what is predicted; without it the first signals of the plan are kept. NaN = unknown. */
  readonly targets?: Float64Array | Float32Array | Int32Array | undefined;
  /** Share of missing values above which a signal is dropped; default 0.98. */
  readonly maxMissing?: number | undefined;
  /** Absolute correlation, of values or ranks, above which the later of two signals is dropped; default 0.995. */
  readonly maxCorrelation?: number | undefined;
}

/** Rows looked at, evenly spread: enough for a correlation of 0.995. */
const MOST_ROWS = 2048;
/** Rows by which most pairs are told apart. */
const FEW_ROWS = 128;
/** A pair that agrees less than this on the few rows is not looked at further. */
const LEAST_AGREEMENT = 0.9;

/** A signal that may be kept, on the rows looked at. */
interface Candidate {
  readonly index: number;
  readonly score: number;
  /** Centred values of unit length, 0 where missing. */
  readonly values: Float64Array;
  /** Centred ranks of unit length, missing values lowest. */
  readonly ranks: Float64Array;
  /** The same of the few rows. */
  readonly fewValues: Float64Array;
  readonly fewRanks: Float64Array;
  readonly missing: number;
}

/**
 * Chooses the signals worth keeping. Of doubles the one that stands first is kept, which is the nearer and simpler one.
 *
 * @param matrix - values on a sample of seeds; a few thousand are enough.
 * @param options - limits and targets.
 * @returns int32, ascending: indices of `matrix.signals`.
 */
export function pruneSignals(matrix: SignalMatrix, options: PruneOptions = {}): Int32Array {
  const { limit = 400, maxMissing = 0.98, maxCorrelation = 0.995, targets } = options;
  const isAsked = (row: number): boolean => targets === undefined || !Number.isNaN(targets[row]!);
  const asked = Int32Array.from({ length: matrix.numRows }, (_, row) => row).filter(isAsked);
  const sample = evenly(asked.length, MOST_ROWS).map((i) => asked[i]!);
  const few = evenly(sample.length, FEW_ROWS);
  const target = targets && centred(ranks(pick(targets, sample)));
  const kept: Candidate[] = [];
  for (let index = 0; index < matrix.columns.length; index++) {
    const column = matrix.columns[index]!;
    const known = sharesOf(column);
    if (known.isConstant || known.missing > maxMissing) continue;
    const isCategory = matrix.signals[index]!.kind === "categorical";
    const candidate = candidateOf(index, column, isCategory, sample, few, target);
    if (!kept.some((other) => areDoubles(other, candidate, maxCorrelation))) kept.push(candidate);
    // Without targets nothing that comes later can be worth more.
    if (target === undefined && kept.length === limit) break;
  }
  const best = kept
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, limit)
    .map(({ index }) => index);
  return Int32Array.from(best).sort();
}

function sharesOf(column: Float32Array): {
  readonly missing: number;
  readonly isConstant: boolean;
} {
  let missing = 0;
  let first = Number.NaN;
  let isConstant = true;
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    if (Number.isNaN(value)) missing++;
    else if (Number.isNaN(first)) first = value;
    else if (value !== first) isConstant = false;
  }
  return { missing: column.length === 0 ? 1 : missing / column.length, isConstant };
}

function candidateOf(
  index: number,
  column: Float32Array,
  isCategory: boolean,
  sample: Int32Array,
  few: Int32Array,
  target: Float64Array | undefined,
): Candidate {
  const values = pick(column, sample);
  const order = ranks(values);
  return {
    index,
    score: target ? relevance({ values, ranks: order }, isCategory, target) : 0,
    values: centred(values),
    ranks: centred(order),
    fewValues: centred(pick(values, few)),
    fewRanks: centred(pick(order, few)),
    missing: missingShare(values),
  };
}

function areDoubles(a: Candidate, b: Candidate, limit: number): boolean {
  // One that is known where the other is missing tells more, whatever the correlation of the rest.
  if (Math.abs(a.missing - b.missing) > 0.01) return false;
  const isAlike =
    Math.abs(correlation(a.fewRanks, b.fewRanks)) >= LEAST_AGREEMENT ||
    Math.abs(correlation(a.fewValues, b.fewValues)) >= LEAST_AGREEMENT;
  if (!isAlike) return false;
  return (
    Math.abs(correlation(a.ranks, b.ranks)) > limit ||
    Math.abs(correlation(a.values, b.values)) > limit
  );
}

function pick(source: ArrayLike<number>, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < picked.length; i++) picked[i] = source[rows[i]!]!;
  return picked;
}

function missingShare(values: Float64Array): number {
  let missing = 0;
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) missing++;
  return missing / values.length;
}

/** Row numbers spread evenly over some rows. */
function evenly(rows: number, most: number): Int32Array {
  const size = Math.min(rows, most);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * rows) / size));
}

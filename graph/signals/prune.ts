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
const MOST_ROWS = 4096;
/** Rows by which most pairs are told apart. */
const FEW_ROWS = 128;
/** A pair that agrees less than this on the few rows is not looked at further. */
const LEAST_AGREEMENT = 0.9;

/** A signal that may be kept, on the rows looked at. */
interface Candidate {
  readonly index: number;
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
  const sample = evenly(matrix.numRows, MOST_ROWS);
  const few = evenly(sample.length, FEW_ROWS);
  const kept: Candidate[] = [];
  for (let index = 0; index < matrix.columns.length; index++) {
    const column = matrix.columns[index]!;
    const known = sharesOf(column);
    if (known.isConstant || known.missing > maxMissing) continue;
    const candidate = candidateOf(index, column, sample, few);
    const isDouble = kept.some((other) => areDoubles(other, candidate, maxCorrelation));
    if (!isDouble) kept.push(candidate);
    // Without targets nothing that comes later can be worth more.
    if (targets === undefined && kept.length === limit) break;
  }
  const indices = kept.map(({ index }) => index);
  if (targets === undefined || indices.length <= limit) return Int32Array.from(indices);
  const target = Float64Array.from(sample, (row) => targets[row]!);
  const scores = new Map(
    indices.map((index) => {
      const isCategory = matrix.signals[index]!.kind === "categorical";
      const values = Float64Array.from(sample, (row) => matrix.columns[index]![row]!);
      return [index, relevance(values, isCategory, target)];
    }),
  );
  indices.sort((a, b) => scores.get(b)! - scores.get(a)! || a - b);
  return Int32Array.from(indices.slice(0, limit)).sort();
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
  sample: Int32Array,
  few: Int32Array,
): Candidate {
  const values = Float64Array.from(sample, (row) => column[row]!);
  const order = ranks(values);
  const pick = (source: Float64Array): Float64Array => Float64Array.from(few, (i) => source[i]!);
  return {
    index,
    values: centred(values),
    ranks: centred(order),
    fewValues: centred(pick(values)),
    fewRanks: centred(pick(order)),
    missing: values.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0) / values.length,
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

/** Row numbers spread evenly over some rows. */
function evenly(rows: number, most: number): Int32Array {
  const size = Math.min(rows, most);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * rows) / size));
}

/** Correlations of columns with missing values, and how much a column tells about a target. */

/** Bins of a numerical column, by quantiles. */
const BINS = 16;

/**
 * Ranks values from 0 on; ties share the mean of their places, missing values come first and share theirs.
 *
 * @param values - numbers; NaN = missing.
 */
export function ranks(values: Float64Array): Float64Array {
  const order = ordered(values);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && isEqual(values[order[to]!]!, values[order[from]!]!)) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

/** Row numbers by value, missing ones first. */
function ordered(values: Float64Array): Uint32Array {
  const missingFirst = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  return Uint32Array.from(values, (_, i) => i).sort((a, b) => {
    const [x, y] = [missingFirst(values[a]!), missingFirst(values[b]!)];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

function isEqual(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/**
 * Centres values at their mean and scales them to unit length; missing values become 0, constants all 0.
 *
 * @param values - numbers; NaN = missing.
 */
export function centred(values: Float64Array): Float64Array {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  const mean = sum / count;
  const result = values.map((value) => (Number.isNaN(value) ? 0 : value - mean));
  let square = 0;
  for (const value of result) square += value * value;
  if (square === 0) return result;
  const scale = 1 / Math.sqrt(square);
  return result.map((value) => value * scale);
}

/** Correlates two centred columns of unit length. */
export function correlation(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * Tells which part of a target's variance, in ranks, lies between the bins of a column; what chance gives is taken off.
 * Missing values are a bin of their own, so it sees curves and gaps that a correlation does not.
 *
 * @param values - the column; NaN = missing.
 * @param isCategory - whether each value is a bin.
 * @param targets - the target; NaN = unknown, left out.
 * @see Pearson 1905 (correlation ratio).
 */
export function relevance(
  values: Float64Array,
  isCategory: boolean,
  targets: Float64Array,
): number {
  const rows = Uint32Array.from(targets, (_, i) => i).filter((i) => !Number.isNaN(targets[i]!));
  const target = centred(ranks(Float64Array.from(rows, (i) => targets[i]!)));
  const column = Float64Array.from(rows, (i) => values[i]!);
  const places = isCategory ? column : ranks(column);
  const bins = new Map<number, { sum: number; count: number }>();
  for (let i = 0; i < rows.length; i++) {
    const isMissing = Number.isNaN(column[i]!);
    const key = isMissing
      ? -1
      : isCategory
        ? places[i]!
        : Math.floor((BINS * places[i]!) / rows.length);
    const bin = bins.get(key);
    if (bin) {
      bin.sum += target[i]!;
      bin.count++;
    } else bins.set(key, { sum: target[i]!, count: 1 });
  }
  let between = 0;
  for (const { sum, count } of bins.values()) between += (sum * sum) / count;
  return between - (bins.size - 1) / Math.max(1, rows.length - 1);
}

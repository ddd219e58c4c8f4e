/** Weighted quantiles, for leaves and first scores of the robust losses. */

/**
 * Returns the quantile of weighted values: the smallest value that has at least the share `alpha` of the weight at or
 * below it; half way to the next one where that share is met exactly (the usual median of an even number).
 *
 * @param values - finite numbers; the array is reordered.
 * @param alpha - share in (0, 1).
 * @param weights - one per value, at least 0; all 1 when left out.
 * @returns 0 if there is nothing with weight.
 */
export function weightedQuantile(
  values: Float64Array,
  alpha: number,
  weights?: Float64Array,
): number {
  if (values.length === 0) return 0;
  return weights ? ofWeighted(values, alpha, weights) : ofEqual(values, alpha);
}

function ofEqual(values: Float64Array, alpha: number): number {
  const rank = alpha * values.length;
  const index = Math.max(0, Math.min(values.length - 1, Math.ceil(rank) - 1));
  const found = select(values, index);
  if (index + 1 !== rank || index + 1 === values.length) return found;
  return (found + least(values, index + 1)) / 2;
}

/** Puts the value of a rank in its place, smaller ones before it and larger ones behind it (Hoare 1961, algorithm 65). */
function select(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (high - low > SMALL) {
    const pivot = middleOf(values[low]!, values[(low + high) >> 1]!, values[high]!);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else return values[rank]!;
  }
  values.subarray(low, high + 1).sort();
  return values[rank]!;
}

/** Ranges of so many values are sorted. */
const SMALL = 24;

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function least(values: Float64Array, from: number): number {
  let found = values[from]!;
  for (let i = from + 1; i < values.length; i++) if (values[i]! < found) found = values[i]!;
  return found;
}

/** Narrows a range of values down, whose smaller ones weigh `before`, until it holds only the quantile. */
function ofWeighted(values: Float64Array, alpha: number, weights: Float64Array): number {
  const order = new Int32Array(values.length);
  let count = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(weights[i]! > 0)) continue;
    order[count++] = i;
    total += weights[i]!;
  }
  const wanted = alpha * total;
  let low = 0;
  let high = count;
  let before = 0;
  while (high - low > SMALL) {
    const [a, b, c] = [order[low]!, order[(low + high) >> 1]!, order[high - 1]!];
    const pivot = middleOf(values[a]!, values[b]!, values[c]!);
    let [smaller, larger] = [low, high];
    let below = before;
    for (let k = low; k < larger; ) {
      const i = order[k]!;
      if (values[i]! < pivot) {
        below += weights[i]!;
        order[k++] = order[smaller]!;
        order[smaller++] = i;
      } else if (values[i]! > pivot) {
        order[k] = order[--larger]!;
        order[larger] = i;
      } else k++;
    }
    let upTo = below;
    for (let k = smaller; k < larger; k++) upTo += weights[order[k]!]!;
    if (below >= wanted && smaller > low) high = smaller;
    else if (upTo < wanted && larger < high) {
      before = upTo;
      low = larger;
    } else {
      if (upTo !== wanted) return pivot;
      return larger < count ? (pivot + leastOf(values, order, larger, count)) / 2 : pivot;
    }
  }
  const rest = order.subarray(low, high).sort((a, b) => values[a]! - values[b]! || a - b);
  for (const [k, i] of rest.entries()) {
    before += weights[i]!;
    if (before < wanted) continue;
    if (before !== wanted || low + k + 1 >= count) return values[i]!;
    const next = rest[k + 1];
    return (
      (values[i]! + (next === undefined ? leastOf(values, order, high, count) : values[next]!)) / 2
    );
  }
  return rest.length > 0 ? values[rest.at(-1)!]! : 0;
}

function leastOf(values: Float64Array, order: Int32Array, from: number, to: number): number {
  let found = values[order[from]!]!;
  for (let k = from + 1; k < to; k++) found = Math.min(found, values[order[k]!]!);
  return found;
}

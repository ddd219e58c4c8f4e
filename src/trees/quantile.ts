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
  if (!weights) {
    values.sort();
    const rank = alpha * values.length;
    const index = Math.min(values.length - 1, Math.ceil(rank) - 1);
    const next = values[index + 1];
    return index + 1 === rank && next !== undefined ? (values[index]! + next) / 2 : values[index]!;
  }
  const order = Int32Array.from(values.keys()).filter((i) => weights[i]! > 0);
  order.sort((a, b) => values[a]! - values[b]! || a - b);
  let total = 0;
  for (const i of order) total += weights[i]!;
  let below = 0;
  for (const [k, i] of order.entries()) {
    below += weights[i]!;
    if (below < alpha * total) continue;
    const next = order[k + 1];
    const exact = below === alpha * total && next !== undefined;
    return exact ? (values[i]! + values[next]!) / 2 : values[i]!;
  }
  return order.length > 0 ? values[order.at(-1)!]! : 0;
}

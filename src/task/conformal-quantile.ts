/** The finite-sample quantile of split-conformal prediction, with weights. */

/**
 * Finds the first value, along an order, that a share of the weight lies at or before; a new row of weight 1 counts as last of all.
 * Of equal weights and an ascending order this is the quantile `⌈(n + 1) share⌉ / n`.
 *
 * @param values - `[rows]`.
 * @param weights - `[rows]`, at least 0; all 1 where left out.
 * @param order - row numbers in the order of their values.
 * @param share - in (0, 1).
 * @returns the value; `null` when the new row would be needed: there are too few rows.
 * @see Vovk et al. 2005; Barber et al. 2023, Conformal prediction beyond exchangeability (weights).
 */
export function conformalQuantile(
  values: Float64Array,
  weights: Float64Array | undefined,
  order: Int32Array,
  share: number,
): number | null {
  let total = 1;
  for (let i = 0; i < order.length; i++) total += weights ? weights[order[i]!]! : 1;
  const needed = share * total * (1 - 1e-12);
  let sum = 0;
  for (let i = 0; i < order.length; i++) {
    sum += weights ? weights[order[i]!]! : 1;
    if (sum >= needed) return values[order[i]!]!;
  }
  return null;
}

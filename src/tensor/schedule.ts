/** Learning rate schedules: plain functions of the step. */

/**
 * Learning rate that rises linearly, then falls along a cosine to 0.
 *
 * @param step - current step, from 0.
 * @param total - number of steps; from there on the rate is 0.
 * @param warmup - steps of the linear rise; 0 starts at `base`.
 * @param base - the highest rate, reached at the end of the warm-up.
 * @returns the rate of this step, in `0 … base`.
 * @see Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts, eq. 5.
 */
export function cosineWithWarmup(
  step: number,
  total: number,
  warmup: number,
  base: number,
): number {
  if (step < warmup) return (base * (step + 1)) / warmup;
  if (step >= total) return 0;
  return (base * (1 + Math.cos((Math.PI * (step - warmup)) / (total - warmup)))) / 2;
}

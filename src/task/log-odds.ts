/** Probabilities and their log-odds. */

const EDGE = 1e-9;

/** Returns the log-odds of a probability, which is kept off 0 and 1 by 1e-9. */
export function logit(p: number): number {
  const inside = Math.min(1 - EDGE, Math.max(EDGE, p));
  return Math.log(inside / (1 - inside));
}

/** Returns the probability of log-odds. */
export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** Returns `log(1 + exp(z))` without overflow. */
export function softplus(z: number): number {
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

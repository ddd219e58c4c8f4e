/** Numerical integration that is exact for polynomials. */

/** Points in (0, 1) and their weights. */
export interface Quadrature {
  readonly at: Float64Array;
  readonly weight: Float64Array;
}

/**
 * Gauss and Legendre's rule on [0, 1]: exact for polynomials of degree up to `2 · count − 1`.
 *
 * @param count - points, at least 1.
 * @see Press et al., Numerical Recipes, `gauleg`: roots of the Legendre polynomial by Newton's method.
 */
export function gaussLegendre(count: number): Quadrature {
  const at = new Float64Array(count);
  const weight = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let change = 1; Math.abs(change) > 1e-15; x -= change) {
      let before = 0;
      let value = 1;
      for (let n = 1; n <= count; n++) {
        const next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
        before = value;
        value = next;
      }
      slope = (count * (x * value - before)) / (x * x - 1);
      change = value / slope;
    }
    at[i] = (1 - x) / 2;
    weight[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { at, weight };
}

/** Gauss and Legendre's rule: exact for polynomials of the degree it promises. */
import { expect, it } from "vitest";
import { gaussLegendre } from "../../../src/trees/quadrature.js";

it.each([1, 2, 3, 5, 8, 20, 40])("integrates powers exactly with %i points", (count) => {
  const { at, weight } = gaussLegendre(count);
  for (let power = 0; power < 2 * count; power++) {
    const sum = at.reduce((total, t, i) => total + weight[i]! * t ** power, 0);
    expect(sum).toBeCloseTo(1 / (power + 1), 12);
  }
});

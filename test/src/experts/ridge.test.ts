import { describe, expect, test } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { applyRankGauss, fitRankGauss, normalQuantile } from "../../../src/experts/rank-gauss.js";
import { applyLinear, fitLogistic, fitRidge } from "../../../src/experts/ridge.js";

function normals(count: number, seed: number): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: count }, () => normalQuantile(rng.next()));
}

describe("ridge regression", () => {
  const x = [normals(500, 1), normals(500, 2)];
  const y = Float64Array.from(x[0]!, (a, i) => 3 + 2 * a - 0.5 * x[1]![i]!);
  const ones = new Float64Array(500).fill(1);

  test("finds the line that made the data", () => {
    const found = fitRidge(x, y, ones, 0);
    expect(found[0]).toBeCloseTo(3, 6);
    expect(found[1]).toBeCloseTo(2, 6);
    expect(found[2]).toBeCloseTo(-0.5, 6);
  });

  test("draws coefficients to zero and leaves the intercept at the mean", () => {
    const mean = y.reduce((a, b) => a + b, 0) / y.length;
    const found = fitRidge(x, y, ones, 1e9);
    expect(found[0]).toBeCloseTo(mean, 4);
    expect(Math.abs(found[1]!)).toBeLessThan(1e-5);
  });

  test("a row of weight 2 counts as that row twice", () => {
    const weights = Float64Array.from(ones, (_, i) => (i < 10 ? 2 : 1));
    const twice = x.map((column) => Float64Array.from([...column, ...column.subarray(0, 10)]));
    const noisy = y.map((value, i) => value + (i % 7));
    const repeated = Float64Array.from([...noisy, ...noisy.subarray(0, 10)]);
    const once = fitRidge(x, noisy, weights, 1);
    const doubled = fitRidge(twice, repeated, new Float64Array(510).fill(1), 1);
    once.forEach((value, j) => {
      expect(value).toBeCloseTo(doubled[j]!, 8);
    });
  });

  test("a column twice and a column of zeros leave the prediction finite and right", () => {
    const design = [x[0]!, x[0]!, new Float64Array(500)];
    const found = applyLinear(fitRidge(design, y, ones, 1e-3), design, 500);
    const plain = applyLinear(fitRidge([x[0]!], y, ones, 1e-3), [x[0]!], 500);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i]!, 3);
    });
  });
});

describe("logistic regression", () => {
  test("the gradient of the penalised likelihood vanishes at the solution", () => {
    const x = [normals(400, 3), normals(400, 4)];
    const rng = createRng(5);
    const y = Float64Array.from(x[0]!, (a) => (rng.next() < 1 / (1 + Math.exp(-a)) ? 1 : 0));
    const weights = new Float64Array(400).fill(1);
    const found = fitLogistic(x, y, weights, 2);
    const p = applyLinear(found, x, 400).map((z) => 1 / (1 + Math.exp(-z)));
    const gradient = x.map(
      (column, j) => column.reduce((sum, v, i) => sum + v * (y[i]! - p[i]!), 0) - 2 * found[j + 1]!,
    );
    for (const value of gradient) expect(Math.abs(value)).toBeLessThan(1e-3);
  });

  test("separable and one-sided targets give finite coefficients", () => {
    const x = [normals(50, 6)];
    const weights = new Float64Array(50).fill(1);
    const parted = Float64Array.from(x[0]!, (a) => (a > 0 ? 1 : 0));
    for (const y of [parted, new Float64Array(50), new Float64Array(50).fill(1)]) {
      for (const value of fitLogistic(x, y, weights, 1)) expect(Number.isFinite(value)).toBe(true);
    }
  });
});

describe("rank-Gauss", () => {
  test("keeps the order, centres the middle and bounds the ends", () => {
    const column = Float32Array.from(normals(5000, 7), (value) => Math.exp(3 * value));
    const map = fitRankGauss(column);
    const scores = applyRankGauss(map, column);
    const order = Array.from(column.keys()).sort((a, b) => column[a]! - column[b]!);
    for (let k = 1; k < order.length; k++) {
      expect(scores[order[k]!]!).toBeGreaterThanOrEqual(scores[order[k - 1]!]!);
    }
    expect(Math.abs(scores.reduce((a, b) => a + b, 0) / scores.length)).toBeLessThan(0.02);
    const [far] = applyRankGauss(map, Float32Array.of(1e30));
    expect(far).toBeLessThanOrEqual(4);
  });

  test("missing values, nothing at all and a constant score 0", () => {
    expect([
      ...applyRankGauss(fitRankGauss(new Float32Array(0)), Float32Array.of(1, Number.NaN)),
    ]).toEqual([0, 0]);
    const constant = fitRankGauss(new Float32Array(9).fill(4));
    expect(applyRankGauss(constant, Float32Array.of(4, 5))[0]).toBeCloseTo(0, 6);
    expect(applyRankGauss(constant, Float32Array.of(Number.NaN))[0]).toBe(0);
  });

  test("the quantile of the normal distribution is right at known points", () => {
    expect(normalQuantile(0.5)).toBeCloseTo(0, 9);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 7);
    expect(normalQuantile(0.01)).toBeCloseTo(-2.326347874, 7);
    expect(normalQuantile(0)).toBe(-4);
    expect(normalQuantile(1)).toBe(4);
  });
});

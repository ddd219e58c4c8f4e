/** Ridge regression and logistic regression in closed form: small dense systems, solved by Cholesky. */

/** A design: columns of equal length. The first parameter is the intercept, which is not drawn to zero. */
export type Design = readonly Float64Array[];

/**
 * Fits a weighted ridge regression.
 *
 * @param design - `[features]` columns float64 `[rows]`.
 * @param targets - float64 `[rows]`.
 * @param weights - float64 `[rows]`, non-negative.
 * @param penalty - strength of the pull to zero, in rows.
 * @returns float64 `[1 + features]`: intercept and coefficients.
 * @see Hoerl and Kennard 1970.
 */
export function fitRidge(
  design: Design,
  targets: Float64Array,
  weights: Float64Array,
  penalty: number,
): Float64Array {
  const { matrix, vector } = normalEquations(design, targets, weights);
  return solveRidge(matrix, vector, penalty);
}

/**
 * Fits a weighted logistic regression with a ridge penalty by iteratively reweighted least squares.
 *
 * @param targets - float64 `[rows]`: 0 or 1, or shares between.
 * @returns float64 `[1 + features]`: intercept and coefficients of the logit.
 * @see McCullagh and Nelder 1989, section 2.5; eight steps are plenty with a penalty.
 */
export function fitLogistic(
  design: Design,
  targets: Float64Array,
  weights: Float64Array,
  penalty: number,
): Float64Array {
  const rows = targets.length;
  const start = new Float64Array(design.length + 1);
  start[0] = Math.log(
    (weightedMean(targets, weights) + 1e-6) / (1 - weightedMean(targets, weights) + 1e-6),
  );
  let coefficients: Float64Array = start;
  const working = new Float64Array(rows);
  const curvature = new Float64Array(rows);
  for (let step = 0; step < 8; step++) {
    const logits = applyLinear(coefficients, design, rows);
    for (let i = 0; i < rows; i++) {
      const p = 1 / (1 + Math.exp(-logits[i]!));
      const slope = Math.max(1e-4, p * (1 - p));
      curvature[i] = weights[i]! * slope;
      working[i] = logits[i]! + (targets[i]! - p) / slope;
    }
    const next = fitRidge(design, working, curvature, penalty);
    const moved = next.reduce((most, b, j) => Math.max(most, Math.abs(b - coefficients[j]!)), 0);
    coefficients = next;
    if (moved < 1e-6) break;
  }
  return coefficients;
}

/**
 * Applies a linear model.
 *
 * @param coefficients - float64 `[1 + features]`.
 * @returns float64 `[rows]`.
 */
export function applyLinear(
  coefficients: ArrayLike<number>,
  design: Design,
  rows: number,
): Float64Array {
  const out = new Float64Array(rows).fill(coefficients[0]!);
  design.forEach((column, j) => {
    const slope = coefficients[j + 1]!;
    if (slope === 0) return;
    for (let i = 0; i < rows; i++) out[i]! += slope * column[i]!;
  });
  return out;
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]! * weights[i]!;
    total += weights[i]!;
  }
  return total > 0 ? sum / total : 0;
}

/** `XᵀWX` with a leading column of ones, row-major, and `XᵀWy`. */
function normalEquations(
  design: Design,
  targets: Float64Array,
  weights: Float64Array,
): { matrix: Float64Array; vector: Float64Array } {
  const size = design.length + 1;
  const rows = targets.length;
  const matrix = new Float64Array(size * size);
  const vector = new Float64Array(size);
  const weighted = new Float64Array(rows);
  for (let a = 0; a < size; a++) {
    const left = a === 0 ? null : design[a - 1]!;
    for (let i = 0; i < rows; i++) weighted[i] = weights[i]! * (left === null ? 1 : left[i]!);
    let total = 0;
    for (let i = 0; i < rows; i++) total += weighted[i]!;
    matrix[a * size] = total;
    for (let b = 1; b <= a; b++) {
      const right = design[b - 1]!;
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += weighted[i]! * right[i]!;
      matrix[a * size + b] = sum;
    }
    let product = 0;
    for (let i = 0; i < rows; i++) product += weighted[i]! * targets[i]!;
    vector[a] = product;
  }
  return { matrix, vector };
}

/** Solves `(A + penalty I) x = b` by Cholesky; only the lower half of `A` is read. The intercept keeps its own scale. */
function solveRidge(matrix: Float64Array, vector: Float64Array, penalty: number): Float64Array {
  const size = vector.length;
  const lower = matrix.slice();
  for (let a = 0; a < size; a++) lower[a * size + a]! += a === 0 ? 1e-9 : penalty + 1e-9;
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = lower[a * size + b]!;
      for (let k = 0; k < b; k++) sum -= lower[a * size + k]! * lower[b * size + k]!;
      lower[a * size + b] = a === b ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[b * size + b]!;
    }
  }
  const solved = vector.slice();
  for (let a = 0; a < size; a++) {
    for (let k = 0; k < a; k++) solved[a]! -= lower[a * size + k]! * solved[k]!;
    solved[a]! /= lower[a * size + a]!;
  }
  for (let a = size - 1; a >= 0; a--) {
    for (let k = a + 1; k < size; k++) solved[a]! -= lower[k * size + a]! * solved[k]!;
    solved[a]! /= lower[a * size + a]!;
  }
  return solved;
}

/** Matrices for the benchmark `trees`: a number, a class and a count that depend on a few of many normal columns. */
import { createRng } from "../src/core/random.js";
import type { FeatureColumn } from "../src/trees/types.js";

/** What is to be predicted. */
export type TargetKind = "number" | "binary" | "count";

/** A matrix with its target; the last rows are held out where scores are wanted. */
export interface Matrix {
  readonly features: readonly FeatureColumn[];
  readonly targets: Float64Array;
}

/** Options of {@link makeMatrix}. */
export interface MatrixOptions {
  readonly rows: number;
  /** At least 10. */
  readonly features: number;
  readonly kind: TargetKind;
  readonly seed: number;
}

/**
 * Makes a matrix of standard normal columns, 2 % of the values missing. The signal is
 * `x0 x1 + sin(2 x2) + [x3 > 0.5] + x4² / 2 − |x5| + x6 [x7 > 0] + 0.3 x8 + 0.2 x9`; a number is the signal with noise of
 * deviation 0.5, a class is 1 with log-odds of the signal, a count is Poisson with the log of its mean half the signal.
 */
export function makeMatrix({ rows, features, kind, seed }: MatrixOptions): Matrix {
  const rng = createRng(seed);
  const columns = Array.from({ length: features }, () => {
    const values = new Float32Array(rows);
    for (let i = 0; i < rows; i++) values[i] = rng.normal();
    return values;
  });
  const targets = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const x = (j: number): number => columns[j]![i]!;
    const signal =
      x(0) * x(1) +
      Math.sin(2 * x(2)) +
      (x(3) > 0.5 ? 1 : 0) +
      x(4) ** 2 / 2 -
      Math.abs(x(5)) +
      (x(7) > 0 ? x(6) : 0) +
      0.3 * x(8) +
      0.2 * x(9);
    if (kind === "number") targets[i] = Math.fround(signal + 0.5 * rng.normal());
    else if (kind === "binary") targets[i] = rng.next() < 1 / (1 + Math.exp(-signal)) ? 1 : 0;
    else targets[i] = poisson(Math.exp(signal / 2), () => rng.next());
  }
  for (const values of columns) {
    for (let i = 0; i < rows; i++) if (rng.next() < 0.02) values[i] = Number.NaN;
  }
  const named = columns.map((values, j) => ({
    name: `x${j}`,
    kind: "numerical" as const,
    values,
  }));
  return { features: named, targets };
}

/** Draws a Poisson count by multiplying uniform numbers (Knuth, volume 2, 3.4.1). */
function poisson(mean: number, next: () => number): number {
  const least = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > least; product *= next()) count++;
  return count;
}

/** Takes some rows of a matrix. */
export function rowsOf({ features, targets }: Matrix, from: number, to: number): Matrix {
  return {
    features: features.map((feature) => ({ ...feature, values: feature.values.slice(from, to) })),
    targets: targets.slice(from, to),
  };
}

/** Scores predictions: R2 of numbers, AUROC of classes, mean absolute error of counts. */
export function scoreOf(kind: TargetKind, predicted: Float64Array, targets: Float64Array): number {
  const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
  if (kind === "count") {
    return targets.reduce((sum, y, i) => sum + Math.abs(y - predicted[i]!), 0) / targets.length;
  }
  if (kind === "number") {
    const left = targets.reduce((sum, y, i) => sum + (y - predicted[i]!) ** 2, 0);
    return 1 - left / targets.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  }
  const order = Int32Array.from(targets.keys()).sort((a, b) => predicted[a]! - predicted[b]!);
  let [ranks, positives] = [0, 0];
  order.forEach((row, rank) => {
    if (targets[row] !== 1) return;
    ranks += rank + 1;
    positives++;
  });
  const pairs = positives * (targets.length - positives);
  return (ranks - (positives * (positives + 1)) / 2) / pairs;
}

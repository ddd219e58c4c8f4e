/** Small matrices for the tests of trees, and slow, plain versions of what the trees do. */
import { createRng, type Rng } from "../../../src/core/random.js";
import type { FeatureColumn, TreeData, TreeEnsemble } from "../../../src/trees/types.js";

/** A numerical column; null is missing. */
export function numbers(name: string, values: readonly (number | null)[]): FeatureColumn {
  return { name, kind: "numerical", values: Float32Array.from(values, (v) => v ?? Number.NaN) };
}

/** A column of codes; null is missing. */
export function codes(name: string, values: readonly (number | null)[]): FeatureColumn {
  return { name, kind: "categorical", values: Float32Array.from(values, (v) => v ?? Number.NaN) };
}

/** Columns `x0 …` of normal numbers, one in twenty missing, and a category `c` of five. */
export function randomFeatures(rows: number, columns: number, rng: Rng): FeatureColumn[] {
  const made = Array.from({ length: columns }, (_, j) =>
    numbers(
      `x${j}`,
      Array.from({ length: rows }, () => (rng.next() < 0.05 ? null : rng.normal())),
    ),
  );
  const category = Array.from({ length: rows }, () => (rng.next() < 0.05 ? null : rng.int(5)));
  return [...made, codes("c", category)];
}

/** Random columns with a target that depends on the first two, the category, and noise. */
export function randomData(rows: number, columns: number, seed: number): TreeData {
  const rng = createRng(seed);
  const features = randomFeatures(rows, columns, rng);
  const at = (j: number, row: number): number => {
    const value = features[j]!.values[row]!;
    return Number.isNaN(value) ? 0 : value;
  };
  const targets = Float64Array.from({ length: rows }, (_, row) => {
    const effect = [1, -1, 0.5, 2, 0][at(columns, row)]!;
    return at(0, row) * 2 + Math.sin(3 * at(1 % columns, row)) + effect + 0.3 * rng.normal();
  });
  return { features, targets };
}

/** The score of a tree, by its definition, where only `known` columns are known. */
export function expectedScore(
  model: TreeEnsemble,
  features: readonly FeatureColumn[],
  row: number,
  known: (feature: number) => boolean,
  output = 0,
): number {
  let sum = model.baseScores[output]!;
  model.trees.forEach((tree, i) => {
    if (i % model.outputs !== output) return;
    const walk = (node: number): number => {
      const f = tree.feature[node]!;
      if (f < 0) return tree.value[node]!;
      const [left, right] = [tree.left[node]!, tree.right[node]!];
      if (known(f)) {
        const value = features[f]!.values[row]!;
        const bin = model.features[f]!.codes.indexOf(value) + 1;
        const set = 8 * tree.categorySet[node]! + (bin >> 5);
        const goesLeft =
          tree.categorySet[node]! >= 0
            ? ((tree.categorySets[set]! >>> (bin & 31)) & 1) === 1
            : Number.isNaN(value)
              ? tree.missingLeft[node] === 1
              : value <= tree.threshold[node]!;
        return walk(goesLeft ? left : right);
      }
      const [a, b] = [tree.cover[left]!, tree.cover[right]!];
      return (walk(left) * a + walk(right) * b) / (a + b);
    };
    sum += walk(0);
  });
  return sum;
}

/** Mean of squared differences. */
export function meanSquare(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
}

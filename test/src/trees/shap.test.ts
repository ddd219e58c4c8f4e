/** TreeSHAP: equal to Shapley values by their definition, complete, fair to columns that do nothing. */
import { describe, expect, it } from "vitest";
import { predictRaw } from "../../../src/trees/predict.js";
import { treeShap } from "../../../src/trees/shap.js";
import { trainTrees } from "../../../src/trees/train.js";
import type { FeatureColumn, TreeEnsemble } from "../../../src/trees/types.js";
import { expectedScore, randomData } from "./fixtures.js";

/** Shapley values by their definition: a weighted sum over all subsets of the other columns. */
function shapley(
  model: TreeEnsemble,
  features: readonly FeatureColumn[],
  row: number,
  output: number,
): number[] {
  const count = features.length;
  const scores = Array.from({ length: 2 ** count }, (_, set) =>
    expectedScore(model, features, row, (f) => ((set >> f) & 1) === 1, output),
  );
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return features.map((_, f) => {
    let sum = 0;
    for (let set = 0; set < 2 ** count; set++) {
      if ((set >> f) & 1) continue;
      const size = [...set.toString(2)].filter((bit) => bit === "1").length;
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count);
      sum += weight * (scores[set | (1 << f)]! - scores[set]!);
    }
    return sum;
  });
}

describe("treeShap", () => {
  const data = randomData(400, 7, 1);

  it("equals Shapley values by brute force, with missing values and categories", () => {
    const options = { objective: { kind: "l2" } as const, rounds: 12, leaves: 12 };
    const model = trainTrees(data, { ...options, minRowsPerLeaf: 5, learningRate: 0.5 });
    expect(model.trees.some(({ categorySets }) => categorySets.length > 0)).toBe(true);
    const raw = predictRaw(model, data.features);
    for (let row = 0; row < 25; row++) {
      const { baseline, contributions } = treeShap(model, data.features, row);
      const expected = shapley(model, data.features, row, 0);
      expected.forEach((value, f) => {
        expect(contributions[f]).toBeCloseTo(value, 10);
      });
      const sum = contributions.reduce((a, b) => a + b, baseline);
      expect(sum).toBeCloseTo(raw[row]!, 10);
    }
  });

  it("explains each class of softmax, and weighted rows", () => {
    const targets = data.targets.map((y) => (y > 1 ? 2 : y > -1 ? 1 : 0));
    const weights = data.targets.map((_, i) => 1 + (i % 3));
    const model = trainTrees(
      { ...data, targets, weights },
      { objective: { kind: "softmax", classes: 3 }, rounds: 5, leaves: 6 },
    );
    const raw = predictRaw(model, data.features);
    for (const output of [0, 1, 2]) {
      const { baseline, contributions } = treeShap(model, data.features, 3, output);
      const sum = contributions.reduce((a, b) => a + b, baseline);
      expect(sum).toBeCloseTo(raw[3 * 3 + output]!, 10);
      shapley(model, data.features, 3, output).forEach((value, f) => {
        expect(contributions[f]).toBeCloseTo(value, 10);
      });
    }
  });

  it("has a baseline that is the mean score of the training rows", () => {
    const model = trainTrees(data, { objective: { kind: "l2" }, rounds: 20, leaves: 8 });
    const raw = predictRaw(model, data.features);
    const mean = raw.reduce((a, b) => a + b, 0) / raw.length;
    expect(treeShap(model, data.features, 0).baseline).toBeCloseTo(mean, 10);
  });

  it("gives nothing to columns that no tree uses, and knows rows and outputs", () => {
    const model = trainTrees(data, { objective: { kind: "l2" }, rounds: 1, leaves: 2 });
    const { contributions } = treeShap(model, data.features, 0);
    expect(contributions.filter((value) => value !== 0).length).toBeLessThanOrEqual(1);
    expect(() => treeShap(model, data.features, 400)).toThrow(
      expect.objectContaining({ code: "CFG704" }),
    );
    expect(() => treeShap(model, data.features, 0, 1)).toThrow("`output` expects 0 … 0, found 1");
  });
});

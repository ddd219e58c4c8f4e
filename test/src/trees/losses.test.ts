/** Losses: derivatives equal differences, first scores and leaves are the best constants, rankings get better. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { lossOf } from "../../../src/trees/objective.js";
import { predictRaw } from "../../../src/trees/predict.js";
import { weightedQuantile } from "../../../src/trees/quantile.js";
import { trainTrees } from "../../../src/trees/train.js";
import type { Objective, TreeLabels } from "../../../src/trees/types.js";
import { numbers, randomData } from "./fixtures.js";

/** Targets and weights that an objective takes. */
function labelsFor({ kind }: Objective): TreeLabels {
  const rng = createRng(3);
  const targets = Float64Array.from({ length: 40 }, () => {
    if (kind === "logistic") return rng.int(2);
    if (kind === "softmax") return rng.int(3);
    return kind === "poisson" || kind === "tweedie" ? rng.int(4) : 3 * rng.normal();
  });
  return { targets, weights: Float64Array.from(targets, () => 0.5 + rng.next()) };
}

const SMOOTH: readonly Objective[] = [
  { kind: "logistic" },
  { kind: "softmax", classes: 3 },
  { kind: "l2" },
  { kind: "huber", delta: 1 },
  { kind: "poisson" },
  { kind: "tweedie", power: 1.3 },
];
const ALL: readonly Objective[] = [...SMOOTH, { kind: "l1" }, { kind: "quantile", alpha: 0.7 }];

describe.each(ALL)("the loss of $kind", (objective) => {
  const labels = labelsFor(objective);
  const loss = lossOf(objective, labels);
  const total = labels.weights!.reduce((a, b) => a + b, 0);
  const size = loss.outputs * labels.targets.length;
  const rng = createRng(4);
  const scores = Float64Array.from({ length: size }, () => rng.normal());
  const at = (changes: readonly [number, number][]): number => {
    const moved = scores.slice();
    for (const [i, change] of changes) moved[i]! += change;
    return loss.mean(moved) * total;
  };

  it("has the gradients that differences give", () => {
    const gradients = new Float64Array(size);
    loss.derive(scores, gradients, new Float64Array(size));
    const step = 1e-5;
    gradients.forEach((gradient, i) => {
      const slope = (at([[i, step]]) - at([[i, -step]])) / (2 * step);
      expect(gradient).toBeCloseTo(slope, 5);
    });
  });

  it("starts from the best constant", () => {
    const base = loss.baseScores();
    const rows = labels.targets.length;
    const constant = (output: number, change: number): number =>
      loss.mean(
        Float64Array.from({ length: size }, (_, i) => {
          const k = Math.floor(i / rows);
          return base[k]! + (k === output ? change : 0);
        }),
      );
    for (let output = 0; output < loss.outputs; output++) {
      for (const change of [-0.1, -0.01, 0.01, 0.1]) {
        // Huber's first score is the median, which is not quite its best.
        const slack = objective.kind === "huber" ? 0.05 : 1e-12;
        expect(constant(output, change)).toBeGreaterThanOrEqual(constant(output, 0) - slack);
      }
    }
  });

  it("has hessians of at least 0", () => {
    const hessians = new Float64Array(size);
    loss.derive(scores, new Float64Array(size), hessians);
    expect(hessians.every((h) => h >= 0)).toBe(true);
  });
});

describe("leaves", () => {
  const data = {
    features: [numbers("x", [1, 1, 1, 1, 2, 2, 2])],
    targets: Float64Array.of(1, 2, 4, 90, 100, 110, 500),
  };
  const leavesOf = (objective: Objective, weights?: Float64Array): number[] => {
    const options = { objective, rounds: 1, leaves: 2, minRowsPerLeaf: 1, learningRate: 1 };
    const model = trainTrees({ ...data, weights }, options);
    return [...new Set(predictRaw(model, data.features))];
  };

  it("of l1 are medians, of quantile quantiles, weighted", () => {
    expect(leavesOf({ kind: "l1" })).toEqual([3, 110]);
    expect(leavesOf({ kind: "quantile", alpha: 0.8 })).toEqual([90, 500]);
    expect(leavesOf({ kind: "quantile", alpha: 0.2 })).toEqual([1, 100]);
    const weights = Float64Array.of(9, 1, 1, 1, 1, 1, 9);
    expect(leavesOf({ kind: "l1" }, weights)).toEqual([1, 500]);
  });

  it("of huber are medians moved by the clipped rest", () => {
    const [low, high] = leavesOf({ kind: "huber", delta: 10 });
    expect(low).toBeCloseTo(3 + (-2 - 1 + 1 + 10) / 4, 9);
    expect(high).toBeCloseTo(110 + (-10 + 0 + 10) / 3, 9);
  });
});

describe("weightedQuantile", () => {
  it("is a value that repeated rows would give", () => {
    const row = fc.record({ value: fc.integer({ min: -5, max: 5 }), weight: fc.nat(4) });
    const alphas = fc.constantFrom(0.1, 0.25, 0.5, 0.75, 0.9);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), alphas, (rows, alpha) => {
        const repeated = rows.flatMap(({ value, weight }) => Array<number>(weight).fill(value));
        const values = Float64Array.from(rows, ({ value }) => value);
        const weights = Float64Array.from(rows, ({ weight }) => weight);
        const expected = weightedQuantile(Float64Array.from(repeated), alpha);
        expect(weightedQuantile(values, alpha, weights)).toBe(expected);
      }),
    );
  });

  it("is the usual median", () => {
    expect(weightedQuantile(Float64Array.of(3, 1, 2), 0.5)).toBe(2);
    expect(weightedQuantile(Float64Array.of(4, 1, 2, 3), 0.5)).toBe(2.5);
    expect(weightedQuantile(new Float64Array(0), 0.5)).toBe(0);
  });
});

describe("lambdarank", () => {
  it("ranks what is relevant first", () => {
    const { features, targets: values } = randomData(1200, 4, 6);
    const targets = values.map((y) => (y > 2 ? 2 : y > 0.5 ? 1 : 0));
    const groups = Int32Array.from(targets, (_, i) => Math.floor(i / 20));
    const labels = { targets, groups };
    const objective = { kind: "lambdarank", truncation: 10 } as const;
    const options = { objective, rounds: 30, trainLoss: true };
    const model = trainTrees({ features, ...labels }, options);
    const loss = lossOf(objective, labels);
    const before = loss.mean(new Float64Array(1200));
    expect(model.losses.train.at(-1)).toBeLessThan(before / 4);
    expect(loss.mean(predictRaw(model, features))).toBeCloseTo(model.losses.train.at(-1)!, 12);
    const sampled = trainTrees({ features, ...labels }, { ...options, rowFraction: 0.5 });
    expect(sampled.losses.train.at(-1)).toBeLessThan(before / 3);
  });
});

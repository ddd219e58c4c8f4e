/** Training: one split by hand, losses that fall, limits that hold, corner cases with sensible answers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { featureGains } from "../../../src/trees/gains.js";
import { predictRaw, predictTrees } from "../../../src/trees/predict.js";
import { trainTrees } from "../../../src/trees/train.js";
import type { TreeData, TreeOptions } from "../../../src/trees/types.js";
import { codes, meanSquare, numbers, randomData } from "./fixtures.js";

const L2 = { kind: "l2" } as const;

/** The best gain of one split of squared loss, over all cuts, missing values on either side. */
function bestGain(data: TreeData, minRows: number, l2: number): number {
  const { features, targets } = data;
  const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
  const score = (rows: readonly number[]): number =>
    rows.reduce((sum, row) => sum + targets[row]! - mean, 0) ** 2 / (rows.length + l2);
  const all = [...targets.keys()];
  let best = 0;
  for (const { values } of features) {
    for (const cut of [...values, Number.POSITIVE_INFINITY]) {
      if (Number.isNaN(cut)) continue;
      for (const missingLeft of [false, true]) {
        const goesLeft = (row: number): boolean =>
          Number.isNaN(values[row]!) ? missingLeft : values[row]! <= cut;
        const left = all.filter(goesLeft);
        const right = all.filter((row) => !goesLeft(row));
        if (left.length < minRows || right.length < minRows) continue;
        best = Math.max(best, score(left) + score(right) - score(all));
      }
    }
  }
  return best;
}

describe("a tree of one split", () => {
  it("is the best of all splits", () => {
    const value = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: -4, max: 4 }) },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom(Infinity, -Infinity) },
    );
    const row = fc.record({ a: value, b: value, y: fc.integer({ min: -9, max: 9 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), fc.nat(3), (rows, l2) => {
        const data = {
          features: [
            numbers(
              "a",
              rows.map(({ a }) => a),
            ),
            numbers(
              "b",
              rows.map(({ b }) => b),
            ),
          ],
          targets: Float64Array.from(rows, ({ y }) => y),
        };
        const options = { objective: L2, rounds: 1, leaves: 2, l2, minRowsPerLeaf: 2 };
        const model = trainTrees(data, { ...options, learningRate: 1 });
        const gain = model.trees[0]?.gain[0] ?? 0;
        expect(gain).toBeCloseTo(bestGain(data, 2, l2), 5);
      }),
      { numRuns: 150 },
    );
  });

  it("has leaves that are means of what is left", () => {
    const data = {
      features: [numbers("x", [1, 2, 3, 10, 11, 12])],
      targets: Float64Array.of(1, 1, 4, 7, 7, 7),
    };
    const options = { objective: L2, rounds: 1, leaves: 2, l2: 0, minRowsPerLeaf: 1 };
    const model = trainTrees(data, { ...options, learningRate: 1 });
    expect(model.trees[0]!.threshold[0]).toBe(6.5);
    expect([...predictRaw(model, data.features)].map((v) => v.toFixed(6))).toEqual(
      [2, 2, 2, 7, 7, 7].map((v) => v.toFixed(6)),
    );
    expect(model.trees[0]!.cover).toEqual(Float64Array.of(6, 3, 3));
  });

  it("sends missing values where they fit", () => {
    const x = [1, 2, 3, 4, null, null, 5, 6, 7, 8];
    const high = {
      features: [numbers("x", x)],
      targets: Float64Array.from(x, (v) => (v === null || v > 4 ? 1 : 0)),
    };
    const low = { ...high, targets: Float64Array.from(x, (v) => (v === null || v <= 4 ? 0 : 1)) };
    const options = { objective: L2, rounds: 1, leaves: 2, minRowsPerLeaf: 1 };
    expect(trainTrees(high, options).trees[0]!.missingLeft[0]).toBe(0);
    expect(trainTrees(low, options).trees[0]!.missingLeft[0]).toBe(1);
  });
});

describe("training", () => {
  const data = randomData(2000, 5, 3);

  it("lowers the training loss in every round, for every smooth loss", () => {
    const positive = data.targets.map((y) => Math.max(0, Math.round(y)));
    const cases: readonly [TreeOptions["objective"], Float64Array][] = [
      [L2, data.targets],
      [{ kind: "logistic" }, data.targets.map((y) => (y > 0 ? 1 : 0))],
      [{ kind: "softmax", classes: 3 }, data.targets.map((y) => (y > 1 ? 2 : y > -1 ? 1 : 0))],
      [{ kind: "huber", delta: 1 }, data.targets],
      [{ kind: "l1" }, data.targets],
      [{ kind: "quantile", alpha: 0.8 }, data.targets],
      [{ kind: "poisson" }, positive],
      [{ kind: "tweedie", power: 1.5 }, positive],
    ];
    for (const [objective, targets] of cases) {
      const options = { objective, rounds: 12, trainLoss: true };
      const { losses } = trainTrees({ ...data, targets }, options);
      expect(losses.train).toHaveLength(12);
      losses.train.forEach((loss, i) => {
        if (i > 0) expect(loss, objective.kind).toBeLessThanOrEqual(losses.train[i - 1]!);
      });
    }
  });

  it("scores the training rows, sampled or not, as predictRaw does", () => {
    const targets = data.targets;
    const options = { objective: L2, rounds: 15, trainLoss: true, learningRate: 0.3 };
    for (const rowFraction of [1, 0.5]) {
      const model = trainTrees(data, { ...options, rowFraction, columnFraction: 0.6 });
      const loss = meanSquare(predictRaw(model, data.features), targets) / 2;
      expect(model.losses.train.at(-1)).toBeCloseTo(loss, 10);
    }
  });

  it("keeps to its limits", () => {
    const limits = { rounds: 5, leaves: 9, maxDepth: 3, minRowsPerLeaf: 50 };
    for (const objective of [L2, { kind: "logistic" } as const]) {
      const targets = data.targets.map((y) => (y > 0 ? 1 : 0));
      const model = trainTrees({ ...data, targets }, { objective, ...limits });
      for (const { feature, left, right, cover } of model.trees) {
        const depths = new Int32Array(feature.length);
        let leaves = 0;
        feature.forEach((f, node) => {
          if (f < 0) {
            leaves++;
            expect(cover[node]).toBeGreaterThanOrEqual(50);
          } else {
            depths[left[node]!] = depths[right[node]!] = depths[node]! + 1;
          }
        });
        expect(leaves).toBeLessThanOrEqual(9);
        expect(Math.max(...depths)).toBeLessThanOrEqual(3);
      }
    }
  });

  it("does not care about a strictly monotone transform of a column", () => {
    const bent = data.features.map((feature) =>
      feature.kind === "numerical"
        ? { ...feature, values: feature.values.map((v) => Math.sinh(v)) }
        : feature,
    );
    const options = { objective: L2, rounds: 10 };
    const plain = trainTrees(data, options);
    const model = trainTrees({ ...data, features: bent }, options);
    expect(predictRaw(model, bent)).toEqual(predictRaw(plain, data.features));
  });

  it("treats a weight of two as a row twice, and of none as no row", () => {
    const weights = data.targets.map((_, i) => i % 3);
    const rows = [...data.targets.keys()].flatMap((i) => Array<number>(weights[i]!).fill(i));
    const repeated = {
      features: data.features.map((f) => ({
        ...f,
        values: Float32Array.from(rows, (i) => f.values[i]!),
      })),
      targets: Float64Array.from(rows, (i) => data.targets[i]!),
    };
    const options = { objective: L2, rounds: 3, leaves: 8, minRowsPerLeaf: 1, maxBins: 255 };
    const few = {
      features: data.features.map((f) => ({
        ...f,
        values: f.values.map((v) => Math.round(4 * v) / 4),
      })),
    };
    const fewRepeated = repeated.features.map((f) => ({
      ...f,
      values: f.values.map((v) => Math.round(4 * v) / 4),
    }));
    const a = trainTrees({ ...data, ...few, weights }, options);
    const b = trainTrees({ ...repeated, features: fewRepeated }, options);
    expect(meanSquare(predictRaw(a, few.features), predictRaw(b, few.features))).toBeLessThan(
      1e-10,
    );
    expect(a.trees[0]!.cover[0]).toBe(rows.length);
  });

  it("gives the gains to the columns that matter", () => {
    const gains = featureGains(trainTrees(data, { objective: L2, rounds: 20 }));
    expect(gains.indexOf(Math.max(...gains))).toBe(0);
    expect(gains[2]! + gains[3]! + gains[4]!).toBeLessThan(gains[0]! / 10);
  });

  it("gives the same model for the same seed, another for another", () => {
    const train = (seed: number) =>
      trainTrees(data, {
        objective: L2,
        rounds: 5,
        rowFraction: 0.5,
        columnFraction: 0.5,
        columnFractionPerNode: 0.7,
        rng: createRng(seed),
      });
    expect(train(1)).toEqual(train(1));
    expect(train(1).trees).not.toEqual(train(2).trees);
  });

  it("stops early and keeps the best round", () => {
    const validation = randomData(500, 5, 4);
    const noisy = { ...validation, targets: validation.targets.map((_, i) => (i * 7919) % 13) };
    const model = trainTrees(data, {
      objective: L2,
      rounds: 200,
      learningRate: 0.5,
      earlyStopping: { rounds: 5, validation },
    });
    const { validation: losses } = model.losses;
    expect(model.bestRound).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(losses.length).toBe(Math.min(200, model.bestRound + 5));
    expect(model.trees).toHaveLength(model.bestRound);
    const loss = meanSquare(predictRaw(model, validation.features), validation.targets) / 2;
    expect(losses[model.bestRound - 1]).toBeCloseTo(loss, 10);
    const metric = (scores: Float64Array): number => -scores.length;
    const stopped = trainTrees(data, {
      objective: L2,
      earlyStopping: { rounds: 3, validation: noisy, metric },
    });
    expect([stopped.bestRound, stopped.losses.validation.length]).toEqual([1, 4]);
  });

  it("reports rounds, stops when time is up, and when told to", () => {
    const rounds: number[] = [];
    const model = trainTrees(data, {
      objective: L2,
      rounds: 50,
      onProgress: ({ done }) => rounds.push(done!),
      isTimeUp: () => rounds.length >= 3,
    });
    expect(rounds).toEqual([1, 2, 3]);
    expect(model.bestRound).toBe(3);
    const signal = AbortSignal.abort();
    expect(() => trainTrees(data, { objective: L2, signal })).toThrow(
      expect.objectContaining({ code: "CFG900" }),
    );
  });

  it("splits by category, and sends unknown ones the way of missing", () => {
    const values = Array.from({ length: 600 }, (_, i) => i % 12);
    const column = codes("c", values);
    const targets = Float64Array.from(values, (c) => (c % 3 === 0 ? 5 : 0));
    const options = { objective: L2, rounds: 1, leaves: 2, learningRate: 1, l2: 0 };
    const model = trainTrees({ features: [column], targets }, options);
    const asked = codes("c", [0, 1, 3, 99, 1e6, null]);
    const [zero, one, three, unknown, far, missing] = predictRaw(model, [asked]);
    expect([zero, three].map((v) => v!.toFixed(4))).toEqual(["5.0000", "5.0000"]);
    expect(one).toBeCloseTo(0, 4);
    expect([unknown, far]).toEqual([missing, missing]);
  });

  it("takes a category with as many values as rows", () => {
    const rows = 100_000;
    const column = codes(
      "id",
      Array.from({ length: rows }, (_, i) => (i * 7919) % 1_000_003),
    );
    const group = codes(
      "g",
      Array.from({ length: rows }, (_, i) => i % 400),
    );
    const targets = Float64Array.from({ length: rows }, (_, i) => ((i % 400) % 2 === 0 ? 1 : 0));
    const model = trainTrees({ features: [column, group], targets }, { objective: L2, rounds: 10 });
    expect(featureGains(model)[0]).toBeLessThan(featureGains(model)[1]! / 100);
  });

  it("predicts probabilities and means", () => {
    const targets = data.targets.map((y) => (y > 0 ? 1 : 0));
    const binary = trainTrees({ ...data, targets }, { objective: { kind: "logistic" }, rounds: 3 });
    const shares = predictTrees(binary, data.features);
    expect(shares.every((p) => p > 0 && p < 1)).toBe(true);
    const classes = { kind: "softmax", classes: 2 } as const;
    const both = predictTrees(
      trainTrees({ ...data, targets }, { objective: classes, rounds: 5 }),
      data.features,
    );
    expect(both).toHaveLength(4000);
    for (let i = 0; i < 4000; i += 2) expect(both[i]! + both[i + 1]!).toBeCloseTo(1, 12);
  });
});

describe("corner cases", () => {
  const train = (data: TreeData, options: Partial<TreeOptions> = {}) =>
    trainTrees(data, { objective: L2, minRowsPerLeaf: 1, ...options });

  it("train on no rows, one row, no columns", () => {
    const none = { features: [numbers("x", [])], targets: new Float64Array(0) };
    const nothing = train(none);
    expect(nothing.trees).toEqual([]);
    expect([...predictRaw(nothing, [numbers("x", [1, 2])])]).toEqual([0, 0]);
    const one = { features: [numbers("x", [1])], targets: Float64Array.of(7) };
    expect(predictRaw(train(one), one.features)[0]).toBe(7);
    const bare = train({ features: [], targets: Float64Array.of(1, 3) });
    expect([...bare.baseScores]).toEqual([2]);
  });

  it("predict a constant target", () => {
    const features = [numbers("x", [1, 2, 3, 4])];
    for (const objective of [L2, { kind: "l1" }, { kind: "poisson" }] as const) {
      const model = train({ features, targets: new Float64Array(4).fill(0.1) }, { objective });
      const predicted = predictTrees(model, features);
      for (const value of predicted) expect(value).toBeCloseTo(0.1, 6);
      expect(model.trees.every(({ feature }) => feature.length === 1)).toBe(true);
    }
    const ones = { features, targets: new Float64Array(4).fill(1) };
    const model = train(ones, { objective: { kind: "logistic" } });
    expect(predictTrees(model, features)[0]).toBeGreaterThan(0.99);
  });

  it("pass over columns without information, and take infinite values", () => {
    const features = [
      numbers("null", [null, null, null, null]),
      numbers("same", [5, 5, 5, 5]),
      numbers("x", [Number.NEGATIVE_INFINITY, 1, 2, Number.POSITIVE_INFINITY]),
    ];
    const targets = Float64Array.of(1, 2, 3, 4);
    const model = train({ features, targets }, { learningRate: 1, l2: 0 });
    expect([...predictRaw(model, features)].map((v) => v.toFixed(6))).toEqual(
      [1, 2, 3, 4].map((v) => v.toFixed(6)),
    );
    expect([...featureGains(model)].slice(0, 2)).toEqual([0, 0]);
  });

  it("train on 2,000 columns", () => {
    const rng = createRng(5);
    const features = Array.from({ length: 2000 }, (_, j) =>
      numbers(
        `x${j}`,
        Array.from({ length: 60 }, () => rng.normal()),
      ),
    );
    const targets = Float64Array.from(features[1234]!.values);
    const gains = featureGains(train({ features, targets }, { rounds: 3 }));
    expect(gains.indexOf(Math.max(...gains))).toBe(1234);
  });

  it("train many small models one after the other", () => {
    const data = randomData(30, 2, 6);
    for (let i = 0; i < 150; i++) train(data, { rounds: 1 });
  });

  const x = numbers("x", [1, 2]);
  const y = Float64Array.of(0, 1);
  it.each<[string, TreeData, Partial<TreeOptions>]>([
    ["DAT401", { features: [x], targets: Float64Array.of(1) }, {}],
    ["DAT401", { features: [x, numbers("z", [1])], targets: y }, {}],
    ["DAT401", { features: [x], targets: y, weights: Float64Array.of(1) }, {}],
    ["DAT402", { features: [x, x], targets: y }, {}],
    ["DAT403", { features: [codes("c", [0.5, 1])], targets: y }, {}],
    ["DAT403", { features: [codes("c", [-1, 1])], targets: y }, {}],
    ["DAT404", { features: [x], targets: Float64Array.of(Number.NaN, 1) }, {}],
    [
      "DAT404",
      { features: [x], targets: Float64Array.of(0, 2) },
      { objective: { kind: "logistic" } },
    ],
    [
      "DAT404",
      { features: [x], targets: Float64Array.of(0, 2) },
      { objective: { kind: "softmax", classes: 2 } },
    ],
    [
      "DAT404",
      { features: [x], targets: Float64Array.of(-1, 2) },
      { objective: { kind: "poisson" } },
    ],
    ["DAT405", { features: [x], targets: y, weights: Float64Array.of(1, -1) }, {}],
    ["DAT406", { features: [x], targets: y }, { objective: { kind: "lambdarank", truncation: 5 } }],
    ["CFG702", { features: [x], targets: y }, { leaves: 0 }],
    ["CFG702", { features: [x], targets: y }, { maxBins: 256 }],
    ["CFG702", { features: [x], targets: y }, { columnFraction: 0 }],
    ["CFG703", { features: [x], targets: y }, { objective: { kind: "quantile", alpha: 1 } }],
    ["CFG703", { features: [x], targets: y }, { objective: { kind: "softmax", classes: 1 } }],
  ])("are refused with %s", (code, data, options) => {
    expect(() => train(data, options)).toThrow(expect.objectContaining({ code }));
  });
});

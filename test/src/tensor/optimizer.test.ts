import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { initBackend } from "../../../src/tensor/backend.js";
import { createEma } from "../../../src/tensor/ema.js";
import { mseLoss } from "../../../src/tensor/losses.js";
import { linear } from "../../../src/tensor/ops.js";
import { createAdamW, type Optimizer } from "../../../src/tensor/optimizer.js";
import { createParameterStore, type ParameterStore } from "../../../src/tensor/parameters.js";
import { cosineWithWarmup } from "../../../src/tensor/schedule.js";
import { globalNorm, trainStep } from "../../../src/tensor/train-step.js";
import { expectClose, normalOperand } from "./check-op.js";

/** The algorithm of the paper on one number, step by step. */
function adamTrace(start: number, slopes: number[], decay: number): number[] {
  let [weight, m, v] = [start, 0, 0];
  return slopes.map((slope, i) => {
    m = 0.9 * m + 0.1 * slope;
    v = 0.999 * v + 0.001 * slope ** 2;
    const direction = m / (1 - 0.9 ** (i + 1)) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
    weight -= 0.01 * (direction + decay * weight);
    return weight;
  });
}

function smallModel(seed: number): { store: ParameterStore; loss: () => tf.Scalar } {
  const store = createParameterStore(createRng(seed));
  const weight = store.create<tf.Rank.R2>("weight", [3, 4], { kind: "glorot" });
  const bias = store.create<tf.Rank.R1>("bias", [4], { kind: "zeros" });
  const head = store.create<tf.Rank.R2>("head", [4, 1], { kind: "glorot" });
  store.create("unused", [2, 2], { kind: "ones" });
  const { values } = normalOperand(9, 20, 3);
  const target = Float32Array.from({ length: 20 }, (_, i) => values[3 * i]! - values[3 * i + 1]!);
  const loss = (): tf.Scalar => {
    const hidden = linear(tf.tensor2d(values.slice(), [20, 3]), weight, bias, "relu");
    return mseLoss(linear(hidden, head, null, "none"), target);
  };
  return { store, loss };
}

describe.each(["wasm", "cpu"] as const)("on the %s backend", (backend) => {
  beforeAll(async () => {
    await initBackend({ backend });
  });

  it("AdamW follows the paper for three steps, decaying matrices only", () => {
    const store = createParameterStore(createRng(1));
    store.create("matrix", [1, 1], { kind: "ones" });
    store.create("bias", [1], { kind: "ones" });
    const optimizer = createAdamW(store, { learningRate: 0.01, weightDecay: 0.1 });
    const slopes = [0.5, -2, 0.1];
    const found = slopes.map((slope) => {
      const gradients = { matrix: tf.tensor2d([[slope]]), bias: tf.tensor1d([slope]) };
      optimizer.step(new Map(Object.entries(gradients)));
      tf.dispose(gradients);
      return store.list().map(({ variable }) => variable.dataSync()[0]!);
    });
    expectClose(
      found.map(([matrix]) => matrix!),
      adamTrace(1, slopes, 0.1),
      1e-6,
    );
    expectClose(
      found.map(([, bias]) => bias!),
      adamTrace(1, slopes, 0),
      1e-6,
    );
    optimizer.dispose();
    store.dispose();
  });

  it("trains: the loss falls, and the same seed gives the same bytes", () => {
    const train = (): [number, number, unknown] => {
      const { store, loss } = smallModel(3);
      const optimizer = createAdamW(store, { learningRate: 0.05 });
      const results = Array.from({ length: 60 }, () =>
        trainStep(store, loss, optimizer, { clipNorm: 5 }),
      );
      const arrays = store.toArrays();
      optimizer.dispose();
      store.dispose();
      return [results[0]!.loss, results.at(-1)!.loss, arrays];
    };
    const [first, last, arrays] = train();
    expect(last).toBeLessThan(first / 10);
    expect(train()[2]).toEqual(arrays);
  });

  it("a step leaves no tensor behind and no parameter without gradient changed", () => {
    const { store, loss } = smallModel(1);
    const optimizer = createAdamW(store);
    const before = tf.memory().numTensors;
    trainStep(store, loss, optimizer);
    expect(tf.memory().numTensors).toBe(before);
    expect([...store.get("unused")!.dataSync()]).toEqual([1, 1, 1, 1]);
    optimizer.dispose();
    store.dispose();
  });

  it("measures the norm before clipping, and a gradient clipped to nothing moves nothing but decay", () => {
    const { store, loss } = smallModel(1);
    const optimizer = createAdamW(store, { weightDecay: 0 });
    const saved = store.toArrays();
    expect(trainStep(store, loss, optimizer, { clipNorm: 0 }).gradNorm).toBeGreaterThan(0.1);
    expect(store.toArrays()).toEqual(saved);
    optimizer.dispose();
    store.dispose();
  });

  it("keeps the weights when a gradient is not finite", () => {
    const { store, loss } = smallModel(1);
    const optimizer = createAdamW(store);
    const saved = store.toArrays();
    const broken = (): tf.Scalar => tf.mul(loss(), Number.NaN) as tf.Scalar;
    expect(trainStep(store, broken, optimizer).gradNorm).toBeNaN();
    expect(store.toArrays()).toEqual(saved);
    optimizer.dispose();
    store.dispose();
  });

  it("goes on from a saved state as if it had never stopped", () => {
    const { store, loss } = smallModel(2);
    const optimizer = createAdamW(store);
    const steps = (which: Optimizer): void => {
      for (let i = 0; i < 3; i++) trainStep(store, loss, which);
    };
    steps(optimizer);
    const [weights, state] = [store.toArrays(), optimizer.toArrays()];
    steps(optimizer);
    const expected = store.toArrays();
    const resumed = createAdamW(store);
    store.fromArrays(weights);
    resumed.fromArrays(state);
    steps(resumed);
    expect(store.toArrays()).toEqual(expected);
    expect(() => resumed.fromArrays({})).toThrow("missing `steps`");
    optimizer.dispose();
    resumed.dispose();
    store.dispose();
  });

  it("swaps the average of the weights in and out", () => {
    const store = createParameterStore(createRng(1));
    const weight = store.create("w", [1], { kind: "zeros" });
    const ema = createEma(store, 0.9);
    store.fromArrays({ w: { shape: [1], values: Float32Array.of(11) } });
    ema.update();
    expect(weight.dataSync()[0]).toBe(11);
    ema.swapIn();
    ema.swapIn();
    expect(weight.dataSync()[0]).toBeCloseTo(9, 5);
    ema.swapOut();
    expect(weight.dataSync()[0]).toBe(11);
    store.dispose();
  });
});

it("globalNorm is the length of all tensors as one vector", () => {
  expect(globalNorm([tf.tensor1d([3]), tf.tensor2d([[0], [4]])])).toBe(5);
});

it("cosineWithWarmup rises, peaks at the base and falls to 0", () => {
  const rates = [0, 4, 9, 10, 55, 99, 100, 200].map((step) => cosineWithWarmup(step, 100, 10, 2));
  expectClose(rates, [0.2, 1, 2, 2, 1, 0.000609, 0, 0], 1e-5);
  expect(cosineWithWarmup(0, 10, 0, 1)).toBe(1);
});

import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { initBackend } from "../../../src/tensor/backend.js";
import * as losses from "../../../src/tensor/losses.js";
import { checkOp, expectClose, normalOperand } from "./check-op.js";

const target = Float32Array.of(0.2, 1, 0, 0.7, 1, 0);
const weights = Float32Array.of(1, 0, 2, 0.5, 3, 1);
type Loss = (x: tf.Tensor, target: Float32Array, weights?: Float32Array) => tf.Scalar;

const pointwise: [string, Loss, (x: number, y: number) => number][] = [
  ["l1Loss", losses.l1Loss, (x, y) => Math.abs(x - y)],
  ["mseLoss", losses.mseLoss, (x, y) => (x - y) ** 2],
  [
    "huberLoss",
    (x, y, w) => losses.huberLoss(x, y, 0.5, w),
    (x, y) => (Math.abs(x - y) < 0.5 ? (x - y) ** 2 / 2 : 0.5 * (Math.abs(x - y) - 0.25)),
  ],
  [
    "binaryCrossEntropyWithLogits",
    losses.binaryCrossEntropyWithLogits,
    (x, y) =>
      -y * Math.log(1 / (1 + Math.exp(-x))) - (1 - y) * Math.log(1 - 1 / (1 + Math.exp(-x))),
  ],
];

function crossEntropyTwin(x: Float64Array, classes: number[], factor: number[]): Float64Array {
  const width = x.length / classes.length;
  const loss = classes.reduce((sum, c, row) => {
    const logits = [...x.subarray(row * width, (row + 1) * width)];
    const level = Math.log(logits.reduce((total, v) => total + Math.exp(v), 0));
    return sum + factor[row]! * (level - logits[c]!);
  }, 0);
  return Float64Array.of(loss / factor.reduce((sum, v) => sum + v, 0));
}

describe.each(["wasm", "cpu", "stock cpu"] as const)("on the %s backend", (backend) => {
  beforeAll(async () => {
    await initBackend({ backend: backend === "wasm" ? "wasm" : "cpu" });
    if (backend !== "stock cpu") return;
    // Without our kernels the losses are composed of stock operations. tfjs's own `unregisterKernel` throws whenever the
    // kernel is registered, so the registry is reached where tfjs keeps it.
    const registry = (globalThis as unknown as { _tfGlobals: Map<string, Map<string, unknown>> })
      ._tfGlobals;
    for (const name of ["RelgraphPointLoss", "RelgraphClassLoss"])
      registry.get("kernelRegistry")!.delete(`cpu_${name}`);
  });

  it.each(pointwise)("%s is the weighted mean over rows", (_name, loss, point) => {
    const mean = (x: Float64Array, factor: Float32Array): number =>
      x.reduce((sum, v, i) => sum + factor[i]! * point(v, target[i]!), 0) /
      factor.reduce((sum, v) => sum + v, 0);
    const even = new Float32Array(6).fill(1);
    const operands = [normalOperand(1, 6)];
    checkOp(
      operands,
      (x) => loss(x!, target),
      (x) => Float64Array.of(mean(x!, even)),
    );
    checkOp(
      operands,
      (x) => loss(x!, target, weights),
      (x) => Float64Array.of(mean(x!, weights)),
    );
    checkOp(
      [normalOperand(2, 3, 2)],
      (x) => loss(x!, target, Float32Array.of(1, 2, 0)),
      (x) => Float64Array.of(mean(x!, Float32Array.of(1, 1, 2, 2, 0, 0))),
    );
  });

  it("softmaxCrossEntropy is the weighted mean over rows", () => {
    const classes = [2, 0, 1];
    const index = Int32Array.from(classes);
    checkOp(
      [normalOperand(1, 3, 4)],
      (x) => losses.softmaxCrossEntropy(x as tf.Tensor2D, index),
      (x) => crossEntropyTwin(x!, classes, [1, 1, 1]),
    );
    checkOp(
      [normalOperand(1, 3, 4)],
      (x) => losses.softmaxCrossEntropy(x as tf.Tensor2D, index, Float32Array.of(1, 0, 3)),
      (x) => crossEntropyTwin(x!, classes, [1, 0, 3]),
    );
  });

  it("stays finite at large logits, with finite gradients", () => {
    const labels = Float32Array.of(0, 1, 0, 1);
    const binary = (x: tf.Tensor): tf.Scalar => losses.binaryCrossEntropyWithLogits(x, labels);
    const far = tf.tensor1d([100, 100, -100, -100]);
    expectClose(binary(far).dataSync(), [50]);
    expectClose(tf.grad(binary)(far).dataSync(), [0.25, 0, 0, -0.25]);
    const classes = (x: tf.Tensor): tf.Scalar =>
      losses.softmaxCrossEntropy(x as tf.Tensor2D, Int32Array.of(0, 1));
    const logits = tf.tensor2d([
      [100, -100],
      [100, -100],
    ]);
    expectClose(classes(logits).dataSync(), [100]);
    expectClose(tf.grad(classes)(logits).dataSync(), [0, 0, 0.5, -0.5]);
  });

  it("gives 0 for no rows and for no weight", () => {
    const none = tf.zeros<tf.Rank.R2>([0, 3]);
    expect(losses.mseLoss(none, new Float32Array(0)).dataSync()[0]).toBe(0);
    expect(losses.softmaxCrossEntropy(none, new Int32Array(0)).dataSync()[0]).toBe(0);
    expect(losses.l1Loss(tf.ones([2]), target.slice(0, 2), new Float32Array(2)).dataSync()[0]).toBe(
      0,
    );
  });

  it("refuses targets, weights and classes that do not fit", () => {
    const x = tf.ones<tf.Rank.R2>([2, 3]);
    expect(() => losses.mseLoss(x, target.slice(1))).toThrow(
      "`mseLoss` expects `target` of length 6",
    );
    expect(() => losses.l1Loss(x, target, weights)).toThrow(
      "`l1Loss` expects `weights` of length 2",
    );
    expect(() => losses.softmaxCrossEntropy(x, Int32Array.of(0, 3))).toThrow(
      "found 3 at position 1",
    );
  });
});

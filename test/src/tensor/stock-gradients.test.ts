import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { initBackend } from "../../../src/tensor/backend.js";
import { registerStockGradients } from "../../../src/tensor/gradients/stock.js";
import { expectClose, normalOperand } from "./check-op.js";

type Op = (...tensors: tf.Tensor[]) => tf.Tensor;
const positive = (t: tf.Tensor): tf.Tensor => tf.add(tf.abs(t), 0.1);

const unary: [string, Op][] = [
  ["neg", (x) => tf.neg(x!)],
  ["relu", (x) => tf.relu(x!)],
  ["sigmoid", (x) => tf.sigmoid(x!)],
  ["tanh", (x) => tf.tanh(x!)],
  ["exp", (x) => tf.exp(x!)],
  ["log", (x) => tf.log(positive(x!))],
  ["log1p", (x) => tf.log1p(positive(x!))],
  ["softplus", (x) => tf.softplus(x!)],
  ["abs", (x) => tf.abs(x!)],
  ["square", (x) => tf.square(x!)],
  ["sqrt", (x) => tf.sqrt(positive(x!))],
  ["rsqrt", (x) => tf.rsqrt(positive(x!))],
  ["sin", (x) => tf.sin(x!)],
  ["cos", (x) => tf.cos(x!)],
  ["cast", (x) => tf.cast(x!, "float32")],
  ["clone", (x) => tf.clone(x!)],
  ["sum of all", (x) => tf.sum(x!)],
  ["sum of an axis", (x) => tf.sum(x!, 1)],
  ["sum keeping the axis", (x) => tf.sum(x!, 0, true)],
  ["mean of all", (x) => tf.mean(x!)],
  ["mean of a negative axis", (x) => tf.mean(x!, -1)],
  ["max of an axis", (x) => tf.max(x!, 1)],
  ["max keeping the axis", (x) => tf.max(x!, 0, true)],
  ["reshape", (x) => tf.reshape(x!, [4, 3])],
  ["expandDims", (x) => tf.expandDims(x!, 1)],
  ["transpose", (x) => tf.transpose(x!)],
  ["transpose of three axes", (x) => tf.transpose(tf.reshape(x!, [3, 2, 2]), [2, 0, 1])],
  ["slice", (x) => tf.slice(x!, [1, 1], [2, 2])],
  ["concat with itself", (x) => tf.concat([x!, tf.square(x!)], 1)],
  ["concat of rows", (x) => tf.concat([x!, x!, tf.exp(x!)], 0)],
  ["tile", (x) => tf.tile(x!, [2, 3])],
  ["broadcastTo", (x) => tf.broadcastTo(tf.slice(x!, [0, 0], [1, 4]), [5, 4])],
  ["gather", (x) => tf.gather(x!, tf.tensor1d([2, 0, 2], "int32"))],
];

const binary: [string, Op][] = [
  ["add", (a, b) => tf.add(a!, b!)],
  ["sub", (a, b) => tf.sub(a!, b!)],
  ["mul", (a, b) => tf.mul(a!, b!)],
  ["div", (a, b) => tf.div(a!, tf.add(tf.square(b!), 0.5))],
];

/** tfjs's own gradients of these fail when an operand is broadcast. */
const binarySameShape: [string, Op][] = [
  ["maximum", (a, b) => tf.maximum(a!, b!)],
  ["minimum", (a, b) => tf.minimum(a!, b!)],
  ["squaredDifference", (a, b) => tf.squaredDifference(a!, b!)],
];

const operand = (seed: number, shape: number[]): tf.Tensor =>
  tf.tensor(normalOperand(seed, ...shape).values, shape);

/** Gradients by the full tfjs package, then by ours, of the same expression. */
function compare(op: Op, tensors: tf.Tensor[]): void {
  const dy = tf.cos(op(...tensors));
  const differentiate = (): tf.Tensor[] => tf.grads(op)(tensors, dy);
  for (const { config } of stockGradients) tf.registerGradient(config);
  const expected = differentiate();
  registerStockGradients({ replace: true });
  differentiate().forEach((gradient, i) => {
    expect(gradient.shape).toEqual(expected[i]!.shape);
    expectClose(gradient.dataSync(), expected[i]!.dataSync(), 1e-5);
  });
}

const names =
  "Add Sub Multiply RealDiv Neg Sum Mean Max Relu Sigmoid Tanh Exp Log Log1p Softplus Abs Square Sqrt Rsqrt Sin Cos Concat Slice Reshape ExpandDims Cast Identity Transpose BatchMatMul Maximum Minimum Select Tile GatherV2 SquaredDifference";
const stockGradients = names.split(" ").map((name) => ({ name, config: tf.getGradient(name) }));

it("finds tfjs's own gradient for every operation but those it composes", () => {
  expect(stockGradients.filter(({ config }) => !config)).toEqual([]);
});

it("leaves gradients that are already registered alone", async () => {
  for (const { config } of stockGradients) tf.registerGradient(config);
  await initBackend({ backend: "cpu" });
  expect(tf.getGradient("Add")).toBe(stockGradients[0]!.config);
});

describe.each(["wasm", "cpu"] as const)("on the %s backend, as @tensorflow/tfjs:", (backend) => {
  beforeAll(async () => {
    await initBackend({ backend });
  });

  it.each(unary.filter(([name]) => backend === "cpu" || name !== "gather"))("%s", (_name, op) => {
    compare(op, [operand(1, [3, 4])]);
  });

  it.each(binary)("%s, broadcast either way", (_name, op) => {
    const shapes = [
      [
        [3, 4],
        [3, 4],
      ],
      [[3, 4], [4]],
      [
        [1, 4],
        [3, 1],
      ],
      [[3, 4], []],
      [
        [2, 1, 4],
        [3, 1],
      ],
    ];
    for (const [a, b] of shapes) compare(op, [operand(1, a!), operand(2, b!)]);
  });

  it.each(binarySameShape)("%s, and broadcast", (_name, op) => {
    compare(op, [operand(1, [3, 4]), operand(2, [3, 4])]);
    const [a, b] = [operand(1, [3, 4]), operand(2, [4])];
    const [whole, spread] = [tf.grads(op)([a, b]), tf.grads(op)([a, tf.broadcastTo(b, [3, 4])])];
    expectClose(whole[0]!.dataSync(), spread[0]!.dataSync());
    expectClose(whole[1]!.dataSync(), tf.sum(spread[1]!, 0).dataSync());
  });

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("matMul %s %s", (flipA, flipB) => {
    const [a, b] = [operand(1, flipA ? [3, 2] : [2, 3]), operand(2, flipB ? [4, 3] : [3, 4])];
    compare((x, y) => tf.matMul(x!, y!, flipA, flipB), [a, b]);
  });

  it("where", () => {
    const condition = tf.tensor2d([1, 0, 1, 0], [2, 2], "bool");
    compare((a, b) => tf.where(condition, a!, b!), [operand(1, [2, 2]), operand(2, [2, 2])]);
  });

  it("split of the softmax in stock terms", () => {
    compare((x) => tf.div(tf.exp(x!), tf.sum(tf.exp(x!), 1, true)), [operand(1, [3, 4])]);
  });
});

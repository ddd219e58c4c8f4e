/** Loss kernels: a whole loss and its closed-form gradient in one loop each, summed in double precision. */
import { assertNever } from "../../core/assert.js";
import { type Kernel, runKernel } from "./kernel.js";

/** Which loss of one value: `delta` is where Huber's loss turns from square to linear. */
export type PointLoss =
  | { readonly kind: "l1" }
  | { readonly kind: "squared" }
  | { readonly kind: "huber"; readonly delta: number }
  | { readonly kind: "logistic" };

/** Targets of as many elements as predictions, and one factor per element that already holds the mean's divisor. */
export interface PointLossAttrs {
  readonly loss: PointLoss;
  readonly target: Float32Array;
  readonly factors: Float64Array;
}

/** Sums `factor · loss(prediction, target)` over all elements to a scalar. */
export const POINT_LOSS: Kernel<PointLossAttrs> = {
  name: "RelgraphPointLoss",
  run(call) {
    const { loss, target, factors } = call.attrs;
    const out = call.output([]);
    const x = call.floats(call.input("prediction"));
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += factors[i]! * pointLoss(loss, x[i]!, target[i]!);
    call.floats(out)[0] = sum;
    return out;
  },
  gradient: {
    inputs: ["prediction"],
    backward: (dy, [prediction], attrs) => ({
      prediction: () => runKernel(POINT_LOSS_GRADIENT, { dy, prediction: prediction! }, attrs),
    }),
  },
};

/** Gradient of {@link POINT_LOSS} for the predictions. */
export const POINT_LOSS_GRADIENT: Kernel<PointLossAttrs> = {
  name: "RelgraphPointLossGradient",
  run(call) {
    const { loss, target, factors } = call.attrs;
    const out = call.output(call.input("prediction").shape);
    const x = call.floats(call.input("prediction"));
    const dy = call.floats(call.input("dy"))[0]!;
    const values = call.floats(out);
    for (let i = 0; i < x.length; i++)
      values[i] = dy * factors[i]! * pointSlope(loss, x[i]!, target[i]!);
    return out;
  },
};

function pointLoss(loss: PointLoss, x: number, target: number): number {
  const error = x - target;
  switch (loss.kind) {
    case "l1":
      return Math.abs(error);
    case "squared":
      return error * error;
    case "huber": {
      const near = Math.min(Math.abs(error), loss.delta);
      return near * (Math.abs(error) - near / 2);
    }
    case "logistic":
      return Math.max(x, 0) - x * target + Math.log1p(Math.exp(-Math.abs(x)));
    default:
      return assertNever(loss);
  }
}

function pointSlope(loss: PointLoss, x: number, target: number): number {
  const error = x - target;
  switch (loss.kind) {
    case "l1":
      return Math.sign(error);
    case "squared":
      return 2 * error;
    case "huber":
      return Math.max(-loss.delta, Math.min(loss.delta, error));
    case "logistic":
      return 1 / (1 + Math.exp(-x)) - target;
    default:
      return assertNever(loss);
  }
}

/** The true class of each row, and one factor per row that already holds the mean's divisor. */
export interface ClassLossAttrs {
  readonly classIndex: Int32Array;
  readonly factors: Float64Array;
}

/** Sums `factor · (log Σ exp(logits) − logit of the true class)` over the rows of `logits [N, K]` to a scalar. */
export const CLASS_LOSS: Kernel<ClassLossAttrs> = {
  name: "RelgraphClassLoss",
  run(call) {
    const { classIndex, factors } = call.attrs;
    const classes = call.input("logits").shape[1]!;
    const out = call.output([]);
    const x = call.floats(call.input("logits"));
    let sum = 0;
    for (let row = 0; row < classIndex.length; row++)
      sum +=
        factors[row]! *
        (logSumExp(x, row * classes, classes) - x[row * classes + classIndex[row]!]!);
    call.floats(out)[0] = sum;
    return out;
  },
  gradient: {
    inputs: ["logits"],
    backward: (dy, [logits], attrs) => ({
      logits: () => runKernel(CLASS_LOSS_GRADIENT, { dy, logits: logits! }, attrs),
    }),
  },
};

/** Gradient of {@link CLASS_LOSS} for the logits: softmax minus the true class. */
export const CLASS_LOSS_GRADIENT: Kernel<ClassLossAttrs> = {
  name: "RelgraphClassLossGradient",
  run(call) {
    const { classIndex, factors } = call.attrs;
    const shape = call.input("logits").shape;
    const classes = shape[1]!;
    const out = call.output(shape);
    const x = call.floats(call.input("logits"));
    const dy = call.floats(call.input("dy"))[0]!;
    const values = call.floats(out);
    for (let row = 0, start = 0; row < classIndex.length; row++, start += classes) {
      const level = logSumExp(x, start, classes);
      const factor = dy * factors[row]!;
      for (let c = 0; c < classes; c++)
        values[start + c] =
          factor * (Math.exp(x[start + c]! - level) - (c === classIndex[row] ? 1 : 0));
    }
    return out;
  },
};

function logSumExp(x: Float32Array, start: number, count: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = start; at < start + count; at++) largest = Math.max(largest, x[at]!);
  let sum = 0;
  for (let at = start; at < start + count; at++) sum += Math.exp(x[at]! - largest);
  return largest + Math.log(sum);
}

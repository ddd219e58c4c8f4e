/** Losses: each a weighted mean over rows as a scalar tensor, with a closed-form gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { assertNever } from "../core/assert.js";
import { checkIndex, checkLength, checkMatrix } from "./check.js";
import { hasKernel, runKernel } from "./kernels/kernel.js";
import { CLASS_LOSS, POINT_LOSS, type PointLoss } from "./kernels/loss.js";

/**
 * Mean absolute error.
 *
 * @param prediction - float32 `[N]` or `[N, K]`; the loss of a row is the mean over its K values.
 * @param target - float32 with as many elements.
 * @param weights - float32 `[N]`, not negative; the mean over rows is divided by their sum. Absent: all 1.
 * @returns a scalar; 0 for no rows or no weight.
 * @throws {@link ShapeError} TEN102 if the lengths differ.
 */
export function l1Loss(
  prediction: tf.Tensor,
  target: Float32Array,
  weights?: Float32Array,
): tf.Scalar {
  return meanLoss("l1Loss", { kind: "l1" }, prediction, target, weights);
}

/** Mean squared error; arguments and result as in {@link l1Loss}. */
export function mseLoss(
  prediction: tf.Tensor,
  target: Float32Array,
  weights?: Float32Array,
): tf.Scalar {
  return meanLoss("mseLoss", { kind: "squared" }, prediction, target, weights);
}

/**
 * Huber's loss: half the square of small errors, linear beyond `delta`. Other arguments and result as in {@link l1Loss}.
 *
 * @param delta - where the square ends, above 0, in units of the target.
 * @see Huber 1964, Robust Estimation of a Location Parameter.
 */
export function huberLoss(
  prediction: tf.Tensor,
  target: Float32Array,
  delta: number,
  weights?: Float32Array,
): tf.Scalar {
  return meanLoss("huberLoss", { kind: "huber", delta }, prediction, target, weights);
}

/**
 * Cross-entropy of binary labels from logits, finite for every finite logit. Other arguments and result as in
 * {@link l1Loss}.
 *
 * @param logits - float32 `[N]` or `[N, K]`, log-odds.
 * @param target - float32 with as many elements, each in `[0, 1]`.
 */
export function binaryCrossEntropyWithLogits(
  logits: tf.Tensor,
  target: Float32Array,
  weights?: Float32Array,
): tf.Scalar {
  return meanLoss("binaryCrossEntropyWithLogits", { kind: "logistic" }, logits, target, weights);
}

/**
 * Cross-entropy of one true class per row from logits.
 *
 * @param logits - float32 `[N, K]`.
 * @param classIndex - int32 `[N]`, each in `0 … K − 1`.
 * @param weights - float32 `[N]`, as in {@link l1Loss}.
 * @returns a scalar; 0 for no rows or no weight.
 * @throws {@link ShapeError} TEN102 if the lengths differ, TEN103 for a class out of range.
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  classIndex: Int32Array,
  weights?: Float32Array,
): tf.Scalar {
  const op = "softmaxCrossEntropy";
  checkMatrix(op, "logits", logits);
  const [rows, classes] = logits.shape;
  checkLength(op, "classIndex", classIndex.length, rows, "rows of `logits`");
  checkIndex(op, "classIndex", classIndex, classes, 0);
  const factors = rowFactors(op, rows, 1, weights);
  if (hasKernel(CLASS_LOSS))
    return runKernel(CLASS_LOSS, { logits }, { classIndex, factors }) as tf.Scalar;
  const chosen = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) chosen[row * classes + classIndex[row]!] = -factors[row]!;
  return tf.tidy(() => {
    const shifted = tf.sub(logits, tf.max(logits, 1, true));
    const logShares = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
    return tf.sum(tf.mul(logShares, tf.tensor2d(chosen, [rows, classes])));
  });
}

function meanLoss(
  op: string,
  loss: PointLoss,
  prediction: tf.Tensor,
  target: Float32Array,
  weights: Float32Array | undefined,
): tf.Scalar {
  checkLength(op, "target", target.length, prediction.size, "elements of the prediction");
  const rows = prediction.shape[0] ?? 1;
  const factors = rowFactors(op, rows, rows === 0 ? 1 : prediction.size / rows, weights);
  if (hasKernel(POINT_LOSS))
    return runKernel(POINT_LOSS, { prediction }, { loss, target, factors }) as tf.Scalar;
  return tf.tidy(() => {
    const truth = tf.tensor(target.slice(), prediction.shape);
    const losses = stockLoss(loss, prediction, truth);
    return tf.sum(tf.mul(losses, tf.tensor(Float32Array.from(factors), prediction.shape)));
  });
}

/** The weight of each element, divided by the sum over rows and the columns, so that a plain sum is the mean. */
function rowFactors(
  op: string,
  rows: number,
  columns: number,
  weights: Float32Array | undefined,
): Float64Array {
  const factors = new Float64Array(rows * columns);
  if (!weights) return factors.fill(1 / factors.length);
  checkLength(op, "weights", weights.length, rows, "rows of the prediction");
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return factors;
  for (let i = 0; i < factors.length; i++)
    factors[i] = weights[Math.floor(i / columns)]! / (total * columns);
  return factors;
}

function stockLoss(loss: PointLoss, x: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const error = tf.sub(x, target);
  switch (loss.kind) {
    case "l1":
      return tf.abs(error);
    case "squared":
      return tf.square(error);
    case "huber": {
      const near = tf.minimum(tf.abs(error), loss.delta);
      return tf.mul(near, tf.sub(tf.abs(error), tf.div(near, 2)));
    }
    case "logistic": {
      const tail = tf.log1p(tf.exp(tf.neg(tf.abs(x))));
      return tf.add(tf.sub(tf.relu(x), tf.mul(x, target)), tail);
    }
    default:
      return assertNever(loss);
  }
}

/** Gradients of stock elementwise operations; where operands were broadcast, gradients are summed back. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Sums a gradient over the axes along which an operand was broadcast.
 *
 * @param dy - gradient in the shape of the result.
 * @param shape - shape of the operand.
 */
export function unbroadcast(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const padding = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) =>
    axis < padding || (shape[axis - padding] === 1 && size !== 1) ? [axis] : [],
  );
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, [...shape]);
}

type Pair = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

function binary(kernelName: string, ofA: Pair, ofB: Pair): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return {
        a: () => unbroadcast(ofA(dy as tf.Tensor, a, b), a.shape),
        b: () => unbroadcast(ofB(dy as tf.Tensor, a, b), b.shape),
      };
    },
  };
}

/** Gradient of a function of one operand from that operand. */
function ofInput(
  kernelName: string,
  slope: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor,
): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({ x: () => slope(dy as tf.Tensor, x!) }),
  };
}

/** Gradient of a function of one operand from its result. */
function ofOutput(
  kernelName: string,
  slope: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): tf.GradConfig {
  return {
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => slope(dy as tf.Tensor, y!) }),
  };
}

const asFloat = (condition: tf.Tensor): tf.Tensor => tf.cast(condition, "float32");

/** One entry per stock elementwise operation. */
export const ELEMENTWISE_GRADIENTS: readonly tf.GradConfig[] = [
  binary(
    tf.Add,
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    tf.Sub,
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  binary(
    tf.Multiply,
    (dy, _a, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  binary(
    tf.RealDiv,
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  binary(
    tf.Maximum,
    (dy, a, b) => tf.mul(dy, asFloat(tf.greaterEqual(a, b))),
    (dy, a, b) => tf.mul(dy, asFloat(tf.less(a, b))),
  ),
  binary(
    tf.Minimum,
    (dy, a, b) => tf.mul(dy, asFloat(tf.lessEqual(a, b))),
    (dy, a, b) => tf.mul(dy, asFloat(tf.greater(a, b))),
  ),
  binary(
    tf.SquaredDifference,
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  ),
  ofInput(tf.Neg, (dy) => tf.neg(dy)),
  ofInput(tf.Relu, (dy, x) => tf.mul(dy, asFloat(tf.greater(x, 0)))),
  ofInput(tf.Log, (dy, x) => tf.div(dy, x)),
  ofInput(tf.Log1p, (dy, x) => tf.div(dy, tf.add(x, 1))),
  ofInput(tf.Softplus, (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  ofInput(tf.Abs, (dy, x) => tf.mul(dy, tf.sign(x))),
  ofInput(tf.Square, (dy, x) => tf.mul(dy, tf.mul(2, x))),
  ofInput(tf.Sqrt, (dy, x) => tf.div(dy, tf.mul(2, tf.sqrt(x)))),
  ofInput(tf.Rsqrt, (dy, x) => tf.neg(tf.div(dy, tf.mul(2, tf.mul(x, tf.sqrt(x)))))),
  ofInput(tf.Cast, (dy) => dy),
  ofInput(tf.Identity, (dy) => dy),
  ofInput(tf.Sin, (dy, x) => tf.mul(dy, tf.cos(x))),
  ofInput(tf.Cos, (dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
  ofOutput(tf.Sigmoid, (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  ofOutput(tf.Tanh, (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  ofOutput(tf.Exp, (dy, y) => tf.mul(dy, y)),
  {
    kernelName: tf.Select,
    inputsToSave: ["condition"],
    gradFunc: (dy, [condition]) => ({
      condition: () => tf.zeros(condition!.shape),
      t: () => tf.mul(dy as tf.Tensor, asFloat(condition!)),
      e: () => tf.mul(dy as tf.Tensor, asFloat(tf.logicalNot(condition!))),
    }),
  },
];

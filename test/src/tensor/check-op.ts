/** Compares a differentiable operation with a naive float64 twin: values, and gradients by central differences of the twin. */
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { createRng } from "../../../src/core/random.js";

/** A float32 tensor off the backend. */
export interface Operand {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Makes an operand of normal numbers. */
export function normalOperand(seed: number, ...shape: readonly number[]): Operand {
  const rng = createRng(seed).split(...shape);
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, values: Float32Array.from({ length: size }, () => rng.normal()) };
}

/** Checks values and gradients of `op` against `twin`, and that nothing leaks. */
export function checkOp(
  operands: readonly Operand[],
  op: (...tensors: tf.Tensor[]) => tf.Tensor,
  twin: (...arrays: Float64Array[]) => Float64Array,
  tolerance = 2e-4,
): void {
  const before = tf.memory().numTensors;
  const arrays = operands.map(({ values }) => Float64Array.from(values));
  const tensors = operands.map(({ shape, values }) => tf.tensor(values.slice(), [...shape]));
  const out = tf.tidy(() => op(...tensors));
  const expected = twin(...arrays);
  expectClose(out.dataSync(), expected, tolerance);
  if (expected.length > 0) {
    const slopes = Float32Array.from(expected, (_, i) => Math.cos(i + 1));
    const dy = tf.tensor(slopes, out.shape);
    const gradients = tf.grads((...inputs: tf.Tensor[]) => op(...inputs))(tensors, dy);
    const along = (): number => twin(...arrays).reduce((sum, y, i) => sum + y * slopes[i]!, 0);
    gradients.forEach((gradient, i) => {
      expect(gradient.shape).toEqual(operands[i]!.shape);
      expectClose(gradient.dataSync(), differences(arrays[i]!, along), 5 * tolerance);
    });
    tf.dispose([dy, ...gradients]);
  }
  tf.dispose([out, ...tensors]);
  expect(tf.memory().numTensors).toBe(before);
}

/** Central differences of a scalar function for each element of an array it reads. */
export function differences(values: Float64Array, scalar: () => number): Float64Array {
  // So short that it all but never crosses the corner of a rectifier.
  const step = 1e-7;
  return values.map((value, i) => {
    values[i] = value + step;
    const above = scalar();
    values[i] = value - step;
    const below = scalar();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Expects two arrays to agree element by element, absolutely or relatively. */
export function expectClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-5,
): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(error <= tolerance))
      expect.fail(`element ${i}: found ${found[i]}, expected ${expected[i]} within ${tolerance}`);
  }
}

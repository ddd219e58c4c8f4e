/** Matrix product and fused linear layer: kernels and gradients over any implementation of the product itself. */
import type * as tf from "@tensorflow/tfjs-core";
import { type BackendMemory, type Kernel, runKernel } from "./kernel.js";

/** Sizes of `op(A) [m, k] · op(B) [k, n]`; a transposed operand is stored as its transpose. */
export interface ProductShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * Writes `out [m, n] = activation(op(A) · op(B) + bias [n])`.
 *
 * The operands lie in the memory of the active backend; `bias` may be null.
 */
export type MatrixProduct = (
  memory: BackendMemory,
  operands: {
    readonly a: tf.TensorInfo;
    readonly b: tf.TensorInfo;
    readonly bias: tf.TensorInfo | null;
    readonly out: tf.TensorInfo;
  },
  shape: ProductShape,
  relu: boolean,
) => void;

/** Which operands of a matrix product are stored transposed. */
export interface MatMulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Whether a linear layer ends in a rectifier. */
export interface LinearAttrs {
  readonly relu: boolean;
}

/** The inner loops of the dense kernels. */
export interface DenseLoops {
  readonly product: MatrixProduct;
  readonly reluMask: ReluMask;
  readonly columnSum: ColumnSum;
}

/** The dense kernels; the last two serve the gradient of the linear layer. */
export interface DenseKernels {
  readonly matMul: Kernel<MatMulAttrs>;
  readonly linear: Kernel<LinearAttrs>;
  readonly mask: Kernel<object>;
  readonly sum: Kernel<object>;
}

/**
 * Makes the dense kernels over an implementation of their loops.
 *
 * @param loops - in JavaScript or in wasm.
 */
export function denseKernels({ product, reluMask, columnSum }: DenseLoops): DenseKernels {
  const mask: Kernel<object> = {
    name: "RelgraphReluMask",
    run(call) {
      const out = call.output(call.input("dy").shape);
      reluMask(call, call.input("dy"), call.input("y"), out);
      return out;
    },
  };
  const sum: Kernel<object> = {
    name: "RelgraphColumnSum",
    run(call) {
      const out = call.output([call.input("x").shape[1]!]);
      columnSum(call, call.input("x"), out);
      return out;
    },
  };
  const matMul: Kernel<MatMulAttrs> = {
    name: "RelgraphMatMul",
    run(call) {
      const shape = productShape(call.input("a").shape, call.input("b").shape, call.attrs);
      const out = call.output([shape.m, shape.n]);
      product(call, { a: call.input("a"), b: call.input("b"), bias: null, out }, shape, false);
      return out;
    },
    flops(shapes, attrs) {
      const { m, k, n } = productShape(shapes("a"), shapes("b"), attrs);
      return 2 * m * k * n;
    },
    gradient: {
      inputs: ["a", "b"],
      backward(dy, [a, b], { transposeA, transposeB }) {
        const multiply = (x: tf.Tensor, y: tf.Tensor, flipX: boolean, flipY: boolean): tf.Tensor =>
          runKernel(matMul, { a: x, b: y }, { transposeA: flipX, transposeB: flipY });
        return {
          a: () =>
            transposeA ? multiply(b!, dy, transposeB, true) : multiply(dy, b!, false, !transposeB),
          b: () =>
            transposeB ? multiply(dy, a!, true, transposeA) : multiply(a!, dy, !transposeA, false),
        };
      },
    },
  };
  const linear: Kernel<LinearAttrs> = {
    name: "RelgraphLinear",
    run(call) {
      const x = call.input("x");
      const weight = call.input("weight");
      const bias = call.has("bias") ? call.input("bias") : null;
      const shape = productShape(x.shape, weight.shape, PLAIN);
      const out = call.output([shape.m, shape.n]);
      product(call, { a: x, b: weight, bias, out }, shape, call.attrs.relu);
      return out;
    },
    flops(shapes) {
      const { m, k, n } = productShape(shapes("x"), shapes("weight"), PLAIN);
      return 2 * m * k * n + 2 * m * n;
    },
    gradient: {
      inputs: ["x", "weight"],
      output: true,
      backward(dy, [x, weight, y], { relu }) {
        const dz = relu ? runKernel(mask, { dy, y: y! }, {}) : dy;
        return {
          x: () =>
            runKernel(matMul, { a: dz, b: weight! }, { transposeA: false, transposeB: true }),
          weight: () =>
            runKernel(matMul, { a: x!, b: dz }, { transposeA: true, transposeB: false }),
          bias: () => runKernel(sum, { x: dz }, {}),
        };
      },
    },
  };
  return { matMul, linear, mask, sum };
}

const PLAIN: MatMulAttrs = { transposeA: false, transposeB: false };

function productShape(
  a: readonly number[],
  b: readonly number[],
  { transposeA, transposeB }: MatMulAttrs,
): ProductShape {
  const [m, k] = transposeA ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  return { m, k, n: transposeB ? b[0]! : b[1]!, transposeA, transposeB };
}

/** Writes `dy` where `y` is above 0, else 0: `out` and both operands have the same shape. */
export type ReluMask = (
  memory: BackendMemory,
  dy: tf.TensorInfo,
  y: tf.TensorInfo,
  out: tf.TensorInfo,
) => void;

/** Sums a matrix `x [N, C]` over its rows to `out [C]`. */
export type ColumnSum = (memory: BackendMemory, x: tf.TensorInfo, out: tf.TensorInfo) => void;

/** The mask of a rectifier in JavaScript. */
export const plainReluMask: ReluMask = (memory, dy, y, out) => {
  const [slopes, results, values] = [memory.floats(dy), memory.floats(y), memory.floats(out)];
  for (let i = 0; i < values.length; i++) values[i] = results[i]! > 0 ? slopes[i]! : 0;
};

/** The sum over rows in JavaScript, in double precision. */
export const plainColumnSum: ColumnSum = (memory, x, out) => {
  const [rows, columns] = x.shape as [number, number];
  const values = memory.floats(x);
  const sums = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++)
    for (let c = 0; c < columns; c++, at++) sums[c] = sums[c]! + values[at]!;
  memory.floats(out).set(sums);
};

/** The matrix product as loops, for the cpu backend and for machines without SIMD. */
export const loopProduct: MatrixProduct = (memory, operands, shape, relu) => {
  const a = memory.floats(operands.a);
  const b = memory.floats(operands.b);
  const out = memory.floats(operands.out);
  const bias = operands.bias ? memory.floats(operands.bias) : null;
  const { m, k, n, transposeA, transposeB } = shape;
  const row = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    if (bias) row.set(bias);
    else row.fill(0);
    for (let p = 0; p < k; p++) {
      const value = a[transposeA ? p * m + i : i * k + p]!;
      if (value === 0) continue;
      if (transposeB) for (let j = 0; j < n; j++) row[j] = row[j]! + value * b[j * k + p]!;
      else for (let j = 0, at = p * n; j < n; j++) row[j] = row[j]! + value * b[at + j]!;
    }
    if (relu) for (let j = 0; j < n; j++) row[j] = Math.max(row[j]!, 0);
    out.set(row, i * n);
  }
};

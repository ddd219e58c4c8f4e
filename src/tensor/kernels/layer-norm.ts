/** Layer normalisation with gain, bias and an optional rectifier in one pass, and its gradient in one pass. */
import type * as tf from "@tensorflow/tfjs-core";
import { type BackendMemory, type Kernel, runKernelMany } from "./kernel.js";

/** Settings of a layer norm. */
export interface LayerNormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** Operands of the forward loop; `x` and `out` are `[N, C]`, `gain` and `bias` `[C]`. */
export interface NormOperands {
  readonly x: tf.TensorInfo;
  readonly gain: tf.TensorInfo;
  readonly bias: tf.TensorInfo;
  readonly out: tf.TensorInfo;
}

/** Operands of the backward loop: also the gradient that comes in, and those of `x`, `gain` and `bias` that go out. */
export interface NormGradientOperands extends Omit<NormOperands, "out"> {
  readonly dy: tf.TensorInfo;
  readonly dx: tf.TensorInfo;
  readonly dGain: tf.TensorInfo;
  readonly dBias: tf.TensorInfo;
}

/** The inner loops of layer normalisation. */
export interface NormLoops {
  forward(memory: BackendMemory, operands: NormOperands, attrs: LayerNormAttrs): void;
  backward(memory: BackendMemory, operands: NormGradientOperands, attrs: LayerNormAttrs): void;
}

/** The kernels of layer normalisation. */
export interface LayerNormKernels {
  readonly layerNorm: Kernel<LayerNormAttrs>;
  readonly layerNormGradient: Kernel<LayerNormAttrs>;
}

/**
 * Makes the kernels over an implementation of the loops. The gradient computes row statistics again, which is cheaper than
 * keeping them.
 *
 * @param loops - in JavaScript or in wasm.
 */
export function layerNormKernels(loops: NormLoops): LayerNormKernels {
  const layerNormGradient: Kernel<LayerNormAttrs> = {
    name: "RelgraphLayerNormGradient",
    run(call) {
      const [x, gain, bias] = [call.input("x"), call.input("gain"), call.input("bias")];
      const [dx, dGain, dBias] = [x, gain, bias].map(({ shape }) => call.output(shape)) as [
        tf.TensorInfo,
        tf.TensorInfo,
        tf.TensorInfo,
      ];
      const operands = { x, gain, bias, dy: call.input("dy"), dx, dGain, dBias };
      loops.backward(call, operands, call.attrs);
      return [dx, dGain, dBias];
    },
  };
  const layerNorm: Kernel<LayerNormAttrs> = {
    name: "RelgraphLayerNorm",
    run(call) {
      const [x, gain, bias] = [call.input("x"), call.input("gain"), call.input("bias")];
      const out = call.output(x.shape);
      loops.forward(call, { x, gain, bias, out }, call.attrs);
      return out;
    },
    gradient: {
      inputs: ["x", "gain", "bias"],
      backward(dy, [x, gain, bias], attrs) {
        const inputs = { dy, x: x!, gain: gain!, bias: bias! };
        const [dx, dGain, dBias] = runKernelMany(layerNormGradient, inputs, attrs);
        return { x: () => dx!, gain: () => dGain!, bias: () => dBias! };
      },
    },
  };
  return { layerNorm, layerNormGradient };
}

/**
 * The loops in JavaScript, with statistics in double precision.
 *
 * @see Ba, Kiros, Hinton 2016, Layer Normalization; dx = s (g − mean(g) − x̂ mean(g x̂)) with g = dy · gain.
 */
export const plainNorm: NormLoops = {
  forward(memory, operands, { epsilon, relu }) {
    const [rows, columns] = operands.x.shape as [number, number];
    const x = memory.floats(operands.x);
    const gain = memory.floats(operands.gain);
    const bias = memory.floats(operands.bias);
    const out = memory.floats(operands.out);
    const floor = relu ? 0 : Number.NEGATIVE_INFINITY;
    for (let start = 0; start < rows * columns; start += columns) {
      const mean = rowMean(x, start, columns);
      const scale = rowScale(x, start, columns, mean, epsilon);
      for (let c = 0; c < columns; c++) {
        const value = (x[start + c]! - mean) * scale * gain[c]! + bias[c]!;
        out[start + c] = Math.max(value, floor);
      }
    }
  },
  backward(memory, operands, { epsilon, relu }) {
    const [rows, columns] = operands.x.shape as [number, number];
    const x = memory.floats(operands.x);
    const dy = memory.floats(operands.dy);
    const gain = memory.floats(operands.gain);
    const bias = memory.floats(operands.bias);
    const dx = memory.floats(operands.dx);
    const [dGain, dBias] = [new Float64Array(columns), new Float64Array(columns)];
    const [normed, flow] = [new Float64Array(columns), new Float64Array(columns)];
    for (let start = 0; start < rows * columns; start += columns) {
      const mean = rowMean(x, start, columns);
      const scale = rowScale(x, start, columns, mean, epsilon);
      let flowSum = 0;
      let flowDot = 0;
      for (let c = 0; c < columns; c++) {
        const hat = (x[start + c]! - mean) * scale;
        const open = !relu || hat * gain[c]! + bias[c]! > 0;
        const slope = open ? dy[start + c]! : 0;
        dGain[c] = dGain[c]! + slope * hat;
        dBias[c] = dBias[c]! + slope;
        const inner = slope * gain[c]!;
        normed[c] = hat;
        flow[c] = inner;
        flowSum += inner;
        flowDot += inner * hat;
      }
      flowSum /= columns;
      flowDot /= columns;
      for (let c = 0; c < columns; c++)
        dx[start + c] = scale * (flow[c]! - flowSum - normed[c]! * flowDot);
    }
    memory.floats(operands.dGain).set(dGain);
    memory.floats(operands.dBias).set(dBias);
  },
};

function rowMean(x: Float32Array, start: number, columns: number): number {
  let sum = 0;
  for (let at = start; at < start + columns; at++) sum += x[at]!;
  return sum / columns;
}

function rowScale(
  x: Float32Array,
  start: number,
  columns: number,
  mean: number,
  epsilon: number,
): number {
  let sum = 0;
  for (let at = start; at < start + columns; at++) {
    const centred = x[at]! - mean;
    sum += centred * centred;
  }
  return 1 / Math.sqrt(sum / columns + epsilon);
}

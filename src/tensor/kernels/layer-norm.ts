/** Layer normalisation with gain, bias and an optional rectifier in one pass, and its gradient in one pass. */
import { type Kernel, runKernelMany } from "./kernel.js";

/** Settings of a layer norm. */
export interface LayerNormAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** Normalises each row of `x [N, C]` to mean 0 and variance 1, then scales by `gain` and shifts by `bias`. */
export const LAYER_NORM: Kernel<LayerNormAttrs> = {
  name: "RelgraphLayerNorm",
  run(call) {
    const { epsilon, relu } = call.attrs;
    const [rows, columns] = call.input("x").shape as [number, number];
    const out = call.output([rows, columns]);
    const x = call.floats(call.input("x"));
    const gain = call.floats(call.input("gain"));
    const bias = call.floats(call.input("bias"));
    const values = call.floats(out);
    const floor = relu ? 0 : Number.NEGATIVE_INFINITY;
    for (let start = 0; start < rows * columns; start += columns) {
      const mean = rowMean(x, start, columns);
      const scale = rowScale(x, start, columns, mean, epsilon);
      for (let c = 0; c < columns; c++) {
        const value = (x[start + c]! - mean) * scale * gain[c]! + bias[c]!;
        values[start + c] = Math.max(value, floor);
      }
    }
    return out;
  },
  gradient: {
    inputs: ["x", "gain", "bias"],
    backward(dy, [x, gain, bias], attrs) {
      const inputs = { dy, x: x!, gain: gain!, bias: bias! };
      const [dx, dGain, dBias] = runKernelMany(LAYER_NORM_GRADIENT, inputs, attrs);
      return { x: () => dx!, gain: () => dGain!, bias: () => dBias! };
    },
  },
};

/**
 * Gradients of {@link LAYER_NORM} for x, gain and bias. Row statistics are computed again, which is cheaper than
 * keeping them.
 *
 * @see Ba, Kiros, Hinton 2016, Layer Normalization; dx = s (g − mean(g) − x̂ mean(g x̂)) with g = dy · gain.
 */
export const LAYER_NORM_GRADIENT: Kernel<LayerNormAttrs> = {
  name: "RelgraphLayerNormGradient",
  run(call) {
    const { epsilon, relu } = call.attrs;
    const [rows, columns] = call.input("x").shape as [number, number];
    const outputs = [call.output([rows, columns]), call.output([columns]), call.output([columns])];
    const x = call.floats(call.input("x"));
    const dy = call.floats(call.input("dy"));
    const gain = call.floats(call.input("gain"));
    const bias = call.floats(call.input("bias"));
    const dx = call.floats(outputs[0]!);
    const dGain = new Float64Array(columns);
    const dBias = new Float64Array(columns);
    const normed = new Float64Array(columns);
    const flow = new Float64Array(columns);
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
    call.floats(outputs[1]!).set(dGain);
    call.floats(outputs[2]!).set(dBias);
    return outputs;
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

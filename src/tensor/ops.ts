/** The differentiable operations our models are made of, on our kernels where the backend has them. */
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../core/errors.js";
import type { Rng } from "../core/random.js";
import { checkIndex, checkLength, checkMatrix, checkOffsets, shapeError } from "./check.js";
import * as stock from "./fallback.js";
import { DROPOUT, LAYER_NORM, LINEAR, MATMUL, ROW_MAP } from "./kernels/all.js";
import { hasKernel, runKernel } from "./kernels/kernel.js";
import type { RowMap } from "./kernels/row-map.js";
import { SEGMENT_MAX } from "./kernels/segment-max.js";
import { SEGMENT_SOFTMAX } from "./kernels/segment-softmax.js";
import {
  copyMap,
  gatherMap,
  scatterMap,
  segmentLastMap,
  segmentPoolMap,
  segmentSumMap,
  sparseMap,
} from "./row-maps.js";
import type { SparseRows } from "./sparse-rows.js";

export type { SparseRows } from "./sparse-rows.js";

/**
 * Applies a linear layer: `activation(x · weight + bias)`.
 *
 * @param x - float32 `[N, I]`; N may be 0.
 * @param weight - float32 `[I, O]`.
 * @param bias - float32 `[O]`, or null for none.
 * @param activation - applied to the result in the same pass.
 * @returns float32 `[N, O]`.
 * @throws {@link ShapeError} TEN101 if the shapes do not fit.
 */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  activation: "none" | "relu",
): tf.Tensor2D {
  checkMatrix("linear", "x", x);
  checkMatrix("linear", "weight", weight);
  if (x.shape[1] !== weight.shape[0]) {
    const shapes = { x: x.shape, weight: weight.shape };
    throw shapeError("linear", "columns of `x` = rows of `weight`", shapes);
  }
  if (bias && (bias.rank !== 1 || bias.size !== weight.shape[1])) {
    const shapes = { bias: bias.shape, weight: weight.shape };
    throw shapeError("linear", "length of `bias` = columns of `weight`", shapes);
  }
  const relu = activation === "relu";
  if (!hasKernel(LINEAR)) return stock.linear(x, weight, bias, relu);
  return runKernel(LINEAR, bias ? { x, weight, bias } : { x, weight }, { relu }) as tf.Tensor2D;
}

/**
 * Multiplies two matrices, either of them transposed; every combination is equally fast.
 *
 * @param a - float32 `[M, K]`, or `[K, M]` with `transposeA`.
 * @param b - float32 `[K, N]`, or `[N, K]` with `transposeB`.
 * @returns float32 `[M, N]`.
 * @throws {@link ShapeError} TEN101 if the inner sizes differ.
 */
export function matMul(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): tf.Tensor2D {
  checkMatrix("matMul", "a", a);
  checkMatrix("matMul", "b", b);
  if (a.shape[transposeA ? 0 : 1] !== b.shape[transposeB ? 1 : 0]) {
    const shapes = { [transposeA ? "aᵀ" : "a"]: a.shape, [transposeB ? "bᵀ" : "b"]: b.shape };
    throw shapeError("matMul", "equal inner sizes", shapes);
  }
  if (!hasKernel(MATMUL)) return tf.matMul(a, b, transposeA, transposeB);
  return runKernel(MATMUL, { a, b }, { transposeA, transposeB }) as tf.Tensor2D;
}

/**
 * Multiplies sparse rows with a table: `out[n] = Σ weights[j] · table[codes[j]]` over the entries of row n. This is our
 * embedding layer: a category is one entry of weight 1, a bag of words several, a piecewise linear code of a number two.
 *
 * @param sparse - N rows over the table's V rows.
 * @param table - float32 `[V, C]`; its gradient is a scatter-add.
 * @returns float32 `[N, C]`; a row without entries gives zeros.
 * @throws {@link ShapeError} TEN102 if codes and weights differ in length, TEN103 if a code is out of range, TEN104 if
 * the offsets do not cover the entries.
 */
export function sparseMatMul(sparse: SparseRows, table: tf.Tensor2D): tf.Tensor2D {
  const { offsets, codes, weights } = sparse;
  checkMatrix("sparseMatMul", "table", table);
  checkLength("sparseMatMul", "weights", weights.length, codes.length, "`codes`");
  checkOffsets("sparseMatMul", offsets, codes.length);
  checkIndex("sparseMatMul", "codes", codes, table.shape[0], 0);
  if (!hasKernel(ROW_MAP)) return stock.sparseMatMul(sparse, table);
  return mapRows([table], [sparseMap(sparse, table.shape[0])]);
}

/**
 * Sums one row of each source per output row: `out[e] = Σ sources[i][indices[i][e]]`. With one source per end of an edge
 * this is the message of the edge.
 *
 * @param sources - at least one float32 `[Nᵢ, C]`.
 * @param indices - one int32 `[E]` per source, where −1 contributes nothing; null where row `e` is the source's row `e`.
 * @returns float32 `[E, C]`.
 * @throws {@link ShapeError} TEN101 if the sources differ in columns, TEN102 if the indices differ in length, TEN103 if an
 * index is out of range.
 */
export function gatherSum(
  sources: readonly tf.Tensor2D[],
  indices: readonly (Int32Array | null)[],
): tf.Tensor2D {
  checkLength("gatherSum", "indices", indices.length, sources.length, "one per source");
  const first = sources[0];
  if (!first) throw shapeError("gatherSum", "at least one source", { sources: [0] });
  const lengthOf = (i: number): number => indices[i]?.length ?? sources[i]!.shape[0];
  sources.forEach((source, i) => {
    const index = indices[i] ?? null;
    checkMatrix("gatherSum", `sources[${i}]`, source);
    if (source.shape[1] !== first.shape[1]) {
      const shapes = { "sources[0]": first.shape, [`sources[${i}]`]: source.shape };
      throw shapeError("gatherSum", "sources of equal columns", shapes);
    }
    checkLength("gatherSum", `indices[${i}]`, lengthOf(i), lengthOf(0), "`indices[0]`");
    if (index) checkIndex("gatherSum", `indices[${i}]`, index, source.shape[0], -1);
  });
  if (!hasKernel(ROW_MAP)) return stock.gatherSum(sources, indices);
  const maps = sources.map(({ shape: [rows] }, i) => {
    const index = indices[i] ?? null;
    return index ? gatherMap(index, rows) : copyMap(rows);
  });
  return mapRows(sources, maps);
}

/**
 * Reads rows by index; the form of {@link gatherSum} with one source.
 *
 * @param x - float32 `[N, C]`.
 * @param index - int32 `[E]`; −1 gives a row of zeros.
 * @returns float32 `[E, C]`.
 */
export function gatherRows(x: tf.Tensor2D, index: Int32Array): tf.Tensor2D {
  return gatherSum([x], [index]);
}

/**
 * Adds rows into a zero matrix: row `e` of `values` into row `index[e]`, in the order of `e`.
 *
 * @param values - float32 `[E, C]`.
 * @param index - int32 `[E]`, unsorted; −1 is left out.
 * @param size - rows of the result.
 * @returns float32 `[size, C]`.
 * @throws {@link ShapeError} TEN102, TEN103.
 */
export function scatterAddRows(values: tf.Tensor2D, index: Int32Array, size: number): tf.Tensor2D {
  checkMatrix("scatterAddRows", "values", values);
  checkLength("scatterAddRows", "index", index.length, values.shape[0], "rows of `values`");
  checkIndex("scatterAddRows", "index", index, size, -1);
  if (!hasKernel(ROW_MAP)) return stock.scatterAddRows(values, index, size);
  return mapRows([values], [scatterMap(index, size)]);
}

/**
 * Normalises each row to mean 0 and variance 1, scales by `gain`, shifts by `bias`, and rectifies if asked.
 *
 * @param x - float32 `[N, C]`.
 * @param gain - float32 `[C]`.
 * @param bias - float32 `[C]`.
 * @param options - `epsilon` is added to the variance.
 * @returns float32 `[N, C]`.
 * @throws {@link ShapeError} TEN101 if gain or bias are not `[C]`.
 * @see Ba, Kiros, Hinton 2016, Layer Normalization, eq. 4.
 */
export function layerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  { epsilon = 1e-5, relu = false }: { epsilon?: number; relu?: boolean } = {},
): tf.Tensor2D {
  checkMatrix("layerNorm", "x", x);
  for (const [name, tensor] of [["gain", gain] as const, ["bias", bias] as const]) {
    if (tensor.rank !== 1 || tensor.size !== x.shape[1]) {
      const shapes = { x: x.shape, [name]: tensor.shape };
      throw shapeError("layerNorm", `length of \`${name}\` = columns of \`x\``, shapes);
    }
  }
  if (!hasKernel(LAYER_NORM)) return stock.layerNorm(x, gain, bias, epsilon, relu);
  return runKernel(LAYER_NORM, { x, gain, bias }, { epsilon, relu }) as tf.Tensor2D;
}

/**
 * Sums the rows of each segment.
 *
 * @param x - float32 `[E, C]`, rows of a segment side by side.
 * @param offsets - int32 `[S + 1]`, ascending from 0 to E; segment `s` is rows `offsets[s] … offsets[s + 1] − 1`.
 * @returns float32 `[S, C]`; an empty segment gives zeros.
 * @throws {@link ShapeError} TEN104 if the offsets do not cover the rows.
 */
export function segmentSum(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  checkSegments("segmentSum", x, offsets);
  if (!hasKernel(ROW_MAP)) return stock.segmentSum(x, offsets);
  return mapRows([x], [segmentSumMap(offsets, false)]);
}

/** Averages the rows of each segment; arguments and result as in {@link segmentSum}. */
export function segmentMean(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  checkSegments("segmentMean", x, offsets);
  if (!hasKernel(ROW_MAP)) return stock.segmentMean(x, offsets);
  return mapRows([x], [segmentSumMap(offsets, true)]);
}

/**
 * Takes the largest value of each column in each segment; arguments and result as in {@link segmentSum}. The gradient goes to
 * the first row that reaches it.
 */
export function segmentMax(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  checkSegments("segmentMax", x, offsets);
  if (!hasKernel(SEGMENT_MAX)) return stock.segmentMax(x, offsets);
  return runKernel(SEGMENT_MAX, { x }, { offsets }) as tf.Tensor2D;
}

/** Takes the last row of each segment; arguments and result as in {@link segmentSum}. */
export function segmentLast(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  checkSegments("segmentLast", x, offsets);
  if (!hasKernel(ROW_MAP)) return stock.segmentLast(x, offsets);
  return mapRows([x], [segmentLastMap(offsets)]);
}

/**
 * Pools each segment three ways in one pass: `[mean ; sum / √(1 + n) ; last]`.
 *
 * @param x - float32 `[E, C]`.
 * @param offsets - int32 `[S + 1]`, as in {@link segmentSum}.
 * @returns float32 `[S, 3C]`; an empty segment gives zeros.
 * @throws {@link ShapeError} TEN104 if the offsets do not cover the rows.
 * @see Corso et al. 2020, Principal Neighbourhood Aggregation (several aggregators, scaled by degree).
 */
export function segmentPool(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  checkSegments("segmentPool", x, offsets);
  if (!hasKernel(ROW_MAP)) return stock.segmentPool(x, offsets);
  const shape: [number, number] = [offsets.length - 1, 3 * x.shape[1]];
  return tf.tidy(() => tf.reshape(mapRows([x], [segmentPoolMap(offsets)]), shape));
}

/**
 * Applies a softmax over the rows of each segment, column by column.
 *
 * @param x - float32 `[E, H]`, H heads.
 * @param offsets - int32 `[S + 1]`, as in {@link segmentSum}.
 * @returns float32 `[E, H]`; within a segment each column sums to 1.
 * @throws {@link ShapeError} TEN104 if the offsets do not cover the rows.
 * @see Veličković et al. 2018, Graph Attention Networks, eq. 2.
 */
export function segmentSoftmax(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  checkSegments("segmentSoftmax", x, offsets);
  if (!hasKernel(SEGMENT_SOFTMAX)) return stock.segmentSoftmax(x, offsets);
  return runKernel(SEGMENT_SOFTMAX, { x }, { offsets }) as tf.Tensor2D;
}

/**
 * Zeroes a share of the values at random and scales the rest by `1 / (1 − rate)`, so that the mean stays.
 *
 * @param x - float32 of any shape.
 * @param rate - in `[0, 1)`; 0 returns a copy and draws nothing.
 * @param rng - one number is drawn from it; the mask is a hash of that number and the position.
 * @throws {@link ConfigError} CFG204 if the rate is out of range.
 * @see Srivastava et al. 2014, Dropout.
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, rng: Rng): T {
  if (!(rate >= 0 && rate < 1)) {
    throw new ConfigError("CFG204", `option \`dropout\` must be in [0, 1), found ${rate}`, {
      hint: "0 switches it off; 0.1 to 0.3 is usual",
    });
  }
  if (rate === 0) return tf.clone(x);
  const attrs = { rate, seed: rng.int(4294967296) };
  if (!hasKernel(DROPOUT)) return stock.dropout(x, attrs);
  return runKernel(DROPOUT, { x }, attrs) as T;
}

/**
 * Puts matrices side by side.
 *
 * @param tensors - at least one float32 `[N, Cᵢ]`.
 * @returns float32 `[N, Σ Cᵢ]`.
 * @throws {@link ShapeError} TEN101 if they differ in rows.
 */
export function concatColumns(tensors: readonly tf.Tensor2D[]): tf.Tensor2D {
  const first = tensors[0];
  if (!first) throw shapeError("concatColumns", "at least one tensor", { tensors: [0] });
  tensors.forEach((tensor, i) => {
    checkMatrix("concatColumns", `tensors[${i}]`, tensor);
    if (tensor.shape[0] !== first.shape[0]) {
      const shapes = { "tensors[0]": first.shape, [`tensors[${i}]`]: tensor.shape };
      throw shapeError("concatColumns", "tensors of equal rows", shapes);
    }
  });
  return tf.concat2d([...tensors], 1);
}

function mapRows(sources: readonly tf.Tensor2D[], maps: readonly RowMap[]): tf.Tensor2D {
  const inputs = Object.fromEntries(sources.map((source, i) => [`source${i}`, source]));
  return runKernel(ROW_MAP, inputs, { maps }) as tf.Tensor2D;
}

function checkSegments(op: string, x: tf.Tensor2D, offsets: Int32Array): void {
  checkMatrix(op, "x", x);
  checkOffsets(op, offsets, x.shape[0]);
}

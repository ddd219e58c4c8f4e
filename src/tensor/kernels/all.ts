/** The list of our kernels, for registration and for counting. */
import { COLUMN_SUM, denseKernels, loopProduct, type MatrixProduct, RELU_MASK } from "./dense.js";
import { DROPOUT } from "./dropout.js";
import { GATHER_SUM, SCATTER_ADD } from "./gather.js";
import type { Kernel } from "./kernel.js";
import { LAYER_NORM, LAYER_NORM_GRADIENT } from "./layer-norm.js";
import { CLASS_LOSS, CLASS_LOSS_GRADIENT, POINT_LOSS, POINT_LOSS_GRADIENT } from "./loss.js";
import {
  SEGMENT_LAST,
  SEGMENT_LAST_GRADIENT,
  SEGMENT_MAX,
  SEGMENT_MAX_GRADIENT,
  SEGMENT_POOL,
  SEGMENT_POOL_GRADIENT,
  SEGMENT_SPREAD,
  SEGMENT_SUM,
} from "./segment.js";
import { SEGMENT_SOFTMAX, SEGMENT_SOFTMAX_GRADIENT } from "./segment-softmax.js";
import { SPARSE_MATMUL, SPARSE_SCATTER } from "./sparse.js";

/** The dense kernels over JavaScript loops; their names and gradients hold for every product. */
export const { matMul: MATMUL, linear: LINEAR } = denseKernels(loopProduct);

/**
 * Lists all kernels.
 *
 * @param product - the matrix product behind the dense ones.
 */
export function allKernels(product: MatrixProduct): readonly Kernel<unknown>[] {
  const { matMul, linear } = denseKernels(product);
  return [
    matMul,
    linear,
    RELU_MASK,
    COLUMN_SUM,
    SPARSE_MATMUL,
    SPARSE_SCATTER,
    GATHER_SUM,
    SCATTER_ADD,
    LAYER_NORM,
    LAYER_NORM_GRADIENT,
    SEGMENT_SUM,
    SEGMENT_SPREAD,
    SEGMENT_MAX,
    SEGMENT_MAX_GRADIENT,
    SEGMENT_LAST,
    SEGMENT_LAST_GRADIENT,
    SEGMENT_POOL,
    SEGMENT_POOL_GRADIENT,
    SEGMENT_SOFTMAX,
    SEGMENT_SOFTMAX_GRADIENT,
    DROPOUT,
    POINT_LOSS,
    POINT_LOSS_GRADIENT,
    CLASS_LOSS,
    CLASS_LOSS_GRADIENT,
  ] as readonly Kernel<unknown>[];
}

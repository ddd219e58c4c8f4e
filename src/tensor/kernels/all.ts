/** The list of our kernels, for registration and for counting. */
import { COLUMN_SUM, denseKernels, loopProduct, type MatrixProduct, RELU_MASK } from "./dense.js";
import { DROPOUT } from "./dropout.js";
import type { Kernel } from "./kernel.js";
import { LAYER_NORM, LAYER_NORM_GRADIENT } from "./layer-norm.js";
import { CLASS_LOSS, CLASS_LOSS_GRADIENT, POINT_LOSS, POINT_LOSS_GRADIENT } from "./loss.js";
import { type AccumulateRows, loopAccumulate, rowMapKernel } from "./row-map.js";
import { SEGMENT_MAX, SEGMENT_MAX_GRADIENT } from "./segment-max.js";
import { SEGMENT_SOFTMAX, SEGMENT_SOFTMAX_GRADIENT } from "./segment-softmax.js";

/** The inner loops that a backend can replace. */
export interface Loops {
  readonly product: MatrixProduct;
  readonly accumulate: AccumulateRows;
}

/** The loops in JavaScript, for the cpu backend and for machines without SIMD. */
export const PLAIN_LOOPS: Loops = { product: loopProduct, accumulate: loopAccumulate };

/** The kernel of row maps over JavaScript loops; its name and gradient hold for every inner loop. */
export const ROW_MAP = rowMapKernel(loopAccumulate);

/** The dense kernels over JavaScript loops; their names and gradients hold for every product. */
export const { matMul: MATMUL, linear: LINEAR } = denseKernels(loopProduct);

/**
 * Lists all kernels.
 *
 * @param loops - the inner loops behind the hot ones.
 */
export function allKernels({ product, accumulate }: Loops): readonly Kernel<unknown>[] {
  const { matMul, linear } = denseKernels(product);
  return [
    matMul,
    linear,
    RELU_MASK,
    COLUMN_SUM,
    rowMapKernel(accumulate),
    LAYER_NORM,
    LAYER_NORM_GRADIENT,
    SEGMENT_MAX,
    SEGMENT_MAX_GRADIENT,
    SEGMENT_SOFTMAX,
    SEGMENT_SOFTMAX_GRADIENT,
    DROPOUT,
    POINT_LOSS,
    POINT_LOSS_GRADIENT,
    CLASS_LOSS,
    CLASS_LOSS_GRADIENT,
  ] as readonly Kernel<unknown>[];
}

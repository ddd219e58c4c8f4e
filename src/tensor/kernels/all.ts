/** The list of our kernels, for registration and for counting. */
import { type AdamLoop, adamKernel, plainAdam } from "./adam.js";
import {
  type DenseLoops,
  denseKernels,
  loopProduct,
  plainColumnSum,
  plainReluMask,
} from "./dense.js";
import { type DropoutLoop, dropoutKernel, plainDropout } from "./dropout.js";
import type { Kernel } from "./kernel.js";
import { layerNormKernels, type NormLoops, plainNorm } from "./layer-norm.js";
import { CLASS_LOSS, CLASS_LOSS_GRADIENT, POINT_LOSS, POINT_LOSS_GRADIENT } from "./loss.js";
import { type AccumulateRows, loopAccumulate, rowMapKernel } from "./row-map.js";
import { SEGMENT_MAX, SEGMENT_MAX_GRADIENT } from "./segment-max.js";
import { SEGMENT_SOFTMAX, SEGMENT_SOFTMAX_GRADIENT } from "./segment-softmax.js";

/** The inner loops that a backend can replace. */
export interface Loops extends DenseLoops {
  readonly accumulate: AccumulateRows;
  readonly norm: NormLoops;
  readonly dropout: DropoutLoop;
  readonly adam: AdamLoop;
}

/** The loops in JavaScript, for the cpu backend and for machines without SIMD. */
export const PLAIN_LOOPS: Loops = {
  product: loopProduct,
  reluMask: plainReluMask,
  columnSum: plainColumnSum,
  accumulate: loopAccumulate,
  norm: plainNorm,
  dropout: plainDropout,
  adam: plainAdam,
};

/** The dense kernels over JavaScript loops; names and gradients hold for every implementation of the loops. */
export const { matMul: MATMUL, linear: LINEAR } = denseKernels(PLAIN_LOOPS);

/** The kernel of row maps, as above. */
export const ROW_MAP = rowMapKernel(PLAIN_LOOPS.accumulate);

/** The kernel of layer normalisation, as above. */
export const { layerNorm: LAYER_NORM } = layerNormKernels(PLAIN_LOOPS.norm);

/** The kernel of dropout, as above. */
export const DROPOUT = dropoutKernel(PLAIN_LOOPS.dropout);

/** The kernel of an AdamW update, as above. */
export const ADAM = adamKernel(PLAIN_LOOPS.adam);

/**
 * Lists all kernels.
 *
 * @param loops - the inner loops behind the hot ones.
 */
export function allKernels(loops: Loops): readonly Kernel<unknown>[] {
  const { matMul, linear, mask, sum } = denseKernels(loops);
  const { layerNorm, layerNormGradient } = layerNormKernels(loops.norm);
  return [
    matMul,
    linear,
    mask,
    sum,
    rowMapKernel(loops.accumulate),
    layerNorm,
    layerNormGradient,
    SEGMENT_MAX,
    SEGMENT_MAX_GRADIENT,
    SEGMENT_SOFTMAX,
    SEGMENT_SOFTMAX_GRADIENT,
    dropoutKernel(loops.dropout),
    adamKernel(loops.adam),
    POINT_LOSS,
    POINT_LOSS_GRADIENT,
    CLASS_LOSS,
    CLASS_LOSS_GRADIENT,
  ] as readonly Kernel<unknown>[];
}

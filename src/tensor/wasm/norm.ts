/** Layer normalisation, rectifier mask and column sums on the wasm backend's heap, for columns that come in fours. */
import { invariant } from "../../core/assert.js";
import { type ColumnSum, plainColumnSum, plainReluMask, type ReluMask } from "../kernels/dense.js";
import type { WasmBackend } from "../kernels/kernel.js";
import { type NormLoops, plainNorm } from "../kernels/layer-norm.js";
import { instantiate } from "./instantiate.js";
import { type NormFunctions, normModule } from "./norm-module.js";

/** Rows summed in single precision before they are added up in double: the error stays that of a few hundred terms. */
const BLOCK_ROWS = 256;

/** The loops of this file. */
export interface WasmNorm {
  readonly norm: NormLoops;
  readonly reluMask: ReluMask;
  readonly columnSum: ColumnSum;
}

/**
 * Makes the loops for a running wasm backend; where columns do not come in fours, those in JavaScript serve.
 *
 * @param backend - its memory is imported by our module.
 * @returns null where the machine has no SIMD.
 */
export function createWasmNorm(backend: WasmBackend): WasmNorm | null {
  const functions = instantiate<NormFunctions>(normModule(), backend);
  if (!functions) return null;
  return {
    norm: wasmNorm(functions, backend),
    reluMask(memory, dy, y, out) {
      const size = out.shape.reduce((product, length) => product * length, 1);
      if (size % 4 !== 0) return plainReluMask(memory, dy, y, out);
      const [from, mask, to] = [dy, y, out].map((tensor) => memory.floats(tensor).byteOffset);
      functions.mask(from!, mask!, to!, size / 4);
    },
    columnSum(memory, x, out) {
      const [rows, columns] = x.shape as [number, number];
      if (columns % 4 !== 0) return plainColumnSum(memory, x, out);
      const sums = sumBlocks(backend, rows, columns, (row, count, partial) => {
        const from = memory.floats(x).byteOffset + 4 * row * columns;
        functions.addRows(from, partial, count, columns / 4);
      });
      memory.floats(out).set(sums);
    },
  };
}

function wasmNorm(functions: NormFunctions, backend: WasmBackend): NormLoops {
  return {
    forward(memory, operands, attrs) {
      const [rows, columns] = operands.x.shape as [number, number];
      if (columns % 4 !== 0 || columns === 0) return plainNorm.forward(memory, operands, attrs);
      const at = (tensor: typeof operands.x): number => memory.floats(tensor).byteOffset;
      const { x, gain, bias, out } = operands;
      const settings = [rows, columns / 4, 1 / columns, attrs.epsilon, lowest(attrs.relu)] as const;
      functions.forward(at(x), at(gain), at(bias), at(out), ...settings);
    },
    backward(memory, operands, attrs) {
      const [rows, columns] = operands.x.shape as [number, number];
      if (columns % 4 !== 0 || columns === 0) return plainNorm.backward(memory, operands, attrs);
      const at = (tensor: typeof operands.x): number => memory.floats(tensor).byteOffset;
      const { dy, x, gain, bias, dx } = operands;
      const sums = sumBlocks(backend, rows, 2 * columns, (row, count, partial) => {
        const skip = 4 * row * columns;
        functions.backward(
          at(dy) + skip,
          at(x) + skip,
          at(gain),
          at(bias),
          at(dx) + skip,
          partial,
          partial + 4 * columns,
          count,
          columns / 4,
          1 / columns,
          attrs.epsilon,
          lowest(attrs.relu),
        );
      });
      memory.floats(operands.dGain).set(sums.subarray(0, columns));
      memory.floats(operands.dBias).set(sums.subarray(columns));
    },
  };
}

function lowest(relu: boolean): number {
  return relu ? 0 : Number.NEGATIVE_INFINITY;
}

/** Adds up partial sums of `width` numbers, which `add` leaves at an address of the heap for each block of rows. */
function sumBlocks(
  backend: WasmBackend,
  rows: number,
  width: number,
  add: (row: number, count: number, partial: number) => void,
): Float64Array {
  const sums = new Float64Array(width);
  const partial = backend.wasm._malloc(4 * width) >>> 0;
  invariant(partial !== 0, `the wasm heap has no room for ${4 * width} bytes of partial sums`);
  const values = new Float32Array(backend.wasm.HEAPU8.buffer, partial, width);
  for (let row = 0; row < rows; row += BLOCK_ROWS) {
    values.fill(0);
    add(row, Math.min(BLOCK_ROWS, rows - row), partial);
    for (let i = 0; i < width; i++) sums[i] = sums[i]! + values[i]!;
  }
  backend.wasm._free(partial);
  return sums;
}

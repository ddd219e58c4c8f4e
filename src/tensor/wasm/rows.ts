/** Row maps on the wasm backend's heap. */
import { invariant } from "../../core/assert.js";
import type { WasmBackend } from "../kernels/kernel.js";
import type { AccumulateRows } from "../kernels/row-map.js";
import { instantiate } from "./instantiate.js";
import { type RowFunctions, rowsModule } from "./rows-module.js";

/**
 * Makes the inner loop of row maps for a running wasm backend.
 *
 * @param backend - its memory is imported by our module.
 * @returns null where the machine has no SIMD.
 */
export function createWasmAccumulate(backend: WasmBackend): AccumulateRows | null {
  const functions = instantiate<RowFunctions>(rowsModule(), backend);
  if (!functions) return null;
  return (memory, out, source, { count, from, to, weights }) => {
    if (count === 0) return;
    // Three short arrays go to the heap; addresses are taken after that, because the heap can grow.
    const bytes = 12 * count;
    const scratch = backend.wasm._malloc(bytes) >>> 0;
    invariant(scratch !== 0, `the wasm heap has no room for ${bytes} bytes of indices`);
    const heap = backend.wasm.HEAPU8.buffer;
    writeIndex(new Int32Array(heap, scratch, count), from);
    writeIndex(new Int32Array(heap, scratch + 4 * count, count), to);
    const factors = new Float32Array(heap, scratch + 8 * count, count);
    if (weights) factors.set(weights.length === count ? weights : weights.subarray(0, count));
    else factors.fill(1);
    functions.accumulate(
      memory.floats(out).byteOffset,
      memory.floats(source).byteOffset,
      scratch,
      scratch + 4 * count,
      scratch + 8 * count,
      count,
      out.shape[1]!,
    );
    backend.wasm._free(scratch);
  };
}

function writeIndex(target: Int32Array, index: Int32Array | null): void {
  if (index) target.set(index.length === target.length ? index : index.subarray(0, target.length));
  else for (let j = 0; j < target.length; j++) target[j] = j;
}

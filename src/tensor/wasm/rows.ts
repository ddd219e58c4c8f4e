/** Row maps on the wasm backend's heap. */
import { invariant } from "../../core/assert.js";
import type { WasmBackend } from "../kernels/kernel.js";
import { type AccumulateRows, writeRows } from "../kernels/row-map.js";
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
  return (memory, out, source, map, first) => {
    const { count, from, to, weights } = map;
    const gathers = to.kind === "runs";
    const scatters = !gathers && from.kind === "runs";
    if (first && !gathers) memory.floats(out).fill(0);
    if (count === 0 && !gathers) return;
    // Ends and weights go to the heap; addresses are taken after that, because the heap can grow.
    const fromLength = scatters ? map.rowsFrom + 1 : count;
    const toLength = gathers ? map.rowsTo + 1 : count;
    const bytes = 4 * (fromLength + toLength + count);
    const scratch = backend.wasm._malloc(bytes) >>> 0;
    invariant(scratch !== 0, `the wasm heap has no room for ${bytes} bytes of indices`);
    const heap = backend.wasm.HEAPU8.buffer;
    const toAt = scratch + 4 * fromLength;
    const weightsAt = toAt + 4 * toLength;
    const fromHeap = new Int32Array(heap, scratch, fromLength);
    const toHeap = new Int32Array(heap, toAt, toLength);
    if (scatters) fromHeap.set(from.offsets);
    else writeRows(from, fromHeap);
    if (gathers) toHeap.set(to.offsets);
    else writeRows(to, toHeap);
    const factors = new Float32Array(heap, weightsAt, count);
    if (weights) factors.set(weights.length === count ? weights : weights.subarray(0, count));
    else factors.fill(1);
    const columns = out.shape[1]!;
    const [outAt, sourceAt] = [memory.floats(out).byteOffset, memory.floats(source).byteOffset];
    if (gathers) {
      const keep = first ? 0 : 1;
      const { rowsTo } = map;
      functions.gatherRuns(outAt, sourceAt, scratch, toAt, weightsAt, rowsTo, columns, keep);
    } else if (scatters) {
      functions.scatterRuns(outAt, sourceAt, scratch, toAt, weightsAt, map.rowsFrom, columns);
    } else {
      functions.accumulate(outAt, sourceAt, scratch, toAt, weightsAt, count, columns);
    }
    backend.wasm._free(scratch);
  };
}

/** Row maps on the wasm backend's heap. */
import { invariant } from "../../core/assert.js";
import type { WasmBackend } from "../kernels/kernel.js";
import { type AccumulateRows, listRows, type RowEnd } from "../kernels/row-map.js";
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
    const { count, from, to, weights, rowsFrom, rowsTo } = map;
    const columns = out.shape[1]!;
    const keep = first ? 0 : 1;
    const run = (
      indices: readonly Int32Array[],
      entries: number,
      call: (...addresses: number[]) => void,
    ): void => {
      const heap = onHeap(backend, indices, weights, entries);
      call(memory.floats(out).byteOffset, memory.floats(source).byteOffset, ...heap.addresses);
      heap.free();
    };
    if (to.kind === "runs") {
      run([listed(from, count), to.offsets], count, (o, s, f, t, w) =>
        functions.gatherRuns(o, s, f, t, w, rowsTo, columns, keep),
      );
    } else if (to.kind === "each" && !weights && count === rowsTo) {
      run([listed(from, count)], 0, (o, s, f) =>
        functions.gatherRows(o, s, f, count, columns, keep),
      );
    } else {
      if (first) memory.floats(out).fill(0);
      if (count === 0) return;
      if (from.kind === "runs") {
        run([from.offsets, listed(to, count)], count, (o, s, f, t, w) =>
          functions.scatterRuns(o, s, f, t, w, rowsFrom, columns),
        );
      } else if (from.kind === "each" && !weights) {
        run([listed(to, count)], 0, (o, s, t) => functions.scatterRows(o, s, t, count, columns));
      } else {
        run([listed(from, count), listed(to, count)], count, (o, s, f, t, w) =>
          functions.accumulate(o, s, f, t, w, count, columns),
        );
      }
    }
  };
}

/** The rows of an end, without a copy where they are listed. */
function listed(end: RowEnd, count: number): Int32Array {
  if (end.kind !== "listed") return listRows(end, count);
  return end.rows.length === count ? end.rows : end.rows.subarray(0, count);
}

/**
 * Copies arrays side by side to scratch memory of the heap; addresses of tensors are to be taken after that, because the heap can
 * grow.
 *
 * @param count - factors to place behind the arrays: `weights`, or ones.
 * @returns the address of each array and of the factors.
 */
function onHeap(
  backend: WasmBackend,
  arrays: readonly Int32Array[],
  weights: Float32Array | null,
  count: number,
): { readonly addresses: readonly number[]; readonly free: () => void } {
  const bytes = 4 * arrays.reduce((sum, { length }) => sum + length, count + 1);
  const scratch = backend.wasm._malloc(bytes) >>> 0;
  invariant(scratch !== 0, `the wasm heap has no room for ${bytes} bytes of indices`);
  const { buffer } = backend.wasm.HEAPU8;
  let at = scratch;
  const addresses: number[] = [];
  for (const array of arrays) {
    addresses.push(at);
    new Int32Array(buffer, at, array.length).set(array);
    at += 4 * array.length;
  }
  addresses.push(at);
  const factors = new Float32Array(buffer, at, count);
  if (weights) factors.set(weights.length === count ? weights : weights.subarray(0, count));
  else factors.fill(1);
  return { addresses, free: () => backend.wasm._free(scratch) };
}

/** What our kernels need on the embedded backends: loops in WebAssembly where SIMD works, else in JavaScript. */
import { setFlagsFromString } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import { allKernels, type Loops, PLAIN_LOOPS } from "../kernels/all.js";
import { registerSharedIdentity } from "../kernels/identity.js";
import { registerKernels, type WasmBackend } from "../kernels/kernel.js";
import { createWasmDropout } from "../wasm/dropout.js";
import { createWasmProduct } from "../wasm/gemm.js";
import { createWasmNorm } from "../wasm/norm.js";
import { createWasmAccumulate } from "../wasm/rows.js";

/**
 * Registers our kernels for the active backend.
 *
 * @param name - the active backend.
 * @param relaxedSimd - lets the product fuse multiplication and addition.
 * @returns whether our SIMD loops run.
 */
export function registerOurKernels(name: "wasm" | "cpu", relaxedSimd: boolean): boolean {
  const fast = name === "wasm" ? wasmLoops(relaxedSimd) : null;
  registerKernels(name, allKernels(fast ?? PLAIN_LOOPS));
  if (name === "wasm") registerSharedIdentity();
  return fast !== null;
}

function wasmLoops(relaxed: boolean): Loops | null {
  const backend = tf.backend() as unknown as WasmBackend;
  const accumulate = createWasmAccumulate(backend);
  // Node 20 has relaxed SIMD behind this flag; later versions ignore it.
  if (relaxed) setFlagsFromString("--experimental-wasm-relaxed-simd");
  const product =
    (relaxed ? createWasmProduct(backend, true) : null) ?? createWasmProduct(backend, false);
  const norm = createWasmNorm(backend);
  const dropout = createWasmDropout(backend);
  return product && accumulate && norm && dropout
    ? { product, accumulate, dropout, ...norm }
    : null;
}

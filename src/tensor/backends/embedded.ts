/** What our kernels need on the embedded backends: loops in WebAssembly where SIMD works, else in JavaScript. */
import { setFlagsFromString } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import { allKernels, type Loops, PLAIN_LOOPS } from "../kernels/all.js";
import { registerSharedIdentity } from "../kernels/identity.js";
import { registerKernels, type WasmBackend } from "../kernels/kernel.js";
import { createWasmAdam } from "../wasm/adam.js";
import { createWasmDropout } from "../wasm/dropout.js";
import { createWasmProduct } from "../wasm/gemm.js";
import { createWasmNorm } from "../wasm/norm.js";
import { createWasmAccumulate } from "../wasm/rows.js";
import { chooseBlas } from "./blas.js";

/** How the kernels of an embedded backend are made. */
export interface EmbeddedOptions {
  /** Lets the product fuse multiplication and addition. */
  readonly relaxedSimd: boolean;
  /** A BLAS to multiply with where it is faster; see {@link chooseBlas}. Absent: our own product. */
  readonly blas: string | undefined;
}

/** What runs. */
export interface EmbeddedKernels {
  /** Whether our SIMD loops run. */
  readonly simd: boolean;
  /** The BLAS in use. */
  readonly blas?: string;
  /** Why there is none although one was asked for. */
  readonly noBlas?: string;
}

/**
 * Registers our kernels for the active backend.
 *
 * @param name - the active backend.
 * @param options - which matrix product.
 */
export async function registerOurKernels(
  name: "wasm" | "cpu",
  { relaxedSimd, blas }: EmbeddedOptions,
): Promise<EmbeddedKernels> {
  const fast = name === "wasm" ? wasmLoops(relaxedSimd) : null;
  if (name === "wasm") registerSharedIdentity();
  if (!blas || !fast) {
    registerKernels(name, allKernels(fast ?? PLAIN_LOOPS));
    return { simd: fast !== null };
  }
  const backend = tf.backend() as unknown as WasmBackend;
  const { product, reason } = await chooseBlas(blas, backend, fast.product);
  registerKernels(name, allKernels({ ...fast, product: product ?? fast.product }));
  return { simd: true, ...(product ? { blas: reason } : { noBlas: reason }) };
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
  const adam = createWasmAdam(backend);
  return product && accumulate && norm && dropout && adam
    ? { product, accumulate, dropout, adam, ...norm }
    : null;
}

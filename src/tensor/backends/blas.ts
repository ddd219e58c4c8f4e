/** A system's BLAS in place of our matrix product, on the wasm heap: found, loaded through `koffi`, checked and timed. */
import type { MatrixProduct, ProductShape } from "../kernels/dense.js";
import type { WasmBackend } from "../kernels/kernel.js";
import { blasProduct, type Sgemm } from "../wasm/blas.js";
import { productsDiffer, secondsOf } from "../wasm/product-check.js";
import { locatePackage } from "./locate.js";

/** What became of the wish for a BLAS. */
export interface BlasChoice {
  /** The product to use; `null` keeps ours. */
  readonly product: MatrixProduct | null;
  /** Library and speed, or why there is none, as a clause for a person. */
  readonly reason: string;
}

/** The part of `koffi` that we use. */
interface Koffi {
  load(path: string): { func(signature: string): (...args: unknown[]) => unknown };
}

/** The package that calls functions of shared libraries, and how to get it. */
const KOFFI = "koffi";
const INSTALL = "npm install koffi@3.3.4";

/** How libraries with the C interface of BLAS are called, by platform; the first that loads is taken. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate", "libopenblas.dylib"],
  win32: ["libopenblas.dll", "mkl_rt.2.dll"],
  linux: ["libopenblas.so.0", "libmkl_rt.so.2", "libblis.so.4", "libcblas.so.3"],
};

/** Names of the product and of the function that sets the number of threads. */
const SYMBOLS = ["cblas_sgemm", "scipy_cblas_sgemm"];
const THREAD_SYMBOLS = [
  "openblas_set_num_threads",
  "scipy_openblas_set_num_threads",
  "MKL_Set_Num_Threads",
  "bli_thread_set_num_threads",
];
const SGEMM_PARAMETERS =
  "int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda," +
  " const float *b, int ldb, float beta, float *c, int ldc";

/** Shapes of a training step: rows by inner size by columns. */
const TIMED: readonly ProductShape[] = [
  { m: 2048, k: 64, n: 128, transposeA: false, transposeB: false },
  { m: 64, k: 2048, n: 128, transposeA: true, transposeB: false },
];

/** Reads `RELGRAPH_BLAS`, the only place that does; an empty value counts as unset. */
export function blasFromEnvironment(): string | undefined {
  return process.env["RELGRAPH_BLAS"] || undefined;
}

/**
 * Loads a BLAS and keeps it if its products are right and faster than ours. It runs on one thread: training is parallel over
 * batches. Sums go in another order than ours, and in one that differs between machines.
 *
 * @param wish - path or name of a shared library, or `auto` for the usual ones of the platform.
 * @param backend - the running wasm backend.
 * @param own - our product, to compare with.
 * @returns the choice; nothing is thrown.
 */
export async function chooseBlas(
  wish: string,
  backend: WasmBackend,
  own: MatrixProduct,
): Promise<BlasChoice> {
  const none = (reason: string): BlasChoice => ({ product: null, reason });
  const located = locatePackage(KOFFI);
  if (located === null) return none(`no BLAS without the package ${KOFFI}; install: ${INSTALL}`);
  const koffi = ((await import(located)) as { readonly default: Koffi }).default;
  const names = wish === "auto" ? (LIBRARIES[process.platform] ?? []) : [wish];
  const loaded = firstLoaded(koffi, names);
  if (typeof loaded === "string") return none(loaded);
  const { sgemm, name } = loaded;
  const product = blasProduct(backend, sgemm, own);
  if (!product) return none(`${name} not used: no SIMD here`);
  if (productsDiffer(product, own, backend))
    return none(`${name} not used: its products are wrong`);
  const [theirs, ours] = [product, own].map((one) => gigaflops(one, backend)) as [number, number];
  const speeds = `${theirs.toFixed(0)} GFLOP/s beside our ${ours.toFixed(0)}`;
  if (theirs <= ours) return none(`${name} not used: no faster, ${speeds}`);
  return { product, reason: `${name}, ${speeds}` };
}

/** Loads the first library that has the product; else says why not. */
function firstLoaded(
  koffi: Koffi,
  names: readonly string[],
): { readonly sgemm: Sgemm; readonly name: string } | string {
  const failures: string[] = [];
  for (const name of names) {
    try {
      const library = koffi.load(name);
      const find = (symbols: readonly string[], declare: (symbol: string) => string) => {
        for (const symbol of symbols) {
          try {
            return library.func(declare(symbol));
          } catch {
            // Libraries differ in their names.
          }
        }
        return null;
      };
      const sgemm = find(SYMBOLS, (symbol) => `void ${symbol}(${SGEMM_PARAMETERS})`);
      if (sgemm) {
        find(THREAD_SYMBOLS, (symbol) => `void ${symbol}(int threads)`)?.(1);
        return { sgemm: sgemm as Sgemm, name };
      }
      failures.push(`${name} has no cblas_sgemm`);
    } catch {
      failures.push(`${name} does not load`);
    }
  }
  return `no BLAS: ${failures.join(", ") || "none is known for this platform"}`;
}

function gigaflops(product: MatrixProduct, backend: WasmBackend): number {
  const operations = TIMED.reduce((sum, { m, k, n }) => sum + 2 * m * k * n, 0);
  return (
    operations / 1e9 / TIMED.reduce((sum, shape) => sum + secondsOf(product, shape, backend), 0)
  );
}

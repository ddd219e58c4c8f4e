/** Checks and timings of a matrix product on the wasm backend's heap, before it is trusted. */
import { invariant } from "../../core/assert.js";
import { loopProduct, type MatrixProduct, type ProductShape } from "../kernels/dense.js";
import type { BackendMemory, WasmBackend } from "../kernels/kernel.js";

/** Operands of a product on the heap, with the memory they are named in. */
interface HeapOperands {
  readonly memory: BackendMemory;
  readonly operands: Parameters<MatrixProduct>[1];
  /** Copies the result. */
  readonly result: () => Float32Array;
}

type OperandName = "a" | "b" | "bias" | "out";

/**
 * Compares a product with JavaScript loops: edges on all sides, bias and rectifier.
 *
 * @param product - the product to check.
 * @returns whether it is right in every number.
 */
export function passesCheck(product: MatrixProduct, backend: WasmBackend): boolean {
  const shape = { m: 6, k: 5, n: 11, transposeA: true, transposeB: true };
  return !differ(product, loopProduct, shape, backend);
}

/**
 * Compares two products in every transposition on sizes of a small layer that fill no block.
 *
 * @returns whether they differ by more than rounding.
 */
export function productsDiffer(
  product: MatrixProduct,
  other: MatrixProduct,
  backend: WasmBackend,
): boolean {
  const flags = [false, true];
  return flags.some((transposeA) =>
    flags.some((transposeB) =>
      differ(product, other, { m: 67, k: 45, n: 35, transposeA, transposeB }, backend),
    ),
  );
}

/**
 * Times a product: the best of five calls.
 *
 * @returns seconds of a call.
 */
export function secondsOf(
  product: MatrixProduct,
  shape: ProductShape,
  backend: WasmBackend,
): number {
  return onHeap(shape, backend, ({ memory, operands }) => {
    let best = Infinity;
    for (let run = 0; run < 6; run++) {
      const start = performance.now();
      product(memory, operands, shape, true);
      const seconds = (performance.now() - start) / 1000;
      if (run > 0) best = Math.min(best, seconds);
    }
    return best;
  });
}

function differ(
  product: MatrixProduct,
  other: MatrixProduct,
  shape: ProductShape,
  backend: WasmBackend,
): boolean {
  const [found, expected] = [product, other].map((one) =>
    onHeap(shape, backend, ({ memory, operands, result }) => {
      one(memory, operands, shape, true);
      return result();
    }),
  ) as [Float32Array, Float32Array];
  return found.some((value, i) => !(Math.abs(value - expected[i]!) < 1e-3));
}

/** Runs with whole numbers as operands, whose products are exact. */
function onHeap<T>(
  { m, k, n }: ProductShape,
  backend: WasmBackend,
  run: (heap: HeapOperands) => T,
): T {
  const sizes: readonly (readonly [OperandName, number])[] = [
    ["a", m * k],
    ["b", k * n],
    ["bias", n],
    ["out", m * n],
  ];
  const bytes = 4 * sizes.reduce((sum, [, size]) => sum + size, 0);
  const address = backend.wasm._malloc(bytes) >>> 0;
  invariant(address !== 0, `the wasm heap has no room for ${bytes} bytes of operands`);
  let at = address;
  const spans = new Map<OperandName, readonly [number, number]>();
  for (const [name, size] of sizes) {
    spans.set(name, [at, size]);
    at += 4 * size;
  }
  // Taken anew each time: the heap's buffer is another one after it grew.
  const view = (name: OperandName): Float32Array =>
    new Float32Array(backend.wasm.HEAPU8.buffer, ...spans.get(name)!);
  for (const [name] of sizes) {
    const values = view(name);
    for (let i = 0; i < values.length; i++)
      values[i] = name === "out" ? Number.NaN : ((i * 37) % 23) - 11;
  }
  const named = (name: OperandName) => ({
    dataId: { name },
    shape: [],
    dtype: "float32" as const,
  });
  const memory: BackendMemory = {
    floats: ({ dataId }) => view((dataId as { readonly name: OperandName }).name),
    output: () => {
      throw new Error("a product makes no tensor");
    },
  };
  const operands = { a: named("a"), b: named("b"), bias: named("bias"), out: named("out") };
  try {
    return run({ memory, operands, result: () => view("out").slice() });
  } finally {
    backend.wasm._free(address);
  }
}

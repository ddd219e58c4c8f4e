/** The matrix product by a native `cblas_sgemm` on the wasm backend's heap, without copying an operand. */
import type { MatrixProduct } from "../kernels/dense.js";
import type { WasmBackend } from "../kernels/kernel.js";
import { advance, createModule, doTimes, f32, f32x4, i32 } from "./assembler.js";
import { instantiate } from "./instantiate.js";

/**
 * The product of the C interface of BLAS: `c = alpha · op(a) · op(b) + beta · c`, row-major with order 101, transposition 111
 * (none) or 112; leading dimensions in numbers.
 *
 * @see the reference CBLAS, `cblas_sgemm`.
 */
export type Sgemm = (
  order: number,
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Float32Array,
  lda: number,
  b: Float32Array,
  ldb: number,
  beta: number,
  c: Float32Array,
  ldc: number,
) => void;

const ROW_MAJOR = 101;
const PLAIN = 111;
const TRANSPOSED = 112;
/** Multiplications below which a native call costs more than it saves. */
const LEAST_WORK = 16_384;

interface EdgeFunctions {
  /** Writes the same row of numbers `rows` times. */
  fillRows(out: number, row: number, rows: number, columns: number): void;
  /** Replaces negative numbers by 0; NaN stays. */
  rectify(out: number, count: number): void;
}

/**
 * Makes the product; bias and rectifier are passes of our own around the native call.
 *
 * @param backend - operands lie in its memory.
 * @param sgemm - the native function; it gets views of that memory.
 * @param small - takes products that are too small for a native call.
 * @returns null where the machine has no SIMD.
 */
export function blasProduct(
  backend: WasmBackend,
  sgemm: Sgemm,
  small: MatrixProduct,
): MatrixProduct | null {
  const functions = instantiate<EdgeFunctions>(edgeModule(), backend);
  if (!functions) return null;
  return (memory, operands, shape, relu) => {
    const { m, k, n, transposeA, transposeB } = shape;
    if (m * k * n < LEAST_WORK) return small(memory, operands, shape, relu);
    const { a, b, bias, out } = operands;
    const to = memory.floats(out);
    if (bias) functions.fillRows(to.byteOffset, memory.floats(bias).byteOffset, m, n);
    sgemm(
      ROW_MAJOR,
      transposeA ? TRANSPOSED : PLAIN,
      transposeB ? TRANSPOSED : PLAIN,
      m,
      n,
      k,
      1,
      memory.floats(a),
      transposeA ? m : k,
      memory.floats(b),
      transposeB ? k : n,
      bias ? 1 : 0,
      to,
      n,
    );
    if (relu) functions.rectify(to.byteOffset, m * n);
  };
}

function edgeModule(): Uint8Array {
  const module = createModule();
  module.define("fillRows", ["i32", "i32", "i32", "i32"], ([out, row, rows, columns], local) => {
    const [from, left] = [local("i32"), local("i32")];
    return [
      doTimes(
        rows,
        from.set(row),
        left.set(i32.shiftRight(columns, i32.const(2))),
        doTimes(left, f32x4.store(out, f32x4.load(from)), advance(out, 16), advance(from, 16)),
        left.set(i32.and(columns, i32.const(3))),
        doTimes(left, f32.store(out, f32.load(from)), advance(out, 4), advance(from, 4)),
      ),
    ];
  });
  module.define("rectify", ["i32", "i32"], ([out, count], local) => {
    const left = local("i32");
    const zero = local("v128");
    const one = local("v128");
    return [
      zero.set(f32x4.splat(f32.const(0))),
      left.set(i32.shiftRight(count, i32.const(2))),
      doTimes(left, f32x4.store(out, f32x4.max(f32x4.load(out), zero)), advance(out, 16)),
      left.set(i32.and(count, i32.const(3))),
      doTimes(
        left,
        one.set(f32x4.max(f32x4.splat(f32.load(out)), zero)),
        // Four equal lanes: their sum times a quarter is exact.
        f32.store(out, f32.mul(f32x4.sum(one), f32.const(0.25))),
        advance(out, 4),
      ),
    ];
  });
  return module.bytes();
}

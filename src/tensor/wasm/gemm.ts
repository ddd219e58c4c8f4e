/** The matrix product on the wasm backend's heap: blocks, packs and multiplies without copying an operand. */
import { invariant } from "../../core/assert.js";
import type { MatrixProduct, ProductShape } from "../kernels/dense.js";
import type { WasmBackend } from "../kernels/kernel.js";
import { type GemmFunctions, gemmModule, PANEL_COLUMNS, STRIP_ROWS } from "./gemm-module.js";
import { instantiate } from "./instantiate.js";
import { passesCheck } from "./product-check.js";

/** Inner size and columns of one packed block of B: 256 × 256 floats, a quarter megabyte, stay in the second cache. */
const BLOCK_INNER = 256;
const BLOCK_COLUMNS = 256;

/** Where the parts of the scratch memory start, in bytes from its start. */
interface Scratch {
  readonly address: number;
  readonly packedA: number;
  readonly packedB: number;
  readonly start: number;
  readonly tile: number;
}

/** One block of the product: columns `column … column + columns − 1`, inner `from … from + inner − 1`. */
interface Block {
  readonly column: number;
  readonly columns: number;
  readonly from: number;
  readonly inner: number;
  readonly floor: number;
}

interface Operands {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * Makes the product for a running wasm backend and checks it once against loops.
 *
 * @param backend - its memory is imported by our module.
 * @param relaxed - use relaxed SIMD; see {@link gemmModule}.
 * @returns null where the machine has no SIMD, or no relaxed SIMD when asked for it, or the check fails.
 * @see Goto and van de Geijn 2008, Anatomy of High-Performance Matrix Multiplication.
 */
export function createWasmProduct(backend: WasmBackend, relaxed: boolean): MatrixProduct | null {
  const functions = instantiate<GemmFunctions>(gemmModule(relaxed), backend);
  if (!functions) return null;
  const product: MatrixProduct = (memory, { a, b, bias, out }, shape, relu) => {
    const { m, n } = shape;
    if (m === 0 || n === 0) return;
    const scratch = allocateScratch(backend, n);
    const address = (tensor: typeof a): number => memory.floats(tensor).byteOffset;
    const operands = { a: address(a), b: address(b), c: address(out) };
    for (let column = 0; column < n; column += BLOCK_COLUMNS) {
      const columns = Math.min(BLOCK_COLUMNS, n - column);
      writeStart(backend, scratch, columns, bias ? memory.floats(bias).subarray(column) : null);
      multiplyColumns(functions, scratch, operands, shape, column, columns, relu);
    }
    backend.wasm._free(scratch.address);
  };
  return passesCheck(product, backend) ? product : null;
}

function multiplyColumns(
  functions: GemmFunctions,
  scratch: Scratch,
  operands: Operands,
  shape: ProductShape,
  column: number,
  columns: number,
  relu: boolean,
): void {
  // At least one block, so that an inner size of 0 still writes the bias.
  for (let from = 0; from === 0 || from < shape.k; from += BLOCK_INNER) {
    const inner = Math.min(BLOCK_INNER, shape.k - from);
    const floor = relu && from + inner === shape.k ? 0 : Number.NEGATIVE_INFINITY;
    const block = { column, columns, from, inner, floor };
    packB(functions, scratch, operands.b, shape, block);
    multiplyStrips(functions, scratch, operands, shape, block);
    multiplyLastRows(functions, scratch, operands, shape, block);
  }
}

function packB(
  functions: GemmFunctions,
  scratch: Scratch,
  b: number,
  shape: ProductShape,
  block: Block,
): void {
  const { transposeB, k, n } = shape;
  const { column, columns, from, inner } = block;
  const stride = 4 * (transposeB ? k : n);
  const laneStride = transposeB ? stride : 4;
  const pack = transposeB ? functions.transposePanel8 : functions.copyPanel8;
  for (let j = 0; j < columns; j += PANEL_COLUMNS) {
    const to = scratch.packedB + 4 * j * inner;
    const source =
      b + (transposeB ? (column + j) * stride + 4 * from : from * stride + 4 * (column + j));
    const lanes = Math.min(PANEL_COLUMNS, columns - j);
    if (lanes === PANEL_COLUMNS) pack(source, stride, inner, to);
    else
      functions.packTail(
        source,
        laneStride,
        transposeB ? 4 : stride,
        lanes,
        PANEL_COLUMNS,
        inner,
        to,
      );
  }
}

/** All whole strips times all panels: whole panels straight into C, the last columns by way of a tile. */
function multiplyStrips(
  functions: GemmFunctions,
  scratch: Scratch,
  { a, c }: Operands,
  shape: ProductShape,
  { column, columns, from, inner, floor }: Block,
): void {
  const { m, k, n, transposeA } = shape;
  const panels = Math.floor(columns / PANEL_COLUMNS);
  const strips = Math.floor(m / STRIP_ROWS);
  const stride = 4 * (transposeA ? m : k);
  const multiply = transposeA ? functions.transposedRows : functions.plainRows;
  multiply(
    a + from * (transposeA ? stride : 4),
    stride,
    STRIP_ROWS * (transposeA ? 4 : stride),
    strips,
    columns % PANEL_COLUMNS,
    scratch.tile,
    scratch.packedA,
    scratch.packedB,
    inner,
    c + 4 * column,
    4 * n,
    panels,
    scratch.start,
    floor,
    from === 0 ? 1 : 0,
  );
}

/** The last rows that fill no strip, times all panels, by way of a tile. */
function multiplyLastRows(
  functions: GemmFunctions,
  scratch: Scratch,
  { a, c }: Operands,
  { m, k, n, transposeA }: ProductShape,
  { column, columns, from, inner, floor }: Block,
): void {
  const rows = m % STRIP_ROWS;
  if (rows === 0) return;
  const { packedA, packedB, start, tile } = scratch;
  const panels = Math.ceil(columns / PANEL_COLUMNS);
  const tileStride = 4 * panels * PANEL_COLUMNS;
  const row = m - rows;
  const source = a + 4 * (transposeA ? from * m + row : row * k + from);
  const [laneStride, stride] = transposeA ? [4, 4 * m] : [4 * k, 4];
  const target = c + 4 * (row * n + column);
  const first = from === 0 ? 1 : 0;
  functions.packTail(source, laneStride, stride, rows, STRIP_ROWS, inner, packedA);
  if (!first) functions.copyBlock(target, 4 * n, tile, tileStride, rows, columns);
  functions.strip(packedA, packedB, inner, tile, tileStride, panels, start, floor, first);
  functions.copyBlock(tile, tileStride, target, 4 * n, rows, columns);
}

function allocateScratch(backend: WasmBackend, n: number): Scratch {
  const width = Math.min(BLOCK_COLUMNS, Math.ceil(n / PANEL_COLUMNS) * PANEL_COLUMNS);
  const sizes = [BLOCK_INNER * STRIP_ROWS, BLOCK_INNER * width, width, STRIP_ROWS * width];
  const bytes = 4 * sizes.reduce((sum, size) => sum + size, 0) + 64;
  const address = backend.wasm._malloc(bytes) >>> 0;
  invariant(address !== 0, `the wasm heap has no room for ${bytes} bytes of scratch`);
  // A cache line's start, so that no vector of a panel lies across two.
  let at = Math.ceil(address / 64) * 64;
  const [packedA, packedB, start, tile] = sizes.map((size) => {
    const part = at;
    at += 4 * size;
    return part;
  }) as [number, number, number, number];
  return { address, packedA, packedB, start, tile };
}

function writeStart(
  backend: WasmBackend,
  scratch: Scratch,
  columns: number,
  bias: Float32Array | null,
): void {
  const width = Math.ceil(columns / PANEL_COLUMNS) * PANEL_COLUMNS;
  const start = new Float32Array(backend.wasm.HEAPU8.buffer, scratch.start, width).fill(0);
  if (bias) start.set(bias.subarray(0, columns));
}

/** The wasm functions of the matrix product: packing of operands and the micro-kernel, written with the assembler. */
import {
  advance,
  type Code,
  call,
  createModule,
  doTimes,
  f32,
  f32x4,
  i32,
  ifElse,
  type Local,
  type ModuleBuilder,
  type NewLocal,
  type ValueType,
  type WasmFunction,
} from "./assembler.js";

/** Rows of A per strip. With 8 columns: 8 accumulators + 2 of B + 1 of A fit the 15 registers V8 uses. */
export const STRIP_ROWS = 4;
/** Columns of B per panel. */
export const PANEL_COLUMNS = 8;

/** The compiled functions; addresses and strides are in bytes. */
export interface GemmFunctions {
  /** Packs 8 columns that lie side by side: one copy per row. */
  copyPanel8(source: number, stride: number, count: number, to: number): void;
  /** Packs 8 columns that lie `stride` apart: transposed in blocks of 4 × 4. */
  transposePanel8(source: number, stride: number, count: number, to: number): void;
  /** Packs fewer lanes than `width`, with zeros for the others. */
  packTail(
    source: number,
    laneStride: number,
    stride: number,
    lanes: number,
    width: number,
    count: number,
    to: number,
  ): void;
  /** Multiplies one packed strip of A with packed panels of B. */
  strip(...args: StripArguments): void;
  /** Packs and multiplies whole strips of an A whose rows lie in memory as they are. */
  plainRows(...args: RowsArguments): void;
  /** The same for an A stored transposed. */
  transposedRows(...args: RowsArguments): void;
  /** Copies a block of numbers. */
  copyBlock(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    rows: number,
    columns: number,
  ): void;
}

/**
 * Packed A and B, inner size, C and its row stride, panels, the row the sums start from, the lower bound of results (0 for
 * a rectifier), and whether the sums start from that row (1) or from C (0).
 */
export type StripArguments = readonly [
  packedA: number,
  packedB: number,
  inner: number,
  c: number,
  stride: number,
  panels: number,
  start: number,
  floor: number,
  first: number,
];

/**
 * A, its row stride and the distance of its strips, the number of strips, the columns of C beyond the whole panels and the
 * tile of 4 × 8 numbers they go by, then as for one strip.
 */
export type RowsArguments = readonly [
  a: number,
  stride: number,
  step: number,
  strips: number,
  edge: number,
  tile: number,
  ...StripArguments,
];

/**
 * Emits the module.
 *
 * @param relaxed - use fused multiply-add where the machine has it: faster, but rounds differently by machine.
 * @returns the bytes, for `new WebAssembly.Module`; about 2 kB.
 */
export function gemmModule(relaxed: boolean): Uint8Array {
  const module = createModule();
  defineCopyPanel(module, "copyPanel8", PANEL_COLUMNS);
  defineTransposePanel(module, "transposePanel8", PANEL_COLUMNS);
  definePackTail(module);
  const copyBlock = defineCopyBlock(module);
  const strip = defineStrip(module, relaxed);
  const copyPanel4 = defineCopyPanel(module, "copyPanel4", STRIP_ROWS);
  const transposePanel4 = defineTransposePanel(module, "transposePanel4", STRIP_ROWS);
  defineRows(module, "plainRows", transposePanel4, strip, copyBlock);
  defineRows(module, "transposedRows", copyPanel4, strip, copyBlock);
  return module.bytes();
}

const STRIP_TYPES = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32", "i32"] as const;
const PACK_TYPES = ["i32", "i32", "i32", "i32"] as const;
const COPY_TYPES = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

function defineStrip(module: ModuleBuilder, relaxed: boolean): WasmFunction<typeof STRIP_TYPES> {
  return module.define("strip", STRIP_TYPES, (parameters, local) => {
    const [packedA, packedB, inner, c, stride, panels, start, floor, first] = parameters;
    const a = local("i32");
    const k = local("i32");
    const row = local("i32");
    const sums = grid(STRIP_ROWS, PANEL_COLUMNS / 4, () => local("v128"));
    const b = sums[0]!.map(() => local("v128"));
    const broadcast = local("v128");
    const bound = local("v128");
    const multiplyAdd = (sum: Local<"v128">, factor: Local<"v128">): Code =>
      sum.set(
        relaxed
          ? f32x4.relaxedMulAdd(broadcast, factor, sum)
          : f32x4.add(f32x4.mul(broadcast, factor), sum),
      );
    const perRow = (
      write: (row: Local<"i32">, sum: Local<"v128">, offset: number) => Code,
    ): Code[] => [
      row.set(c),
      ...sums.flatMap((line) => [
        ...line.map((sum, j) => write(row, sum, 16 * j)),
        advance(row, stride),
      ]),
    ];
    return [
      bound.set(f32x4.splat(floor)),
      doTimes(
        panels,
        a.set(packedA),
        k.set(inner),
        ifElse(
          first,
          sums.flatMap((line) => line.map((sum, j) => sum.set(f32x4.load(start, 16 * j)))),
          perRow((at, sum, offset) => sum.set(f32x4.load(at, offset))),
        ),
        doTimes(
          k,
          ...b.map((factor, j) => factor.set(f32x4.load(packedB, 16 * j))),
          ...sums.flatMap((line, i) => [
            broadcast.set(f32x4.loadSplat(a, 4 * i)),
            ...line.map((sum, j) => multiplyAdd(sum, b[j]!)),
          ]),
          advance(packedB, 4 * PANEL_COLUMNS),
          advance(a, 4 * STRIP_ROWS),
        ),
        ...perRow((at, sum, offset) => f32x4.store(at, f32x4.max(sum, bound), offset)),
        advance(c, 4 * PANEL_COLUMNS),
        advance(start, 4 * PANEL_COLUMNS),
      ),
    ];
  });
}

function defineRows(
  module: ModuleBuilder,
  name: string,
  pack: WasmFunction<typeof PACK_TYPES>,
  strip: WasmFunction<typeof STRIP_TYPES>,
  copyBlock: WasmFunction<typeof COPY_TYPES>,
): void {
  const types = ["i32", "i32", "i32", "i32", "i32", "i32", ...STRIP_TYPES] as const;
  module.define(name, types, (parameters, local) => {
    const [a, aStride, step, strips, edge, tile, ...stripParameters] = parameters;
    const [packedA, packedB, inner, c, stride, panels, start, floor, first] = stripParameters;
    const stripHeight = local("i32");
    const edgeOffset = local("i32");
    const edgeB = local("i32");
    const edgeC = local("i32");
    const panelBytes = i32.const(4 * PANEL_COLUMNS);
    const fourRows = i32.const(STRIP_ROWS);
    return [
      stripHeight.set(i32.mul(stride, fourRows)),
      edgeOffset.set(i32.mul(panels, panelBytes)),
      edgeB.set(i32.add(packedB, i32.mul(edgeOffset, inner))),
      doTimes(
        strips,
        call(pack, a, aStride, inner, packedA),
        call(strip, packedA, packedB, inner, c, stride, panels, start, floor, first),
        ifElse(
          edge,
          [
            edgeC.set(i32.add(c, edgeOffset)),
            ifElse(first, [], [call(copyBlock, edgeC, stride, tile, panelBytes, fourRows, edge)]),
            call(
              strip,
              packedA,
              edgeB,
              inner,
              tile,
              panelBytes,
              i32.const(1),
              i32.add(start, edgeOffset),
              floor,
              first,
            ),
            call(copyBlock, tile, panelBytes, edgeC, stride, fourRows, edge),
          ],
          [],
        ),
        advance(a, step),
        advance(c, stripHeight),
      ),
    ];
  });
}

function defineCopyPanel(
  module: ModuleBuilder,
  name: string,
  lanes: number,
): WasmFunction<typeof PACK_TYPES> {
  return module.define(name, PACK_TYPES, ([source, stride, count, to]) => [
    doTimes(
      count,
      ...range(lanes / 4).map((v) => f32x4.store(to, f32x4.load(source, 16 * v), 16 * v)),
      advance(source, stride),
      advance(to, 4 * lanes),
    ),
  ]);
}

function defineTransposePanel(
  module: ModuleBuilder,
  name: string,
  lanes: number,
): WasmFunction<typeof PACK_TYPES> {
  return module.define(name, PACK_TYPES, ([source, stride, count, to], local) => {
    const blocks = local("i32");
    const rest = local("i32");
    const row = local("i32");
    const rows = range(4).map(() => local("v128"));
    const block = (first: number): Code[] => [
      ...rows.flatMap((values) => [values.set(f32x4.load(row)), advance(row, stride)]),
      ...storeTransposed(rows, to, 4 * lanes, 4 * first, local),
    ];
    return [
      blocks.set(i32.shiftRight(count, i32.const(2))),
      rest.set(i32.and(count, i32.const(3))),
      doTimes(
        blocks,
        row.set(source),
        ...range(lanes / 4).flatMap((group) => block(4 * group)),
        advance(source, 16),
        advance(to, 16 * lanes),
      ),
      doTimes(
        rest,
        row.set(source),
        ...range(lanes).flatMap((lane) => [
          f32.store(to, f32.load(row), 4 * lane),
          advance(row, stride),
        ]),
        advance(source, 4),
        advance(to, 4 * lanes),
      ),
    ];
  });
}

/** Stores the columns of a 4 × 4 block as rows `stride` bytes apart: two rounds of interleaving. */
function storeTransposed(
  rows: readonly Local<"v128">[],
  to: Local<"i32">,
  stride: number,
  offset: number,
  local: NewLocal,
): Code[] {
  const [r0, r1, r2, r3] = rows as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
  const upper = local("v128");
  const lower = local("v128");
  const half = (lanes: readonly number[], column: number): Code[] => [
    upper.set(f32x4.shuffle(r0, r1, lanes)),
    lower.set(f32x4.shuffle(r2, r3, lanes)),
    f32x4.store(to, f32x4.shuffle(upper, lower, [0, 1, 4, 5]), column * stride + offset),
    f32x4.store(to, f32x4.shuffle(upper, lower, [2, 3, 6, 7]), (column + 1) * stride + offset),
  ];
  return [...half([0, 4, 1, 5], 0), ...half([2, 6, 3, 7], 2)];
}

function definePackTail(module: ModuleBuilder): void {
  const types = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  module.define("packTail", types, (parameters, local) => {
    const [source, laneStride, stride, lanes, width, count, to] = parameters;
    const from = local("i32");
    const left = local("i32");
    return [
      doTimes(
        count,
        from.set(source),
        left.set(lanes),
        doTimes(left, f32.store(to, f32.load(from)), advance(from, laneStride), advance(to, 4)),
        left.set(i32.sub(width, lanes)),
        doTimes(left, f32.store(to, f32.const(0)), advance(to, 4)),
        advance(source, stride),
      ),
    ];
  });
}

function defineCopyBlock(module: ModuleBuilder): WasmFunction<typeof COPY_TYPES> {
  return module.define(
    "copyBlock",
    COPY_TYPES,
    ([from, fromStride, to, toStride, rows, columns], local) => {
      const source = local("i32");
      const target = local("i32");
      const left = local("i32");
      return [
        doTimes(
          rows,
          source.set(from),
          target.set(to),
          left.set(columns),
          doTimes(
            left,
            f32.store(target, f32.load(source)),
            advance(source, 4),
            advance(target, 4),
          ),
          advance(from, fromStride),
          advance(to, toStride),
        ),
      ];
    },
  );
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function grid<T extends ValueType>(
  rows: number,
  columns: number,
  make: () => Local<T>,
): Local<T>[][] {
  return range(rows).map(() => range(columns).map(make));
}

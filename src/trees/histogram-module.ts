/** The wasm functions of the inner loops: sum rows into histograms, subtract, scan for the best split, part rows. */
import {
  type Code,
  createModule,
  doTimes,
  f32x4,
  f64,
  f64x2,
  i32,
  i64,
  i64x2,
  ifElse,
  type Local,
  type Value,
} from "../tensor/wasm/assembler.js";

/**
 * The compiled functions. Addresses are in bytes. A cell is 16 bytes, two 64-bit integers: the sum of gradients, and the sum
 * of hessians · 2^24 plus the number of rows. Sums of integers do not depend on the order of adding, so a histogram
 * subtracted from its parent's equals the one that is summed directly, bit for bit.
 *
 * @see LightGBM (Ke et al. 2017) for histograms and their subtraction; its quantized training (Shi et al. 2022) for integers.
 */
export interface HistogramFunctions {
  /** Adds the cells of `count` rows to four histograms, `h[bins[rows[i]]] += cells[i]`; a group may name one column twice. */
  build(
    rows: number,
    cells: number,
    count: number,
    h0: number,
    h1: number,
    h2: number,
    h3: number,
    bins0: number,
    bins1: number,
    bins2: number,
    bins3: number,
  ): void;
  /** `from[i] −= cells[i]` for `count` cells. */
  subtract(from: number, cells: number, count: number): void;
  /** `out[i] = cells[rows[i]]` for `count` rows. */
  gather(out: number, cells: number, rows: number, count: number): void;
  /**
   * Looks for the best last bin of the left side among `bins` bins that begin at `histogram + 16`, with the missing values of
   * the first cell on either side. If its score `gl² / (hl + l2) + gr² / (hr + l2)` is greater than `best`, writes to `out`:
   * the score (f64), the bin (i32), whether missing values go left (i32), and the cell of the left side.
   */
  scan(
    histogram: number,
    bins: number,
    gradients: number,
    hessians: number,
    rows: number,
    minRows: number,
    minHessian: number,
    l2: number,
    best: number,
    out: number,
  ): void;
  /** Moves rows whose bin has a 1 in `left` (256 bytes) to the front of `rows`, others to `rest`, and writes how many at `out`. */
  part(rows: number, rest: number, bins: number, left: number, count: number, out: number): void;
}

/** The most pages of 64 KiB a memory can have. */
export const MAX_PAGES = 65536;

/** Bits of a cell's second number that count rows. */
export const COUNT_BITS = 24;

const COLUMNS = 4;
const UNROLL = 4;

/** Emits the module, for `new WebAssembly.Module`; its import is a shared memory. */
export function histogramModule(): Uint8Array {
  const module = createModule(MAX_PAGES);
  module.define("build", Array<"i32">(3 + 2 * COLUMNS).fill("i32"), (parameters, local) => {
    const [rows, cells, count] = parameters as unknown as Local<"i32">[];
    const histograms = parameters.slice(3, 3 + COLUMNS);
    const bins = parameters.slice(3 + COLUMNS);
    const row = repeat(UNROLL, () => local("i32"));
    const cell = repeat(UNROLL, () => local("v128"));
    const at = local("i32");
    const turns = local("i32");
    const add = (u: number, c: number): Code[] => [
      at.set(
        i32.add(
          histograms[c]!,
          i32.shiftLeft(i32.loadByte(i32.add(bins[c]!, row[u]!)), i32.const(4)),
        ),
      ),
      f32x4.store(at, i64x2.add(f32x4.load(at), cell[u]!)),
    ];
    const body = (unroll: number): Code[] => [
      ...repeat(unroll, (u) => row[u]!.set(i32.load(rows!, 4 * u))),
      ...repeat(unroll, (u) => cell[u]!.set(f32x4.load(cells!, 16 * u))),
      ...repeat(unroll, (u) => repeat(COLUMNS, (c) => add(u, c)).flat()).flat(),
      advance(rows!, 4 * unroll),
      advance(cells!, 16 * unroll),
    ];
    return [
      turns.set(i32.shiftRight(count!, i32.const(2))),
      doTimes(turns, ...body(UNROLL)),
      turns.set(i32.and(count!, i32.const(3))),
      doTimes(turns, ...body(1)),
    ];
  });
  module.define("subtract", ["i32", "i32", "i32"], ([from, cells, count]) => [
    doTimes(
      count,
      f32x4.store(from, i64x2.sub(f32x4.load(from), f32x4.load(cells))),
      advance(from, 16),
      advance(cells, 16),
    ),
  ]);
  module.define("gather", ["i32", "i32", "i32", "i32"], ([out, cells, rows, count]) => [
    doTimes(
      count,
      f32x4.store(out, f32x4.load(i32.add(cells, i32.shiftLeft(i32.load(rows), i32.const(4))))),
      advance(out, 16),
      advance(rows, 4),
    ),
  ]);
  defineScan(module);
  module.define(
    "part",
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    ([rows, rest, bins, left, count, out], local) => {
      const [from, row, goes] = [local("i32"), local("i32"), local("i32")];
      const four = i32.const(2);
      return [
        from.set(rows),
        i32.store(out, rows),
        doTimes(
          count,
          row.set(i32.load(from)),
          goes.set(i32.loadByte(i32.add(left, i32.loadByte(i32.add(bins, row))))),
          i32.store(rows, row),
          i32.store(rest, row),
          rows.set(i32.add(rows, i32.shiftLeft(goes, four))),
          rest.set(i32.add(rest, i32.shiftLeft(i32.sub(i32.const(1), goes), four))),
          advance(from, 4),
        ),
        i32.store(out, i32.shiftRight(i32.sub(rows, i32.load(out)), four)),
      ];
    },
  );
  return module.bytes();
}

const SCAN = [
  ...(["i32", "i32", "f64", "f64", "i32", "i32", "f64", "f64", "f64", "i32"] as const),
] as const;

/** Lane 0 of each pair is the split with missing values on the right, lane 1 the one with them on the left. */
function defineScan(module: ReturnType<typeof createModule>): void {
  module.define("scan", SCAN, (parameters, local) => {
    const [histogram, bins, gradients, hessians, rows, minRows, minHessian, l2, best, out] =
      parameters;
    const pair = () => local("v128");
    const [cell, missing, sum] = [pair(), pair(), pair()];
    const packed = local("i64");
    const [bin, left, missingRows, found] = repeat(4, () => local("i32")) as FourLocals;
    const [gl, gr, hl, hr, cl] = [pair(), pair(), pair(), pair(), pair()];
    const [missingG, missingH, missingC] = [pair(), pair(), pair()];
    const [numerator, denominator, better, score] = [pair(), pair(), pair(), pair()];
    const zero = f64.const(0);
    const onLeft = (value: Value<"f64">): Value<"v128"> =>
      f64x2.withLane(f64x2.splat(zero), 1, value);
    const hessiansOf = (value: Value<"i64">): Value<"f64"> =>
      f64.fromI64(i64.shiftRight(value, i64.const(COUNT_BITS)));
    const rowsOf = (value: Value<"i64">): Value<"i32"> =>
      i32.and(i32.fromI64(value), i32.const(2 ** COUNT_BITS - 1));
    const both = (a: Value<"v128">, b: Value<"v128">): Value<"v128"> => f32x4.and(a, b);
    const atLeast = (value: Value<"v128">, least: Value<"f64">): Value<"v128"> =>
      f64x2.atLeast(value, f64x2.splat(least));
    const keep = (lane: 0 | 1, cellOfLeft: Value<"v128">): Code =>
      ifElse(
        i32.and(i32.fromI64(i64x2.lane(better, lane)), f64.greater(f64x2.lane(score, lane), best)),
        [
          best.set(f64x2.lane(score, lane)),
          f64.store(out, best),
          i32.store(out, bin, 8),
          i32.store(out, i32.const(lane), 12),
          f32x4.store(out, cellOfLeft, 16),
        ],
        [],
      );
    const weigh: Code[] = [
      gl.set(f64x2.add(f64x2.splat(f64.fromI64(i64x2.lane(sum, 0))), missingG)),
      gr.set(f64x2.sub(f64x2.splat(gradients), gl)),
      hl.set(f64x2.add(f64x2.splat(hessiansOf(packed)), missingH)),
      hr.set(f64x2.sub(f64x2.splat(hessians), hl)),
      cl.set(f64x2.add(f64x2.splat(f64.fromI32(left)), missingC)),
      better.set(both(atLeast(hl, minHessian), atLeast(hr, minHessian))),
      better.set(both(better, atLeast(cl, f64.fromI32(minRows)))),
      better.set(
        both(better, atLeast(f64x2.sub(f64x2.splat(f64.fromI32(rows)), cl), f64.fromI32(minRows))),
      ),
      hl.set(f64x2.add(hl, f64x2.splat(l2))),
      hr.set(f64x2.add(hr, f64x2.splat(l2))),
      // Compares fractions by multiplying: a division for every bin would cost more than all the rest.
      numerator.set(f64x2.add(f64x2.mul(f64x2.mul(gl, gl), hr), f64x2.mul(f64x2.mul(gr, gr), hl))),
      denominator.set(f64x2.mul(hl, hr)),
      better.set(both(better, f64x2.greater(numerator, f64x2.mul(f64x2.splat(best), denominator)))),
      ifElse(
        f64x2.anyTrue(better),
        [
          score.set(f64x2.div(numerator, denominator)),
          keep(0, sum),
          keep(1, i64x2.add(sum, missing)),
        ],
        [],
      ),
    ];
    return [
      missing.set(f32x4.load(histogram)),
      packed.set(i64x2.lane(missing, 1)),
      missingG.set(onLeft(f64.fromI64(i64x2.lane(missing, 0)))),
      missingH.set(onLeft(hessiansOf(packed))),
      missingRows.set(rowsOf(packed)),
      missingC.set(onLeft(f64.fromI32(missingRows))),
      bin.set(i32.const(0)),
      doTimes(
        bins,
        advance(histogram, 16),
        advance(bin, 1),
        cell.set(f32x4.load(histogram)),
        sum.set(i64x2.add(sum, cell)),
        found.set(rowsOf(i64x2.lane(cell, 1))),
        packed.set(i64x2.lane(sum, 1)),
        left.set(rowsOf(packed)),
        // An empty bin is no other split than the one before it.
        ifElse(
          i32.and(
            i32.atLeast(found, i32.const(1)),
            i32.atLeast(i32.add(left, missingRows), minRows),
          ),
          [ifElse(i32.atLeast(i32.sub(rows, left), minRows), weigh, [bins.set(i32.const(1))])],
          [],
        ),
      ),
    ];
  });
}

type FourLocals = [Local<"i32">, Local<"i32">, Local<"i32">, Local<"i32">];

function repeat<T>(times: number, make: (index: number) => T): T[] {
  return Array.from({ length: times }, (_, index) => make(index));
}

function advance(pointer: Local<"i32">, bytes: number): Code {
  return pointer.set(i32.add(pointer, i32.const(bytes)));
}

/** The wasm functions of the inner loops: sum rows into histograms, subtract, scan for the best split, part rows. */
import {
  advance,
  type Code,
  createModule,
  doTimes,
  f32x4,
  f64,
  f64x2,
  fillZero,
  i32,
  i64,
  i64x2,
  ifElse,
  type Local,
  type Value,
  type ValueType,
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
  /** Sets bytes to 0. */
  clear(address: number, bytes: number): void;
  /** `from[i] −= cells[i]` for `count` cells. */
  subtract(from: number, cells: number, count: number): void;
  /** `out[i] = cells[rows[i]]` for `count` rows. */
  gather(out: number, cells: number, rows: number, count: number): void;
  /**
   * Looks for the best last bin of the left side among `bins` bins that begin at `histogram + 16`, with the missing values of
   * the first cell on either side. With `G` and `H` of all rows, each hessian plus `l2`, and
   * `q = (gl · H − G · hl)² / (hl · hr)`, the score `gl² / hl + gr² / hr` is `(G² + q) / H`. If a `q` is greater than `best`,
   * writes to `out`: the greatest (f64), the bin (i32) and whether missing values go left (i32).
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
  module.define("clear", ["i32", "i32"], ([address, bytes]) => [fillZero(address, bytes)]);
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

/**
 * Lane 0 of each pair is the split with missing values on the right, lane 1 the one with them on the left. Fractions are
 * compared by multiplying, and what seldom decides is looked at only once one is better.
 */
function defineScan(module: ReturnType<typeof createModule>): void {
  module.define("scan", SCAN, (parameters, local) => {
    const [histogram, bins, gradients, hessians, rows, minRows, minHessian, l2, best, out] =
      parameters;
    const pair = () => local("v128");
    const [missingG, missingH, allG, allH, best2, better] = repeat(6, pair) as Six<"v128">;
    const [gl, hl, hr, apart, numerator, denominator] = repeat(6, pair) as Six<"v128">;
    const [sumG, sumH] = [local("i64"), local("i64")];
    const [bin, left, before, missingRows] = repeat(4, () => local("i32")) as Four<"i32">;
    const score = pair();
    const lanes = (zero: Value<"f64">, one: Value<"f64">): Value<"v128"> =>
      f64x2.withLane(f64x2.splat(zero), 1, one);
    const hessiansOf = (value: Value<"i64">): Value<"f64"> =>
      f64.fromI64(i64.shiftRight(value, i64.const(COUNT_BITS)));
    const rowsOf = (value: Value<"i64">): Value<"i32"> =>
      i32.and(i32.fromI64(value), i32.const(2 ** COUNT_BITS - 1));
    const enough = (side: Value<"i32">): Value<"i32"> => i32.atLeast(side, minRows);
    const heavy = (side: Value<"v128">): Value<"v128"> =>
      f64x2.atLeast(side, f64x2.splat(f64.add(minHessian, l2)));
    const withMissing = i32.add(left, missingRows);
    const keep = (lane: 0 | 1, onLeft: Value<"i32">): Code =>
      ifElse(
        i32.and(
          i32.and(enough(onLeft), enough(i32.sub(rows, onLeft))),
          i32.and(
            i32.fromI64(i64x2.lane(better, lane)),
            f64.greater(f64x2.lane(score, lane), best),
          ),
        ),
        [
          best.set(f64x2.lane(score, lane)),
          best2.set(f64x2.splat(best)),
          f64.store(out, best),
          i32.store(out, bin, 8),
          i32.store(out, i32.const(lane), 12),
        ],
        [],
      );
    const weigh: Code[] = [
      gl.set(f64x2.add(f64x2.splat(f64.fromI64(sumG)), missingG)),
      hl.set(f64x2.add(f64x2.splat(hessiansOf(sumH)), missingH)),
      hr.set(f64x2.sub(allH, hl)),
      apart.set(f64x2.sub(f64x2.mul(gl, allH), f64x2.mul(allG, hl))),
      numerator.set(f64x2.mul(apart, apart)),
      denominator.set(f64x2.mul(hl, hr)),
      better.set(f64x2.greater(numerator, f64x2.mul(best2, denominator))),
      ifElse(
        f64x2.anyTrue(better),
        [
          better.set(f32x4.and(better, f32x4.and(heavy(hl), heavy(hr)))),
          score.set(f64x2.div(numerator, denominator)),
          keep(0, left),
          keep(1, withMissing),
        ],
        [],
      ),
    ];
    return [
      sumH.set(i64.load(histogram, 8)),
      missingRows.set(rowsOf(sumH)),
      missingG.set(lanes(f64.const(0), f64.fromI64(i64.load(histogram)))),
      // Hessians of both sides hold their penalty from here on.
      missingH.set(lanes(l2, f64.add(hessiansOf(sumH), l2))),
      allG.set(f64x2.splat(gradients)),
      allH.set(f64x2.splat(f64.add(hessians, f64.add(l2, l2)))),
      best2.set(f64x2.splat(best)),
      sumH.set(i64.const(0)),
      doTimes(
        bins,
        advance(histogram, 16),
        advance(bin, 1),
        sumG.set(i64.add(sumG, i64.load(histogram))),
        sumH.set(i64.add(sumH, i64.load(histogram, 8))),
        before.set(left),
        left.set(rowsOf(sumH)),
        // An empty bin is no other split than the one before it.
        ifElse(
          i32.and(i32.atLeast(left, i32.add(before, i32.const(1))), enough(withMissing)),
          [ifElse(enough(i32.sub(rows, left)), weigh, [bins.set(i32.const(1))])],
          [],
        ),
      ),
    ];
  });
}

type Four<T extends ValueType> = [Local<T>, Local<T>, Local<T>, Local<T>];
type Six<T extends ValueType> = [...Four<T>, Local<T>, Local<T>];

function repeat<T>(times: number, make: (index: number) => T): T[] {
  return Array.from({ length: times }, (_, index) => make(index));
}

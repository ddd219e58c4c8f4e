/** Cells: sums of gradients, hessians and rows as two 64-bit integers, and the numbers they stand for. */
import { COUNT_BITS } from "./histogram-module.js";

/** Sums over rows; gradients and hessians in units of a {@link Scale}. */
export interface Sums {
  readonly gradients: number;
  readonly hessians: number;
  readonly rows: number;
}

/** Units of a tree: a derivative times its factor, rounded, is what is summed. Factors are powers of two. */
export interface Scale {
  readonly gradient: number;
  readonly hessian: number;
}

const ROW = 2 ** COUNT_BITS;
/** Bits of the largest gradient: sums of 2^24 of them stay below 2^54. */
const GRADIENT_BITS = 30;
/** Bits that a sum of hessians may take. */
const HESSIAN_SUM_BITS = 38;

/**
 * Chooses the units so that nothing overflows and as little as can be is lost: at 500,000 rows a gradient keeps 30 bits and
 * a hessian 19, both of the largest one.
 *
 * @param largestGradient - the largest absolute value.
 * @param largestHessian - the largest value.
 * @param rows - how many will be summed at most.
 */
export function chooseScale(largestGradient: number, largestHessian: number, rows: number): Scale {
  const hessianBits = Math.min(30, HESSIAN_SUM_BITS - Math.ceil(Math.log2(rows + 1)));
  return {
    gradient: factorFor(largestGradient, 2 ** GRADIENT_BITS),
    hessian: factorFor(largestHessian, 2 ** hessianBits),
  };
}

/** Returns the largest power of two that keeps a value up to a limit, 1 for a value of 0. */
function factorFor(largest: number, limit: number): number {
  if (!(largest > 0)) return 1;
  let factor = 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(limit / largest))));
  if (largest * factor > limit) factor /= 2;
  return factor;
}

/**
 * Writes the cells of rows.
 *
 * @param cells - a view of the cells as 32-bit integers, 4 per row.
 * @param gradients - [rows].
 * @param hessians - [rows].
 * @param rows - which rows; all when null.
 * @param scale - the units.
 * @returns their sums.
 */
export function writeCells(
  cells: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  rows: Int32Array | null,
  scale: Scale,
): Sums {
  const { gradient: unitG, hessian: unitH } = scale;
  const count = rows ? rows.length : gradients.length;
  let [sumG, sumH] = [0, 0];
  for (let i = 0; i < count; i++) {
    const row = rows ? rows[i]! : i;
    const g = Math.floor(gradients[row]! * unitG + 0.5);
    const h = Math.floor(hessians[row]! * unitH + 0.5);
    const at = 4 * row;
    cells[at] = g;
    cells[at + 1] = g < 0 ? -1 : 0;
    cells[at + 2] = (h << COUNT_BITS) | 1;
    cells[at + 3] = h >> (32 - COUNT_BITS);
    sumG += g;
    sumH += h;
  }
  return { gradients: sumG, hessians: sumH, rows: count };
}

/** Reads a cell at an address in bytes. */
export function readCell(i32: Int32Array, address: number): Sums {
  const at = address / 4;
  const low = i32[at + 2]!;
  return {
    gradients: (i32[at]! >>> 0) + i32[at + 1]! * 2 ** 32,
    hessians: i32[at + 3]! * 2 ** (32 - COUNT_BITS) + (low >>> COUNT_BITS),
    rows: low & (ROW - 1),
  };
}

/** Adds up the cells of the bins that go left, of `bins` + 1 cells from an address in bytes on. */
export function sumCells(
  i32: Int32Array,
  address: number,
  bins: number,
  goesLeft: Uint8Array,
): Sums {
  let [gradients, hessians, rows] = [0, 0, 0];
  for (let b = 0, at = address / 4; b <= bins; b++, at += 4) {
    if (goesLeft[b] === 0) continue;
    const low = i32[at + 2]!;
    gradients += (i32[at]! >>> 0) + i32[at + 1]! * 2 ** 32;
    hessians += i32[at + 3]! * 2 ** (32 - COUNT_BITS) + (low >>> COUNT_BITS);
    rows += low & (ROW - 1);
  }
  return { gradients, hessians, rows };
}

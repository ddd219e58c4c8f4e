/** Fixed codes of ages and counts: positions on a logarithmic scale, the same for every table and database. */
import { MS_PER_DAY } from "../../src/core/time.js";
import type { SparseRows } from "../../src/tensor/ops.js";
import { createSink, type FeatureSink } from "./sink.js";

const AGE_KNOTS = 33;
const COUNT_KNOTS = 20;

/** Codes of an age: 33 knots, half an octave apart, from now to about 45 years; a linear code; a null code. */
export const AGE_WIDTH = AGE_KNOTS + 2;

/** Codes of a count: 20 knots, an octave apart; a linear code. */
export const COUNT_WIDTH = COUNT_KNOTS + 1;

/**
 * Writes the codes of one age. Beyond the last knot it saturates, so ages never seen in training stay in range.
 *
 * @param age - milliseconds; negative ages count as 0, NaN and infinite ones as unknown.
 */
export function pushAge(out: FeatureSink, age: number, firstCode: number): void {
  if (!Number.isFinite(age)) {
    out.push(firstCode + AGE_KNOTS + 1, 1);
    return;
  }
  const octaves = Math.log2(1 + (4 * Math.max(0, age)) / MS_PER_DAY);
  pushPosition(out, octaves * 2, AGE_KNOTS, firstCode);
  out.push(firstCode + AGE_KNOTS, octaves / 8 - 1);
}

/**
 * Encodes counts.
 *
 * @param counts - `[N]`, not negative.
 * @returns sparse `[N, COUNT_WIDTH]`.
 */
export function encodeCounts(counts: Int32Array): SparseRows {
  const out = createSink(counts.length, 3);
  for (let i = 0; i < counts.length; i++) {
    pushCount(out, counts[i]!, 0);
    out.endRow();
  }
  return out.finish();
}

/**
 * Writes the codes of one count.
 *
 * @param count - not negative; need not be whole.
 */
export function pushCount(out: FeatureSink, count: number, firstCode: number): void {
  const octaves = Math.log2(1 + count);
  pushPosition(out, octaves, COUNT_KNOTS, firstCode);
  out.push(firstCode + COUNT_KNOTS, octaves / 5);
}

/** Writes a position between two of `knots` integer knots by two weights that add up to 1. */
function pushPosition(out: FeatureSink, position: number, knots: number, firstCode: number): void {
  if (position >= knots - 1) {
    out.push(firstCode + knots - 1, 1);
    return;
  }
  const low = Math.floor(position);
  out.push(firstCode + low, 1 - (position - low));
  out.push(firstCode + low + 1, position - low);
}

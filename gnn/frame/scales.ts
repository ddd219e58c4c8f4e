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
 * Encodes ages as {@link pushAge} does, in one flat loop: ages of sampled rows are the longest lists of a batch.
 *
 * @param ages - float64 `[N]`, milliseconds.
 * @returns sparse `[N, AGE_WIDTH]`.
 */
export function encodeAges(ages: Float64Array): SparseRows {
  const offsets = new Int32Array(ages.length + 1);
  const codes = new Int32Array(3 * ages.length);
  const weights = new Float32Array(codes.length);
  let size = 0;
  for (let i = 0; i < ages.length; i++) {
    const age = ages[i]!;
    if (Number.isFinite(age)) {
      const octaves = Math.log2(1 + (4 * Math.max(0, age)) / MS_PER_DAY);
      const low = Math.floor(octaves * 2);
      if (low < AGE_KNOTS - 1) {
        const share = octaves * 2 - low;
        codes[size] = low;
        weights[size++] = 1 - share;
        codes[size] = low + 1;
        weights[size++] = share;
      } else {
        codes[size] = AGE_KNOTS - 1;
        weights[size++] = 1;
      }
      codes[size] = AGE_KNOTS;
      weights[size++] = octaves / 8 - 1;
    } else {
      codes[size] = AGE_KNOTS + 1;
      weights[size++] = 1;
    }
    offsets[i + 1] = size;
  }
  return { offsets, codes: codes.subarray(0, size), weights: weights.subarray(0, size) };
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

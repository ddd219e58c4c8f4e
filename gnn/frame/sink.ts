/** A growing list of sparse features, row by row. */
import type { SparseRows } from "../../src/tensor/ops.js";

/** Collects the codes and weights of rows. */
export interface FeatureSink {
  /** Adds a feature to the current row. */
  push(code: number, weight: number): void;
  /** Ends the current row. */
  endRow(): void;
  /** Returns the rows ended so far. */
  finish(): SparseRows;
}

/**
 * Makes an empty sink.
 *
 * @param numRows - number of rows that will be ended.
 * @param perRow - features expected a row; only a guess.
 */
export function createSink(numRows: number, perRow: number): FeatureSink {
  const offsets = new Int32Array(numRows + 1);
  let codes = new Int32Array(Math.max(16, numRows * perRow));
  let weights = new Float32Array(codes.length);
  let size = 0;
  let rows = 0;
  return {
    push(code, weight) {
      if (size === codes.length) {
        const moreCodes = new Int32Array(size * 2);
        moreCodes.set(codes);
        codes = moreCodes;
        const moreWeights = new Float32Array(size * 2);
        moreWeights.set(weights);
        weights = moreWeights;
      }
      codes[size] = code;
      weights[size++] = weight;
    },
    endRow() {
      offsets[++rows] = size;
    },
    finish: () => ({ offsets, codes: codes.subarray(0, size), weights: weights.subarray(0, size) }),
  };
}

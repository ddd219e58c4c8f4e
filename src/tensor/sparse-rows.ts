/** The one form of sparse features: rows of (code, weight) entries. */

/**
 * Rows with few non-zero entries, compressed: row `n` holds entries `offsets[n] … offsets[n + 1] − 1`.
 *
 * @see the compressed sparse row (CSR) format.
 */
export interface SparseRows {
  /** int32 `[N + 1]`, ascending from 0 to the number of entries. */
  readonly offsets: Int32Array;
  /** int32 `[nnz]`, the table row of each entry; a code may occur more than once in a row. */
  readonly codes: Int32Array;
  /** float32 `[nnz]`, the factor of each entry. */
  readonly weights: Float32Array;
}

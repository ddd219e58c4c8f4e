/** Metrics of recommended lists against the sets of items that came true. */
import { invariant } from "../core/assert.js";

/** Lists of item codes, one a row: row `r` holds `items[offsets[r] … offsets[r + 1] − 1]`. */
export interface ItemLists {
  /** int32 `[rows + 1]`, ascending. */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/** Means over the rows that have at least one true item. */
export interface RankingScores {
  /** Hits among the first k, divided by k. */
  readonly precision: number | null;
  /** Hits among the first k, divided by the number of true items. */
  readonly recall: number | null;
  /** Mean average precision, each row's divided by `min(true items, k)`. */
  readonly map: number | null;
  /** Number of rows with a true item. */
  readonly rows: number;
}

/**
 * Scores recommended lists at k.
 *
 * @param recommended - best first; items beyond k are passed over, a repeated item counts once, at its first place.
 * @param truth - the true items of the same rows, in any order, each once; rows without any are left out.
 * @param k - how many recommendations count, at least 1.
 * @returns fractions, `null` when no row has a true item.
 * @see relbench `metrics.link_prediction_map`, `link_prediction_precision`, `link_prediction_recall`.
 */
export function rankingScores(recommended: ItemLists, truth: ItemLists, k: number): RankingScores {
  const scores = rankingRowScores(recommended, truth, k);
  const counted = scores.map.filter((value) => !Number.isNaN(value)).length;
  if (counted === 0) return { precision: null, recall: null, map: null, rows: 0 };
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value), 0) / counted;
  return {
    precision: mean(scores.precision),
    recall: mean(scores.recall),
    map: mean(scores.map),
    rows: counted,
  };
}

/**
 * Scores each recommended list at k, see {@link rankingScores}.
 *
 * @returns float64 `[rows]` each; NaN for rows without a true item.
 */
export function rankingRowScores(
  recommended: ItemLists,
  truth: ItemLists,
  k: number,
): { readonly [name in "precision" | "recall" | "map"]: Float64Array } {
  const rows = truth.offsets.length - 1;
  invariant(recommended.offsets.length - 1 === rows, "recommended lists and truth have equal rows");
  const [precision, recall, map] = [0, 1, 2].map(() => new Float64Array(rows).fill(Number.NaN));
  for (let row = 0; row < rows; row++) {
    const wanted = new Set(truth.items.subarray(truth.offsets[row]!, truth.offsets[row + 1]!));
    const total = wanted.size;
    if (total === 0) continue;
    const from = recommended.offsets[row]!;
    const to = Math.min(recommended.offsets[row + 1]!, from + k);
    let hits = 0;
    let gained = 0;
    for (let i = from; i < to; i++) {
      if (!wanted.delete(recommended.items[i]!)) continue;
      hits++;
      gained += hits / (i - from + 1);
    }
    precision![row] = hits / k;
    recall![row] = hits / total;
    map![row] = gained / Math.min(total, k);
  }
  return { precision: precision!, recall: recall!, map: map! };
}

/** Fills where a seed stands among the seeds of the same anchor. */

/**
 * Fills the rank, percentile or z-score of values among those of the same anchor. It depends on which seeds are computed
 * together.
 *
 * @param what - `rank`: 1 = the highest, ties share the mean of their places; `percentile`: from 0 to 1, low to high;
 *   `zscore`: distance from the mean by the standard deviation.
 * @param values - float32 `[seeds]`; NaN = missing, and stays so.
 * @param anchors - float64 `[seeds]`.
 * @param out - float32 `[seeds]`.
 */
export function fillCohort(
  what: "rank" | "percentile" | "zscore",
  values: Float32Array,
  anchors: Float64Array,
  out: Float32Array,
): void {
  out.fill(Number.NaN);
  const members = new Map<number, number[]>();
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const group = members.get(anchors[i]!);
    if (group) group.push(i);
    else members.set(anchors[i]!, [i]);
  }
  for (const group of members.values()) {
    if (what === "zscore") fillZ(group, values, out);
    else fillRanks(what, group, values, out);
  }
}

function fillZ(group: readonly number[], values: Float32Array, out: Float32Array): void {
  let mean = 0;
  for (const i of group) mean += values[i]! / group.length;
  let spread = 0;
  for (const i of group) spread += (values[i]! - mean) ** 2 / group.length;
  const deviation = Math.sqrt(spread);
  for (const i of group) out[i] = deviation > 0 ? (values[i]! - mean) / deviation : 0;
}

function fillRanks(
  what: "rank" | "percentile",
  group: readonly number[],
  values: Float32Array,
  out: Float32Array,
): void {
  const sorted = [...group].sort((a, b) => values[b]! - values[a]!);
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && values[sorted[to]!] === values[sorted[from]!]) to++;
    const rank = (from + 1 + to) / 2;
    const value = what === "rank" ? rank : 1 - (rank - 0.5) / sorted.length;
    for (let j = from; j < to; j++) out[sorted[j]!] = value;
    from = to;
  }
}

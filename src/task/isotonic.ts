/** Isotonic regression: the rising curve nearest to some points. */

/** A rising curve through points, both ascending. */
export interface RisingCurve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/**
 * Fits the rising step function of least squared error and returns the middles of its steps.
 *
 * @param scores - `[rows]`.
 * @param targets - `[rows]`: 0 or 1.
 * @returns one point per step: its mean score and its share of ones, kept off 0 and 1 by a row among all.
 * @see Ayer et al. 1955 (pool adjacent violators).
 */
export function isotonicCurve(scores: Float64Array, targets: Float64Array): RisingCurve {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const steps: { score: number; ones: number; rows: number }[] = [];
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    const before = i > 0 ? order[i - 1]! : -1;
    const isTie = before >= 0 && scores[before] === scores[row];
    if (isTie) {
      const last = steps.at(-1)!;
      last.score += scores[row]!;
      last.ones += targets[row]!;
      last.rows++;
    } else steps.push({ score: scores[row]!, ones: targets[row]!, rows: 1 });
    // Steps are pooled once no more equal scores can follow.
    const next = order[i + 1];
    if (next === undefined || scores[next] !== scores[row]) pool(steps);
  }
  const least = 1 / (order.length + 2);
  return {
    x: steps.map(({ score, rows }) => score / rows),
    y: steps.map(({ ones, rows }) => Math.min(1 - least, Math.max(least, ones / rows))),
  };
}

function pool(steps: { score: number; ones: number; rows: number }[]): void {
  while (steps.length > 1) {
    const last = steps.at(-1)!;
    const before = steps.at(-2)!;
    if (before.ones * last.rows < last.ones * before.rows) return;
    before.score += last.score;
    before.ones += last.ones;
    before.rows += last.rows;
    steps.pop();
  }
}

/**
 * Reads a curve between its points by linear interpolation; beyond its ends it is flat.
 *
 * @param x - ascending.
 * @param y - of the same points.
 */
export function readCurve(x: readonly number[], y: readonly number[], at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return y[0]!;
  if (low === x.length) return y.at(-1)!;
  const part = (at - x[low - 1]!) / (x[low]! - x[low - 1]!);
  return y[low - 1]! + part * (y[low]! - y[low - 1]!);
}

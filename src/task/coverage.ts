/** Whether prediction intervals hold what they promise. */

/** How intervals fared on rows whose truth is known. */
export interface Coverage {
  /** The share that was promised. */
  readonly level: number;
  readonly rows: number;
  /** The share of true values inside, bounds included. */
  readonly inside: number | null;
  /** Shares below the lower and above the upper bound. */
  readonly below: number | null;
  readonly above: number | null;
  /** Mean width of those bounded on both sides, in the target's unit; `null` where none is. */
  readonly width: number | null;
}

/**
 * Counts how many true values fall inside their intervals.
 *
 * @param lower - `[rows]`, possibly infinite.
 * @param upper - `[rows]`.
 * @param targets - `[rows]`.
 * @param level - the share that was promised.
 */
export function intervalCoverage(
  lower: Float64Array,
  upper: Float64Array,
  targets: Float64Array,
  level: number,
): Coverage {
  const rows = targets.length;
  let below = 0;
  let above = 0;
  let widths = 0;
  let bounded = 0;
  for (let row = 0; row < rows; row++) {
    if (targets[row]! < lower[row]!) below++;
    else if (targets[row]! > upper[row]!) above++;
    const width = upper[row]! - lower[row]!;
    if (!Number.isFinite(width)) continue;
    widths += width;
    bounded++;
  }
  const share = (count: number): number | null => (rows === 0 ? null : count / rows);
  return {
    level,
    rows,
    inside: share(rows - below - above),
    below: share(below),
    above: share(above),
    width: bounded === 0 ? null : widths / bounded,
  };
}

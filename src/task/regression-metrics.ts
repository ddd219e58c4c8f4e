/** Metrics of predicted numbers against true ones. */

/**
 * Computes the mean absolute error.
 *
 * @param predictions - `[rows]`, in the target's unit.
 * @param targets - `[rows]`.
 * @returns in the target's unit; `null` for no rows.
 */
export function mae(predictions: Float64Array, targets: Float64Array): number | null {
  if (targets.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += Math.abs(predictions[i]! - targets[i]!);
  return sum / targets.length;
}

/**
 * Computes the root of the mean squared error.
 *
 * @param predictions - `[rows]`, in the target's unit.
 * @param targets - `[rows]`.
 * @returns in the target's unit; `null` for no rows.
 */
export function rmse(predictions: Float64Array, targets: Float64Array): number | null {
  if (targets.length === 0) return null;
  return Math.sqrt(squaredError(predictions, targets) / targets.length);
}

/**
 * Computes the coefficient of determination: 1 is perfect, 0 is as good as the mean of these very targets.
 *
 * @param predictions - `[rows]`, in the target's unit.
 * @param targets - `[rows]`.
 * @returns at most 1; `null` when the targets do not vary (scikit-learn's 0 or 1 there says nothing).
 * @see scikit-learn `r2_score`.
 */
export function r2(predictions: Float64Array, targets: Float64Array): number | null {
  if (!varies(targets)) return null;
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += targets[i]!;
  const mean = sum / targets.length;
  let total = 0;
  for (let i = 0; i < targets.length; i++) total += (targets[i]! - mean) ** 2;
  return total === 0 ? null : 1 - squaredError(predictions, targets) / total;
}

/** Tells whether at least two values differ. */
function varies(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return true;
  return false;
}

function squaredError(predictions: Float64Array, targets: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (predictions[i]! - targets[i]!) ** 2;
  return sum;
}

/** How probabilities fare beside what came true: Brier score, log loss, calibration error and the reliability table. */
import { brier, logLoss } from "./binary-metrics.js";

/** Rows of similar probability. */
export interface ReliabilityBin {
  /** Lowest and highest probability. */
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Mean probability, and the share that came true. */
  readonly predicted: number;
  readonly actual: number;
}

/** Calibration as plain data. */
export interface CalibrationReport {
  readonly rows: number;
  readonly brier: number | null;
  readonly log_loss: number | null;
  /** Mean distance of probability and share over bins of equal size, weighted by rows. */
  readonly ece: number | null;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Reports calibration over bins of about equal size; equal probabilities stay in one bin.
 *
 * @param probabilities - `[rows]`: of a yes; of classes, that of the most likely one.
 * @param targets - `[rows]`: 0 or 1; of classes, whether the most likely one is true.
 * @param bins - how many at most, 15 by default.
 * @see Nixon et al. 2019, Measuring calibration in deep learning (adaptive bins).
 */
export function calibrationReport(
  probabilities: Float64Array,
  targets: Float64Array,
  bins = 15,
): CalibrationReport {
  const rows = targets.length;
  const order = Int32Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[a]! - probabilities[b]! || a - b,
  );
  const table: ReliabilityBin[] = [];
  let from = 0;
  while (from < rows) {
    const wanted = Math.max(from + 1, Math.round(((table.length + 1) * rows) / bins));
    let to = Math.min(rows, wanted);
    while (to < rows && probabilities[order[to]!] === probabilities[order[to - 1]!]) to++;
    const members = order.subarray(from, to);
    const sum = (of: Float64Array): number => members.reduce((a, row) => a + of[row]!, 0);
    table.push({
      low: probabilities[members[0]!]!,
      high: probabilities[members.at(-1)!]!,
      rows: members.length,
      predicted: sum(probabilities) / members.length,
      actual: sum(targets) / members.length,
    });
    from = to;
  }
  const distance = table.reduce(
    (sum, bin) => sum + bin.rows * Math.abs(bin.predicted - bin.actual),
    0,
  );
  return {
    rows,
    brier: brier(probabilities, targets),
    log_loss: logLoss(probabilities, targets),
    ece: rows === 0 ? null : distance / rows,
    bins: table,
  };
}

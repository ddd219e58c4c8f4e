/** How well scores tell outcomes: the three-way call and AUROC per outcome. */
import { rocAuc } from "../task/binary-metrics.js";
import { OUTCOMES } from "./outcomes.js";

/** A score below it is called churned. */
export const LOW_SCORE = 30;
/** A score above it is called expanded. */
export const HIGH_SCORE = 70;
const [CHURNED, STAYED, EXPANDED] = [0, 1, 2];

/** The call below 30 churns, above 70 expands, else stays. */
export interface ThreeWayCall {
  readonly accuracy: number;
  /** Always calling the most frequent outcome. */
  readonly majority: number;
  /** The best that any two thresholds on this score reach. */
  readonly best: number;
}

/**
 * Calls each score, and counts who is right.
 *
 * @param scores - float64 `[rows]`.
 * @param outcomes - uint8 `[rows]`: places in `OUTCOMES`.
 * @returns shares of the rows.
 */
export function threeWayCall(scores: Float64Array, outcomes: Uint8Array): ThreeWayCall {
  const rows = Math.max(1, scores.length);
  const right = scores.reduce((sum, score, row) => {
    const call = score < LOW_SCORE ? CHURNED : score > HIGH_SCORE ? EXPANDED : STAYED;
    return sum + (call === outcomes[row] ? 1 : 0);
  }, 0);
  const counts = OUTCOMES.map((_, code) =>
    outcomes.reduce((sum, o) => sum + (o === code ? 1 : 0), 0),
  );
  return {
    accuracy: right / rows,
    majority: Math.max(...counts) / rows,
    best: bestThresholds(scores, outcomes) / rows,
  };
}

/** The most rows that two thresholds can call right: below the first churns, from the second on expands. */
function bestThresholds(scores: Float64Array, outcomes: Uint8Array): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
  // Right calls so far if all rows up to here are called churned; stayed after the best first threshold; expanded after the second.
  let churned = 0;
  let stayed = 0;
  let expanded = 0;
  order.forEach((row, i) => {
    churned += outcomes[row] === CHURNED ? 1 : 0;
    stayed += outcomes[row] === STAYED ? 1 : 0;
    expanded += outcomes[row] === EXPANDED ? 1 : 0;
    const next = order[i + 1];
    if (next !== undefined && scores[next] === scores[row]) return;
    stayed = Math.max(stayed, churned);
    expanded = Math.max(expanded, stayed);
  });
  return expanded;
}

/**
 * AUROC per outcome: of churn for low scores, of expansion for high ones.
 *
 * @returns `null` where an outcome does not occur, or nothing else does.
 */
export function outcomeAucs(
  scores: Float64Array,
  outcomes: Uint8Array,
): { readonly churned: number | null; readonly expanded: number | null } {
  const auc = (code: number, sign: 1 | -1): number | null =>
    rocAuc(
      scores.map((score) => sign * score),
      Float64Array.from(outcomes, (found) => (found === code ? 1 : 0)),
    );
  return { churned: auc(CHURNED!, -1), expanded: auc(EXPANDED!, 1) };
}

/** A share in percent. */
export function formatShare(value: number | null): string {
  return value === null ? "-" : `${Math.round(value * 100)} %`;
}

/** Tiers that move: with the population, or with what became of those who had a score. */
import { quantileOf } from "../task/bootstrap.js";
import { isotonicCurve, readCurve } from "../task/isotonic.js";
import type { TierConfig } from "./config.js";
import { OUTCOMES } from "./outcomes.js";

/** Shares of entities below each tier but the lowest, as one team found them. */
const POPULATION = [0.12, 0.33, 0.76, 0.95] as const;

/**
 * Tiers that follow the population: as many entities in each as in the published table, whatever scores look like.
 *
 * @param scores - float64: of everybody.
 * @param tiers - the names, from the lowest up; five of them.
 */
export function populationTiers(scores: Float64Array, tiers: readonly TierConfig[]): TierConfig[] {
  const sorted = scores.slice().sort();
  return tiers.map(({ name }, i) => {
    if (i === 0 || sorted.length === 0) return { name, from: i === 0 ? -Infinity : i };
    const share = POPULATION[i - 1] ?? 1 - 0.05 / (i + 1);
    // Equal scores must not make two tiers begin at one point.
    return { name, from: quantileOf(sorted, share) + i * 1e-9 };
  });
}

/** Churn at the lower end of each tier but the lowest, as a multiple of everybody's: between the tiers of the published table. */
const CHURN = [2.4, 0.95, 0.25, 0.07] as const;

/**
 * Tiers that follow outcomes: each begins where churn, which falls with the score, has fallen so far that the published table has the same
 * multiple of everybody's churn there.
 *
 * @param scores - float64 `[rows]`: of earlier moments.
 * @param outcomes - uint8 `[rows]`: what came of them, places in `OUTCOMES`.
 * @param tiers - the names, from the lowest up; five of them.
 * @returns ascending; a tier that nobody is safe enough for begins above the highest score.
 */
export function outcomeTiers(
  scores: Float64Array,
  outcomes: Uint8Array,
  tiers: readonly TierConfig[],
): TierConfig[] {
  const stays = Float64Array.from(outcomes, (found) => (found === CHURNED ? 0 : 1));
  const base = 1 - stays.reduce((sum, value) => sum + value, 0) / Math.max(1, stays.length);
  const { x, y } = isotonicCurve(scores, stays);
  const levels = Float64Array.from(new Set(scores)).sort();
  let last = -Infinity;
  return tiers.map(({ name }, i) => {
    if (i === 0) return { name, from: -Infinity };
    const most = (CHURN[i - 1] ?? 0.07 / (i + 1)) * base;
    const found = levels.find((score) => 1 - readCurve(x, y, score) <= most + 1e-12);
    const top = (levels.at(-1) ?? 0) + i;
    // Two tiers must not begin at one point.
    last = Math.max(found ?? top, last + 1e-9);
    return { name, from: last };
  });
}

const CHURNED = OUTCOMES.indexOf("churned");

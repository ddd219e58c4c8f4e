/** The simplest score: a weighted sum of what was done in the last 7, 14 or 30 days. */
import { ConfigError } from "../core/errors.js";
import type { Database } from "../data/database.js";
import { type MetricConfig, type PartConfig, type ScoreConfig, TOP_SCORE } from "./config.js";
import { defaultScoreConfig } from "./default-config.js";
import { doneIn, type ScoreLevel } from "./default-metrics.js";
import { findRoles } from "./roles.js";

/** Options of {@link simpleScoreConfig}. */
export interface SimpleConfigOptions {
  /** People by default. */
  readonly level?: ScoreLevel | undefined;
  /** The window: 7, 14 or 30 days are usual; 30 by default. */
  readonly days?: number | undefined;
}

/**
 * Makes a weighted sum for a database: visits x 1, value actions x 3, newly adopted features x 2, as far as the tables tell them. The sum
 * ends at 100; accounts count per member. It is an ordinary configuration: its weights are the `each` of its parts.
 *
 * @param db - the database.
 * @param options - of people or accounts, the window.
 * @throws {@link ConfigError} CFG234 if the days are no whole number above 0, CFG240 as `defaultScoreConfig`.
 */
export function simpleScoreConfig(
  db: Database,
  { level = "user", days = 30 }: SimpleConfigOptions = {},
): ScoreConfig {
  if (!Number.isInteger(days) || days < 1) {
    throw new ConfigError("CFG234", `\`days\` expects a whole number above 0, found ${days}`, {
      hint: "such as 7, 14 or 30",
    });
  }
  const base = defaultScoreConfig(db, { level });
  const done = doneIn(findRoles(db)!, level, days);
  const weights = done.map(({ name, each, metric }) => ({ name, each, metric }));
  const metrics: Record<string, MetricConfig> = Object.fromEntries(
    weights.map(({ name, metric }) => [name, metric]),
  );
  const total = weights.reduce((sum, { each }) => sum + each, 0);
  const parts = weights.map(
    ({ name, each }): PartConfig => ({
      name,
      metric: name,
      // What counts more may give more, so that no single habit fills the score.
      points: Math.floor((TOP_SCORE * each) / total),
      rules: [],
      each,
    }),
  );
  const { outcomes, playbooks, tiers, entity, previousDays } = base;
  return {
    entity,
    metrics: { ...base.metrics, ...metrics },
    categories: [{ name: "ACTIVITY", points: TOP_SCORE, parts }],
    deductions: [],
    tiers,
    playbooks,
    ...(previousDays !== undefined && { previousDays }),
    ...(outcomes && { outcomes }),
    notes: [
      `a weighted sum over ${days} days: ${weights.map(({ name, each }) => `${name} x ${each}`).join(" + ")}`,
    ],
  };
}

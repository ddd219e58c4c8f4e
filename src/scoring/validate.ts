/** Validation of a score: what became of each tier, how right its calls were, how early it told, and which metrics tell. */
import { formatNumber, textTable } from "../core/pretty.js";
import { MS_PER_DAY } from "../core/time.js";
import type { Database } from "../data/database.js";
import { type ScoreConfig, tierOf } from "./config.js";
import { type HistoryOptions, readHistory, type ScoreHistory } from "./history.js";
import { bindMetrics } from "./metrics.js";
import {
  formatShare,
  LOW_SCORE,
  outcomeAucs,
  type ThreeWayCall,
  threeWayCall,
} from "./outcome-scores.js";
import { endTimes, hiddenByOutcomes, OUTCOMES } from "./outcomes.js";
import { givePoints } from "./points.js";
import { scoreAt } from "./score.js";
import { type ScreenedMetric, screenMetrics } from "./screen.js";

/** What became of one tier. */
export interface TierOutcome {
  readonly tier: string;
  readonly rows: number;
  /** Of all rows. */
  readonly population: number;
  /** In the order of `OUTCOMES`; `null` where the tier is empty. */
  readonly shares: readonly (number | null)[];
}

/** How a score fared. */
export interface ScoreValidation {
  readonly entity: string;
  /** Milliseconds UTC. */
  readonly moments: readonly number[];
  readonly days: number;
  readonly rows: number;
  readonly tiers: readonly TierOutcome[];
  readonly threeWay: ThreeWayCall;
  /** AUROC per outcome of the score (of churn: of low scores); `null` where it does not occur. */
  readonly auc: { readonly churned: number | null; readonly expanded: number | null };
  /** By tenth of the score: its mean and the share that churned. */
  readonly calibration: readonly {
    readonly score: number;
    readonly churned: number;
    readonly rows: number;
  }[];
  /** Mean score so many months before churn, and of those who do not churn before the newest moment. */
  readonly lead: readonly {
    readonly months: number;
    readonly churned: number | null;
    readonly others: number | null;
  }[];
  /** Of those below 30, the share that does not churn. */
  readonly falseAlarms: number | null;
  /** Share of all points given by metrics that count mere presence. */
  readonly passive: number;
  /** Mean points that anybody could gain by mere presence alone: what those metrics could give and do not. */
  readonly gameable: number;
  readonly metrics: readonly ScreenedMetric[];
}

/** Options of {@link validateScores}. */
export interface ValidateOptions extends HistoryOptions {
  readonly seed?: number | undefined;
  /** Correlations from it on are kept, 0.45 by default. */
  readonly threshold?: number | undefined;
}

const CHURNED = OUTCOMES.indexOf("churned");

/**
 * Validates a score on earlier windows whose outcomes are known.
 *
 * @param db - the database.
 * @param config - with outcomes.
 * @param options - how far to read.
 * @throws {@link ConfigError} CFG239 without outcomes, CFG242 if the data are too short.
 */
export function validateScores(
  db: Database,
  config: ScoreConfig,
  options: ValidateOptions = {},
): ScoreValidation {
  const history = readHistory(db, config, options);
  const { scores, outcomes } = history;
  const rows = scores.length;
  const low = Array.from(scores.keys()).filter((row) => scores[row]! < LOW_SCORE);
  const { seed, threshold } = options;
  return {
    entity: config.entity,
    moments: history.moments,
    days: config.outcomes!.days,
    rows,
    tiers: tierOutcomes(config, history),
    threeWay: threeWayCall(scores, outcomes),
    auc: outcomeAucs(scores, outcomes),
    calibration: calibrate(history),
    lead: leadTime(db, config, history, options),
    falseAlarms:
      low.length === 0 ? null : low.filter((row) => outcomes[row] !== CHURNED).length / low.length,
    ...gaming(config, history),
    metrics: screenMetrics(config, history, {
      ...(seed !== undefined && { seed }),
      ...(threshold !== undefined && { threshold }),
    }),
  };
}

function tierOutcomes({ tiers }: ScoreConfig, { scores, outcomes }: ScoreHistory): TierOutcome[] {
  const counts = tiers.map(() => [0, 0, 0]);
  scores.forEach((score, row) => {
    counts[tierOf(score, tiers)]![outcomes[row]!]!++;
  });
  return tiers.map(({ name }, t) => {
    const rows = counts[t]!.reduce((a, b) => a + b, 0);
    return {
      tier: name,
      rows,
      population: rows / Math.max(1, scores.length),
      shares: counts[t]!.map((count) => (rows === 0 ? null : count / rows)),
    };
  });
}

const TENTHS = 10;

function calibrate({ scores, outcomes }: ScoreHistory): ScoreValidation["calibration"] {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
  return Array.from({ length: TENTHS }, (_, k) => {
    const from = Math.round((k * order.length) / TENTHS);
    const part = order.subarray(from, Math.round(((k + 1) * order.length) / TENTHS));
    const churned = part.reduce((sum, row) => sum + (outcomes[row] === CHURNED ? 1 : 0), 0);
    return {
      score: part.reduce((sum, row) => sum + scores[row]!, 0) / part.length,
      churned: churned / part.length,
      rows: part.length,
    };
  }).filter(({ rows }) => rows > 0);
}

const MONTHS = [6, 5, 4, 3, 2, 1, 0];

/** Scores in the months before churn: before each one's end where it is known, else before the first moment at which churn lay ahead. */
function leadTime(
  db: Database,
  config: ScoreConfig,
  { moments, momentOf, entityRows, outcomes }: ScoreHistory,
  { signal }: ValidateOptions,
): ScoreValidation["lead"] {
  const ends = endTimes(db, config);
  const churn = new Map<number, number>();
  const others = new Map<number, number>();
  entityRows.forEach((row, i) => {
    const time = moments[momentOf[i]!]!;
    if (outcomes[i] !== CHURNED) others.set(row, time);
    // An instant before the end: what is read is what was known then.
    else if (!churn.has(row)) churn.set(row, ends === null ? time : ends[row]! - 1);
  });
  for (const row of churn.keys()) others.delete(row);
  const metrics = bindMetrics(config, db.schema, hiddenByOutcomes(config, db.schema));
  const created = db.timeColumn(config.entity);
  const meanBefore = (of: ReadonlyMap<number, number>, months: number): number | null => {
    const back = months * 30 * MS_PER_DAY;
    const there = [...of].filter(
      ([row, time]) => created === null || created.values[row]! <= time - back,
    );
    if (there.length === 0) return null;
    const seeds = {
      rows: Int32Array.from(there, ([row]) => row),
      times: Float64Array.from(there, ([, time]) => time - back),
    };
    const { scores } = scoreAt(db, config, metrics, seeds, { signal });
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };
  return MONTHS.map((months) => ({
    months,
    churned: meanBefore(churn, months),
    others: meanBefore(others, months),
  }));
}

/** Points from metrics that are easily gamed: their share of all points given, and what they could give more. */
function gaming(
  { categories, metrics }: ScoreConfig,
  { metrics: values, scores }: ScoreHistory,
): Pick<ScoreValidation, "passive" | "gameable"> {
  const rows = Math.max(1, scores.length);
  const sumOf = (keep: (metric: string) => boolean): number => {
    const kept = categories.map((category) => ({
      ...category,
      parts: category.parts.filter(({ metric }) => keep(metric)),
    }));
    const { categories: points } = givePoints(kept, [], values, scores.length);
    return points.reduce((sum, column) => sum + column.reduce((a, b) => a + b, 0), 0);
  };
  const isPassive = (metric: string): boolean => metrics[metric]!.passive === true;
  const all = sumOf(() => true);
  const passive = sumOf(isPassive);
  const most = categories
    .flatMap(({ parts }) => parts)
    .reduce((sum, part) => sum + (isPassive(part.metric) ? part.points : 0), 0);
  return { passive: all === 0 ? 0 : passive / all, gameable: most - passive / rows };
}

/** Prints a validation. */
export function formatValidation(found: ScoreValidation): string {
  const share = formatShare;
  const number = (value: number | null): string => (value === null ? "-" : formatNumber(value, 3));
  const tiers = textTable(
    ["tier", "rows", "of all", ...OUTCOMES],
    found.tiers.map(({ tier, rows, population, shares }) => [
      tier,
      formatNumber(rows),
      share(population),
      ...shares.map(share),
    ]),
    ["left", "right", "right", "right", "right", "right"],
  );
  const lead = textTable(
    ["months before", ...found.lead.map(({ months }) => String(months))],
    [
      ["those who churn", ...found.lead.map(({ churned }) => number(churned))],
      ["all others", ...found.lead.map(({ others }) => number(others))],
    ],
  );
  const metrics = textTable(
    ["metric", "outcome", "correlation", "95 %", "known", ...OUTCOMES, "verdict"],
    found.metrics.map(({ label, outcome, correlation, low, high, known, means, verdict }) => [
      label,
      outcome,
      correlation.toFixed(2),
      `${low.toFixed(2)} … ${high.toFixed(2)}`,
      share(known),
      ...means.map(number),
      verdict,
    ]),
  );
  const { accuracy, majority, best } = found.threeWay;
  return [
    `${formatNumber(found.rows)} scores of ${found.entity} at ${found.moments.length} moments, and what came within ${found.days} days`,
    "",
    tiers,
    "",
    `three-way call (below 30 churns, above 70 expands): ${share(accuracy)} right; always the most frequent ${share(majority)}, best thresholds ${share(best)}`,
    `AUROC: churned ${number(found.auc.churned)}, expanded ${number(found.auc.expanded)}; false alarms below 30: ${share(found.falseAlarms)}; points by mere presence: ${share(found.passive)}, and ${number(found.gameable)} more could be had so`,
    "",
    "mean score in the months before churn, and before the last moment of others",
    lead,
    "",
    "metrics, the strongest first",
    metrics,
  ].join("\n");
}

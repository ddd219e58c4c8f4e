/** Validation of a score: what became of each tier, how right its calls were, how early it told, and which metrics tell. */
import { formatNumber, textTable } from "../core/pretty.js";
import { MS_PER_DAY } from "../core/time.js";
import type { Database } from "../data/database.js";
import { rocAuc } from "../task/binary-metrics.js";
import { type ScoreConfig, tierOf } from "./config.js";
import { type HistoryOptions, readHistory, type ScoreHistory } from "./history.js";
import { bindMetrics } from "./metrics.js";
import { hiddenByOutcomes, OUTCOMES } from "./outcomes.js";
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
  /** The call below 30 churns, above 70 expands, else stays. */
  readonly threeWay: {
    readonly accuracy: number;
    /** Always calling the most frequent outcome. */
    readonly majority: number;
    /** The best that any two thresholds on this score reach. */
    readonly best: number;
  };
  /** AUROC per outcome of the score (of churn: of low scores); `null` where it does not occur. */
  readonly auc: { readonly churned: number | null; readonly expanded: number | null };
  /** By tenth of the score: its mean and the share that churned. */
  readonly calibration: readonly {
    readonly score: number;
    readonly churned: number;
    readonly rows: number;
  }[];
  /** Of those who churn within the newest window: mean score so many months before, and of those who do not. */
  readonly lead: readonly {
    readonly months: number;
    readonly churned: number | null;
    readonly others: number | null;
  }[];
  /** Of those below 30, the share that does not churn. */
  readonly falseAlarms: number | null;
  /** Share of all points given by metrics that count mere presence. */
  readonly passive: number;
  readonly metrics: readonly ScreenedMetric[];
}

/** Options of {@link validateScores}. */
export interface ValidateOptions extends HistoryOptions {
  readonly seed?: number | undefined;
  /** Correlations from it on are kept, 0.45 by default. */
  readonly threshold?: number | undefined;
}

const LOW = 30;
const HIGH = 70;
const [CHURNED, STAYED, EXPANDED] = [0, 1, 2];

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
  const low = Array.from(scores.keys()).filter((row) => scores[row]! < LOW);
  const { seed, threshold } = options;
  return {
    entity: config.entity,
    moments: history.moments,
    days: config.outcomes!.days,
    rows,
    tiers: tierOutcomes(config, history),
    threeWay: threeWay(history),
    auc: { churned: aucOf(history, CHURNED, -1), expanded: aucOf(history, EXPANDED, 1) },
    calibration: calibrate(history),
    lead: leadTime(db, config, history, options),
    falseAlarms:
      low.length === 0 ? null : low.filter((row) => outcomes[row] !== CHURNED).length / low.length,
    passive: passiveShare(config, history),
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

function threeWay({ scores, outcomes }: ScoreHistory): ScoreValidation["threeWay"] {
  const rows = Math.max(1, scores.length);
  const right = scores.reduce((sum, score, row) => {
    const call = score < LOW ? CHURNED : score > HIGH ? EXPANDED : STAYED;
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

function aucOf({ scores, outcomes }: ScoreHistory, code: number, sign: 1 | -1): number | null {
  const isIt = Float64Array.from(outcomes, (found) => (found === code ? 1 : 0));
  return rocAuc(
    scores.map((score) => sign * score),
    isIt,
  );
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

/** Scores in the months before the newest window, of those who churn in it and of all others. */
function leadTime(
  db: Database,
  config: ScoreConfig,
  { moments, momentOf, entityRows, outcomes }: ScoreHistory,
  { signal }: ValidateOptions,
): ScoreValidation["lead"] {
  const newest = moments.length - 1;
  const rows = Array.from(entityRows.keys()).filter((row) => momentOf[row] === newest);
  const metrics = bindMetrics(config, db.schema, hiddenByOutcomes(config, db.schema));
  const created = db.timeColumn(config.entity);
  return MONTHS.map((months) => {
    const time = moments[newest]! - months * 30 * MS_PER_DAY;
    const there = rows.filter(
      (row) => created === null || created.values[entityRows[row]!]! <= time,
    );
    const seeds = {
      rows: Int32Array.from(there, (row) => entityRows[row]!),
      times: new Float64Array(there.length).fill(time),
    };
    const { scores } = scoreAt(db, config, metrics, seeds, signal ? { signal } : {});
    const mean = (churns: boolean): number | null => {
      const kept = there.flatMap((row, i) =>
        (outcomes[row] === CHURNED) === churns ? scores[i]! : [],
      );
      return kept.length === 0 ? null : kept.reduce((a, b) => a + b, 0) / kept.length;
    };
    return { months, churned: mean(true), others: mean(false) };
  });
}

/** Points from metrics that are easily gamed, of all points given. */
function passiveShare(
  { categories, metrics }: ScoreConfig,
  { metrics: values, scores }: ScoreHistory,
): number {
  const sumOf = (keep: (metric: string) => boolean): number => {
    const kept = categories.map((category) => ({
      ...category,
      parts: category.parts.filter(({ metric }) => keep(metric)),
    }));
    const { categories: points } = givePoints(kept, [], values, scores.length);
    return points.reduce((sum, column) => sum + column.reduce((a, b) => a + b, 0), 0);
  };
  const all = sumOf(() => true);
  return all === 0 ? 0 : sumOf((metric) => metrics[metric]!.passive === true) / all;
}

/** Prints a validation. */
export function formatValidation(found: ScoreValidation): string {
  const share = (value: number | null): string =>
    value === null ? "-" : `${Math.round(value * 100)} %`;
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
    ["metric", "outcome", "correlation", "95 %", ...OUTCOMES, "verdict"],
    found.metrics.map(({ label, outcome, correlation, low, high, means, verdict }) => [
      label,
      outcome,
      correlation.toFixed(2),
      `${low.toFixed(2)} … ${high.toFixed(2)}`,
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
    `AUROC: churned ${number(found.auc.churned)}, expanded ${number(found.auc.expanded)}; false alarms below 30: ${share(found.falseAlarms)}; points by mere presence: ${share(found.passive)}`,
    "",
    "mean score in the months before the newest window",
    lead,
    "",
    "metrics, the strongest first",
    metrics,
  ].join("\n");
}

/** Trends: how all scores moved from week to week. */
import type { WorkOptions } from "../core/progress.js";
import { MS_PER_DAY, type Timestamp } from "../core/time.js";
import { numberColumn, timestampColumn } from "../data/column.js";
import type { Database } from "../data/database.js";
import { Table } from "../data/table.js";
import { type ScoreConfig, tierOf } from "./config.js";
import { bindMetrics } from "./metrics.js";
import { hiddenByOutcomes } from "./outcomes.js";
import { latestTime, openRows, scoreAt, seedsAt } from "./score.js";

/** Options of {@link scoreTrend}. */
export interface TrendOptions extends WorkOptions {
  /** The last week's end; by default the latest time of the database. */
  readonly anchor?: Timestamp | undefined;
  /** Weeks told, 12 by default. */
  readonly weeks?: number | undefined;
}

/** Everybody's scores at the end of one week. */
export interface TrendWeek {
  /** Milliseconds UTC. */
  readonly time: Timestamp;
  readonly entities: number;
  /** `null` where nobody was there. */
  readonly mean: number | null;
  /** Entities per tier, in their order. */
  readonly tiers: readonly number[];
  /** Entities whose score rose or fell by five points or more within the week. */
  readonly risen: number;
  readonly fallen: number;
}

const MOVE = 5;

/**
 * Tells how scores moved.
 *
 * @param db - the database; nothing later than the anchor is read.
 * @param config - the configuration.
 * @param options - until when, how many weeks.
 * @returns ascending by time.
 * @throws {@link ConfigError} CFG230 to CFG239 for a configuration that does not fit.
 */
export function scoreTrend(
  db: Database,
  config: ScoreConfig,
  { anchor, weeks = 12, ...work }: TrendOptions = {},
): readonly TrendWeek[] {
  const metrics = bindMetrics(config, db.schema, hiddenByOutcomes(config, db.schema));
  const end = anchor ?? latestTime(db);
  const before = new Map<number, number>();
  return Array.from({ length: weeks + 1 }, (_, k) => {
    const time = end - (weeks - k) * 7 * MS_PER_DAY;
    const rows = openRows(db, config.entity, time);
    const { scores } = scoreAt(db, config, metrics, seedsAt(rows, time), work);
    const moved = Array.from(rows, (row, i) => scores[i]! - (before.get(row) ?? scores[i]!));
    before.clear();
    rows.forEach((row, i) => {
      before.set(row, scores[i]!);
    });
    const tiers = config.tiers.map(() => 0);
    for (const score of scores) tiers[tierOf(score, config.tiers)]!++;
    return {
      time,
      entities: rows.length,
      mean: rows.length === 0 ? null : scores.reduce((sum, one) => sum + one, 0) / rows.length,
      tiers,
      risen: moved.filter((points) => points >= MOVE).length,
      fallen: moved.filter((points) => points <= -MOVE).length,
    };
  }).slice(1);
}

/**
 * Writes a trend as a table: TIMESTAMP, ENTITIES, MEAN_SCORE, a column per tier, RISEN, FALLEN.
 *
 * @param weeks - of {@link scoreTrend}.
 * @param config - names the tiers.
 */
export function trendToTable(weeks: readonly TrendWeek[], { tiers }: ScoreConfig): Table {
  const numbers = (name: string, of: (week: TrendWeek) => number | null) =>
    numberColumn(name, weeks.map(of));
  return new Table("trend", [
    timestampColumn(
      "TIMESTAMP",
      weeks.map(({ time }) => time),
    ),
    numbers("ENTITIES", ({ entities }) => entities),
    numbers("MEAN_SCORE", ({ mean }) => (mean === null ? null : Math.round(mean * 10) / 10)),
    ...tiers.map(({ name }, t) =>
      numbers(name.toUpperCase().replaceAll(" ", "_"), (week) => week.tiers[t]!),
    ),
    numbers("RISEN", ({ risen }) => risen),
    numbers("FALLEN", ({ fallen }) => fallen),
  ]);
}

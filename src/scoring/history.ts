/** Earlier moments whose outcomes are known: scores and metrics as they would have been then, beside what came. */
import { ConfigError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import { formatTime, MS_PER_DAY, type Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { ScoreConfig } from "./config.js";
import { bindMetrics } from "./metrics.js";
import { hiddenByOutcomes, outcomesAt } from "./outcomes.js";
import type { MetricValues } from "./points.js";
import { openRows, scoreAt } from "./score.js";

/** Options of {@link readHistory}. */
export interface HistoryOptions extends WorkOptions {
  /** Nothing later is read; by default the latest time of the database. */
  readonly anchor?: Timestamp | undefined;
  /** Moments, at most; 6 by default. */
  readonly moments?: number | undefined;
}

/** Rows (entity, moment) with what came of them. */
export interface ScoreHistory {
  /** Ascending, a third of the outcomes' window apart. */
  readonly moments: readonly Timestamp[];
  /** Milliseconds after a moment until its outcomes are known. */
  readonly window: number;
  /** uint8 `[rows]`: index into `moments`. */
  readonly momentOf: Uint8Array;
  /** int32 `[rows]` of the entity table. */
  readonly entityRows: Int32Array;
  /** uint8 `[rows]`: index into `OUTCOMES`. */
  readonly outcomes: Uint8Array;
  /** float64 `[rows]`. */
  readonly scores: Float64Array;
  readonly metrics: MetricValues;
}

const MOMENTS = 6;
/** Moments stand so many times in a window of outcomes. */
const OVERLAP = 3;

/**
 * Reads the history of a score.
 *
 * @param db - the database.
 * @param config - with outcomes.
 * @param options - how far, how many moments.
 * @throws {@link ConfigError} CFG239 if the configuration has no outcomes, CFG242 if the data are too short for one.
 */
export function readHistory(
  db: Database,
  config: ScoreConfig,
  { anchor, moments: most = MOMENTS, ...work }: HistoryOptions = {},
): ScoreHistory {
  const { outcomes } = config;
  if (!outcomes) {
    throw new ConfigError(
      "CFG239",
      "the configuration names no outcomes to learn from or judge by",
      {
        hint: 'such as "outcomes": { "days": 90, "churned": "ended" }',
      },
    );
  }
  const span = db.timeSpan();
  const end = Math.min(anchor ?? Infinity, span?.max ?? -Infinity);
  const window = outcomes.days * MS_PER_DAY;
  const first = (span?.min ?? 0) + window;
  const moments = Array.from({ length: most }, (_, k) => end - window - (k * window) / OVERLAP)
    .filter((time) => time >= first)
    .reverse();
  if (moments.length === 0) {
    const from = span ? formatTime(span.min) : "-";
    const message = `the data from ${from} on are too short for outcomes of ${outcomes.days} days after as much history`;
    throw new ConfigError("CFG242", message, { hint: "choose outcomes of fewer days, or wait" });
  }
  const parts = moments.map((time) => openRows(db, config.entity, time));
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  const entityRows = new Int32Array(count);
  const momentOf = new Uint8Array(count);
  const times = new Float64Array(count);
  const found = new Uint8Array(count);
  let at = 0;
  parts.forEach((rows, k) => {
    entityRows.set(rows, at);
    momentOf.fill(k, at, at + rows.length);
    times.fill(moments[k]!, at, at + rows.length);
    found.set(outcomesAt(db, config, rows, moments[k]!), at);
    at += rows.length;
  });
  const metrics = bindMetrics(config, db.schema, hiddenByOutcomes(config, db.schema));
  const { scores, values } = scoreAt(
    db,
    config,
    metrics,
    { rows: entityRows, times },
    { ...work, all: true },
  );
  return { moments, window, momentOf, entityRows, outcomes: found, scores, metrics: values };
}

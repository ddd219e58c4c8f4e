/** Engagement scores: of every entity at a moment, with tier, trend, categories, reasons and what to do. */
import { ConfigError } from "../core/errors.js";
import { formatNumber } from "../core/pretty.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { MS_PER_DAY, type Timestamp } from "../core/time.js";
import { isValid } from "../data/column.js";
import type { Database } from "../data/database.js";
import { checkConfig } from "./check-config.js";
import {
  type CategoryConfig,
  type DeductionConfig,
  type Playbook,
  type ScoreConfig,
  tierOf,
} from "./config.js";
import { type BoundMetric, bindMetrics, measureMetric, type ScoreRows } from "./metrics.js";
import { hiddenByOutcomes } from "./outcomes.js";
import {
  givePoints,
  type MetricValues,
  metricsRead,
  reasonsOf,
  type ScoreReason,
} from "./points.js";
import { segmentsOf } from "./score-segments.js";

/** Options of {@link scoreEntities}. */
export interface ScoreOptions extends WorkOptions {
  /** When the scores are; by default the latest time of the database. */
  readonly anchor?: Timestamp | undefined;
  /** int32: only these rows of the entity table; by default all that are there and have not ended. */
  readonly rows?: Int32Array | undefined;
}

/** Scores of some entities at one moment. */
export interface ScoreTable {
  readonly config: ScoreConfig;
  readonly anchor: Timestamp;
  /** int32 `[rows]` of the entity table. */
  readonly entityRows: Int32Array;
  /** float64 `[rows]`: at most 100, possibly below 0. */
  readonly scores: Float64Array;
  /** float64 `[rows]`: the score some days before; NaN where the entity was not there yet. */
  readonly previous: Float64Array;
  /** uint8 `[rows]`: index into the tiers of the configuration. */
  readonly tiers: Uint8Array;
  /** By category name in their order, float64 `[rows]`. */
  readonly categories: ReadonlyMap<string, Float64Array>;
  /** float64 `[rows]`: 0 or below. */
  readonly deductions: Float64Array;
  /** Values of the metrics that give points. */
  readonly metrics: MetricValues;
  /** Reasons of a row: what costs most first. */
  reasons(row: number): readonly ScoreReason[];
  /** What moved a row's score since the previous one: the largest first; empty where there is none. */
  changes(row: number): readonly ScoreChange[];
  /** What to do about a row, by team. */
  playbook(row: number): Playbook;
}

/** A part or deduction whose points have changed. */
export interface ScoreChange {
  readonly name: string;
  readonly points: number;
  readonly before: number;
  /** As a person would say it. */
  readonly text: string;
}

/**
 * Scores entities.
 *
 * @param db - the database; nothing later than the anchor is read.
 * @param config - the configuration.
 * @param options - moment, entities.
 * @throws {@link ConfigError} CFG230 to CFG236 for a configuration that does not fit; CFG237 if no row of the database has a time.
 */
export function scoreEntities(
  db: Database,
  config: ScoreConfig,
  options: ScoreOptions = {},
): ScoreTable {
  checkConfig(config, db.schema);
  const metrics = bindMetrics(config, db.schema, hiddenByOutcomes(config, db.schema));
  const anchor = options.anchor ?? latestTime(db);
  const entityRows = options.rows ?? openRows(db, config.entity, anchor);
  const now = scoreAt(db, config, metrics, seedsAt(entityRows, anchor), options);
  const before = anchor - (config.previousDays ?? PREVIOUS_DAYS) * MS_PER_DAY;
  const earlier = scoreAt(db, config, metrics, seedsAt(entityRows, before), options);
  const created = db.timeColumn(config.entity);
  const wasThere = (row: number): boolean =>
    created === null || (isValid(created, row) && created.values[row]! <= before);
  const { tiers, playbooks } = config;
  const found = Uint8Array.from(now.scores, (score) => tierOf(score, tiers));
  return {
    config,
    anchor,
    entityRows,
    scores: now.scores,
    previous: earlier.scores.map((score, i) => (wasThere(entityRows[i]!) ? score : Number.NaN)),
    tiers: found,
    categories: now.categories,
    deductions: now.deductions,
    metrics: now.values,
    reasons(row) {
      const { categories, deductions } = now.rulesOf(row);
      return reasonsOf(categories, deductions, now.values, row, (name) => config.metrics[name]!);
    },
    changes(row) {
      if (!wasThere(entityRows[row]!)) return [];
      const words = (name: string) => config.metrics[name]!;
      const told = ({ rulesOf, values }: ScoredRows): readonly ScoreReason[] => {
        const { categories, deductions } = rulesOf(row);
        return reasonsOf(categories, deductions, values, row, words);
      };
      return compareReasons(told(now), told(earlier));
    },
    playbook: (row) => playbooks[tiers[found[row]!]!.name] ?? {},
  };
}

const PREVIOUS_DAYS = 30;

/** A deduction that was not there before, or is no more, counts 0 on the other side. */
function compareReasons(
  now: readonly ScoreReason[],
  earlier: readonly ScoreReason[],
): readonly ScoreChange[] {
  const names = [...new Set([...now, ...earlier].map(({ name }) => name))];
  return names
    .map((name): ScoreChange => {
      const after = now.find((one) => one.name === name);
      const then = earlier.find((one) => one.name === name);
      const points = after?.points ?? 0;
      const before = then?.points ?? 0;
      const label = (after ?? then)!.label;
      const values = `${then?.display ?? "none"} to ${after?.display ?? "none"}`;
      const moved = formatNumber(points - before, 3);
      return { name, points, before, text: `${label}: ${values} (${moved} points)` };
    })
    .filter(({ points, before }) => points !== before)
    .sort((a, b) => Math.abs(b.points - b.before) - Math.abs(a.points - a.before));
}

/** The points of some rows, and by which rules they were given. */
export interface ScoredRows {
  readonly values: MetricValues;
  readonly scores: Float64Array;
  readonly categories: ReadonlyMap<string, Float64Array>;
  readonly deductions: Float64Array;
  rulesOf(row: number): {
    readonly categories: readonly CategoryConfig[];
    readonly deductions: readonly DeductionConfig[];
  };
}

/** Options of {@link scoreAt}. */
export interface ScoreAtOptions extends WorkOptions {
  /** Whether metrics that give no points are measured too. */
  readonly all?: boolean | undefined;
}

/**
 * Measures and gives points, each row at its own moment.
 *
 * @param metrics - bound to the database's schema.
 */
export function scoreAt(
  db: Database,
  config: ScoreConfig,
  metrics: readonly BoundMetric[],
  seeds: ScoreRows,
  { signal, onProgress, all = false }: ScoreAtOptions = {},
): ScoredRows {
  const values = new Map<string, Float64Array>();
  const read = metricsOf(config);
  const measured = all ? metrics : metrics.filter(({ name }) => read.has(name));
  for (const [i, metric] of measured.entries()) {
    checkAborted(signal, "scoring");
    values.set(metric.name, measureMetric(db, config.entity, metric, seeds, { signal }));
    const progress = { done: i + 1, total: measured.length };
    onProgress?.({ stage: "score", message: metric.label, ...progress });
  }
  const count = seeds.rows.length;
  const plain = { categories: config.categories, deductions: config.deductions };
  const whole = givePoints(plain.categories, plain.deductions, values, count);
  const scores = whole.scores.slice();
  const deductions = whole.deductions.slice();
  const categories = new Map(
    config.categories.map(({ name }, c) => [name, whole.categories[c]!.slice()]),
  );
  const segments = segmentsOf(db, config, seeds);
  const rules = (config.segments ?? []).map((segment) => ({
    categories: segment.categories ?? plain.categories,
    deductions: segment.deductions ?? plain.deductions,
  }));
  rules.forEach((own, s) => {
    const points = givePoints(own.categories, own.deductions, values, count);
    for (let i = 0; i < count; i++) {
      if (segments[i] !== s) continue;
      scores[i] = points.scores[i]!;
      deductions[i] = points.deductions[i]!;
      for (const one of categories.values()) one[i] = 0;
      own.categories.forEach(({ name }, c) => {
        const column = categories.get(name) ?? new Float64Array(count);
        column[i] = points.categories[c]![i]!;
        categories.set(name, column);
      });
    }
  });
  return {
    values,
    scores,
    categories,
    deductions,
    rulesOf: (row) => (segments[row]! < 0 ? plain : rules[segments[row]!]!),
  };
}

/** The metrics that points are made of, of any segment. */
function metricsOf({ categories, deductions, segments = [] }: ScoreConfig): ReadonlySet<string> {
  const own = segments.map((segment) =>
    metricsRead(segment.categories ?? categories, segment.deductions ?? deductions),
  );
  return new Set([metricsRead(categories, deductions), ...own].flatMap((names) => [...names]));
}

/** The same moment for all rows. */
export function seedsAt(rows: Int32Array, time: Timestamp): ScoreRows {
  return { rows, times: new Float64Array(rows.length).fill(time) };
}

/** The rows that are there at a moment and have not ended. */
export function openRows(db: Database, table: string, anchor: Timestamp): Int32Array {
  const created = db.timeColumn(table);
  const { endTimeColumn } = db.tableSchema(table);
  const end = endTimeColumn === null ? null : db.table(table).column(endTimeColumn);
  const rows = Int32Array.from({ length: db.table(table).numRows }, (_, row) => row);
  return rows.filter((row) => {
    if (created !== null && !(isValid(created, row) && created.values[row]! <= anchor))
      return false;
    const ended = end?.kind === "timestamp" && isValid(end, row) && end.values[row]! <= anchor;
    return !ended;
  });
}

/** The latest time of the database, at which scores are by default. */
export function latestTime(db: Database): Timestamp {
  const span = db.timeSpan();
  if (span) return span.max;
  throw new ConfigError("CFG237", "no row of the database has a time, so there is no latest one", {
    hint: "give `anchor`, the time of the scores",
  });
}

/** The front door of scores: a database in, scores of everybody out. */
import { ConfigError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import type { Timestamp } from "../core/time.js";
import type { CellValue } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { ScoreConfig } from "./config.js";
import { defaultScoreConfig } from "./default-config.js";
import type { ScoreLevel } from "./default-metrics.js";
import { type ScoreTable, scoreEntities } from "./score.js";

/** Options of {@link engagementScore}. */
export interface EngagementOptions extends WorkOptions {
  /** What scores are made of; by default the published point model, as far as the tables offer it. */
  readonly config?: ScoreConfig | undefined;
  /** People (default) or accounts; not read where a configuration is given. */
  readonly level?: ScoreLevel | undefined;
  /** When the scores are; by default the latest time of the database. */
  readonly anchor?: Timestamp | undefined;
  /** Only these entities, by their keys (arrays for keys of several columns). */
  readonly entities?: readonly (CellValue | readonly CellValue[])[] | undefined;
}

/**
 * Scores engagement from 0 to 100, with tier, trend, reasons and what to do.
 *
 * @param db - the database; nothing later than the anchor is read.
 * @param options - configuration, moment, entities.
 * @throws {@link ConfigError} CFG151 if a listed entity does not exist, CFG230 to CFG240 for a configuration that does not fit.
 * @example
 * const scores = engagementScore(db);
 * console.log(scoresToTable(scores, db).toString(5));
 */
export function engagementScore(db: Database, options: EngagementOptions = {}): ScoreTable {
  const { level, anchor, entities, signal, onProgress } = options;
  const config = options.config ?? defaultScoreConfig(db, { level });
  const rows = entities && Int32Array.from(entities, (id) => findRow(db, config.entity, id));
  return scoreEntities(db, config, { anchor, rows, signal, onProgress });
}

function findRow(db: Database, table: string, id: CellValue | readonly CellValue[]): number {
  const values = Array.isArray(id) ? (id as readonly CellValue[]) : [id as CellValue];
  const row = db.keyIndex(table).find(values);
  if (row >= 0) return row;
  throw new ConfigError(
    "CFG151",
    `there is no row of \`${table}\` with the key \`${values.join(", ")}\``,
    {
      at: { table },
      hint: "write keys as they stand in the table",
    },
  );
}

/** The rule-based health score as an approach: the published point model of the database, where it is of the query's entities. */
import type { Seeds } from "../../graph/seeds.js";
import { RelError } from "../core/errors.js";
import type { Database } from "../data/database.js";
import { defaultScoreConfig } from "../scoring/default-config.js";
import { bindMetrics } from "../scoring/metrics.js";
import { scoreAt } from "../scoring/score.js";

/** Rules that score entities: the higher, the more is expected. */
export interface RuleScore {
  readonly name: string;
  /** @returns float64 `[seeds]`: a score as of each seed's anchor; NaN where there is none. */
  readonly score: (db: Database, seeds: Seeds) => Float64Array | Promise<Float64Array>;
}

/**
 * Finds the rules that a team would write for a database.
 *
 * @param db - the database.
 * @param entityTable - whom the query is about.
 * @returns none where the tables tell no roles, or the roles are of others.
 */
export function healthScores(db: Database, entityTable: string): readonly RuleScore[] {
  for (const level of ["user", "account"] as const) {
    try {
      const config = defaultScoreConfig(db, { level });
      if (config.entity !== entityTable) continue;
      const metrics = bindMetrics(config, db.schema);
      return [
        {
          name: "rule-based health score",
          score: (on, { rows, anchorTimes }) =>
            scoreAt(on, config, metrics, { rows, times: anchorTimes }).scores,
        },
      ];
    } catch (error) {
      if (!(error instanceof RelError)) throw error;
    }
  }
  return [];
}

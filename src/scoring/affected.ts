/** Whose scores new or changed rows can move: along the links that metrics and segments read, more entities rather than fewer. */
import { boundWalks } from "../../pql/bind/walks.js";
import { bindFeature } from "../../pql/index.js";
import type { Database } from "../data/database.js";
import { type RowMarks, rowsLeadingTo, stepUp, type Walk } from "../data/walks.js";
import type { ScoreConfig } from "./config.js";
import { type BoundMetric, linkTo } from "./metrics.js";

/**
 * Finds the entities whose scores some rows may change.
 *
 * @param db - the database.
 * @param config - the configuration.
 * @param metrics - of it, bound.
 * @param changed - the rows.
 * @param before - the database as it was, where rows may have had other parents.
 * @returns uint8 per row of the entity table, 1 = affected.
 */
export function affectedRows(
  db: Database,
  config: ScoreConfig,
  metrics: readonly BoundMetric[],
  changed: RowMarks,
  before: Database,
): Uint8Array {
  const { entity, segments = [] } = config;
  const conditions = segments.flatMap(({ when }) =>
    boundWalks(bindFeature(when, db.schema, entity).value),
  );
  const walks = [...metrics.flatMap((metric) => metricWalks(db, entity, metric)), ...conditions];
  const found = rowsLeadingTo([db, before], entity, walks, changed);
  return found ?? new Uint8Array(db.table(entity).numRows);
}

/** The walks of a metric from the entity, over the parent that it is of. */
function metricWalks(db: Database, entity: string, metric: BoundMetric): Walk[] {
  const own = boundWalks(metric.feature.value);
  if (metric.of === undefined) return own;
  const { name, table } = linkTo(db.schema, entity, metric);
  const up = stepUp(entity, name, table);
  return [[up], ...own.map((walk) => [up, ...walk])];
}

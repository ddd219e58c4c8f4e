/** Labels computed where the tables lie: the query's plan as one statement, its rows as shards of Parquet. */

import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { planToSql } from "../../pql/sql/plan-to-sql.js";
import type { WorkOptions } from "../core/progress.js";
import type { Timestamp } from "../core/time.js";
import type { Schema } from "../data/schema.js";
import type { SqlEngine } from "../scale/sql-engine.js";

/** Options of {@link writeLabelShards}. */
export interface LabelShardOptions extends WorkOptions {
  /** The folder; the engine writes there. */
  readonly out: string;
  /** How many shards, by the entity's key. */
  readonly shards: number;
  /** The part of the split that an anchor belongs to, for a column SPLIT. */
  readonly split?: ((anchor: Timestamp) => string | null) | undefined;
}

/**
 * Writes the training table of a query: the same rows as `runPlan` gives, with the key's columns, TIMESTAMP, TARGET, and SPLIT
 * where asked for, as `OUT/shard=K/*.parquet`. All rows of an entity lie in one shard. Keys are taken as unique, and rows of
 * one time count in the order of their values, since an engine has no order of rows.
 *
 * @param engine - holds the tables under the schema's names.
 * @param plan - the query's plan.
 * @param schema - the schema that the query was bound to.
 * @param anchors - as for `runPlan`.
 * @param options - where, how many, splits, progress, cancellation.
 * @throws {@link ConfigError} CFG140, CFG141 and CFG143 as `planToSql`; ScaleError SCL2xx; AbortedError CFG900.
 */
export async function writeLabelShards(
  engine: SqlEngine,
  plan: TrainingTablePlan,
  schema: Schema,
  anchors: readonly Timestamp[] | Float64Array | null,
  { out, shards, split, signal, onProgress }: LabelShardOptions,
): Promise<void> {
  const sql = planToSql(plan, schema, anchors, {
    dialect: engine.dialect,
    rowOrder: false,
    sorted: false,
    ...(split && { split }),
  });
  onProgress?.({ stage: "labels", message: `${engine.name}: ${plan.query}` });
  await engine.writeShards(sql, out, { shards, by: plan.entity.keys[0]!.name, signal });
}

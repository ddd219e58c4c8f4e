/** Plans signals: which paths, columns, primitives and windows are worth computing for an entity table. */
import { InternalError } from "../../src/core/errors.js";
import type { Database } from "../../src/data/database.js";
import type { HeteroGraph } from "../hetero-graph.js";
import type { SignalOptions, SignalPlan } from "./types.js";

/**
 * Plans the signals of an entity table.
 *
 * @param db - the database.
 * @param graph - its graph.
 * @param entityTable - the seeds' table.
 * @param options - horizon, cutoff and limits.
 */
export function planSignals(
  db: Database,
  graph: HeteroGraph,
  entityTable: string,
  options: SignalOptions,
): SignalPlan {
  throw new InternalError(
    `no plan yet for ${entityTable} up to ${options.cutoff} (${db.tables.length}, ${graph.edges.length})`,
  );
}

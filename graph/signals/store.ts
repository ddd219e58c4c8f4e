/** SignalStore: computes signals of any (entity, time), and keeps the indexes it built for a database. */
import { InternalError } from "../../src/core/errors.js";
import type { WorkOptions } from "../../src/core/progress.js";
import type { Database } from "../../src/data/database.js";
import type { HeteroGraph } from "../hetero-graph.js";
import type { Seeds } from "../seeds.js";
import type { Signal, SignalEvidence, SignalMatrix, SignalPlan } from "./types.js";

/** Computes signals of a database. Indexes are built when first needed and kept. */
export interface SignalStore {
  /**
   * Computes signals of seeds.
   *
   * @param plan - a plan, or some signals of one.
   * @param seeds - rows of the plan's entity table with anchor and visible times.
   * @param options - progress and cancellation.
   */
  compute(plan: SignalPlan | readonly Signal[], seeds: Seeds, options?: WorkOptions): SignalMatrix;
  /**
   * Finds the rows behind a value.
   *
   * @param signal - the signal.
   * @param seeds - one seed.
   * @param limit - rows at most; default 50.
   */
  evidence(signal: Signal, seeds: Seeds, limit?: number): SignalEvidence;
  /** Bytes of the indexes held. */
  bytes(): number;
}

/**
 * Makes the signal store of a database.
 *
 * @param db - the database.
 * @param graph - its graph.
 */
export function createSignalStore(db: Database, graph: HeteroGraph): SignalStore {
  throw new InternalError(`no store yet for ${db.tables.length} tables of ${graph.edges.length}`);
}

/** SignalStore: computes signals of any (entity, time), and keeps the indexes it built for a database. */
import type { WorkOptions } from "../../src/core/progress.js";
import type { Database } from "../../src/data/database.js";
import type { HeteroGraph } from "../hetero-graph.js";
import type { Seeds } from "../seeds.js";
import { computeSignals } from "./compute.js";
import { findEvidence } from "./evidence.js";
import { createIndexes } from "./indexes.js";
import type { Signal, SignalEvidence, SignalMatrix, SignalPlan } from "./types.js";

/** Computes signals of a database. Indexes are built when first needed and kept. */
export interface SignalStore {
  /**
   * Computes signals of seeds. A value depends on its own seed only (except `cohort`), and on nothing that became known
   * after its visible time.
   *
   * @param plan - a plan, or some signals of one.
   * @param seeds - rows of the plan's entity table with anchor and visible times.
   * @param options - progress (one event a block of seeds) and cancellation.
   * @throws {@link GraphError} GRF102 to GRF104 if the seeds do not fit; GRF301 if the database lacks a key of a path.
   * @throws {@link AbortedError} CFG900 if the caller cancels.
   */
  compute(plan: SignalPlan | readonly Signal[], seeds: Seeds, options?: WorkOptions): SignalMatrix;
  /**
   * Finds the rows behind a value.
   *
   * @param signal - the signal.
   * @param seeds - one seed.
   * @param limit - rows at most; default 50.
   * @throws {@link GraphError} GRF102 to GRF104 if the seed does not fit.
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
  const indexes = createIndexes({ db, graph });
  return {
    compute(plan, seeds, options) {
      const signals = "signals" in plan ? plan.signals : plan;
      return computeSignals(indexes, signals, seeds, options);
    },
    evidence: (signal, seeds, limit) => findEvidence(indexes, signal, seeds, limit),
    bytes: () => indexes.bytes(),
  };
}

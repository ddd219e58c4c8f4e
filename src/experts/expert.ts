/** Expert: one interface for everything that predicts, whatever it is made of. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import type { Seeds } from "../../graph/seeds.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import type { NamedArrays } from "../tensor/parameters.js";

/** The experts there are. */
export type ExpertName = "gnn" | "constant";

/** Reasons of one prediction, before the entity is named. */
export type Reasons = Pick<Explanation, "prediction" | "baseline" | "contributions" | "other">;

/** What an expert keeps in a model folder. */
export interface ExpertState {
  readonly name: ExpertName;
  /** Plain data. */
  readonly settings: unknown;
  readonly weights: NamedArrays;
}

/** A fitted expert. */
export interface FittedExpert {
  readonly name: ExpertName;
  /**
   * Predicts for seeds.
   *
   * @returns float64 `[S]`: numbers, or the probability of a yes; `[S, classes]`, row-major, for classes.
   */
  predict(db: Database, seeds: Seeds, options?: WorkOptions): Float64Array;
  /**
   * Gives the reasons of one prediction.
   *
   * @param seeds - exactly one seed.
   * @param options - `top` reasons; `output`: the class to explain.
   */
  explain(
    db: Database,
    seeds: Seeds,
    options?: { readonly top?: number | undefined; readonly output?: number | undefined },
  ): Reasons;
  state(): ExpertState;
  /** Frees what it holds on the tensor backend. */
  dispose(): void;
}

/** Expert: one interface for everything that predicts, whatever it is made of. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import type { Seeds } from "../../graph/seeds.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import type { NamedArrays } from "../tensor/parameters.js";
import type { MemberName } from "./member-names.js";
import type { Reads } from "./reads.js";
import type { FrameSettings } from "./signal-frame.js";

/** The experts there are. */
export type ExpertName = MemberName | "blend";

/** Reasons of one prediction, before the entity is named. */
export type Reasons = Pick<Explanation, "prediction" | "baseline" | "contributions" | "other">;

/** What an expert keeps in a model folder. */
export interface ExpertState {
  readonly name: ExpertName;
  /** Plain data. */
  readonly settings: unknown;
  readonly weights: NamedArrays;
  /** The signals that the expert reads, where it reads any. */
  readonly frame?: FrameSettings | undefined;
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
  /**
   * Predicts quantiles of numbers, where the expert has them.
   *
   * @returns `values` float64 `[S, levels]`, row-major, ascending along a row.
   */
  quantiles?(db: Database, seeds: Seeds, options?: WorkOptions): Quantiles;
  /** The weight of each member of a blend, by its name. */
  readonly memberWeights?: Readonly<Record<string, number>>;
  /** What each member of a blend predicts, by its name. */
  predictMembers?(
    db: Database,
    seeds: Seeds,
    options?: WorkOptions,
  ): Readonly<Record<string, Float64Array>>;
  /** What its predictions depend on. */
  reads(db: Database): Reads;
  state(): ExpertState;
  /** Frees what it holds on the tensor backend. */
  dispose(): void;
}

/** Quantiles of predictions. */
export interface Quantiles {
  readonly levels: readonly number[];
  readonly values: Float64Array;
}

/** A fitted expert with what it says about rows it has not learned from. */
export interface MemberFit {
  readonly expert: FittedExpert;
  /** float64 `[validation rows, outputs]` in the score space; `null` where there are no validation rows. */
  readonly heldOut: Float64Array | null;
}

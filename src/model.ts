/** TaskModel: what a fitted query answers with, whatever its answer is made of; all that predictor and evaluation know of a model. */
import type { Seeds } from "../graph/seeds.js";
import type { WorkOptions } from "./core/progress.js";
import type { Database } from "./data/database.js";
import type { Reasons } from "./experts/expert.js";
import type { Reads } from "./experts/reads.js";
import type { PredictionValues } from "./task/prediction-table.js";
import type { NamedArrays } from "./tensor/parameters.js";

/** The models there are; each has settings of its own in a model folder. */
export type ModelKind = "values" | "forecast" | "multilabel" | "recommender";

/** What of an answer is explained, where it has several parts. */
export interface ExplainOptions {
  /** Reasons listed, 5 by default. */
  readonly top?: number | undefined;
  /** The class, of classes; by default the one with the highest score. */
  readonly class?: string | undefined;
  /** The window of a forecast, from 1; the first by default. */
  readonly step?: number | undefined;
  /** The recommended item; the first by default. */
  readonly item?: string | undefined;
}

/** The reasons of one answer. */
export interface ModelReasons extends Reasons {
  /** What of the answer is explained, such as a class; absent: there is but one number. */
  readonly of?: string;
}

/** What a model keeps in its folder. */
export interface ModelState {
  readonly kind: ModelKind;
  /** Plain data. */
  readonly settings: unknown;
  readonly weights: NamedArrays;
}

/** A fitted model of one task. */
export interface TaskModel {
  readonly kind: ModelKind;
  /** What predicts, such as `blend`, `trees` or `recommender`. */
  readonly name: string;
  /** The weight of each member by its name; they add up to 1. */
  readonly weights: Readonly<Record<string, number>>;
  /** The share of true values that intervals of numbers shall hold; `null` where there are none. */
  readonly intervalLevel: number | null;
  /**
   * Predicts for seeds.
   *
   * @returns an answer for each seed in their order, numbers with intervals where the model has them.
   */
  predict(db: Database, seeds: Seeds, options?: WorkOptions): PredictionValues;
  /** What each of several members answers, by its name; absent: there is one only. */
  predictMembers?(
    db: Database,
    seeds: Seeds,
    options?: WorkOptions,
  ): Readonly<Record<string, PredictionValues>>;
  /**
   * Gives the reasons of one answer.
   *
   * @param seeds - exactly one seed.
   * @throws {@link ConfigError} CFG153 if it is asked of a part that the answer does not have.
   */
  explain(db: Database, seeds: Seeds, options?: ExplainOptions): ModelReasons;
  /** What its answers depend on. */
  reads(db: Database): Reads;
  state(): ModelState;
  /** Frees what it holds on the tensor backend. */
  dispose(): void;
}

/** What a model said about the validation rows before it learned from them. */
export interface HeldOutAnswers {
  readonly values: PredictionValues;
  /** The same of each member, by its name. */
  readonly members: Readonly<Record<string, PredictionValues>>;
}

/** A fitted model, and what the user should know about it. */
export interface ModelFit {
  readonly model: TaskModel;
  /** `null` where there are no validation rows, or nothing learned from them. */
  readonly heldOut: HeldOutAnswers | null;
  readonly warnings: readonly string[];
}

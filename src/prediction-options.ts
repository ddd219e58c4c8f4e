/** What a predictor is asked: how to fit, what to predict, explain and evaluate. */
import type { WorkOptions } from "./core/progress.js";
import type { Timestamp } from "./core/time.js";
import type { Database } from "./data/database.js";
import type { ModelOptions } from "./fit.js";
import type { PartMetrics } from "./judge.js";
import type { TimeOptions } from "./labels.js";
import type { ExplainOptions } from "./model.js";
import type { EntityId } from "./prediction-seeds.js";
import type { LanguageOptions } from "./query.js";
import type { BackendName } from "./tensor/backend.js";

/** Options of `Predictor.fit`. */
export interface FitOptions extends LanguageOptions, ModelOptions {
  /** Which anchors, and how they are split; by default the last tenths validate and test. */
  readonly times?: TimeOptions | undefined;
  readonly backend?: BackendName | "auto" | undefined;
  /**
   * No training run: small experts learn in seconds from the query replayed at the anchors before `anchor`. There are no
   * held-out scores then, and `times` is not read.
   */
  readonly instant?: boolean | undefined;
  /** When an instant prediction will be made; by default as in {@link PredictRequest}. */
  readonly anchor?: Timestamp | undefined;
}

/**
 * What came since: a time, after which rows and cells became known; or the database as it was, with rows in the same order, which also
 * tells rows without times and cells that changed in place.
 */
export type Since = Timestamp | Database;

/** Options of `Predictor.predict`. */
export interface PredictRequest extends WorkOptions {
  /**
   * When the prediction is made; by default the latest time of the tables that the target reads, and for a static target
   * each row's own time.
   */
  readonly anchor?: Timestamp | undefined;
  /** Only these entities, whether WHERE holds for them or not. */
  readonly entities?: readonly EntityId[] | undefined;
  /** Of all entities that can be predicted only these; ids of others, or of nobody, are passed over. */
  readonly among?: readonly EntityId[] | undefined;
  /**
   * Only entities whose answer at the anchor can depend on what came since: a time, after which rows or cells became known, or the
   * database as it was. The answers of the others, at this anchor, are what they were without it. A later anchor moves every window and
   * every age, so everybody's answer is another one there.
   */
  readonly since?: Since | undefined;
  /** Another state of the database than the one fitted on. */
  readonly db?: Database | undefined;
}

/** Options of `Predictor.explain`. */
export interface ExplainRequest extends ExplainOptions {
  readonly anchor?: Timestamp | undefined;
  /** An earlier time: what changed since then is told, in place of the difference to everyone. */
  readonly since?: Timestamp | undefined;
  readonly db?: Database | undefined;
  /** Which of several targets; the first by default. */
  readonly target?: string | undefined;
}

/** Options of `Predictor.evaluate`. */
export interface EvaluateRequest extends WorkOptions {
  readonly times?: TimeOptions | undefined;
  readonly db?: Database | undefined;
}

/** Scores of one fitted model. */
export interface PredictorEvaluation {
  readonly rows: { readonly train: number; readonly val: number; readonly test: number };
  readonly model: PartMetrics;
  readonly baselines: Readonly<Record<string, PartMetrics>>;
  /** Of a query with several targets: the scores of each by its name; the others are those of the first. */
  readonly targets?: Readonly<Record<string, Omit<PredictorEvaluation, "targets">>>;
}

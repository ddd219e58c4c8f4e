/** What an evaluation gives: plain data whose JSON is the documented form. */
import type { PartMetrics } from "../judge.js";
import type { MetricIntervals, PairedComparison } from "../task/bootstrap.js";
import type { CalibrationReport } from "../task/calibration-report.js";
import type { Coverage } from "../task/coverage.js";
import type { Regime } from "../task/regime.js";
import type { ScoredPredictions } from "../task/result-tables.js";
import type { TaskType } from "../task/task.js";
import type { LearningCurve, TrainingCurve } from "./curves.js";

/** One run of a model: a seed, or a fold. */
export interface SeedResult extends PartMetrics {
  readonly seed: number;
  /** Which fold tests, from 1; absent: rows are not in folds. */
  readonly fold?: number;
  /** Wall time of fitting and predicting; `null` without a clock. */
  readonly seconds: number | null;
}

/** How sure the scores of a model are: entities drawn anew. */
export interface ScoreIntervals {
  /** Share of the resamples that lie inside. */
  readonly level: number;
  readonly resamples: { readonly val: number; readonly test: number };
  readonly val: MetricIntervals;
  readonly test: MetricIntervals;
}

/** A model over all of its runs. */
export interface ModelResult {
  readonly mean: PartMetrics;
  readonly std: PartMetrics;
  readonly seeds: readonly SeedResult[];
  readonly interval: ScoreIntervals;
}

/** The model against another on the test rows. */
export interface Comparison extends PairedComparison {
  /** The name of the baseline or expert it is compared with. */
  readonly to: string;
  readonly kind: "baseline" | "expert";
}

/** Everything measured in one regime. */
export interface RegimeResult {
  readonly regime: Regime;
  readonly rows: { readonly train: number; readonly val: number; readonly test: number };
  readonly model: ModelResult;
  /** Each expert alone; where there is but one, it is the model. */
  readonly experts: Readonly<Record<string, ModelResult>>;
  readonly baselines: Readonly<Record<string, PartMetrics>>;
  /** The model against the baseline that is best on validation, and against each of several experts. */
  readonly comparisons: readonly Comparison[];
  /** Of numbers: whether intervals hold what they promise on the test rows. */
  readonly coverage?: Coverage | null;
  /** Of a yes or no, and of classes: how probabilities fare on the test rows. */
  readonly calibration?: CalibrationReport;
  /** Where asked for: scores against the number of training rows, of the first seed or fold. */
  readonly learningCurve?: LearningCurve;
  /** Where asked for: losses along the training of the first run, of experts that tell them. */
  readonly training?: readonly TrainingCurve[];
}

/** An evaluation; `JSON.stringify` gives the documented form. */
export interface Evaluation {
  readonly query: string;
  readonly taskType: TaskType;
  readonly metric: string;
  /** Number of folds; absent: none. */
  readonly folds?: number;
  readonly results: readonly RegimeResult[];
  readonly warnings: readonly string[];
  /** Of a query with several targets: the evaluation of each; `results` are those of the first. */
  readonly targets?: readonly (Omit<Evaluation, "targets"> & { readonly name: string })[];
}

/** An evaluation with the predictions behind it. */
export interface EvaluationRun {
  readonly evaluation: Evaluation;
  readonly predictions: readonly ScoredPredictions[];
  /** Of a query with several targets: each with its predictions. */
  readonly targets?: readonly (Omit<EvaluationRun, "targets"> & { readonly name: string })[];
}

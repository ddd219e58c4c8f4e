/** Predictor: the front door. It calls the parts in the order of a query's way; read this file first. */
import type { Explanation } from "../gnn/explain/explanation.js";
import { formatExplanation } from "../gnn/explain/explanation.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { anchorWarnings } from "./anchor-warnings.js";
import { formatNumber } from "./core/pretty.js";
import type { WorkOptions } from "./core/progress.js";
import { formatTime, type Timestamp } from "./core/time.js";
import type { Database } from "./data/database.js";
import type { FittedExpert } from "./experts/expert.js";
import { restoreExpert } from "./experts/restore.js";
import { type Fit, fitExpert, type ModelOptions, requireModel } from "./fit.js";
import { type FitScores, judgeFit } from "./fit-scores.js";
import { fitInstant } from "./instant.js";
import {
  countParts,
  type JudgedPart,
  judgeBaselines,
  judgePart,
  type PartMetrics,
} from "./judge.js";
import { computeLabels, type TimeOptions } from "./labels.js";
import { hideFunctions } from "./leaks.js";
import {
  FOLDER_VERSION,
  type ModelManifest,
  readModelFolder,
  writeModelFolder,
} from "./model-folder.js";
import { checkTables, storageOf } from "./model-tables.js";
import { applyPredictionIntervals } from "./prediction-intervals.js";
import { defaultAnchor, type EntityId, entityKey, predictionSeeds } from "./prediction-seeds.js";
import { predictionValues } from "./prediction-values.js";
import { compileQuery, type LanguageOptions } from "./query.js";
import type { Metrics } from "./task/metrics.js";
import type { PredictionTable } from "./task/prediction-table.js";
import type { EntityTask } from "./task/task.js";
import { splitRows, type TrainingTable } from "./task/training-table.js";
import { type BackendName, initBackend } from "./tensor/backend.js";
import { VERSION } from "./version.js";

export type { EntityId } from "./prediction-seeds.js";

/** Options of {@link Predictor.fit}. */
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

/** Options of {@link Predictor.predict}. */
export interface PredictRequest extends WorkOptions {
  /**
   * When the prediction is made; by default the latest time of the tables that the target reads, and for a static target
   * each row's own time.
   */
  readonly anchor?: Timestamp | undefined;
  /** Only these entities, whether WHERE holds for them or not. */
  readonly entities?: readonly EntityId[] | undefined;
  /** Another state of the database than the one fitted on. */
  readonly db?: Database | undefined;
}

/** Options of {@link Predictor.explain}. */
export interface ExplainRequest {
  readonly anchor?: Timestamp | undefined;
  /** Reasons listed, 5 by default. */
  readonly top?: number | undefined;
  readonly db?: Database | undefined;
}

/** Options of {@link Predictor.evaluate}. */
export interface EvaluateRequest extends WorkOptions {
  readonly times?: TimeOptions | undefined;
  readonly db?: Database | undefined;
}

/** Scores of one fitted model. */
export interface PredictorEvaluation {
  readonly rows: { readonly train: number; readonly val: number; readonly test: number };
  readonly model: PartMetrics;
  readonly baselines: Readonly<Record<string, PartMetrics>>;
}

/** What a predictor is made of. */
interface PredictorParts extends FitScores {
  readonly db: Database;
  readonly plan: TrainingTablePlan;
  readonly classes: readonly string[] | null;
  readonly expert: FittedExpert;
  readonly seed: number;
  readonly dialect: string;
  readonly warnings: readonly string[];
}

/**
 * A fitted model for one query.
 *
 * @example
 * const predictor = await Predictor.fit(db, "PREDICT COUNT(orders.*, 0, 30, days) FOR EACH users.id");
 * const predictions = await predictor.predict();
 */
export class Predictor {
  readonly #parts: PredictorParts;

  private constructor(parts: PredictorParts) {
    this.#parts = parts;
  }

  /**
   * Fits a model: labels, graph, training, intervals.
   *
   * @param db - the database.
   * @param query - the predictive query.
   * @param options - times, seed, sizes, backend, progress, cancellation.
   * @throws {@link PqlError} if the query does not fit the schema; ConfigError if an option is out of range;
   * AbortedError CFG900 once cancelled.
   */
  static async fit(db: Database, query: string, options: FitOptions = {}): Promise<Predictor> {
    const { bound, plan: compiled } = compileQuery(db.schema, query, options);
    requireModel(compiled.task);
    const { plan, warnings: leaks } = hideFunctions(db, compiled);
    const seed = options.seed ?? 0;
    const { fit, labels, warnings } = options.instant
      ? await learnInstantly(db, plan, options)
      : await learn(db, plan, options);
    const judged = freeingOnError(fit.expert, () => judgeFit(db, fit, labels, options));
    return new Predictor({
      db,
      plan,
      classes: labels.classes,
      expert: fit.expert,
      ...judged,
      seed,
      dialect: bound.dialect,
      // Where there is too little history, that one warning says it all.
      warnings: [
        ...bound.warnings.map((warning) => warning.message),
        ...leaks,
        ...(fit.warnings.length > 0 ? fit.warnings : warnings),
      ],
    });
  }

  /**
   * Loads a model folder. It predicts byte for byte what the saved model predicted.
   *
   * @param dir - the folder that {@link Predictor.save} wrote.
   * @param db - the database to predict on.
   * @param options - the backend.
   * @throws {@link ModelError} MOD2xx if the model does not fit the database, MOD3xx if the folder cannot be read.
   */
  static async load(
    dir: string,
    db: Database,
    options: Pick<FitOptions, "backend"> = {},
  ): Promise<Predictor> {
    const { manifest, weights } = await readModelFolder(dir);
    checkTables(manifest, db.schema, dir);
    const language = {
      dialect: manifest.dialect,
      nullLogic: manifest.nullLogic,
    } as LanguageOptions;
    const { given } = manifest;
    const { plan } = compileQuery(db.schema, manifest.query, { ...language, given });
    await initBackend(options.backend === undefined ? {} : { backend: options.backend });
    const expert = restoreExpert(db, plan, { ...manifest.expert, weights });
    return new Predictor({ ...manifest, db, plan, expert });
  }

  /** How labels of the query are made. */
  get plan(): TrainingTablePlan {
    return this.#parts.plan;
  }

  /** What is predicted. */
  get task(): EntityTask {
    return this.#parts.plan.task;
  }

  /** The canonical query. */
  get query(): string {
    return this.#parts.plan.query;
  }

  /** What predicts: the weight of each expert, by its name; weights add up to 1. */
  get experts(): Readonly<Record<string, number>> {
    const { expert } = this.#parts;
    return expert.memberWeights ?? { [expert.name]: 1 };
  }

  /** What the user should know about this model. */
  get warnings(): readonly string[] {
    return this.#parts.warnings;
  }

  /** The share of true values that intervals shall hold; `null` where there are none. */
  get intervalLevel(): number | null {
    return this.#parts.intervals?.model.level ?? null;
  }

  /** Metrics on the held-out test rows; `null` when there were none. */
  get scores(): Metrics | null {
    return this.#parts.scores;
  }

  /**
   * Predicts for every eligible entity, or for those listed.
   *
   * @param request - anchor, entities, another state of the database.
   * @returns rows in the order of entities (as listed, else as in the table).
   * @throws {@link ConfigError} CFG151 if a listed entity does not exist.
   */
  async predict(request: PredictRequest = {}): Promise<PredictionTable> {
    const { plan, expert, classes, intervals } = this.#parts;
    const db = request.db ?? this.#parts.db;
    const seeds = predictionSeeds(db, plan, request);
    const outputs = expert.predict(db, seeds, request);
    const values = predictionValues(plan.task, outputs, classes);
    const { rows: entityRows, anchorTimes } = seeds;
    if (values.kind !== "regression" || intervals === null) {
      return { task: plan.task, entityRows, anchorTimes, values };
    }
    const { lower, upper } = applyPredictionIntervals(intervals, expert, db, seeds, values.point);
    return { task: plan.task, entityRows, anchorTimes, values: { ...values, lower, upper } };
  }

  /**
   * Says where a time of prediction does not fit the data: before its first row, or more than a day after its last.
   *
   * @param anchor - the time.
   * @param db - another state of the database.
   */
  warningsAt(anchor: Timestamp, db: Database = this.#parts.db): readonly string[] {
    return anchorWarnings(db, this.#parts.plan, [anchor]);
  }

  /**
   * Explains one prediction.
   *
   * @param entity - the entity's key.
   * @param request - anchor, number of reasons.
   * @throws {@link ConfigError} CFG151 if there is no such entity.
   */
  async explain(entity: EntityId, request: ExplainRequest = {}): Promise<Explanation> {
    const { plan, expert } = this.#parts;
    const db = request.db ?? this.#parts.db;
    const seeds = predictionSeeds(db, plan, { ...request, entities: [entity] });
    const outputs = expert.predict(db, seeds);
    const output = outputs.indexOf(outputs.reduce((a, b) => Math.max(a, b)));
    const reasons = expert.explain(db, seeds, { top: request.top, output });
    const anchor = seeds.anchorTimes[0]!;
    return {
      entity: entityKey(db, plan.task.entityTable, seeds.rows[0]!),
      timestamp: Number.isFinite(anchor) ? formatTime(anchor) : null,
      unit: plan.task.taskType === "regression" ? plan.task.unit : null,
      ...reasons,
    };
  }

  /**
   * Scores this model beside the naive baselines, each row seeing everything up to its own anchor. Rows the model was
   * trained on are not scored as long as the times are those it was fitted with.
   *
   * @param request - `times`: anchors and split, as in {@link Predictor.fit}; `db`: another state of the database.
   * @returns metrics of the validation and test rows, by baseline too.
   * @see {@link evaluate} for several seeds and both regimes, with a model trained for each.
   */
  async evaluate(request: EvaluateRequest = {}): Promise<PredictorEvaluation> {
    const { plan, expert, seed, validation } = this.#parts;
    const db = request.db ?? this.#parts.db;
    const { labels } = computeLabels(db, plan, request.times ?? {}, { ...request, seed });
    const visible = labels.anchorTimes;
    const judged = (part: JudgedPart): Metrics =>
      judgePart(db, expert, labels, part, visible, request).metrics;
    const newest = splitRows(labels, "val").reduce(
      (latest, row) => Math.max(latest, labels.anchorTimes[row]!),
      -Infinity,
    );
    // Rows that were learned from in the end are scored by what was said about them before.
    const isLearned = validation !== null && newest <= (validation.until ?? Infinity);
    return {
      rows: countParts(labels),
      model: { val: isLearned ? validation.metrics : judged("val"), test: judged("test") },
      baselines: judgeBaselines(labels, visible),
    };
  }

  /**
   * Prints an explanation as a person would say it.
   *
   * @param explanation - of this predictor.
   */
  describe(explanation: Explanation): string {
    const { task } = this.#parts.plan;
    const key = Object.values(explanation.entity).map(String).join(", ");
    const horizon = task.window ? `in ${horizonWords(task)}` : "";
    return formatExplanation(explanation, {
      entity: `${task.entityTable} ${key}`,
      ...(horizon && { horizon }),
    });
  }

  /**
   * Saves the model: weights, statistics, schema, query, versions.
   *
   * @param dir - a new folder, or a model folder to replace.
   * @throws {@link ModelError} MOD301 if it cannot be written, MOD302 if something else stands there.
   */
  async save(dir: string): Promise<void> {
    const { db, plan, expert, classes, intervals, seed, dialect } = this.#parts;
    const { warnings, scores, validation } = this.#parts;
    const state = expert.state();
    const manifest: ModelManifest = {
      format: "relgraph-model",
      folderVersion: FOLDER_VERSION,
      version: VERSION,
      query: plan.query,
      ...(plan.task.given && { given: plan.task.given }),
      dialect,
      nullLogic: plan.nullLogic,
      seed,
      classes,
      intervals,
      expert: {
        name: state.name,
        settings: state.settings,
        ...(state.frame !== undefined && { frame: state.frame }),
      },
      tables: storageOf(db.schema),
      warnings,
      scores,
      validation,
    };
    await writeModelFolder(dir, manifest, state.weights);
  }

  /** Frees the weights on the tensor backend. */
  dispose(): void {
    this.#parts.expert.dispose();
  }

  /** Prints query, task, expert and held-out scores. */
  toString(): string {
    const { plan, expert, scores, warnings } = this.#parts;
    const held = Object.entries((scores ?? {}) as Record<string, number | null>)
      .filter(([, value]) => typeof value === "number")
      .map(([name, value]) => `${name} ${formatNumber(value)}`)
      .join(", ");
    const experts = Object.entries(this.experts).map(
      ([name, weight]) => `${name} ${formatNumber(weight, 2)}`,
    );
    const lines = [
      `Predictor ${plan.task.taskType}: ${plan.query}`,
      `  ${experts.length > 1 ? `experts ${experts.join(", ")}` : `expert ${expert.name}`}${held ? `; held-out ${held}` : ""}`,
      ...warnings.map((warning) => `  warning: ${warning}`),
    ];
    return lines.join("\n");
  }
}

/** What was learned, and from which labels. */
interface Learned {
  readonly fit: Fit;
  readonly labels: TrainingTable;
  readonly warnings: readonly string[];
}

async function learn(db: Database, plan: TrainingTablePlan, options: FitOptions): Promise<Learned> {
  const { seed = 0, backend, times = {} } = options;
  options.onProgress?.({ stage: "labels", message: "computing labels" });
  const { labels, warnings } = computeLabels(db, plan, times, { ...options, seed });
  await initBackend(backend === undefined ? {} : { backend });
  return { fit: await fitExpert(db, plan, labels, labels.anchorTimes, options), labels, warnings };
}

async function learnInstantly(
  db: Database,
  plan: TrainingTablePlan,
  options: FitOptions,
): Promise<Learned> {
  const time = options.anchor ?? defaultAnchor(db, plan);
  const { labels, ...fit } = await fitInstant(db, plan, time, options);
  return { fit, labels, warnings: [] };
}

/** Frees an expert whose fit could not be finished. */
function freeingOnError<T>(expert: FittedExpert, work: () => T): T {
  try {
    return work();
  } catch (error) {
    expert.dispose();
    throw error;
  }
}

function horizonWords({ window }: EntityTask): string {
  if (window === null) return "";
  const { start, end, unit } = window;
  return start <= 0 ? `the next ${end} ${unit}` : `${start} to ${end} ${unit} from now`;
}

/** Predictor: the front door. It calls the parts in the order of a query's way; read this file first. */
import type { Explanation } from "../gnn/explain/explanation.js";
import { formatExplanation } from "../gnn/explain/explanation.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { anchorWarnings } from "./anchor-warnings.js";
import { formatNumber } from "./core/pretty.js";
import { formatTime, type Timestamp } from "./core/time.js";
import type { Database } from "./data/database.js";
import { explainAgainst } from "./explain-against.js";
import { requireModel } from "./fit.js";
import { countParts, type JudgedPart, judgeBaselines, judgePart } from "./judge.js";
import { computeLabels } from "./labels.js";
import { hideFunctions } from "./leaks.js";
import { type Learned, learn } from "./learn.js";
import {
  FOLDER_VERSION,
  type ModelManifest,
  readModelFolder,
  writeModelFolder,
} from "./model-folder.js";
import { checkTables, storageOf } from "./model-tables.js";
import { restoreModel } from "./models/fit-model.js";
import type {
  EvaluateRequest,
  ExplainRequest,
  FitOptions,
  PredictorEvaluation,
  PredictRequest,
} from "./prediction-options.js";
import { type EntityId, entityKey, predictionSeeds } from "./prediction-seeds.js";
import { compileQuery, type LanguageOptions } from "./query.js";
import type { Metrics } from "./task/metrics.js";
import type { PredictionTable } from "./task/prediction-table.js";
import type { EntityTask } from "./task/task.js";
import { splitRows } from "./task/training-table.js";
import { initBackend } from "./tensor/backend.js";
import { VERSION } from "./version.js";

export type {
  EvaluateRequest,
  ExplainRequest,
  FitOptions,
  PredictorEvaluation,
  PredictRequest,
} from "./prediction-options.js";
export type { EntityId } from "./prediction-seeds.js";

/** What a predictor is made of. */
interface PredictorParts extends Learned {
  readonly db: Database;
  readonly plan: TrainingTablePlan;
  readonly seed: number;
  readonly dialect: string;
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
    const learned = await learn(db, plan, options);
    const told = bound.warnings.map((warning) => warning.message);
    return new Predictor({
      ...learned,
      db,
      plan,
      seed: options.seed ?? 0,
      dialect: bound.dialect,
      warnings: [...told, ...leaks, ...learned.warnings],
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
    const model = restoreModel(db, plan, { ...manifest.model, weights });
    return new Predictor({ ...manifest, db, plan, model });
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
    return this.#parts.model.weights;
  }

  /** What the user should know about this model. */
  get warnings(): readonly string[] {
    return this.#parts.warnings;
  }

  /** The share of true values that intervals shall hold; `null` where there are none. */
  get intervalLevel(): number | null {
    return this.#parts.model.intervalLevel;
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
    const { plan, model } = this.#parts;
    const db = request.db ?? this.#parts.db;
    const seeds = predictionSeeds(db, plan, request);
    const { rows: entityRows, anchorTimes } = seeds;
    return { task: plan.task, entityRows, anchorTimes, values: model.predict(db, seeds, request) };
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
   * @param request - anchor, number of reasons; `since`: tells what changed since an earlier time instead.
   * @throws {@link ConfigError} CFG151 if there is no such entity.
   */
  async explain(entity: EntityId, request: ExplainRequest = {}): Promise<Explanation> {
    const { plan, model } = this.#parts;
    const db = request.db ?? this.#parts.db;
    const told = (anchor: Timestamp | undefined, top: number | undefined): Explanation => {
      const seeds = predictionSeeds(db, plan, { anchor, entities: [entity] });
      const reasons = model.explain(db, seeds, { ...request, top });
      const time = seeds.anchorTimes[0]!;
      return {
        entity: entityKey(db, plan.task.entityTable, seeds.rows[0]!),
        timestamp: Number.isFinite(time) ? formatTime(time) : null,
        unit: plan.task.taskType === "regression" ? plan.task.unit : null,
        ...reasons,
      };
    };
    const { anchor, since, top } = request;
    if (since === undefined) return told(anchor, top);
    const before = told(since, EVERY_REASON);
    const name = before.timestamp === null ? "before" : `at ${before.timestamp}`;
    return explainAgainst(told(anchor, EVERY_REASON), [before], { name, top });
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
    const { plan, model, seed, validation } = this.#parts;
    const db = request.db ?? this.#parts.db;
    const { labels } = computeLabels(db, plan, request.times ?? {}, { ...request, seed });
    const visible = labels.anchorTimes;
    const judged = (part: JudgedPart): Metrics =>
      judgePart(db, model, labels, part, visible, request).metrics;
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
    const { db, plan, model, seed, dialect, warnings, scores, validation } = this.#parts;
    const { weights, ...state } = model.state();
    const manifest: ModelManifest = {
      format: "relgraph-model",
      folderVersion: FOLDER_VERSION,
      version: VERSION,
      query: plan.query,
      ...(plan.task.given && { given: plan.task.given }),
      dialect,
      nullLogic: plan.nullLogic,
      seed,
      model: state,
      tables: storageOf(db.schema),
      warnings,
      scores,
      validation,
    };
    await writeModelFolder(dir, manifest, weights);
  }

  /** Frees the weights on the tensor backend. */
  dispose(): void {
    this.#parts.model.dispose();
  }

  /** Prints query, task, expert and held-out scores. */
  toString(): string {
    const { plan, model, scores, warnings } = this.#parts;
    const held = Object.entries((scores ?? {}) as Record<string, number | null>)
      .filter(([, value]) => typeof value === "number")
      .map(([name, value]) => `${name} ${formatNumber(value)}`)
      .join(", ");
    const experts = Object.entries(this.experts).map(
      ([name, weight]) => `${name} ${formatNumber(weight, 2)}`,
    );
    const lines = [
      `Predictor ${plan.task.taskType}: ${plan.query}`,
      `  ${experts.length > 1 ? `experts ${experts.join(", ")}` : `expert ${model.name}`}${held ? `; held-out ${held}` : ""}`,
      ...warnings.map((warning) => `  warning: ${warning}`),
    ];
    return lines.join("\n");
  }
}

/** As many reasons as there may be. */
const EVERY_REASON = 10_000;

function horizonWords({ window }: EntityTask): string {
  if (window === null) return "";
  const { start, end, unit } = window;
  return start <= 0 ? `the next ${end} ${unit}` : `${start} to ${end} ${unit} from now`;
}

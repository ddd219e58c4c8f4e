/** Predictor: the front door. It calls the parts in the order of a query's way; read this file first. */
import type { Explanation } from "../gnn/explain/explanation.js";
import { formatExplanation } from "../gnn/explain/explanation.js";
import type { Seeds } from "../graph/seeds.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { anchorWarnings } from "./anchor-warnings.js";
import { formatNumber } from "./core/pretty.js";
import { formatTime, type Timestamp } from "./core/time.js";
import type { Database } from "./data/database.js";
import { explainAgainst } from "./explain-against.js";
import { evaluateModel } from "./fit-scores.js";
import { computeTargetLabels } from "./labels.js";
import { hideFunctions } from "./leaks.js";
import { latestAnchor, learnTargets } from "./learn.js";
import {
  FOLDER_VERSION,
  type ModelManifest,
  readModelFolder,
  writeModelFolder,
} from "./model-folder.js";
import { checkTables, storageOf } from "./model-tables.js";
import type {
  EvaluateRequest,
  ExplainRequest,
  FitOptions,
  PredictorEvaluation,
  PredictRequest,
} from "./prediction-options.js";
import { type EntityId, entityKey, predictionSeeds } from "./prediction-seeds.js";
import { compileTargets, type LanguageOptions } from "./query.js";
import { seedsSince } from "./since.js";
import { findTarget, restoreModels, saveModels, type TargetModel } from "./target-models.js";
import type { Metrics } from "./task/metrics.js";
import type { PredictionTable } from "./task/prediction-table.js";
import type { EntityTask } from "./task/task.js";
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
interface PredictorParts {
  readonly db: Database;
  /** The canonical query. */
  readonly query: string;
  /** One for each target. */
  readonly targets: readonly TargetModel[];
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

  get #first(): TargetModel {
    return this.#parts.targets[0]!;
  }

  /**
   * Fits a model: labels, graph, training, intervals.
   *
   * @param db - the database.
   * @param query - the predictive query; each of several targets gets a model of its own.
   * @param options - times, seed, sizes, backend, progress, cancellation.
   * @throws {@link PqlError} if the query does not fit the schema; ConfigError if an option is out of range;
   * AbortedError CFG900 once cancelled.
   */
  static async fit(db: Database, query: string, options: FitOptions = {}): Promise<Predictor> {
    const { bound, plans, query: canonical } = compileTargets(db.schema, query, options);
    const hidden = plans.map((plan) => hideFunctions(db, plan));
    const learned = await learnTargets(
      db,
      hidden.map(({ plan }) => plan),
      options,
    );
    const targets = learned.map((own, i) => ({ ...own, plan: hidden[i]!.plan }));
    const warnings = [
      ...bound.warnings.map((warning) => warning.message),
      ...hidden.flatMap((one) => one.warnings),
      ...learned.flatMap((one) => one.warnings),
    ];
    const { seed = 0 } = options;
    const { dialect } = bound;
    const told = [...new Set(warnings)];
    return new Predictor({ db, query: canonical, targets, seed, dialect, warnings: told });
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
    const { plans } = compileTargets(db.schema, manifest.query, { ...language, given });
    await initBackend(options.backend === undefined ? {} : { backend: options.backend });
    const targets = restoreModels(db, plans, manifest.models, weights);
    return new Predictor({ ...manifest, db, targets });
  }

  /** How labels of the query are made; of several targets, those of the first. */
  get plan(): TrainingTablePlan {
    return this.#first.plan;
  }

  /** What is predicted; of several targets, the first. */
  get task(): EntityTask {
    return this.#first.plan.task;
  }

  /** The names of several targets, in the order of the query; empty where there is one. */
  get targets(): readonly string[] {
    const { targets } = this.#parts;
    return targets.length === 1 ? [] : targets.map(({ plan }) => plan.name!);
  }

  /** The canonical query. */
  get query(): string {
    return this.#parts.query;
  }

  /** What predicts (of several targets, the first): the weight of each expert, by its name; weights add up to 1. */
  get experts(): Readonly<Record<string, number>> {
    return this.#first.model.weights;
  }

  /** What the user should know about this model. */
  get warnings(): readonly string[] {
    return this.#parts.warnings;
  }

  /** The share of true values that intervals shall hold; `null` where there are none. */
  get intervalLevel(): number | null {
    return this.#first.model.intervalLevel;
  }

  /** Metrics on the held-out test rows; `null` when there were none. Of several targets, those of the first. */
  get scores(): Metrics | null {
    return this.#first.scores;
  }

  /**
   * Predicts for every eligible entity, for those listed, or for those whose answer can have changed.
   *
   * @param request - anchor, entities, `since`, another state of the database.
   * @returns rows in the order of entities (as listed, else as in the table).
   * @throws {@link ConfigError} CFG151 if a listed entity does not exist, CFG156 if `since` is not before the anchor.
   */
  async predict(request: PredictRequest = {}): Promise<PredictionTable> {
    const db = request.db ?? this.#parts.db;
    const { targets } = this.#parts;
    const asked = this.#seeds(db, request);
    const { since } = request;
    const { seeds, warnings } =
      since === undefined ? { seeds: asked, warnings: [] } : seedsSince(targets, db, asked, since);
    const { rows: entityRows, anchorTimes } = seeds;
    const answers = targets.map(({ plan, model }) => ({
      name: plan.name!,
      task: plan.task,
      values: model.predict(db, seeds, request),
    }));
    const { task, values } = answers[0]!;
    const several = answers.length > 1 && { targets: answers };
    const told = warnings.length > 0 && { warnings };
    return { task, entityRows, anchorTimes, values, ...several, ...told };
  }

  /** The rows to predict, the same for all targets. */
  #seeds(
    db: Database,
    { anchor, entities, among }: Pick<PredictRequest, "anchor" | "entities" | "among">,
  ): Seeds {
    const plans = this.#parts.targets.map(({ plan }) => plan);
    const time = anchor ?? (plans.length === 1 ? undefined : latestAnchor(db, plans));
    return predictionSeeds(db, plans[0]!, { anchor: time ?? undefined, entities, among });
  }

  /**
   * Says where a time of prediction does not fit the data: before its first row, or more than a day after its last.
   *
   * @param anchor - the time.
   * @param db - another state of the database.
   */
  warningsAt(anchor: Timestamp, db: Database = this.#parts.db): readonly string[] {
    return anchorWarnings(db, this.#first.plan, [anchor]);
  }

  /**
   * Explains one prediction.
   *
   * @param entity - the entity's key.
   * @param request - anchor, number of reasons; `since`: tells what changed since an earlier time instead.
   * @throws {@link ConfigError} CFG151 if there is no such entity, CFG154 no such target.
   */
  async explain(entity: EntityId, request: ExplainRequest = {}): Promise<Explanation> {
    const { plan, model } = findTarget(this.#parts.targets, request.target);
    const db = request.db ?? this.#parts.db;
    const told = (anchor: Timestamp | undefined, top: number | undefined): Explanation => {
      const seeds = this.#seeds(db, { anchor, entities: [entity] });
      const reasons = model.explain(db, seeds, { ...request, top });
      const time = seeds.anchorTimes[0]!;
      return {
        entity: entityKey(db, plan.task.entityTable, seeds.rows[0]!),
        timestamp: Number.isFinite(time) ? formatTime(time) : null,
        unit: ["regression", "forecasting"].includes(plan.task.taskType) ? plan.task.unit : null,
        ...reasons,
        ...(request.target !== undefined && { target: request.target }),
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
    const { targets, seed } = this.#parts;
    const db = request.db ?? this.#parts.db;
    const plans = targets.map(({ plan }) => plan);
    const sets = computeTargetLabels(db, plans, request.times ?? {}, { ...request, seed });
    const scores = targets.map((own, i) => evaluateModel(db, own, sets[i]!.labels, request));
    if (scores.length === 1) return scores[0]!;
    const named = plans.map(({ name }, i) => [name!, scores[i]!] as const);
    return { ...scores[0]!, targets: Object.fromEntries(named) };
  }

  /**
   * Prints an explanation as a person would say it.
   *
   * @param explanation - of this predictor.
   */
  describe(explanation: Explanation): string {
    const { task } = findTarget(this.#parts.targets, explanation.target).plan;
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
    const { db, query, targets, seed, dialect, warnings } = this.#parts;
    const { plan } = this.#first;
    const { saved, weights } = saveModels(targets);
    const manifest: ModelManifest = {
      format: "relgraph-model",
      folderVersion: FOLDER_VERSION,
      version: VERSION,
      query,
      ...(plan.task.given && { given: plan.task.given }),
      dialect,
      nullLogic: plan.nullLogic,
      seed,
      models: saved,
      tables: storageOf(db.schema),
      warnings,
    };
    await writeModelFolder(dir, manifest, weights);
  }

  /** Frees the weights on the tensor backend. */
  dispose(): void {
    for (const { model } of this.#parts.targets) model.dispose();
  }

  /** Prints query, task, expert and held-out scores. */
  toString(): string {
    const { query, targets, warnings } = this.#parts;
    const lines =
      targets.length === 1
        ? [`Predictor ${this.task.taskType}: ${query}`, `  ${modelWords(this.#first)}`]
        : [
            `Predictor of ${targets.length} targets: ${query}`,
            ...targets.map((own) => {
              const { name, task } = own.plan;
              return `  ${name}, ${task.taskType}: ${modelWords(own)}`;
            }),
          ];
    return [...lines, ...warnings.map((warning) => `  warning: ${warning}`)].join("\n");
  }
}

function modelWords({ model, scores }: TargetModel): string {
  const held = Object.entries((scores ?? {}) as Record<string, number | null>)
    .filter(([, value]) => typeof value === "number")
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(", ");
  const experts = Object.entries(model.weights).map(
    ([name, weight]) => `${name} ${formatNumber(weight, 2)}`,
  );
  const what = experts.length > 1 ? `experts ${experts.join(", ")}` : `expert ${model.name}`;
  return `${what}${held ? `; held-out ${held}` : ""}`;
}

/** As many reasons as there may be. */
const EVERY_REASON = 10_000;

function horizonWords({ window }: EntityTask): string {
  if (window === null) return "";
  const { start, end, unit } = window;
  return start <= 0 ? `the next ${end} ${unit}` : `${start} to ${end} ${unit} from now`;
}

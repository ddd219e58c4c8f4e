/** Fitting: from labelled rows to the expert that will predict them. */
import type { ModelConfig } from "../gnn/spec.js";
import type { TrainerConfig } from "../gnn/trainer.js";
import { bindFeature } from "../pql/feature/bind-feature.js";
import type { BoundFeature } from "../pql/feature/bound-feature.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import type { Gang } from "./core/gang.js";
import type { WorkOptions } from "./core/progress.js";
import type { Duration } from "./core/time.js";
import type { Database } from "./data/database.js";
import { plainConstant } from "./experts/constant.js";
import { fitMembers, type MembersFit } from "./experts/fit-members.js";
import type { MemberName } from "./experts/member-names.js";
import type { SignalsConfig } from "./experts/signals-config.js";
import type { TreesConfig } from "./experts/trees-config.js";
import { fileCheckpoints, removeCheckpoints } from "./file-checkpoints.js";
import type { LanguageOptions } from "./query.js";
import { splitRows, type TrainingTable } from "./task/training-table.js";

/** How a model is made; everything has a default. */
export interface ModelOptions extends WorkOptions {
  /** Seed of weights, samples and order; 0 by default. */
  readonly seed?: number | undefined;
  readonly epochs?: number | undefined;
  /** Milliseconds of training after which the best weights so far are kept; needs `clock`. */
  readonly timeBudget?: number | undefined;
  /** A clock in milliseconds; the library never reads one by itself. */
  readonly clock?: (() => number) | undefined;
  /**
   * A file beside which the training of the network is kept after each epoch. A fit that was stopped and is asked for again with
   * the same data and options goes on from there, to the same bytes; when it has ended nothing is left.
   */
  readonly checkpoint?: string | undefined;
  /**
   * Other processes that do the same fit and train the network together with this one, each on its part of every batch; from
   * `joinGang`. All of them end with the same model.
   */
  readonly gang?: Gang | null | undefined;
  /** Which experts; by default all, blended. */
  readonly experts?: readonly MemberName[] | undefined;
  /** Whether experts are fitted once more on training and validation rows; by default where validation says it helps. */
  readonly refit?: boolean | "auto" | undefined;
  /** Training rows learned from at most, drawn evenly, and a fifth as many for validation; 100,000 by default. */
  readonly maxRows?: number | undefined;
  /** Threads of parallel work; all cores by default. */
  readonly threads?: number | undefined;
  /** Level of the intervals of numbers, 0.8 by default. */
  readonly interval?: number | undefined;
  /** Inputs of the user's own beside those a model finds: expressions of the query language that look back, see `bindFeature`. */
  readonly features?: readonly string[] | undefined;
  readonly signals?: Partial<SignalsConfig> | undefined;
  readonly trees?: Partial<TreesConfig> | undefined;
  readonly model?: Partial<ModelConfig> | undefined;
  readonly trainer?: Partial<TrainerConfig> | undefined;
  /** How many foreign keys away a model looks, 1 to 3. */
  readonly hops?: 1 | 2 | 3 | undefined;
}

/** What an expert must know besides how a model is made. */
export interface ExpertOptions extends ModelOptions, LanguageOptions {
  /** Whether the trees learn quantiles for intervals; by default they do. */
  readonly quantiles?: boolean | undefined;
  /** How far (ms) the database may lag behind the anchors to predict, for staleness matching. */
  readonly maxLag?: number | undefined;
  /** The baseline that reads no relations. */
  readonly entityRowOnly?: boolean | undefined;
  /** The distance of anchors, where the user gave one; past targets stand as far apart. */
  readonly times?: { readonly step?: Duration | undefined } | undefined;
}

/** Fewest labelled training rows that a network is trained on. */
export const LEAST_TRAINING_ROWS = 30;

/** What is fitted, and what the user should know about it. */
export type Fit = MembersFit;

/**
 * Fits a model: the experts asked for, blended; or where there is too little history to learn from, the entity's own past.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param labels - labelled rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - how.
 */
export async function fitExpert(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: ExpertOptions = {},
): Promise<Fit> {
  const little = tooLittle(labels);
  if (little !== null) {
    const warning = `there is too little history to learn from: ${little}; each entity is predicted from its own past`;
    const known = [...splitRows(labels, "train"), ...splitRows(labels, "val")];
    const targets = Float64Array.from(known, (row) => labels.targets[row]!);
    const expert = plainConstant(plan, targets, labels.classes);
    return { expert, heldOut: null, warnings: [warning] };
  }
  const { clock, timeBudget, epochs, hops, interval = 0.8 } = options;
  const start = clock?.() ?? 0;
  const isTimeUp =
    clock && timeBudget !== undefined ? () => clock() - start > timeBudget : undefined;
  const { checkpoint } = options;
  const fit = await fitMembers(db, plan, labels, visibleTimes, {
    seed: options.seed ?? 0,
    experts: options.experts,
    refit: options.refit,
    signals: options.signals,
    features: bindFeatures(db, plan, options),
    trees: options.trees,
    model: options.model,
    trainer: { ...options.trainer, ...(epochs !== undefined && { epochs }) },
    paths: hops === undefined ? {} : { hops },
    threads: options.threads,
    levels: options.quantiles === false ? [] : [(1 - interval) / 2, (1 + interval) / 2],
    maxLag: options.maxLag ?? 0,
    pastStep: options.times?.step ?? null,
    entityRowOnly: options.entityRowOnly ?? false,
    onProgress: options.onProgress,
    signal: options.signal,
    isTimeUp,
    gang: options.gang,
    checkpoints:
      checkpoint === undefined ? undefined : (phase) => fileCheckpoints(checkpoint, phase),
  });
  if (checkpoint !== undefined && (options.gang?.rank ?? 0) === 0) removeCheckpoints(checkpoint);
  return fit;
}

/**
 * Binds the user's own features to the database.
 *
 * @throws {@link PqlError} if one does not fit the schema, looks forward, or reads the target.
 */
export function bindFeatures(
  db: Database,
  { task }: TrainingTablePlan,
  { features = [], dialect, nullLogic, params }: ModelOptions & LanguageOptions,
): BoundFeature[] {
  return features.map((text) =>
    bindFeature(text, db.schema, task.entityTable, {
      ...(dialect && { dialect }),
      ...(nullLogic && { nullLogic }),
      ...(params && { params }),
      hidden: task.hiddenColumns,
    }),
  );
}

/** Says what there is too little of, or `null`. */
function tooLittle(labels: TrainingTable): string | null {
  const rows = splitRows(labels, "train");
  if (rows.length < LEAST_TRAINING_ROWS) {
    return `${rows.length} labelled training rows, at least ${LEAST_TRAINING_ROWS} are needed`;
  }
  const first = labels.targets[rows[0]!]!;
  return rows.every((row) => labels.targets[row] === first)
    ? "all training rows have the same target"
    : null;
}

/** The graph network as an expert: from labelled rows to a fitted network that predicts and explains. */
import { createLoader, type NeighborLoader } from "../../gnn/batch.js";
import { type Attribution, attribute } from "../../gnn/explain/attribute.js";
import { type Background, fitBackground } from "../../gnn/explain/background.js";
import type { DescribeContext } from "../../gnn/explain/describe.js";
import {
  type Comparisons,
  explainAttribution,
  fitComparisons,
} from "../../gnn/explain/explanation.js";
import type { TableEncoding } from "../../gnn/frame/encoding.js";
import { fitTableEncoding } from "../../gnn/frame/fit-encoding.js";
import { type SeedContextEncoding, seedContextEncoding } from "../../gnn/frame/seed-context.js";
import { createModel, type RelationalGnn } from "../../gnn/model.js";
import { layoutPaths, type PathLayout, type PathOptions } from "../../gnn/paths.js";
import { predictLogits, takeSeeds } from "../../gnn/predict.js";
import { DEFAULT_MODEL_CONFIG, type ModelConfig, type ModelSpec } from "../../gnn/spec.js";
import { fitTargetScale, type TargetScale, unscaleOutput } from "../../gnn/target.js";
import {
  type TrainerConfig,
  type TrainingData,
  type TrainingReport,
  trainModel,
} from "../../gnn/trainer.js";
import { buildGraph } from "../../graph/build.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import type { Seeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan.js";
import { ModelError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import { createRng } from "../core/random.js";
import { approximateMs, MS_PER_DAY } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { ValueTaskType } from "../task/metrics.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import type { NamedArrays } from "../tensor/parameters.js";
import type { FittedExpert } from "./expert.js";
import { PAST_TARGETS, withPastTargets } from "./past-targets.js";
import { targetWords } from "./target-words.js";

/** Settings of the graph network. */
export interface GnnOptions extends WorkOptions {
  readonly seed?: number | undefined;
  readonly model?: Partial<ModelConfig> | undefined;
  readonly trainer?: Partial<TrainerConfig> | undefined;
  readonly paths?: PathOptions | undefined;
  /** Reads the entity's own row only: the baseline that relations must beat. */
  readonly entityRowOnly?: boolean | undefined;
  /**
   * How far (ms) the database may lag behind the anchors to predict, for staleness matching; 0 = always fresh.
   */
  readonly maxLag?: number | undefined;
  /** Tells whether the user's time budget is over. */
  readonly isTimeUp?: (() => boolean) | undefined;
}

/** A graph network with its training report. */
export interface GnnExpert extends FittedExpert {
  readonly report: TrainingReport | null;
  readonly model: RelationalGnn;
}

/** Everything but weights, as a model folder keeps it. */
interface GnnSettings {
  readonly seed: number;
  readonly config: ModelConfig;
  readonly paths: PathOptions;
  readonly entityRowOnly: boolean;
  /** Ids of the paths in order, to tell whether a database still has them. */
  readonly pathIds: readonly string[];
  readonly encodings: readonly TableEncoding[];
  readonly context: SeedContextEncoding;
  readonly outputs: number;
  readonly scale: TargetScale;
  readonly background: Background;
  readonly comparisons: Comparisons;
}

const BACKGROUND_SEEDS = 256;
const COMPARISON_SEEDS = 32;

/**
 * Trains the graph network.
 *
 * @param db - the database.
 * @param plan - the query's plan; past targets are labelled by it.
 * @param labels - labelled rows, split; trained on `train`, the best epoch chosen on `val`.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - sizes, seed, staleness, progress.
 */
export function fitGnn(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: GnnOptions = {},
): GnnExpert {
  const seed = options.seed ?? 0;
  const rng = createRng(seed);
  const trainRows = splitRows(labels, "train");
  const valRows = splitRows(labels, "val");
  const fitRows = joinRows(trainRows, valRows);
  const seedsOf = (rows: Int32Array): Seeds =>
    takeSeeds({ rows: labels.entityRows, anchorTimes: labels.anchorTimes, visibleTimes }, rows);
  const targetsOf = (rows: Int32Array): Float64Array =>
    Float64Array.from(rows, (row) => labels.targets[row]!);
  const train = seedsOf(trainRows);

  options.onProgress?.({ stage: "graph", message: "linking rows" });
  const view = viewOf(db, plan, seedsOf(fitRows).anchorTimes);
  const paths: PathOptions = { ...options.paths, dense: { [PAST_TARGETS]: [12, 3] } };
  const entityRowOnly = options.entityRowOnly ?? false;
  const layout = layoutOf(view.graph, plan.task.entityTable, paths, entityRowOnly);
  const cutoff = train.anchorTimes.reduce((a, b) => Math.max(a, b), -Infinity);
  const { encodings, context } = fitEncodings(view.db, plan, layout, cutoff);
  const spec: ModelSpec = {
    config: { ...DEFAULT_MODEL_CONFIG, ...options.model },
    layout,
    encodings,
    context,
    outputs: labels.classes?.length ?? 1,
  };
  const model = createModel(spec, rng.split("weights"));
  const loader = createLoader(view.db, view.graph, spec);
  const taskType = labels.task.taskType as ValueTaskType;
  const scale = fitTargetScale(labels.task.taskType, targetsOf(trainRows));
  const data: TrainingData = {
    taskType,
    train: { seeds: train, targets: targetsOf(trainRows) },
    validation:
      valRows.length === 0 ? null : { seeds: seedsOf(valRows), targets: targetsOf(valRows) },
    scale,
    maxLag: options.maxLag ?? 0,
  };
  const report = freeingOnError(model, () =>
    trainModel(model, loader, data, rng.split("training"), {
      config: options.trainer,
      onProgress: options.onProgress,
      signal: options.signal,
      isTimeUp: options.isTimeUp,
    }),
  );
  const recent = newestRows(train, BACKGROUND_SEEDS);
  const background = fitBackground(model, loader, recent, rng.split("background"));
  const contextOf = (where: Database): DescribeContext => describeContext(where, plan, spec);
  const compared = Array.from(newestRows(train, COMPARISON_SEEDS).rows.keys());
  const comparisons = fitComparisons(
    contextOf(view.db),
    compared.map((i) =>
      attribute(model, loader, takeSeeds(recent, [i]), background, rng.split("compare"), {
        steps: 1,
      }),
    ),
  );
  const settings: GnnSettings = {
    seed,
    config: spec.config,
    paths,
    entityRowOnly,
    pathIds: layout.positions.map((position) => position.id),
    encodings,
    context,
    outputs: spec.outputs,
    scale,
    background,
    comparisons,
  };
  return makeExpert(plan, settings, model, report);
}

/**
 * Restores the graph network of a model folder.
 *
 * @param db - the database to predict on; it must still have the tables and links that the network reads.
 * @throws {@link ModelError} MOD201 if paths of the network are missing in the database.
 */
export function restoreGnn(
  db: Database,
  plan: TrainingTablePlan,
  state: { readonly settings: unknown; readonly weights: NamedArrays },
): GnnExpert {
  const settings = state.settings as GnnSettings;
  const { graph } = viewOf(db, plan, []);
  const layout = checkedLayout(graph, plan, settings);
  const { config, encodings, context, outputs, seed } = settings;
  const spec: ModelSpec = { config, layout, encodings, context, outputs };
  const model = createModel(spec, createRng(seed));
  freeingOnError(model, () => model.store.fromArrays(state.weights));
  return makeExpert(plan, settings, model, null);
}

/** Frees a network that could not be finished. */
function freeingOnError<T>(model: RelationalGnn, work: () => T): T {
  try {
    return work();
  } catch (error) {
    model.store.dispose();
    throw error;
  }
}

function makeExpert(
  plan: TrainingTablePlan,
  settings: GnnSettings,
  model: RelationalGnn,
  report: TrainingReport | null,
): GnnExpert {
  const sampling = createRng(settings.seed).split("predict");
  const loaderOf = (db: Database, seeds: Seeds): NeighborLoader => {
    const view = viewOf(db, plan, seeds.anchorTimes);
    const layout = checkedLayout(view.graph, plan, settings);
    return createLoader(view.db, view.graph, { ...model.spec, layout });
  };
  const explainOne = (
    db: Database,
    seeds: Seeds,
    output: number,
  ): [Attribution, NeighborLoader] => {
    const loader = loaderOf(db, seeds);
    return [attribute(model, loader, seeds, settings.background, sampling, { output }), loader];
  };
  return {
    name: "gnn",
    model,
    report,
    predict(db, seeds, options) {
      const logits = predictLogits(model, loaderOf(db, seeds), seeds, sampling, options);
      return outputsOf(logits, settings);
    },
    explain(db, seeds, { top, output = 0 } = {}) {
      const [attribution, loader] = explainOne(db, seeds, output);
      const context = describeContext(loader.db, plan, model.spec);
      return explainAttribution(context, attribution, settings.scale, settings.comparisons, {
        ...(top !== undefined && { top }),
      });
    },
    state: () => ({ name: "gnn", settings, weights: model.store.toArrays() }),
    dispose: () => model.store.dispose(),
  };
}

/** Numbers and probabilities from the network's outputs. */
function outputsOf(logits: Float32Array, { outputs, scale }: GnnSettings): Float64Array {
  if (outputs === 1) return Float64Array.from(logits, (z) => unscaleOutput(scale, z));
  const shares = Float64Array.from(logits);
  for (let from = 0; from < shares.length; from += outputs) {
    const row = shares.subarray(from, from + outputs);
    const highest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (let k = 0; k < outputs; k++) sum += row[k] = Math.exp(row[k]! - highest);
    for (let k = 0; k < outputs; k++) row[k]! /= sum;
  }
  return shares;
}

/** The database as some anchors see it: with their past targets, as a graph. */
function viewOf(
  db: Database,
  plan: TrainingTablePlan,
  anchorTimes: Iterable<number>,
): { readonly db: Database; readonly graph: HeteroGraph } {
  const seen = withPastTargets(db, plan, anchorTimes);
  return { db: seen, graph: buildGraph(seen) };
}

function layoutOf(
  graph: HeteroGraph,
  entityTable: string,
  paths: PathOptions,
  entityRowOnly: boolean,
): PathLayout {
  return layoutPaths(graph, entityTable, entityRowOnly ? { ...paths, maxPositions: 0 } : paths);
}

function checkedLayout(
  graph: HeteroGraph,
  plan: TrainingTablePlan,
  settings: GnnSettings,
): PathLayout {
  const layout = layoutOf(graph, plan.task.entityTable, settings.paths, settings.entityRowOnly);
  const found = layout.positions.map((position) => position.id);
  const missing = settings.pathIds.filter((id) => !found.includes(id));
  const added = found.filter((id) => !settings.pathIds.includes(id));
  if (missing.length === 0 && added.length === 0) return layout;
  const words = missing.length > 0 ? `lacks \`${missing[0]}\`` : `has the new path \`${added[0]}\``;
  throw new ModelError("MOD201", `the model's paths do not fit the database: it ${words}`, {
    hint: "open the data with the schema that the model was fitted with, or fit anew",
  });
}

function fitEncodings(
  db: Database,
  plan: TrainingTablePlan,
  layout: PathLayout,
  cutoff: number,
): { encodings: TableEncoding[]; context: SeedContextEncoding } {
  const { entityTable, hiddenColumns } = plan.task;
  const hiddenIn = (table: string): Set<string> =>
    new Set(
      hiddenColumns.filter((hidden) => hidden.table === table).map((hidden) => hidden.column),
    );
  const tables = new Set([entityTable, ...layout.positions.map((position) => position.table)]);
  return {
    encodings: [...tables].map((table) =>
      fitTableEncoding(db, table, cutoff, { hidden: hiddenIn(table) }),
    ),
    context: seedContextEncoding(db, entityTable, hiddenIn(entityTable)),
  };
}

function describeContext(db: Database, plan: TrainingTablePlan, spec: ModelSpec): DescribeContext {
  const { window } = plan.task;
  const target = targetWords(plan);
  const length = window ? approximateMs(window.end - Math.max(0, window.start), window.unit) : 0;
  return {
    db,
    spec,
    recent: length > 0 ? length : 30 * MS_PER_DAY,
    words: {
      [`${PAST_TARGETS}.TARGET`]: `past ${target}`,
      [`${PAST_TARGETS}.ALL_MEAN`]: `past ${target} of everyone, average`,
      [PAST_TARGETS]: `past values of ${target}`,
    },
  };
}

function newestRows(seeds: Seeds, limit: number): Seeds {
  const order = Array.from(seeds.rows.keys()).sort(
    (a, b) => seeds.anchorTimes[b]! - seeds.anchorTimes[a]! || a - b,
  );
  // Of the newest four times as many rows every fourth is taken, so that one anchor does not stand for all.
  const pool = order.slice(0, 4 * limit);
  const step = Math.max(1, Math.floor(pool.length / limit));
  return takeSeeds(seeds, pool.filter((_, i) => i % step === 0).slice(0, limit));
}

function joinRows(a: Int32Array, b: Int32Array): Int32Array {
  const joined = new Int32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

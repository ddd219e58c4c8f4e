/** The graph network as an expert: from labelled rows to a fitted network that predicts and explains. */
import { createLoader, type NeighborLoader } from "../../gnn/batch.js";
import { attribute } from "../../gnn/explain/attribute.js";
import { type Background, fitBackground } from "../../gnn/explain/background.js";
import type { DescribeContext } from "../../gnn/explain/describe.js";
import {
  type Comparisons,
  explainAttribution,
  fitComparisons,
} from "../../gnn/explain/explanation.js";
import type { TableEncoding } from "../../gnn/frame/encoding.js";
import type { SeedContextEncoding } from "../../gnn/frame/seed-context.js";
import { createModel, type RelationalGnn } from "../../gnn/model.js";
import type { PathLayout, PathOptions } from "../../gnn/paths.js";
import { predictLogits } from "../../gnn/predict.js";
import type { ModelConfig, ModelSpec } from "../../gnn/spec.js";
import { classShares, type TargetScale, unscaleOutput } from "../../gnn/target.js";
import { type TrainingReport, trainModel } from "../../gnn/trainer.js";
import { layoutWalks } from "../../gnn/walks.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import type { Seeds } from "../../graph/seeds.js";
import { takeSeeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { ModelError } from "../core/errors.js";
import { createRng } from "../core/random.js";
import { approximateMs, type Duration, MS_PER_DAY } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { Walk } from "../data/walks.js";
import type { TrainingTable } from "../task/training-table.js";
import type { NamedArrays } from "../tensor/parameters.js";
import type { FittedExpert } from "./expert.js";
import { type GnnOptions, layoutOf, setUpGnn, viewOf } from "./gnn-setup.js";
import { PAST_TARGETS } from "./past-targets.js";
import { OWN_ROW_ONLY, withoutPastTargets } from "./reads.js";
import { targetWords } from "./target-words.js";

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
  readonly pastStep: Duration | null;
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
  const setup = setUpGnn(db, plan, labels, visibleTimes, options);
  const { view, paths, spec, model, loader, data, rng } = setup;
  const { layout, encodings, context } = spec;
  const train = data.train.seeds;
  const report = freeingOnError(model, () =>
    trainModel(model, loader, data, rng.split("training"), {
      config: options.trainer,
      onProgress: options.onProgress,
      signal: options.signal,
      isTimeUp: options.isTimeUp,
      checkpoints: options.checkpoints,
      gang: options.gang,
    }),
  );
  const recent = newestRows(train, BACKGROUND_SEEDS);
  const background = fitBackground(model, loader, recent, rng.split("background"));
  const compared = Array.from({ length: Math.min(COMPARISON_SEEDS, recent.rows.length) }, (_, i) =>
    attribute(model, loader, takeSeeds(recent, [i]), background, rng.split("compare"), {
      steps: 1,
    }),
  );
  const comparisons = fitComparisons(describeContext(view.db, plan, spec), compared);
  const settings: GnnSettings = {
    seed: options.seed ?? 0,
    config: spec.config,
    paths,
    entityRowOnly: options.entityRowOnly ?? false,
    pastStep: options.pastStep ?? null,
    pathIds: layout.positions.map((position) => position.id),
    encodings,
    context,
    outputs: spec.outputs,
    scale: data.scale,
    background,
    comparisons,
  };
  const walks = layoutWalks(view.graph, layout);
  return makeExpert(plan, settings, { model, report, walks });
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
  return makeExpert(plan, settings, { model, report: null, walks: layoutWalks(graph, layout) });
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
  {
    model,
    report,
    walks,
  }: Pick<GnnExpert, "model" | "report"> & { readonly walks: readonly Walk[] },
): GnnExpert {
  const sampling = createRng(settings.seed).split("predict");
  // One prediction is often followed by its explanation: the view of the last anchors is kept.
  let last: { db: Database; anchors: string; loader: NeighborLoader } | null = null;
  const loaderOf = (db: Database, seeds: Seeds): NeighborLoader => {
    const anchors = [...new Set(seeds.anchorTimes)].sort((a, b) => a - b).join();
    if (last?.db === db && last.anchors === anchors) return last.loader;
    const view = viewOf(db, plan, seeds.anchorTimes, settings.pastStep);
    const layout = checkedLayout(view.graph, plan, settings);
    const loader = createLoader(view.db, view.graph, { ...model.spec, layout });
    last = { db, anchors, loader };
    return loader;
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
      const loader = loaderOf(db, seeds);
      const attribution = attribute(model, loader, seeds, settings.background, sampling, {
        output,
      });
      const context = describeContext(loader.db, plan, model.spec);
      return explainAttribution(context, attribution, settings.scale, settings.comparisons, {
        ...(top !== undefined && { top }),
      });
    },
    reads: () => ({ ...OWN_ROW_ONLY, walks: withoutPastTargets(plan, walks) }),
    state: () => ({ name: "gnn", settings, weights: model.store.toArrays() }),
    dispose: () => model.store.dispose(),
  };
}

/** Numbers and probabilities from the network's outputs. */
function outputsOf(logits: Float32Array, { outputs, scale }: GnnSettings): Float64Array {
  if (outputs === 1) return Float64Array.from(logits, (z) => unscaleOutput(scale, z));
  const shares = new Float64Array(logits.length);
  for (let from = 0; from < shares.length; from += outputs) {
    shares.set(classShares(logits.subarray(from, from + outputs)), from);
  }
  return shares;
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

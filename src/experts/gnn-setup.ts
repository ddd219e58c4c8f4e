/** Setting up the graph network: from labelled rows to a fresh network, its loader and its training data. */

import { createLoader, type NeighborLoader } from "../../gnn/batch.js";
import type { Checkpoints } from "../../gnn/checkpoint.js";
import type { TableEncoding } from "../../gnn/frame/encoding.js";
import { fitTableEncoding } from "../../gnn/frame/fit-encoding.js";
import { type SeedContextEncoding, seedContextEncoding } from "../../gnn/frame/seed-context.js";
import { createModel, type RelationalGnn } from "../../gnn/model.js";
import { checkModelConfig, checkPathOptions } from "../../gnn/options.js";
import { layoutPaths, type PathLayout, type PathOptions } from "../../gnn/paths.js";
import type { ModelConfig, ModelSpec } from "../../gnn/spec.js";
import { fitTargetScale } from "../../gnn/target.js";
import type { TrainerConfig, TrainingData } from "../../gnn/trainer.js";
import { buildGraph } from "../../graph/build.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import type { Seeds } from "../../graph/seeds.js";
import { takeSeeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Gang } from "../core/gang.js";
import type { WorkOptions } from "../core/progress.js";
import { createRng, type Rng } from "../core/random.js";
import { approximateMs, type Duration } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { ValueTaskType } from "../task/metrics.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import { answerTables } from "./answer-tables.js";
import { PAST_TARGETS, withPastTargets } from "./past-targets.js";

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
  /** Distance of past targets: the distance of the anchors, where the user gave one. */
  readonly pastStep?: Duration | null | undefined;
  /** Tells whether the user's time budget is over. */
  readonly isTimeUp?: (() => boolean) | undefined;
  /** Where the training is kept, to go on after it was stopped. */
  readonly checkpoints?: Checkpoints | undefined;
  /** The processes that it is trained together with. */
  readonly gang?: Gang | null | undefined;
}

/** A fresh network with everything that it is trained with. */
export interface GnnSetup {
  /** The database as the training rows see it. */
  readonly view: { readonly db: Database; readonly graph: HeteroGraph };
  readonly paths: PathOptions;
  readonly spec: ModelSpec;
  readonly model: RelationalGnn;
  readonly loader: NeighborLoader;
  readonly data: TrainingData;
  /** The stream of the run; `weights` is taken. */
  readonly rng: Rng;
}

/**
 * Sets a network up for labelled rows.
 *
 * @param db - the database.
 * @param plan - the query's plan; past targets are labelled by it.
 * @param labels - labelled rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - sizes, seed, staleness, progress.
 * @returns a network that has learned nothing yet; statistics are of rows up to the last training anchor.
 */
export function setUpGnn(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: GnnOptions = {},
): GnnSetup {
  checkPathOptions(options.paths ?? {});
  const rng = createRng(options.seed ?? 0);
  const trainRows = splitRows(labels, "train");
  const valRows = splitRows(labels, "val");
  const seedsOf = (rows: Int32Array): Seeds =>
    takeSeeds({ rows: labels.entityRows, anchorTimes: labels.anchorTimes, visibleTimes }, rows);
  const targetsOf = (rows: Int32Array): Float64Array =>
    Float64Array.from(rows, (row) => labels.targets[row]!);
  const train = seedsOf(trainRows);
  const val = seedsOf(valRows);

  options.onProgress?.({ stage: "graph", message: "linking rows" });
  const view = viewOf(db, plan, distinctTimes(train, val), options.pastStep);
  const paths: PathOptions = {
    windows: windowsOf(plan),
    ...options.paths,
    dense: { [PAST_TARGETS]: [12, 3] },
    without: answerTables(plan),
  };
  const layout = layoutOf(view.graph, plan.task.entityTable, paths, options.entityRowOnly ?? false);
  const cutoff = train.anchorTimes.reduce((a, b) => Math.max(a, b), -Infinity);
  const spec: ModelSpec = {
    config: checkModelConfig(options.model),
    layout,
    ...fitEncodings(view.db, plan, layout, cutoff),
    outputs: labels.classes?.length ?? 1,
  };
  const data: TrainingData = {
    taskType: labels.task.taskType as ValueTaskType,
    train: { seeds: train, targets: targetsOf(trainRows) },
    validation: valRows.length === 0 ? null : { seeds: val, targets: targetsOf(valRows) },
    scale: fitTargetScale(labels.task.taskType, targetsOf(trainRows)),
    maxLag: options.maxLag ?? 0,
  };
  const model = createModel(spec, rng.split("weights"));
  const loader = createLoader(view.db, view.graph, spec);
  return { view, paths, spec, model, loader, data, rng };
}

/** The windows in which rows are counted: a quarter, one, two and four times as long as the target's; none without one. */
function windowsOf({ horizon }: TrainingTablePlan): number[] {
  const length =
    horizon === null ? 0 : approximateMs(horizon.end - Math.max(0, horizon.start), horizon.unit);
  return Number.isFinite(length) && length > 0 ? [length / 4, length, 2 * length, 4 * length] : [];
}

/** The database as some anchors see it: with their past targets, as a graph. */
export function viewOf(
  db: Database,
  plan: TrainingTablePlan,
  anchorTimes: Iterable<number>,
  step?: Duration | null,
): { readonly db: Database; readonly graph: HeteroGraph } {
  const seen = withPastTargets(db, plan, anchorTimes, { step });
  return { db: seen, graph: buildGraph(seen) };
}

/** Lays out the paths of a model; `entityRowOnly` has none. */
export function layoutOf(
  graph: HeteroGraph,
  entityTable: string,
  paths: PathOptions,
  entityRowOnly: boolean,
): PathLayout {
  return layoutPaths(graph, entityTable, entityRowOnly ? { ...paths, maxPositions: 0 } : paths);
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

function distinctTimes(...parts: readonly Seeds[]): Set<number> {
  const times = new Set<number>();
  for (const { anchorTimes } of parts) for (const time of anchorTimes) times.add(time);
  return times;
}

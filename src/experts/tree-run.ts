/** One run of boosting on signals: its settings, its objective, and the validation rows it stops by. */
import type { SignalMatrix } from "../../graph/signals/types.js";
import type { WorkOptions } from "../core/progress.js";
import type { Rng } from "../core/random.js";
import { binFeatures } from "../trees/bins.js";
import { trainTreesInThreads } from "../trees/threads.js";
import type {
  BinnedFeatures,
  BinnedTreeData,
  Objective,
  TreeData,
  TreeEnsemble,
  TreeOptions,
} from "../trees/types.js";
import { featuresOf } from "./forest.js";
import { type LearningRows, recencyWeights } from "./learning-data.js";
import { type ScoreSpace, targetScores } from "./score.js";
import { automaticLeaves, type TreesConfig } from "./trees-config.js";

/** Options of {@link fitTrees}. */
export interface TreesOptions extends WorkOptions {
  readonly config?: Partial<TreesConfig> | undefined;
  readonly threads?: number | undefined;
  /** Levels of the quantiles that intervals are made from, ascending; for numbers only. */
  readonly levels?: readonly number[] | undefined;
  readonly rng: Rng;
  readonly isTimeUp?: (() => boolean) | undefined;
}

/** The signals of seeds, put into bins once for all runs. */
export function binsOf(
  matrix: SignalMatrix,
  { maxBins }: TreesConfig,
  { rng, signal }: TreesOptions,
): BinnedFeatures {
  return binFeatures(featuresOf(matrix), { maxBins, rng: rng.split("bins"), signal });
}

/** Validation rows as the choices of the trees read them. */
export interface HeldRows {
  readonly data: TreeData;
  /** float64 `[S]`: targets in their own unit. */
  readonly targets: Float64Array;
  readonly entities: Int32Array;
  /** How many anchors they have. */
  readonly anchors: number;
}

/** Prepares validation rows. */
export function heldRows(space: ScoreSpace, matrix: SignalMatrix, rows: LearningRows): HeldRows {
  const { seeds, targets } = rows;
  return {
    data: { features: featuresOf(matrix), targets: targetScores(space, targets) },
    targets,
    entities: seeds.rows,
    anchors: new Set(seeds.anchorTimes).size,
  };
}

/**
 * Trains one run.
 *
 * @param objective - what is minimised.
 * @param data - training rows in bins.
 * @param validation - rows that say when to stop; `null` runs all rounds.
 * @param bag - which draw of rows and columns.
 */
export async function trainRun(
  objective: Objective,
  data: BinnedTreeData,
  validation: TreeData | null,
  config: TreesConfig,
  bag: number,
  options: TreesOptions,
): Promise<TreeEnsemble> {
  const { rounds, learningRate, leaves, minRowsPerLeaf, l2, columnFraction, rowFraction } = config;
  const settings: TreeOptions = {
    objective,
    rounds,
    learningRate,
    leaves: leaves ?? automaticLeaves(data.targets.length),
    // Few rows make few leaves.
    minRowsPerLeaf: Math.max(3, Math.min(minRowsPerLeaf, Math.floor(data.targets.length / 20))),
    l2,
    columnFraction,
    rowFraction,
    rng: options.rng.split("bag", bag),
    threads: options.threads,
    isTimeUp: options.isTimeUp,
    signal: options.signal,
    ...(validation !== null && { earlyStopping: { rounds: config.patience, validation } }),
  };
  const model = await trainTreesInThreads(data, settings);
  options.onProgress?.({
    stage: "trees",
    message: `run ${bag + 1} of ${config.bags}`,
    done: bag + 1,
    total: config.bags,
    values: { rounds: model.bestRound },
  });
  return model;
}

/** What the trees minimise in a score space: absolute error of numbers, else the logarithmic loss. */
export function objectiveOf({ scale, outputs }: ScoreSpace): Objective {
  if (scale.kind !== "logit") return { kind: "l1" };
  return outputs === 1 ? { kind: "logistic" } : { kind: "softmax", classes: outputs };
}

/** Weights of rows by their age; `undefined` where all weigh the same, which is learned from faster. */
export function weightsOf({ seeds }: LearningRows, halfLife: number): Float64Array | undefined {
  return halfLife === Infinity ? undefined : recencyWeights(seeds.anchorTimes, halfLife);
}

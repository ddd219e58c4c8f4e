/** The trees expert: boosted trees on exact temporal signals, a few runs of which are averaged. */
import type { Seeds } from "../../graph/seeds.js";
import type { SignalMatrix } from "../../graph/signals/types.js";
import type { WorkOptions } from "../core/progress.js";
import type { Rng } from "../core/random.js";
import type { Database } from "../data/database.js";
import { binFeatures } from "../trees/bins.js";
import { treesFromJson, treesToJson } from "../trees/json.js";
import { predictRaw } from "../trees/predict.js";
import { treeShap } from "../trees/shap.js";
import { trainTreesInThreads } from "../trees/threads.js";
import type {
  BinnedFeatures,
  BinnedTreeData,
  FeatureColumn,
  Objective,
  TreeData,
  TreeEnsemble,
  TreeOptions,
} from "../trees/types.js";
import type { FittedExpert, MemberFit, Quantiles } from "./expert.js";
import { type LearningData, type LearningRows, recencyWeights } from "./learning-data.js";
import { type ScoreSpace, targetScores, toOutputs } from "./score.js";
import type { SignalFrame } from "./signal-frame.js";
import { signalReasons } from "./signal-reasons.js";
import { DEFAULT_TREES_CONFIG, type TreesConfig } from "./trees-config.js";

/** Options of {@link fitTrees}. */
export interface TreesOptions extends WorkOptions {
  readonly config?: Partial<TreesConfig> | undefined;
  readonly threads?: number | undefined;
  /** Levels of the quantiles that intervals are made from, ascending; for numbers only. */
  readonly levels?: readonly number[] | undefined;
  readonly rng: Rng;
  readonly isTimeUp?: (() => boolean) | undefined;
}

/** What a model folder keeps; the frame is kept beside it. */
export interface TreesSettings {
  readonly space: ScoreSpace;
  readonly ensembles: readonly unknown[];
  /** One ensemble a level, for numbers. */
  readonly quantiles: readonly { readonly level: number; readonly ensemble: unknown }[];
}

/** Trained trees. */
interface Forest {
  readonly space: ScoreSpace;
  /** The runs that are averaged. */
  readonly runs: readonly TreeEnsemble[];
  readonly quantiles: readonly { readonly level: number; readonly ensemble: TreeEnsemble }[];
}

/** What validation chose, for the last fit on all rows. */
export interface TreesChoice {
  /** Rounds of each bag. */
  readonly rounds: readonly number[];
  /** Rounds of each quantile. */
  readonly quantileRounds: readonly { readonly level: number; readonly rounds: number }[];
  /** Milliseconds; `Infinity`: all anchors weigh the same. */
  readonly halfLife: number;
}

/** A fit with what validation chose. */
export interface TreesFit extends MemberFit {
  readonly choice: TreesChoice;
  /** Quantiles of the validation rows; `null` where there are none. */
  readonly heldOutQuantiles: Quantiles | null;
}

/**
 * Fits the trees on training rows; the number of rounds and the half-life of anchors are chosen on validation rows.
 *
 * @param db - the database.
 * @param frame - the signals.
 * @param data - labelled rows.
 * @param options - settings, seed, threads.
 * @see models: histogram boosting on windowed aggregates, the best accuracy per second known for relational tables.
 */
export async function fitTrees(
  db: Database,
  frame: SignalFrame,
  data: LearningData,
  options: TreesOptions,
): Promise<TreesFit> {
  const { space, train, validation } = data;
  const config = { ...DEFAULT_TREES_CONFIG, ...options.config };
  const held = validation && {
    features: featuresOf(frame.compute(db, validation.seeds, options)),
    targets: targetScores(space, validation.targets),
  };
  const binned = binsOf(frame, db, train.seeds, config, options);
  const halfLife = await chooseHalfLife(space, binned, train, held, config, options);
  const rows = {
    binned,
    targets: targetScores(space, train.targets),
    weights: recencyWeights(train.seeds.anchorTimes, halfLife),
  };
  const runs: TreeEnsemble[] = [];
  for (let bag = 0; bag < config.bags; bag++) {
    runs.push(await trainRun(objectiveOf(space), rows, held, config, bag, options));
  }
  const quantiles: { level: number; ensemble: TreeEnsemble }[] = [];
  for (const level of space.scale.kind === "logit" ? [] : (options.levels ?? [])) {
    const objective = { kind: "quantile", alpha: level } as const;
    quantiles.push({ level, ensemble: await trainRun(objective, rows, held, config, 0, options) });
  }
  const forest = { space, runs, quantiles };
  return {
    expert: makeTrees(frame, forest),
    heldOut: held && meanScores(forest, held.features),
    heldOutQuantiles: held && quantiles.length > 0 ? quantilesOf(forest, held.features) : null,
    choice: {
      rounds: runs.map(({ bestRound }) => bestRound),
      quantileRounds: quantiles.map(({ level, ensemble }) => ({
        level,
        rounds: ensemble.bestRound,
      })),
      halfLife,
    },
  };
}

/**
 * Fits the trees once more on training and validation rows, with what validation chose; rounds grow with the rows.
 *
 * @param choice - of {@link fitTrees}.
 */
export async function refitTrees(
  db: Database,
  frame: SignalFrame,
  data: LearningData,
  choice: TreesChoice,
  options: TreesOptions,
): Promise<FittedExpert> {
  const { space, all, train } = data;
  const config = { ...DEFAULT_TREES_CONFIG, ...options.config };
  const rows = {
    binned: binsOf(frame, db, all.seeds, config, options),
    targets: targetScores(space, all.targets),
    weights: recencyWeights(all.seeds.anchorTimes, choice.halfLife),
  };
  const growth = all.targets.length / Math.max(1, train.targets.length);
  const grown = (rounds: number): TreesConfig => ({
    ...config,
    rounds: Math.max(1, Math.round(rounds * growth)),
  });
  const runs: TreeEnsemble[] = [];
  for (const [bag, best] of choice.rounds.entries()) {
    runs.push(await trainRun(objectiveOf(space), rows, null, grown(best), bag, options));
  }
  const quantiles: { level: number; ensemble: TreeEnsemble }[] = [];
  for (const { level, rounds } of choice.quantileRounds) {
    const objective = { kind: "quantile", alpha: level } as const;
    const ensemble = await trainRun(objective, rows, null, grown(rounds), 0, options);
    quantiles.push({ level, ensemble });
  }
  return makeTrees(frame, { space, runs, quantiles });
}

/** Restores the trees of a model folder. */
export function restoreTrees(frame: SignalFrame, settings: unknown): FittedExpert {
  const { space, ensembles, quantiles } = settings as TreesSettings;
  return makeTrees(frame, {
    space,
    runs: ensembles.map(treesFromJson),
    quantiles: quantiles.map(({ level, ensemble }) => ({
      level,
      ensemble: treesFromJson(ensemble),
    })),
  });
}

function makeTrees(frame: SignalFrame, forest: Forest): FittedExpert {
  const { space, runs, quantiles } = forest;
  const featuresAt = (db: Database, seeds: Seeds, options?: WorkOptions): FeatureColumn[] =>
    featuresOf(frame.compute(db, seeds, options));
  return {
    name: "trees",
    predict(db, seeds, options) {
      return toOutputs(space, meanScores(forest, featuresAt(db, seeds, options)));
    },
    ...(quantiles.length > 0 && {
      quantiles: (db: Database, seeds: Seeds, options?: WorkOptions) =>
        quantilesOf(forest, featuresAt(db, seeds, options)),
    }),
    explain(db, seeds, { top, output = 0 } = {}) {
      const features = featuresAt(db, seeds);
      const contributions = new Float64Array(features.length);
      let baseline = 0;
      for (const run of runs) {
        const shap = treeShap(run, features, 0, output);
        baseline += shap.baseline / runs.length;
        for (let j = 0; j < contributions.length; j++) {
          contributions[j]! += shap.contributions[j]! / runs.length;
        }
      }
      const scores = meanScores(forest, features);
      const found = { space, scores, baseline, contributions, output, top };
      return signalReasons(db, frame, seeds, found);
    },
    state: () => {
      const settings: TreesSettings = {
        space,
        ensembles: runs.map(treesToJson),
        quantiles: quantiles.map(({ level, ensemble }) => ({
          level,
          ensemble: treesToJson(ensemble),
        })),
      };
      return { name: "trees", settings, weights: {}, frame: frame.settings };
    },
    dispose: () => undefined,
  };
}

/** The signals of seeds, put into bins once for all runs. */
function binsOf(
  frame: SignalFrame,
  db: Database,
  seeds: Seeds,
  { maxBins }: TreesConfig,
  options: TreesOptions,
): BinnedFeatures {
  const features = featuresOf(frame.compute(db, seeds, options));
  return binFeatures(features, { maxBins, rng: options.rng.split("bins"), signal: options.signal });
}

/** Signals as the columns of trees. */
export function featuresOf({ signals, columns }: SignalMatrix): FeatureColumn[] {
  return signals.map(({ id, kind }, j) => ({ name: id, kind, values: columns[j]! }));
}

/** Rows a tree is grown on while half-lives are tried. */
const TRIAL_ROWS = 10_000;

/** Tries half-lives with one run each; an equal weight for all anchors stays unless another is clearly better. */
async function chooseHalfLife(
  space: ScoreSpace,
  binned: BinnedFeatures,
  train: LearningRows,
  held: TreeData | null,
  config: TreesConfig,
  options: TreesOptions,
): Promise<number> {
  const { anchorTimes } = train.seeds;
  let first = Infinity;
  let last = -Infinity;
  for (const time of anchorTimes) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const span = last - first;
  const { halfLives } = config;
  if (held === null || halfLives === 0 || !(span > 0) || !Number.isFinite(span)) return Infinity;
  const rowFraction = Math.min(config.rowFraction, TRIAL_ROWS / anchorTimes.length);
  const tries = { ...config, rowFraction };
  let best = { halfLife: Infinity, loss: Infinity };
  for (let halved = 0; halved <= halfLives; halved++) {
    const halfLife = halved === 0 ? Infinity : span / 2 ** halved;
    const weights = recencyWeights(anchorTimes, halfLife);
    const rows = { binned, targets: targetScores(space, train.targets), weights };
    const model = await trainRun(objectiveOf(space), rows, held, tries, 0, options);
    const loss = model.losses.validation.reduce((a, b) => Math.min(a, b), Infinity);
    if (loss < best.loss * (best.halfLife === Infinity ? 0.995 : 1)) best = { halfLife, loss };
  }
  return best.halfLife;
}

async function trainRun(
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
    leaves,
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

function objectiveOf({ scale, outputs }: ScoreSpace): Objective {
  if (scale.kind !== "logit") return { kind: "l1" };
  return outputs === 1 ? { kind: "logistic" } : { kind: "softmax", classes: outputs };
}

/** Mean raw scores of the runs, which are in the score space. */
function meanScores({ space, runs }: Forest, features: readonly FeatureColumn[]): Float64Array {
  const rows = features[0]?.values.length ?? 0;
  const mean = new Float64Array(rows * space.outputs);
  for (const run of runs) {
    const scores = predictRaw(run, features);
    for (let i = 0; i < mean.length; i++) mean[i]! += scores[i]! / runs.length;
  }
  return mean;
}

/** Quantiles in the unit of the target, sorted along each row because each level was learned by itself. */
function quantilesOf({ space, quantiles }: Forest, features: readonly FeatureColumn[]): Quantiles {
  const levels = quantiles.map(({ level }) => level);
  const rows = features[0]?.values.length ?? 0;
  const values = new Float64Array(rows * levels.length);
  quantiles.forEach(({ ensemble }, k) => {
    toOutputs(space, predictRaw(ensemble, features)).forEach((value, i) => {
      values[i * levels.length + k] = value;
    });
  });
  for (let i = 0; i < rows; i++) values.subarray(i * levels.length, (i + 1) * levels.length).sort();
  return { levels, values };
}

/** What validation chooses for the trees: how fast old anchors fade, and whether its own rows are worth learning from. */
import { binFeatures } from "../trees/bins.js";
import { predictRaw } from "../trees/predict.js";
import type { BinnedFeatures, FeatureColumn, TreeEnsemble } from "../trees/types.js";
import { type LearningRows, recencyWeights } from "./learning-data.js";
import { type ScoreSpace, scoreLosses, targetScores } from "./score.js";
import { type HeldRows, objectiveOf, type TreesOptions, trainRun } from "./tree-run.js";
import type { TreesConfig } from "./trees-config.js";
import { isProvenGain } from "./weights.js";

/** Rows a tree is grown on while half-lives are tried. */
const TRIAL_ROWS = 10_000;

/** Tries half-lives with one run each; an equal weight for all anchors stays unless another is clearly better. */
export async function chooseHalfLife(
  space: ScoreSpace,
  binned: BinnedFeatures,
  train: LearningRows,
  held: HeldRows | null,
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
  const targets = targetScores(space, train.targets);
  const lossesOf = async (halfLife: number): Promise<Float64Array> => {
    const rows = { binned, targets, weights: recencyWeights(anchorTimes, halfLife) };
    const run = await trainRun(objectiveOf(space), rows, held.data, tries, 0, options);
    return scoreLosses(space, predictRaw(run, held.data.features), held.targets);
  };
  const alike = await lossesOf(Infinity);
  let best = { halfLife: Infinity, gain: 0 };
  for (let halved = 1; halved <= halfLives; halved++) {
    const halfLife = span / 2 ** halved;
    const losses = await lossesOf(halfLife);
    const gains = alike.map((loss, i) => loss - losses[i]!);
    const gain = gains.reduce((a, b) => a + b, 0);
    if (gain > best.gain && isProvenGain(gains, held.entities)) best = { halfLife, gain };
  }
  return best.halfLife;
}

/**
 * Asks whether more recent rows help: a run without the newest anchors, as many as validation has, must not be clearly better on the
 * validation rows than the run with them.
 */
export async function helpsToRefit(
  space: ScoreSpace,
  features: readonly FeatureColumn[],
  train: LearningRows,
  held: HeldRows,
  run: TreeEnsemble,
  config: TreesConfig,
  options: TreesOptions,
): Promise<boolean> {
  const { anchorTimes } = train.seeds;
  const anchors = [...new Set(anchorTimes)].sort((a, b) => b - a);
  const newest = anchors[held.anchors];
  if (newest === undefined || anchors.length < 3 * held.anchors) return true;
  const early = Int32Array.from(anchorTimes.keys()).filter((i) => anchorTimes[i]! <= newest);
  if (early.length < LEAST_EARLY_ROWS) return true;
  const taken = features.map((feature) => ({
    ...feature,
    values: Float32Array.from(early, (i) => feature.values[i]!),
  }));
  const rows = {
    binned: binFeatures(taken, { maxBins: config.maxBins, rng: options.rng.split("bins") }),
    targets: targetScores(
      space,
      Float64Array.from(early, (i) => train.targets[i]!),
    ),
  };
  const rounds = Math.max(1, Math.round((run.bestRound * early.length) / anchorTimes.length));
  const before = await trainRun(objectiveOf(space), rows, null, { ...config, rounds }, 0, options);
  const losses = (model: TreeEnsemble): Float64Array =>
    scoreLosses(space, predictRaw(model, held.data.features), held.targets);
  const without = losses(before);
  const gains = losses(run).map((loss, i) => loss - without[i]!);
  return !isProvenGain(gains, held.entities);
}

/** Fewest rows that a run without the newest anchors is trained on. */
const LEAST_EARLY_ROWS = 300;

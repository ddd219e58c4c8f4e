/** What validation chooses for the trees: how fast old anchors fade, and whether its own rows are worth learning from. */
import { predictRaw } from "../trees/predict.js";
import type { BinnedFeatures, BinnedTreeData, TreeEnsemble } from "../trees/types.js";
import type { LearningRows } from "./learning-data.js";
import { type ScoreSpace, scoreLosses, targetScores } from "./score.js";
import { type HeldRows, objectiveOf, type TreesOptions, trainRun, weightsOf } from "./tree-run.js";
import type { TreesConfig } from "./trees-config.js";
import { isProvenGain } from "./weights.js";

/** Rows a tree is grown on while half-lives are tried. */
const TRIAL_ROWS = 10_000;

/** A half-life with the run that was tried with it. */
export interface HalfLifeChoice {
  /** Milliseconds; `Infinity`: all anchors weigh the same. */
  readonly halfLife: number;
  /** The run, where it is what the first bag would be; else `null`. */
  readonly run: TreeEnsemble | null;
}

/**
 * Tries half-lives with one run each, longer ones first, until one gains nothing; an equal weight for all anchors stays unless another is
 * clearly better.
 */
export async function chooseHalfLife(
  space: ScoreSpace,
  binned: BinnedFeatures,
  train: LearningRows,
  held: HeldRows | null,
  config: TreesConfig,
  options: TreesOptions,
): Promise<HalfLifeChoice> {
  const { anchorTimes } = train.seeds;
  let first = Infinity;
  let last = -Infinity;
  for (const time of anchorTimes) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const span = last - first;
  const { halfLives } = config;
  if (held === null || halfLives === 0 || !(span > 0) || !Number.isFinite(span)) {
    return { halfLife: Infinity, run: null };
  }
  const rowFraction = Math.min(config.rowFraction, TRIAL_ROWS / anchorTimes.length);
  const tries = { ...config, rowFraction };
  const targets = targetScores(space, train.targets);
  const tryOut = async (halfLife: number): Promise<{ run: TreeEnsemble; losses: Float64Array }> => {
    const rows = { binned, targets, weights: weightsOf(train, halfLife) };
    const run = await trainRun(objectiveOf(space), rows, held.data, tries, 0, options);
    return { run, losses: scoreLosses(space, predictRaw(run, held.data.features), held.targets) };
  };
  const alike = await tryOut(Infinity);
  let best = { halfLife: Infinity, gain: 0, run: alike.run };
  for (let halved = 1; halved <= halfLives; halved++) {
    const halfLife = span / 2 ** halved;
    const { run, losses } = await tryOut(halfLife);
    const gains = alike.losses.map((loss, i) => loss - losses[i]!);
    const gain = gains.reduce((a, b) => a + b, 0);
    if (gain <= 0) break;
    if (gain > best.gain && isProvenGain(gains, held.entities)) best = { halfLife, gain, run };
  }
  return { halfLife: best.halfLife, run: rowFraction === config.rowFraction ? best.run : null };
}

/**
 * Asks whether more recent rows help: a run without the newest anchors, as many as validation has, must not be clearly better on the
 * validation rows than the run with them.
 */
export async function helpsToRefit(
  space: ScoreSpace,
  data: BinnedTreeData,
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
  // Rows of weight 0 are not learned from; the bins serve both runs.
  const weights = anchorTimes.map((time, i) => (time <= newest ? (data.weights?.[i] ?? 1) : 0));
  const early = weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
  if (early < LEAST_EARLY_ROWS) return true;
  const rows = { ...data, weights };
  const rounds = Math.max(1, Math.round((run.bestRound * early) / anchorTimes.length));
  const before = await trainRun(objectiveOf(space), rows, null, { ...config, rounds }, 0, options);
  const losses = (model: TreeEnsemble): Float64Array =>
    scoreLosses(space, predictRaw(model, held.data.features), held.targets);
  const without = losses(before);
  const gains = losses(run).map((loss, i) => loss - without[i]!);
  return !isProvenGain(gains, held.entities);
}

/** Fewest rows that a run without the newest anchors is trained on. */
const LEAST_EARLY_ROWS = 300;

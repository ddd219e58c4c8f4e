/** The trees expert: boosted trees on exact temporal signals, a few runs of which are averaged. */
import type { Database } from "../data/database.js";
import type { TreeEnsemble } from "../trees/types.js";
import type { FittedExpert, MemberFit, Quantiles } from "./expert.js";
import { makeTrees, meanScores, quantilesOf } from "./forest.js";
import type { LearningData } from "./learning-data.js";
import { targetScores } from "./score.js";
import type { SignalFrame } from "./signal-frame.js";
import { chooseHalfLife, helpsToRefit } from "./tree-choices.js";
import {
  binsOf,
  heldRows,
  objectiveOf,
  type TreesOptions,
  trainRun,
  weightsOf,
} from "./tree-run.js";
import { DEFAULT_TREES_CONFIG, type TreesConfig } from "./trees-config.js";

/** What validation chose, for the last fit on all rows. */
export interface TreesChoice {
  /** Rounds of each bag. */
  readonly rounds: readonly number[];
  /** Rounds of each quantile. */
  readonly quantileRounds: readonly { readonly level: number; readonly rounds: number }[];
  /** Milliseconds; `Infinity`: all anchors weigh the same. */
  readonly halfLife: number;
  /** Whether it helps to learn from the validation rows, too. */
  readonly refit: boolean;
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
  const held =
    validation && heldRows(space, frame.compute(db, validation.seeds, options), validation);
  const matrix = frame.compute(db, train.seeds, options);
  const binned = binsOf(matrix, config, options);
  const { halfLife, run: first } = await chooseHalfLife(
    space,
    binned,
    train,
    held,
    config,
    options,
  );
  const rows = {
    binned,
    targets: targetScores(space, train.targets),
    weights: weightsOf(train, halfLife),
  };
  const runs: TreeEnsemble[] = [];
  for (let bag = 0; bag < config.bags; bag++) {
    const known = bag === 0 ? first : null;
    runs.push(
      known ?? (await trainRun(objectiveOf(space), rows, held?.data ?? null, config, bag, options)),
    );
  }
  const quantiles: { level: number; ensemble: TreeEnsemble }[] = [];
  for (const level of space.scale.kind === "logit" ? [] : (options.levels ?? [])) {
    const objective = { kind: "quantile", alpha: level } as const;
    quantiles.push({
      level,
      ensemble: await trainRun(objective, rows, held?.data ?? null, config, 0, options),
    });
  }
  const forest = { space, runs, quantiles };
  return {
    expert: makeTrees(frame, forest),
    heldOut: held && meanScores(forest, held.data.features),
    heldOutQuantiles: held && quantiles.length > 0 ? quantilesOf(forest, held.data.features) : null,
    choice: {
      rounds: runs.map(({ bestRound }) => bestRound),
      quantileRounds: quantiles.map(({ level, ensemble }) => ({
        level,
        rounds: ensemble.bestRound,
      })),
      halfLife,
      refit:
        held === null || config.halfLives === 0
          ? true
          : await helpsToRefit(space, rows, train, held, runs[0]!, config, options),
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
    binned: binsOf(frame.compute(db, all.seeds, options), config, options),
    targets: targetScores(space, all.targets),
    weights: weightsOf(all, choice.halfLife),
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

/** Early stopping: the loss on other rows after each round, and which round was best. */
import { checkFeatures, checkLabels } from "./check.js";
import { lossOf } from "./objective.js";
import { addTree, byRow, prepareColumns } from "./predict.js";
import type { EarlyStopping, ModelFeature, Objective, Tree } from "./types.js";

/** Validation of a training run. */
export interface Validation {
  /** Loss after each round so far. */
  readonly losses: readonly number[];
  /** Takes the trees of a round; returns whether another may still be better. */
  add(trees: readonly Tree[]): boolean;
  /** The number of rounds with the least loss, the first of equal ones. */
  bestRound(): number;
}

/**
 * Prepares validation.
 *
 * @param stopping - rows, metric and patience.
 * @param objective - whose loss is the metric unless another is given.
 * @param features - columns of the model.
 * @param baseScores - the first scores.
 * @throws {@link DataError} DAT401 to DAT410 for data that does not fit.
 */
export function startValidation(
  { validation, rounds, metric }: EarlyStopping,
  objective: Objective,
  features: readonly ModelFeature[],
  baseScores: Float64Array,
): Validation {
  const { targets, weights, groups } = validation;
  checkFeatures(validation.features, 255);
  checkLabels(
    { targets, weights, groups },
    validation.features[0]?.values.length ?? null,
    objective,
  );
  const prepared = prepareColumns(features, validation.features);
  const loss = lossOf(objective, { targets, weights, groups });
  const rows = targets.length;
  const scores = new Float64Array(rows * loss.outputs);
  baseScores.forEach((score, k) => {
    scores.fill(score, k * rows, (k + 1) * rows);
  });
  const losses: number[] = [];
  let best = 0;
  return {
    losses,
    add(trees) {
      for (const [k, tree] of trees.entries()) {
        addTree(tree, prepared, scores.subarray(k * rows, (k + 1) * rows));
      }
      losses.push(
        metric ? metric(byRow(scores.slice(), loss.outputs), targets) : loss.mean(scores),
      );
      if (losses.at(-1)! < losses[best]!) best = losses.length - 1;
      return losses.length - 1 - best < rounds;
    },
    bestRound: () => (losses.length === 0 ? 0 : best + 1),
  };
}

/** From an objective's name to its loss and its link. */
import { assertNever } from "../core/assert.js";
import { ConfigError } from "../core/errors.js";
import { logisticLoss, softmaxLoss } from "./losses/classification.js";
import { poissonLoss, tweedieLoss } from "./losses/counts.js";
import type { Loss } from "./losses/loss.js";
import { lambdarankLoss } from "./losses/ranking.js";
import { absoluteLoss, huberLoss, pinballLoss, squaredLoss } from "./losses/regression.js";
import type { Objective, TreeLabels } from "./types.js";

/**
 * Binds an objective to targets.
 *
 * @param objective - what to minimise; its settings were checked.
 * @param labels - targets, weights, queries; checked.
 */
export function lossOf(objective: Objective, labels: TreeLabels): Loss {
  switch (objective.kind) {
    case "logistic":
      return logisticLoss(labels);
    case "softmax":
      return softmaxLoss(labels, objective.classes);
    case "l2":
      return squaredLoss(labels);
    case "l1":
      return absoluteLoss(labels);
    case "huber":
      return huberLoss(labels, objective.delta);
    case "quantile":
      return pinballLoss(labels, objective.alpha);
    case "poisson":
      return poissonLoss(labels);
    case "tweedie":
      return tweedieLoss(labels, objective.power);
    case "lambdarank":
      return lambdarankLoss(labels, objective.truncation);
    default:
      return assertNever(objective);
  }
}

/**
 * Checks the settings of an objective.
 *
 * @throws {@link ConfigError} CFG703 for a setting out of range.
 */
export function checkObjective(objective: Objective): void {
  const expect = (name: string, found: number, expected: string, holds: boolean): void => {
    if (holds) return;
    const message = `\`${name}\` of \`${objective.kind}\` expects ${expected}, found ${found}`;
    throw new ConfigError("CFG703", message);
  };
  switch (objective.kind) {
    case "softmax": {
      const { classes } = objective;
      const holds = Number.isInteger(classes) && classes >= 2 && classes < 65536;
      expect("classes", classes, "a whole number from 2 to 65535", holds);
      return;
    }
    case "huber":
      expect("delta", objective.delta, "a number above 0", objective.delta > 0);
      return;
    case "quantile": {
      const { alpha } = objective;
      expect("alpha", alpha, "a number between 0 and 1", alpha > 0 && alpha < 1);
      return;
    }
    case "tweedie": {
      const { power } = objective;
      expect("power", power, "a number between 1 and 2", power > 1 && power < 2);
      return;
    }
    case "lambdarank": {
      const { truncation } = objective;
      const holds = Number.isInteger(truncation) && truncation >= 1;
      expect("truncation", truncation, "a whole number from 1 on", holds);
      return;
    }
    default:
      return;
  }
}

/**
 * Turns raw scores into predictions in place: probabilities, means, or the scores themselves.
 *
 * @param objective - says which link.
 * @param scores - raw scores, [rows × outputs] row by row.
 * @returns the same array.
 */
export function applyLink(objective: Objective, scores: Float64Array): Float64Array {
  switch (objective.kind) {
    case "logistic":
      return replace(scores, (score) => 1 / (1 + Math.exp(-score)));
    case "poisson":
    case "tweedie":
      return replace(scores, Math.exp);
    case "softmax":
      for (let start = 0; start < scores.length; start += objective.classes) {
        softmax(scores.subarray(start, start + objective.classes));
      }
      return scores;
    default:
      return scores;
  }
}

function replace(values: Float64Array, by: (value: number) => number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = by(values[i]!);
  return values;
}

function softmax(scores: Float64Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = Math.exp(scores[k]! - most);
  for (let k = 0; k < scores.length; k++) scores[k]! /= sum;
}

/** An expert's outputs as the values of a prediction table. */
import type { PredictionValues } from "./task/prediction-table.js";
import type { EntityTask } from "./task/task.js";

/**
 * Names the outputs of an expert by the kind of answer.
 *
 * @param task - what is predicted.
 * @param outputs - `[rows]` numbers or probabilities; `[rows, classes]` shares for classes.
 * @param classes - the classes of a multiclass task, `null` otherwise.
 */
export function predictionValues(
  task: EntityTask,
  outputs: Float64Array,
  classes: readonly string[] | null,
): PredictionValues {
  if (classes !== null) return { kind: "multiclass", classes, scores: outputs };
  return task.taskType === "binary_classification"
    ? { kind: "binary", probability: outputs }
    : { kind: "regression", point: outputs, lower: null, upper: null };
}

/** The predicted numbers of a table, whatever it predicts. */
import type { PredictionTable } from "../../src/task/prediction-table.js";

/** Numbers, probabilities, or shares of classes row by row. */
export function numbers({ values }: PredictionTable): Float64Array {
  switch (values.kind) {
    case "regression":
      return values.point;
    case "binary":
      return values.probability;
    case "multiclass":
      return values.scores;
    default:
      throw new Error(`unexpected ${values.kind}`);
  }
}

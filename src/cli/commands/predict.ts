/** `relgraph predict`: predictions of a saved model, or of one fitted on the spot. */
import { entityId, readEntities } from "../entities.js";
import { withData, withLanguage, withSeed, withWork } from "../flags.js";
import { withModel } from "../model-flags.js";
import { checkTableFile, giveTable } from "../output.js";
import { choosePredictor, type PredictorFlags } from "../predictors.js";
import { withTimes } from "../times.js";
import { convertPredictions, unitChange } from "../units.js";
import { time } from "../values.js";
import type { Register } from "./command.js";

interface PredictFlags extends PredictorFlags {
  readonly entities?: string;
  readonly since?: number;
  readonly unit?: string;
  readonly out?: string;
}

/** Registers `relgraph predict`. */
export const registerPredict: Register = (program, open) => {
  const command = program
    .command("predict")
    .description("predict with a saved model, or fit and predict in one go")
    .argument("[query]", "the predictive query, in quotes, in place of --model")
    .option("--model <folder>", "a folder that `relgraph fit` saved")
    .option(
      "--anchor <time>",
      "when the prediction is made (default: the latest time)",
      time("--anchor"),
    )
    .option(
      "--since <time>",
      "only entities whose answer can depend on what became known after it",
      time("--since"),
    )
    .option("--entities <ids>", "only these: ID,ID,… or @FILE with one a line")
    .option("--unit <unit>", "unit of time to predict in, such as hours")
    .option(
      "--instant",
      "no training run: learn in seconds from the query replayed before the anchor",
    )
    .option(
      "--out <file>",
      "a .csv, .parquet, .json, .ndjson or .arrow file (default: CSV to stdout)",
    );
  withWork(withSeed(withModel(withTimes(withLanguage(withData(command)))))).action(
    async (query: string | undefined, flags: PredictFlags) => {
      const session = open(flags);
      const make = await choosePredictor(session, query, flags);
      const ids = await readEntities(flags.entities);
      await checkTableFile(flags.out);
      const { db, predictor } = await make();
      for (const warning of predictor.warnings) session.warn(warning);
      const { task } = predictor;
      if (flags.anchor !== undefined) {
        for (const warning of predictor.warningsAt(flags.anchor)) session.warn(warning);
      }
      const change = flags.unit === undefined ? null : unitChange(flags.unit, task.unit);
      const predicted = await predictor.predict({
        ...session.work,
        anchor: flags.anchor,
        since: flags.since,
        entities: ids?.map((id) => entityId(db, task.entityTable, id)),
      });
      for (const warning of predicted.warnings ?? []) session.warn(warning);
      const predictions = change ? convertPredictions(predicted, change) : predicted;
      predictor.dispose();
      const { predictionTableToTable } = await import("../../task/result-tables.js");
      await giveTable(session, predictionTableToTable(predictions, db), flags.out, {
        query: predictor.query,
        taskType: task.taskType,
        unit: predictions.task.unit,
        warnings: predictor.warnings,
      });
    },
  );
};

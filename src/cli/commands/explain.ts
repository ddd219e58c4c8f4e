/** `relgraph explain`: one prediction with its reasons. */
import { entityId } from "../entities.js";
import { explanationPage } from "../explanation-page.js";
import { withData, withLanguage, withSeed, withWork } from "../flags.js";
import { withModel } from "../model-flags.js";
import { checkDocumentFile, writeDocument } from "../output.js";
import { choosePredictor, type PredictorFlags } from "../predictors.js";
import { withTimes } from "../times.js";
import { convertExplanation, unitChange } from "../units.js";
import { time, wholeNumber } from "../values.js";
import type { Register } from "./command.js";

interface ExplainFlags extends PredictorFlags {
  readonly top?: number;
  readonly since?: number;
  readonly class?: string;
  readonly window?: number;
  readonly item?: string;
  readonly unit?: string;
  readonly out?: string;
}

const ENDINGS = [".html", ".json", ".txt"];

/** Registers `relgraph explain`. */
export const registerExplain: Register = (program, open) => {
  const command = program
    .command("explain")
    .description("explain one prediction by its reasons")
    .argument("<entity>", "the key of the entity")
    .argument("[query]", "the predictive query, in quotes, in place of --model")
    .option("--model <folder>", "a folder that `relgraph fit` saved")
    .option(
      "--anchor <time>",
      "when the prediction is made (default: the latest time)",
      time("--anchor"),
    )
    .option(
      "--instant",
      "no training run: learn in seconds from the query replayed before the anchor",
    )
    .option("--top <n>", "reasons listed (default: 5)", wholeNumber("--top", 1))
    .option(
      "--since <time>",
      "tell what changed since an earlier time, in place of the difference to everyone",
      time("--since"),
    )
    .option("--class <name>", "the class to explain, of classes (default: the likeliest)")
    .option(
      "--window <n>",
      "the window to explain, of a forecast (default: 1)",
      wholeNumber("--window", 1),
    )
    .option("--item <name>", "the item to explain, of a recommendation (default: the first)")
    .option("--unit <unit>", "unit of time to predict in, such as hours")
    .option("--out <file>", "a .html, .json or .txt file (default: text to stdout)");
  withWork(withSeed(withModel(withTimes(withLanguage(withData(command)))))).action(
    async (entity: string, query: string | undefined, flags: ExplainFlags) => {
      const session = open(flags);
      const make = await choosePredictor(session, query, flags);
      const { out } = flags;
      await checkDocumentFile(out, ENDINGS);
      const { db, predictor } = await make();
      for (const warning of predictor.warnings) session.warn(warning);
      const { task } = predictor;
      const change = flags.unit === undefined ? null : unitChange(flags.unit, task.unit);
      const id = entityId(db, task.entityTable, entity);
      const found = await predictor.explain(id, {
        anchor: flags.anchor,
        since: flags.since,
        class: flags.class,
        step: flags.window,
        item: flags.item,
        top: flags.top,
      });
      const explanation = change ? convertExplanation(found, change) : found;
      predictor.dispose();
      const text = predictor.describe(explanation);
      if (out !== undefined) {
        const json = `${JSON.stringify(explanation, null, 2)}\n`;
        const page = (): string =>
          explanationPage(explanation, predictor.query, text.split("\n")[0]!);
        const ending = out.toLowerCase();
        await writeDocument(
          out,
          ending.endsWith(".html") ? page() : ending.endsWith(".json") ? json : `${text}\n`,
        );
        session.note(`explanation in ${out}`);
        if (!session.json) return;
      }
      session.result(
        () => text,
        () => explanation,
      );
    },
  );
};

/** `relgraph evaluate`: honest evaluation beside the baselines. */
import type { CheckLevel } from "../../evaluate.js";
import { REGIMES, type Regime } from "../../task/regime.js";
import {
  type DataFlags,
  type LanguageFlags,
  readQuery,
  type SeedFlags,
  withData,
  withLanguage,
  withSeed,
  withWork,
} from "../flags.js";
import { type ModelFlags, readModel, withModel } from "../model-flags.js";
import { checkDocumentFile, checkTableFile, writeDocument } from "../output.js";
import { openQueryData } from "../query-data.js";
import { readTimes, type TimesFlags, withTimes } from "../times.js";
import { oneOf, wholeNumber } from "../values.js";
import type { Register } from "./command.js";

interface EvaluateFlags
  extends DataFlags,
    LanguageFlags,
    TimesFlags,
    Omit<ModelFlags, "seed">,
    SeedFlags {
  readonly regime: Regime | "both";
  readonly seeds?: number;
  readonly checks?: CheckLevel;
  readonly learningCurve?: boolean;
  readonly compare?: boolean;
  readonly predictions?: string;
  readonly out?: string;
}

/** Registers `relgraph evaluate`. */
export const registerEvaluate: Register = (program, open) => {
  const command = program
    .command("evaluate")
    .description("evaluate honestly, in both regimes, beside the baselines")
    .argument("<query>", "the predictive query, in quotes")
    .option(
      "--regime <name>",
      "what rows may see: frozen, seed-time or both",
      oneOf<Regime | "both">("--regime", ["frozen", "seed-time", "both"]),
      "both",
    )
    .option(
      "--seeds <n>",
      "runs, with seeds from --seed on (default: 3)",
      wholeNumber("--seeds", 1, 100),
    )
    .option(
      "--checks <level>",
      "look for leaks: none, quick or full, with a model on shuffled labels (default: quick)",
      oneOf<CheckLevel>("--checks", ["none", "quick", "full"]),
    )
    .option("--learning-curve", "also score models that learn from a part of the training rows")
    .option(
      "--compare",
      "also compare with a flat table and a time series per entity, of numbers over a window",
    )
    .option("--predictions <file>", "also write the predictions of all runs to this table file")
    .option("--out <file>", "write the evaluation as .json, .txt or .html");
  withWork(withSeed(withModel(withTimes(withLanguage(withData(command)))))).action(
    async (query: string, flags: EvaluateFlags) => {
      const session = open(flags);
      const { language, tree } = await readQuery(query, flags);
      const times = await readTimes(flags, { folds: true });
      const model = await readModel(session, flags);
      await checkTableFile(flags.predictions);
      await checkDocumentFile(flags.out, [".json", ".txt", ".html"]);
      const db = await openQueryData(session, flags, tree);
      const { evaluate, evaluationPage, formatEvaluation } = await import("../../evaluate.js");
      const { evaluation, predictions, targets } = await evaluate(db, query, {
        ...model,
        ...language,
        times,
        regimes: flags.regime === "both" ? REGIMES : [flags.regime],
        seeds: flags.seeds,
        checks: flags.checks,
        learningCurve: flags.learningCurve,
      });
      for (const warning of evaluation.warnings) session.warn(warning);
      if (flags.predictions !== undefined) {
        const { scoredPredictionsToTable } = await import("../../task/result-tables.js");
        const { writeTable } = await import("../../data/io/write.js");
        // Rows of several targets have labels of their own, so that each gets a file, such as `p.many.csv` beside `p.csv`.
        const files = targets?.map((own) => ({
          predictions: own.predictions,
          path: flags.predictions!.replace(/(\.[^./\\]+)$/, `.${own.name}$1`),
        })) ?? [{ predictions, path: flags.predictions }];
        for (const { predictions: parts, path } of files) {
          const table = scoredPredictionsToTable(parts, db);
          await writeTable(table, path, session.work);
          session.note(`${table.numRows.toLocaleString("en-US")} rows in ${path}`);
        }
      }
      const { approachesSection, compareApproaches, formatApproaches } = await import(
        "../../approaches/index.js"
      );
      const how = { ...model, ...language, times, seeds: flags.seeds };
      const approaches = flags.compare ? await compareApproaches(db, query, how) : null;
      const document = approaches ? { ...evaluation, approaches } : evaluation;
      const sections = approaches ? [`<h2>Approaches</h2>\n${approachesSection(approaches)}`] : [];
      const text = (): string =>
        [
          formatEvaluation(evaluation),
          ...(approaches ? ["", formatApproaches(approaches)] : []),
        ].join("\n");
      if (flags.out !== undefined) {
        const name = flags.out.toLowerCase();
        const content = name.endsWith(".json")
          ? JSON.stringify(document, null, 2)
          : name.endsWith(".html")
            ? evaluationPage(evaluation, sections).trimEnd()
            : text();
        await writeDocument(flags.out, `${content}\n`);
        session.note(`evaluation in ${flags.out}`);
        if (!session.json) return;
      }
      session.result(text, () => document);
    },
  );
};

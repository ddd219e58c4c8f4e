/** `relgraph report`: evaluation, signals, calibration and example reasons of a model on one page. */
import { withData, withLanguage, withSeed, withWork } from "../flags.js";
import { withModel } from "../model-flags.js";
import { checkDocumentFile, writeDocument } from "../output.js";
import { choosePredictor, type PredictorFlags } from "../predictors.js";
import { readTimes, withTimes } from "../times.js";
import { wholeNumber } from "../values.js";
import type { Register } from "./command.js";

interface ReportFlags extends PredictorFlags {
  readonly out?: string;
  readonly rows?: number;
  readonly top?: number;
  readonly verify?: boolean;
}

const ENDINGS = [".html", ".json", ".txt"];

/** Registers `relgraph report`. */
export const registerReport: Register = (program, open) => {
  const command = program
    .command("report")
    .description("evaluation, signals, calibration and example reasons of a model on one page")
    .argument("[query]", "the predictive query, in quotes, in place of --model")
    .option("--model <folder>", "a folder that `relgraph fit` saved")
    .option("--rows <n>", "test rows that are explained (default: 200)", wholeNumber("--rows", 0))
    .option("--top <n>", "signals listed (default: 10)", wholeNumber("--top", 1))
    .option("--verify", "also check that the reasons add up, hold still and mean what they say")
    .option("--out <file>", "an .html, .json or .txt file (default: text to stdout)");
  withWork(withSeed(withModel(withTimes(withLanguage(withData(command)))))).action(
    async (query: string | undefined, flags: ReportFlags) => {
      const session = open(flags);
      const make = await choosePredictor(session, query, flags);
      const times = await readTimes(flags);
      const { out, rows, top, seed } = flags;
      await checkDocumentFile(out, ENDINGS);
      const { db, predictor } = await make();
      const { reportModel } = await import("../../model-report.js");
      const how = { ...session.work, times, explained: rows, top, seed };
      const report = await reportModel(db, predictor, how);
      const { formatChecks, verifyExplanations } = await import(
        "../../explanation-checks/index.js"
      );
      const checks = flags.verify
        ? await verifyExplanations(db, predictor, { ...session.work, seed })
        : null;
      predictor.dispose();
      for (const warning of report.warnings) session.warn(warning);
      const { modelText } = await import("../../report/model-text.js");
      const { htmlText } = await import("../../report/page.js");
      const told = checks === null ? null : formatChecks(checks);
      const text = (): string => [modelText(report), ...(told ? ["", told] : [])].join("\n");
      const document = checks === null ? report : { ...report, checks };
      const sections =
        told === null
          ? []
          : [
              {
                id: "checks",
                title: "Are the reasons right?",
                body: `<pre>${htmlText(told)}</pre>`,
              },
            ];
      if (out !== undefined) {
        const { modelPage } = await import("../../report/model-page.js");
        const ending = out.toLowerCase();
        const content = ending.endsWith(".html")
          ? modelPage(report, { sections })
          : ending.endsWith(".json")
            ? JSON.stringify(document, null, 2)
            : text();
        await writeDocument(out, `${content.trimEnd()}\n`);
        session.note(`report in ${out}`);
        if (!session.json) return;
      }
      session.result(text, () => document);
    },
  );
};

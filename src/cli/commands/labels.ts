/** `relgraph labels`: the training table of a query. */
import type { TrainingTablePlan } from "../../../pql/plan.js";
import type { Database } from "../../data/database.js";
import type { LabelSet, TimeOptions } from "../../labels.js";
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
import { checkTableFile, giveTable } from "../output.js";
import { splitCounts } from "../plan-text.js";
import { openQueryData } from "../query-data.js";
import type { Session } from "../session.js";
import { readTimes, type TimesFlags, withTimes } from "../times.js";
import type { Register } from "./command.js";

interface LabelsFlags extends DataFlags, LanguageFlags, TimesFlags, SeedFlags {
  readonly out?: string;
}

/** Registers `relgraph labels`. */
export const registerLabels: Register = (program, open) => {
  const command = program
    .command("labels")
    .description("compute the training table of a query")
    .argument("<query>", "the predictive query, in quotes")
    .option(
      "--out <file>",
      "a .csv, .parquet, .json, .ndjson or .arrow file (default: CSV to stdout)",
    );
  withWork(withSeed(withTimes(withLanguage(withData(command))))).action(
    async (query: string, flags: LabelsFlags) => {
      const session = open(flags);
      const { language, tree } = await readQuery(query, flags);
      const times = await readTimes(flags);
      await checkTableFile(flags.out);
      const db = await openQueryData(session, flags, tree);
      const { compileQuery } = await import("../../query.js");
      const { plan } = compileQuery(db.schema, query, language);
      const { labels, warnings } = await label(session, db, plan, times, flags.seed);
      for (const warning of warnings) session.warn(warning);
      const { trainingTableToTable } = await import("../../task/result-tables.js");
      await giveTable(session, trainingTableToTable(labels, db), flags.out, {
        query: plan.query,
        taskType: plan.task.taskType,
        ...(labels.split && { splits: splitCounts(labels) }),
        warnings,
      });
    },
  );
};

/** Labels at exactly the anchors given, without a split; else by the protocol, split. */
async function label(
  session: Session,
  db: Database,
  plan: TrainingTablePlan,
  times: TimeOptions,
  seed: number,
): Promise<Pick<LabelSet, "labels" | "warnings">> {
  if (times.anchors) {
    const { runPlan } = await import("../../../pql/execute.js");
    const labels = runPlan(plan, db, times.anchors, session.work);
    return { labels, warnings: labels.warnings.map(({ message }) => message) };
  }
  const { computeLabels } = await import("../../labels.js");
  return computeLabels(db, plan, times, { ...session.work, seed });
}

/** `relgraph labels`: the training table of a query. */
import type { TrainingTablePlan } from "../../../pql/plan/plan.js";
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
      const times = await readTimes(flags, { folds: true });
      await checkTableFile(flags.out);
      const db = await openQueryData(session, flags, tree, "label");
      const { compileTargets } = await import("../../query.js");
      const { bound, plans } = compileTargets(db.schema, query, { ...language, times });
      const sets = await label(session, db, plans, times, flags.seed);
      const warnings = [...new Set(sets.flatMap((set) => set.warnings))];
      for (const warning of warnings) session.warn(warning);
      const { namedLabelsToTable, trainingTableToTable } = await import(
        "../../task/result-tables.js"
      );
      const { printQuery } = await import("../../../pql/syntax/print.js");
      const [first] = sets;
      const table =
        sets.length === 1
          ? trainingTableToTable(first!.labels, db, first!.folds)
          : namedLabelsToTable(
              sets.map(({ labels }, i) => ({ name: plans[i]!.name!, labels })),
              db,
            );
      const { split } = first!.labels;
      await giveTable(session, table, flags.out, {
        query: plans.length === 1 ? plans[0]!.query : printQuery(bound.query),
        taskType: plans[0]!.task.taskType,
        ...(plans.length > 1 && {
          targets: plans.map(({ name, task }) => ({ name, taskType: task.taskType })),
        }),
        ...(split && { splits: splitCounts(first!.labels) }),
        warnings,
      });
    },
  );
};

/** The labels of one target. */
type Labelled = Pick<LabelSet, "labels" | "warnings" | "folds">;

/** Labels at exactly the anchors given, by an option or the query's AT, without a split; else by the protocol, split. */
async function label(
  session: Session,
  db: Database,
  plans: readonly TrainingTablePlan[],
  times: TimeOptions,
  seed: number,
): Promise<readonly Labelled[]> {
  const at = plans[0]!.at;
  const asked = at === null || times.val !== undefined ? undefined : [at];
  const anchors = times.anchors ?? asked;
  if (!anchors || times.table || times.folds !== undefined) {
    const { computeTargetLabels } = await import("../../labels.js");
    return computeTargetLabels(db, plans, times, { ...session.work, seed });
  }
  const { runPlan } = await import("../../../pql/run/execute.js");
  const { anchorWarnings } = await import("../../anchor-warnings.js");
  return plans.map((plan) => {
    const labels = runPlan(plan, db, anchors, session.work);
    const warnings = labels.warnings.map(({ message }) => message);
    return { labels, warnings: [...anchorWarnings(db, plan, anchors), ...warnings] };
  });
}

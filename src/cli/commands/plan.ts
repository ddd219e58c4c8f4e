/** `relgraph plan`: explains a query on the data. */
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
import { planDocument, planText } from "../plan-text.js";
import { openQueryData } from "../query-data.js";
import { readTimes, type TimesFlags, withTimes } from "../times.js";
import { notYet } from "../usage.js";
import type { Register } from "./command.js";

interface PlanFlags extends DataFlags, LanguageFlags, TimesFlags, SeedFlags {
  readonly sql?: string;
}

/** Registers `relgraph plan`. */
export const registerPlan: Register = (program, open) => {
  const command = program
    .command("plan")
    .description("explain a query: join path, windows, splits, rows kept and dropped, base rates")
    .argument("<query>", "the predictive query, in quotes")
    .option("--sql <engine>", "print the SQL for duckdb, spark or postgres (later version)");
  withWork(withSeed(withTimes(withLanguage(withData(command))))).action(
    async (query: string, flags: PlanFlags) => {
      const session = open(flags);
      if (flags.sql !== undefined)
        throw notYet("`--sql`", "leave it out to read the plan in words");
      const { language, tree } = await readQuery(query, flags);
      const times = await readTimes(flags);
      const db = await openQueryData(session, flags, tree);
      const { compileQuery } = await import("../../query.js");
      const { computeLabels } = await import("../../labels.js");
      const { plan } = compileQuery(db.schema, query, language);
      const set = computeLabels(db, plan, times, { ...session.work, seed: flags.seed });
      for (const warning of set.warnings) session.warn(warning);
      session.result(
        () => planText(plan, set.labels),
        () => planDocument(plan, set.labels),
      );
    },
  );
};

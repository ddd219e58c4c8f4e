/** `relgraph plan`: explains a query on the data. */
import type { LabelTable } from "../../../pql/execute.js";
import type { SqlDialect } from "../../../pql/sql/dialect.js";
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
import { oneOf } from "../values.js";
import type { Register } from "./command.js";

interface PlanFlags extends DataFlags, LanguageFlags, TimesFlags, SeedFlags {
  readonly sql?: SqlDialect;
}

/** The anchors of labels; `null` where each row has its own time. */
function anchorsOf({ anchors }: LabelTable): readonly number[] | null {
  const times = anchors.flatMap(({ anchorTime }) => anchorTime ?? []);
  return times.length === anchors.length ? times : null;
}

/** Registers `relgraph plan`. */
export const registerPlan: Register = (program, open) => {
  const command = program
    .command("plan")
    .description("explain a query: join path, windows, splits, rows kept and dropped, base rates")
    .argument("<query>", "the predictive query, in quotes")
    .option(
      "--sql <engine>",
      "print the SQL that gives the same table: duckdb, spark or postgres",
      oneOf<SqlDialect>("--sql", ["duckdb", "spark", "postgres"]),
    );
  withWork(withSeed(withTimes(withLanguage(withData(command))))).action(
    async (query: string, flags: PlanFlags) => {
      const session = open(flags);
      const { language, tree } = await readQuery(query, flags);
      const times = await readTimes(flags);
      const db = await openQueryData(session, flags, tree, "label");
      const { compileTargets } = await import("../../query.js");
      const { computeTargetLabels } = await import("../../labels.js");
      const { plans } = compileTargets(db.schema, query, language);
      const at = plans[0]!.at;
      const asked = at === null || times.val !== undefined ? times : { ...times, anchors: [at] };
      const sets = computeTargetLabels(db, plans, times.anchors ? times : asked, {
        ...session.work,
        seed: flags.seed,
      });
      for (const warning of new Set(sets.flatMap((set) => set.warnings))) session.warn(warning);
      const planned = plans.map((plan, i) => ({ plan, labels: sets[i]!.labels }));
      if (flags.sql === undefined) {
        const documents = (): unknown[] =>
          planned.map(({ plan, labels }) => planDocument(plan, labels));
        session.result(
          () => planned.map(({ plan, labels }) => planText(plan, labels)).join("\n\n"),
          () => (planned.length === 1 ? documents()[0] : { targets: documents() }),
        );
        return;
      }
      const { planToSql } = await import("../../../pql/sql/plan-to-sql.js");
      const dialect = flags.sql;
      const statements = planned.map(({ plan, labels }) =>
        planToSql(plan, db.schema, anchorsOf(labels), { dialect }),
      );
      session.result(
        () => statements.join("\n;\n\n"),
        () => ({ query: plans[0]!.query, dialect, sql: statements }),
      );
    },
  );
};

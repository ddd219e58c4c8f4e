/** `relgraph plan`: explains a query on the data. */

import { allAggregations } from "../../../pql/bind/bound.js";
import type { TrainingTablePlan } from "../../../pql/plan/plan.js";
import type { LabelTable } from "../../../pql/run/execute.js";
import type { SqlDialect } from "../../../pql/sql/dialect.js";
import type { Database } from "../../data/database.js";
import { SPLITS, type SplitName } from "../../task/training-table.js";
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

/** The part of the split that each anchor belongs to; `null` where rows are not split, or not by their anchors. */
function splitOf({ split, anchors, anchorTimes }: LabelTable): Map<number, SplitName> | null {
  if (!split || anchors.some(({ anchorTime }) => anchorTime === null)) return null;
  const parts = new Map<number, SplitName>();
  for (let row = 0; row < split.length; row++) parts.set(anchorTimes[row]!, SPLITS[split[row]!]!);
  return parts;
}

/** The statement needs an order of rows only where keys repeat, or rows of one time count in their order. */
function needsRowOrder(db: Database, plan: TrainingTablePlan): boolean {
  const aggregations = [...plan.frames, plan.where, plan.assuming].flatMap(allAggregations);
  if (aggregations.some(({ name }) => /^(FIRST|LAST|LIST_DISTINCT)$/.test(name))) return true;
  return db.schema.tables.some(({ name, primaryKey }) => {
    if (primaryKey === null) return false;
    const { nulls, duplicates } = db.keyIndex(name);
    return nulls > 0 || duplicates > 0;
  });
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
      const times = await readTimes(flags, { folds: true });
      const db = await openQueryData(session, flags, tree, "label");
      const { compileTargets } = await import("../../query.js");
      const { computeTargetLabels } = await import("../../labels.js");
      const { plans } = compileTargets(db.schema, query, { ...language, times });
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
      const statements = planned.map(({ plan, labels }) => {
        const rowOrder = dialect === "duckdb" && needsRowOrder(db, plan);
        const splits = splitOf(labels);
        return planToSql(plan, db.schema, anchorsOf(labels), {
          dialect,
          rowOrder,
          ...(splits && { split: (anchor: number) => splits.get(anchor) ?? null }),
        });
      });
      session.result(
        () => statements.join("\n;\n\n"),
        () => ({ query: plans[0]!.query, dialect, sql: statements }),
      );
    },
  );
};

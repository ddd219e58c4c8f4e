/** Whose answer can have changed since an earlier time or an earlier state of the database: more entities rather than fewer. */
import { type Seeds, takeSeeds } from "../graph/seeds.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { ConfigError } from "./core/errors.js";
import { formatTime, type Timestamp } from "./core/time.js";
import { isValid } from "./data/column.js";
import type { Database } from "./data/database.js";
import { rowsChanged, rowsKnownSince } from "./data/new-rows.js";
import { type RowMarks, rowsLeadingTo } from "./data/walks.js";
import { joinReads, labelWalks, type Reads } from "./experts/reads.js";
import type { Since } from "./prediction-options.js";
import type { TargetModel } from "./target-models.js";

/** Seeds whose answer can have changed, and what the user should know about the choice. */
export interface SinceSeeds {
  readonly seeds: Seeds;
  readonly warnings: readonly string[];
}

/**
 * Keeps the seeds whose answer at their anchor can depend on what came since.
 *
 * @param models - the models of all targets.
 * @param db - the database.
 * @param seeds - who would be predicted otherwise.
 * @param since - from when on.
 * @throws {@link ConfigError} CFG156 if the time is not before the anchors.
 */
export function seedsSince(
  models: readonly TargetModel[],
  db: Database,
  seeds: Seeds,
  since: Since,
): SinceSeeds {
  if (seeds.rows.length === 0) return { seeds, warnings: [] };
  const plans = models.map(({ plan }) => plan);
  const until = latestView(plans, seeds);
  if (typeof since === "number" && !(since < until)) {
    const message = `\`since\` expects a time before the anchor ${formatTime(until)}, found ${formatTime(since)}`;
    throw new ConfigError("CFG156", message, {
      hint: "give the anchor of the earlier predictions, such as --since 2024-05-01",
    });
  }
  const reads = joinReads([
    ...models.map(({ model }) => model.reads(db)),
    { walks: plans.flatMap(labelWalks), shared: [], everything: null },
  ]);
  const everybody = (why: string): SinceSeeds => ({
    seeds,
    warnings: [`all ${seeds.rows.length.toLocaleString("en-US")} entities are predicted: ${why}`],
  });
  if (reads.everything !== null) return everybody(reads.everything);
  if (hasEarlierStart(plans, db, since)) {
    return everybody(
      "the data that the target reads begin after `since`, or earlier than they did",
    );
  }
  const changed = changesOf(db, since, until);
  if (changed === null) return everybody("rows were taken away, so rows have other numbers");
  const { marks, undated } = changed;
  const shared = reads.shared.find((table) => marks.get(table)?.includes(1));
  if (shared !== undefined) {
    return everybody(`rows of \`${shared}\` are new, and the model reads all of that table`);
  }
  const { entityTable } = plans[0]!.task;
  const databases = typeof since === "number" ? ([db] as const) : ([db, since] as const);
  const hit = rowsLeadingTo([...databases], entityTable, reads.walks, marks);
  const isThere = rowsThere(db, entityTable, until);
  const places = Int32Array.from(seeds.rows.keys()).filter((i) => {
    const row = seeds.rows[i]!;
    // The own row of whom is asked for by name is read, even where its time has not come.
    return hit?.[row] === 1 || !isThere(row);
  });
  const warned = undated.filter((table) => isRead(entityTable, reads, table));
  return {
    seeds: takeSeeds(seeds, places),
    warnings: warned.map(
      (table) =>
        `rows of \`${table}\` have no times and nothing with a time points at them: all of them count as new`,
    ),
  };
}

/** Up to when the seeds see; a target without a window looks for what is missing whatever the time. */
function latestView(plans: readonly TrainingTablePlan[], { visibleTimes }: Seeds): Timestamp {
  if (plans.some(({ horizon }) => horizon === null)) return Number.MAX_VALUE;
  return visibleTimes.reduce((a, b) => Math.max(a, b), -Infinity);
}

/** Where the history of targets begins is told by the first row of anybody. */
function hasEarlierStart(plans: readonly TrainingTablePlan[], db: Database, since: Since): boolean {
  return plans.some(({ horizon, timeTables }) => {
    if (horizon === null) return false;
    const start = db.timeSpan(timeTables)?.min;
    if (start === undefined) return false;
    return typeof since === "number" ? start > since : start !== since.timeSpan(timeTables)?.min;
  });
}

function rowsThere(db: Database, table: string, time: Timestamp): (row: number) => boolean {
  const times = db.timeColumn(table);
  return (row) => times === null || (isValid(times, row) && times.values[row]! <= time);
}

function changesOf(
  db: Database,
  since: Since,
  until: Timestamp,
): { readonly marks: RowMarks; readonly undated: readonly string[] } | null {
  if (typeof since === "number") return rowsKnownSince(db, since, until);
  const marks = rowsChanged(db, since, until);
  return marks && { marks, undated: [] };
}

function isRead(entityTable: string, { walks }: Reads, table: string): boolean {
  const isMet = walks.some((walk) => walk.some((s) => s.child === table || s.parent === table));
  return table === entityTable || isMet;
}

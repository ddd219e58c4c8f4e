/** The labels of a training table by hand: its rows, checked against the database, and their split. */
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { type LabelTable, runPlan } from "../pql/run/execute.js";
import { ConfigError } from "./core/errors.js";
import { checkAborted } from "./core/progress.js";
import type { Database } from "./data/database.js";
import type { LabelOptions, LabelSet, TimeOptions } from "./label-types.js";
import { type GivenRows, readGivenRows } from "./task/given-rows.js";
import type { GivenTarget } from "./task/given-target.js";
import type { SplitTimes } from "./task/regime.js";
import { rowsInTwoParts, splitWarnings } from "./task/split-checks.js";
import {
  labelEnd,
  randomSplit,
  splitAnchors,
  splitGivenTimes,
  temporalSplit,
} from "./task/splits.js";
import { takeTrainingRows } from "./task/training-table.js";

/**
 * Labels a query by the user's own training table. Rows are split by the table's SPLIT; else by `val` and `test`; else by whole
 * timeframes where they have times; else by the entities' own times, or at random.
 *
 * @param db - the database.
 * @param plan - the plan of `PREDICT TARGET FOR EACH t.key`, compiled with the table.
 * @param times - the table; `val` and `test`; `step`: how far targets look ahead.
 * @param options - `seed` of a random split; cancellation.
 * @throws {@link ConfigError} CFG181 if the plan was compiled without the table, CFG184 if an option does not go with it;
 * DataError DAT13x if the table does not fit the database.
 */
export function givenLabels(
  db: Database,
  plan: TrainingTablePlan,
  times: TimeOptions,
  options: LabelOptions = {},
): LabelSet {
  const { table } = times;
  const { given } = plan.task;
  if (!table || !given) {
    const [what, hint] = given
      ? ["this model was made with a training table, and none is given", "give it as `table`"]
      : ["a training table is given, and the query was understood without it", "compile with it"];
    throw new ConfigError("CFG181", what, { hint });
  }
  for (const name of ["anchors", "evalAnchors"] as const) {
    if (times[name] === undefined) continue;
    const message = `\`${name}\` has nothing to say beside a training table, whose rows have their own times`;
    throw new ConfigError("CFG184", message, { hint: "leave one of the two out" });
  }
  checkAborted(options.signal, "reading the training table");
  const { entityTable } = plan.task;
  const rows = readGivenRows(db, entityTable, table, given);
  const labels = keepEligible(db, plan, labelsOf(plan, rows));
  const split = splitRowsOf(labels, plan, times, options.seed ?? 0);
  const { val, test } = times;
  const splitTimes = val === undefined || test === undefined ? null : { val, test };
  const warnings = [
    ...rows.warnings,
    ...split.warnings,
    ...windowWords(given),
    ...(given.timed
      ? splitWarnings(split.labels, plan.labelWindows)
      : rowsInTwoParts(split.labels)),
  ];
  return { labels: split.labels, splitTimes, warnings };
}

function windowWords({ timed, window }: GivenTarget): string[] {
  if (!timed || window !== null) return [];
  return [
    "the training table does not say how far its targets look ahead (`step`): past targets are no signal, and targets of one part may reach into the next",
  ];
}

function labelsOf(plan: TrainingTablePlan, rows: GivenRows): LabelTable {
  const { entityRows, anchorTimes, targets, classes, split, integer, dropped } = rows;
  return {
    task: { ...plan.task, integer },
    entityRows,
    anchorTimes,
    targets,
    classes,
    split,
    anchors: summarize(anchorTimes, targets, plan.task.given!.timed, classes !== null),
    dropped: {
      nullKey: 0,
      duplicateKey: 0,
      notYetCreated: dropped.time,
      ended: 0,
      where: 0,
      assuming: 0,
      undefinedLabel: dropped.target,
    },
    warnings: [],
  };
}

function summarize(
  times: Float64Array,
  targets: Float64Array,
  timed: boolean,
  classes: boolean,
): LabelTable["anchors"] {
  const groups = new Map<number | null, { rows: number; sum: number }>();
  for (let row = 0; row < targets.length; row++) {
    const key = timed ? times[row]! : null;
    const group = groups.get(key) ?? { rows: 0, sum: 0 };
    group.rows++;
    group.sum += targets[row]!;
    groups.set(key, group);
  }
  return [...groups].map(([anchorTime, { rows, sum }]) => ({
    anchorTime,
    rows,
    mean: classes ? null : sum / rows,
  }));
}

/** Leaves out the rows for which WHERE does not hold. */
function keepEligible(db: Database, plan: TrainingTablePlan, labels: LabelTable): LabelTable {
  if (plan.where === null) return labels;
  const { entityRows, anchorTimes } = labels;
  const timed = plan.task.given!.timed;
  const eligible = new Map<number, Set<number>>();
  const everyone = { ...plan, entity: { ...plan.entity, ids: null } };
  for (const time of timed ? new Set(anchorTimes) : [Infinity]) {
    const found = runPlan(everyone, db, timed ? [time] : null, { mode: "predict" });
    eligible.set(time, new Set(found.entityRows));
  }
  const kept = keepRows(labels, (row) =>
    eligible.get(timed ? anchorTimes[row]! : Infinity)!.has(entityRows[row]!),
  );
  const where = entityRows.length - kept.entityRows.length;
  return { ...kept, dropped: { ...labels.dropped, where } };
}

function keepRows(labels: LabelTable, keeps: (row: number) => boolean): LabelTable {
  const rows = Int32Array.from(labels.entityRows.keys()).filter(keeps);
  const kept = takeTrainingRows(labels, rows);
  const { anchorTimes, targets, task, classes } = kept;
  const anchors = summarize(anchorTimes, targets, task.given!.timed, classes !== null);
  return { ...labels, ...kept, anchors };
}

function splitRowsOf(
  labels: LabelTable,
  plan: TrainingTablePlan,
  { val, test }: TimeOptions,
  seed: number,
): { readonly labels: LabelTable; readonly warnings: readonly string[] } {
  const { anchorTimes } = labels;
  if (labels.split) return { labels, warnings: [] };
  if (val !== undefined && test !== undefined) return splitFrom(labels, plan, { val, test });
  if (!plan.task.given!.timed) {
    const timed = anchorTimes.length > 0 && anchorTimes.every(Number.isFinite);
    const split = timed ? temporalSplit(anchorTimes) : randomSplit(anchorTimes.length, { seed });
    return { labels: { ...labels, split }, warnings: [] };
  }
  const anchors = Float64Array.from(new Set(anchorTimes)).sort();
  try {
    const parts = splitAnchors(anchors, plan.labelWindows);
    return splitFrom(labels, plan, { val: parts.val[0]!, test: parts.test[0]! });
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code !== "CFG175") throw error;
    const warning = `the ${anchors.length} times of the training table are too few to split: all rows train, none validates or tests`;
    const split = new Uint8Array(anchorTimes.length);
    return { labels: { ...labels, split }, warnings: [warning] };
  }
}

/** Splits at the starts of the parts; rows whose target reaches into the next part are left out. */
function splitFrom(
  labels: LabelTable,
  { labelWindows }: TrainingTablePlan,
  start: SplitTimes,
): { readonly labels: LabelTable; readonly warnings: readonly string[] } {
  const split = splitGivenTimes(labels.anchorTimes, start);
  const next = [start.val, start.test, Infinity];
  const kept = keepRows({ ...labels, split }, (row) => {
    return labelEnd(labels.anchorTimes[row]!, labelWindows) <= next[split[row]!]!;
  });
  const lost = split.length - kept.targets.length;
  const words = `${lost} rows of the training table left out: their targets reach into the next part`;
  return { labels: kept, warnings: lost > 0 ? [words] : [] };
}

/** Labels of a query: which anchors, the labels at them, and their split. */

import { spanOfWindows } from "../pql/bind/windows.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import { type LabelTable, runPlan } from "../pql/run/execute.js";
import { ConfigError } from "./core/errors.js";
import { formatTime } from "./core/time.js";
import { cellValue } from "./data/column.js";
import type { Database } from "./data/database.js";
import { givenLabels } from "./given-labels.js";
import type { LabelOptions, LabelSet, TimeOptions } from "./label-types.js";
import { foldsOverTime, makeFolds, splitByFold } from "./task/folds.js";
import {
  type AnchorSplit,
  assignSplit,
  closeLabelWindows,
  defaultAnchors,
  randomSplit,
  relbenchAnchors,
  splitAnchors,
  splitAtTimes,
  temporalSplit,
} from "./task/splits.js";
import { isSplitColumn, SPLITS, type SplitName } from "./task/training-table.js";

export type { LabelOptions, LabelSet, TimeOptions } from "./label-types.js";

/**
 * Labels a query's training table.
 *
 * With `val` and `test` the anchors follow RelBench's protocol. Otherwise they step back from the latest whole window (or
 * are those given) and are split 0.8 / 0.1 / 0.1 by whole timeframes, each part's windows closed before the next begins.
 * Links are tested on the last timeframe and validated on the one before. Static targets are split by a column SPLIT, else by
 * the rows' own times, or at random where there are none, or in folds. Anchors of a query asked `AT` a time close before it.
 * A training table by hand takes the place of all this, see {@link TimeOptions}.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param times - anchors and split.
 * @param options - `seed` of a random split; progress, cancellation.
 * @throws {@link ConfigError} CFG17x if anchors and data do not fit, CFG180 if only one of `val` and `test` is given, CFG181 to
 * CFG184 and DataError DAT13x for training tables and folds.
 */
export function computeLabels(
  db: Database,
  plan: TrainingTablePlan,
  times: TimeOptions = {},
  options: LabelOptions = {},
): LabelSet {
  return computeTargetLabels(db, [plan], times, options)[0]!;
}

/**
 * Labels the training tables of a query with several targets, all at the same anchors with the same split.
 *
 * @param db - the database.
 * @param plans - a plan per target, of one query.
 * @param times - anchors and split, see {@link computeLabels}; the windows of all targets must be over.
 * @param options - `seed` of a random split; progress, cancellation.
 * @returns the labels of each target.
 * @throws {@link ConfigError} as {@link computeLabels}.
 */
export function computeTargetLabels(
  db: Database,
  plans: readonly TrainingTablePlan[],
  times: TimeOptions = {},
  options: LabelOptions = {},
): LabelSet[] {
  const work = { onProgress: options.onProgress, signal: options.signal };
  if ((times.val === undefined) !== (times.test === undefined)) {
    const given = times.val === undefined ? "test" : "val";
    throw new ConfigError(
      "CFG180",
      `\`${given}\` is given alone, expected both \`val\` and \`test\``,
      {
        hint: "RelBench's protocol needs both times; leave both out for the default split",
      },
    );
  }
  const seed = options.seed ?? 0;
  const given = times.table !== undefined || plans[0]!.task.given !== undefined;
  if (given || plans[0]!.horizon === null) {
    const labelled = given ? givenLabels : staticLabels;
    const sets = plans.map((plan) => labelled(db, plan, times, { ...work, seed }));
    return times.folds === undefined ? sets : sets.map((set) => inFolds(set, times, seed));
  }
  if (times.folds !== undefined) throw foldsOverTime();
  const { split, warnings } = chooseAnchors(db, together(plans), times);
  const { val, test } = times;
  const splitTimes = val === undefined || test === undefined ? null : { val, test };
  return plans.map((plan) => {
    const labels = runPlan(plan, db, joined(split), work);
    const notes = [...warnings, ...labels.warnings.map((warning) => warning.message)];
    return { labels: assignSplit(labels, split), splitTimes, warnings: notes };
  });
}

/** One plan that speaks for the windows and tables of several targets. */
function together(plans: readonly TrainingTablePlan[]): TrainingTablePlan {
  const [first] = plans;
  if (plans.length === 1) return first!;
  const labelWindows = plans.flatMap((plan) => plan.labelWindows);
  const window = spanOfWindows(plans.flatMap(({ task }) => task.window ?? []));
  return {
    ...first!,
    labelWindows,
    horizon: spanOfWindows(labelWindows),
    timeTables: [...new Set(plans.flatMap((plan) => plan.timeTables))],
    task: { ...first!.task, window },
  };
}

/** Chooses the anchors of each part; all train where they are too few to split. */
function chooseAnchors(
  db: Database,
  plan: TrainingTablePlan,
  times: TimeOptions,
): { split: AnchorSplit; warnings: string[] } {
  const window = plan.task.window!;
  const { labelWindows } = plan;
  if (times.anchors) {
    const anchors = Float64Array.from(new Set(times.anchors)).sort();
    return splitOrAll(anchors, plan);
  }
  const data = db.timeSpan(plan.timeTables);
  // A query asked AT a time learns from what was over by then.
  const span = data && { min: data.min, max: Math.min(data.max, plan.at ?? Infinity) };
  if (!span) {
    const message = `no row of ${plan.timeTables.map((name) => `\`${name}\``).join(", ")} has a time`;
    return { split: emptySplit(), warnings: [`${message}, so there are no anchors to learn from`] };
  }
  if (times.val !== undefined && times.test !== undefined) {
    const whole = db.timeSpan()!;
    const delta = times.step ?? { count: plan.horizon!.end, unit: window.unit };
    const protocol = {
      valTime: times.val,
      testTime: times.test,
      delta,
      ...(times.evalAnchors !== undefined && { evalAnchors: times.evalAnchors }),
      minTime: whole.min,
      maxTime: whole.max,
    };
    const split = closeLabelWindows(relbenchAnchors(protocol), labelWindows, protocol);
    return { split, warnings: [] };
  }
  try {
    const anchors = defaultAnchors({
      window,
      labelWindows,
      minTime: span.min,
      maxTime: span.max,
      ...(times.step && { step: times.step }),
    });
    return splitOrAll(anchors, plan);
  } catch (error) {
    // A history shorter than one window cannot teach anything, but its entities can still be predicted.
    if (!(error instanceof ConfigError) || error.code !== "CFG174") throw error;
    return { split: emptySplit(), warnings: [error.message] };
  }
}

function splitOrAll(
  anchors: Float64Array,
  { labelWindows, task }: TrainingTablePlan,
): { split: AnchorSplit; warnings: string[] } {
  try {
    const ratios = task.taskType === "temporal_link_prediction" ? "last" : undefined;
    return { split: splitAnchors(anchors, labelWindows, ratios), warnings: [] };
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code !== "CFG175") throw error;
    const none = new Float64Array(0);
    const warning = `${anchors.length} anchors are too few to split: all rows train, none validates or tests`;
    return { split: { train: anchors, val: none, test: none }, warnings: [warning] };
  }
}

function staticLabels(
  db: Database,
  plan: TrainingTablePlan,
  times: TimeOptions,
  options: LabelOptions,
): LabelSet {
  const labels = runPlan(plan, db, times.anchors ?? null, options);
  const warnings = labels.warnings.map((warning) => warning.message);
  const { anchorTimes } = labels;
  if (times.val !== undefined && times.test !== undefined) {
    const split = splitAtTimes(anchorTimes, times.val, times.test);
    const splitTimes = { val: times.val, test: times.test };
    return { labels: { ...labels, split }, splitTimes, warnings };
  }
  const own = ownSplit(db, labels);
  if (own) return { labels: { ...labels, split: own }, splitTimes: null, warnings };
  const timed = anchorTimes.length > 0 && anchorTimes.every((time) => Number.isFinite(time));
  const split = timed
    ? temporalSplit(anchorTimes)
    : randomSplit(anchorTimes.length, { seed: options.seed ?? 0 });
  return { labels: { ...labels, split }, splitTimes: null, warnings };
}

/** The labels of a static target in folds, split so that the first one tests. */
function inFolds(set: LabelSet, { folds: count, val }: TimeOptions, seed: number): LabelSet {
  if (val !== undefined) {
    const message = "`folds` makes the parts itself, so `val` and `test` have nothing to say";
    throw new ConfigError("CFG184", message, { hint: "leave one of the two out" });
  }
  const { folds, warnings } = makeFolds(set.labels, count!, seed);
  const labels = splitByFold(set.labels, folds, 0, seed);
  return { labels, splitTimes: null, folds, warnings: [...set.warnings, ...warnings] };
}

/**
 * The split that the entity table brings itself: a column SPLIT of 0, 1 and 2 or of `train`, `val` and `test`; `null` where
 * there is none.
 *
 * @see Kumo: a user's column SPLIT overrides the default split.
 */
function ownSplit(db: Database, { task, entityRows }: LabelTable): Uint8Array | null {
  const table = db.table(task.entityTable);
  const column = table.columns.find(({ name }) => isSplitColumn(name));
  if (!column) return null;
  const codes = new Uint8Array(entityRows.length);
  for (let i = 0; i < codes.length; i++) {
    const value = cellValue(column, entityRows[i]!);
    const code = typeof value === "number" ? value : SPLITS.indexOf(value as SplitName);
    if (code !== 0 && code !== 1 && code !== 2) return null;
    codes[i] = code;
  }
  return codes;
}

function joined({ train, val, test }: AnchorSplit): number[] {
  return [...train, ...val, ...test];
}

function emptySplit(): AnchorSplit {
  const none = new Float64Array(0);
  return { train: none, val: none, test: none };
}

/**
 * Prints the anchors of a set of labels per part, for plans and notes.
 *
 * @param set - the labels.
 */
export function formatAnchors({ labels }: LabelSet): string {
  const anchors = labels.anchors.filter((summary) => summary.anchorTime !== null);
  if (anchors.length === 0) return "each row at its own time";
  const first = formatTime(anchors[0]!.anchorTime!);
  const last = formatTime(anchors.at(-1)!.anchorTime!);
  return `${anchors.length} anchors from ${first} to ${last}`;
}

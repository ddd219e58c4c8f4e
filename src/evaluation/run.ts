/** One run of an evaluation: a model fitted on the training rows, and what it and its members say about the others. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Database } from "../data/database.js";
import type { ExpertName, FittedExpert } from "../experts/expert.js";
import { type ExpertOptions, type Fit, fitExpert } from "../fit.js";
import { type JudgedPart, judgePart, type PartOutputs, partSeeds, scoreRows } from "../judge.js";
import { applyPredictionIntervals, fitPredictionIntervals } from "../prediction-intervals.js";
import type { TrainingTable } from "../task/training-table.js";

/** What a model says about both judged parts. */
export interface JudgedParts {
  readonly val: PartOutputs;
  readonly test: PartOutputs;
}

/** Bounds of predicted numbers. */
export interface Bounds {
  /** float64 `[rows]` each, possibly infinite. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** How a run is made. */
export interface RunOptions extends ExpertOptions {
  /** Level of the intervals of numbers. */
  readonly interval?: number | undefined;
}

/** A run of a model. */
export interface ModelRun {
  readonly seed: number;
  /** Which fold tests, from 1. */
  readonly fold?: number;
  readonly seconds: number | null;
  /** What was fitted. */
  readonly name: ExpertName;
  readonly parts: JudgedParts;
  /** Each member of a blend alone, by its name; none where there is one expert. */
  readonly members: Readonly<Record<string, JudgedParts>>;
  /** Intervals of numbers on both parts; `null` for other tasks and where there are no validation rows to fit them on. */
  readonly bounds: { readonly val: Bounds; readonly test: Bounds } | null;
  readonly warnings: readonly string[];
}

/** What a run is made of. */
export interface RunSetting {
  readonly db: Database;
  readonly plan: TrainingTablePlan;
  /** Labelled rows, split. */
  readonly labels: TrainingTable;
  /** float64 `[label rows]`: up to when each row may see. */
  readonly visible: Float64Array;
}

/**
 * Fits a model and judges it. Validation rows are judged by what the model said before it learned from them.
 *
 * @param setting - rows and what they may see.
 * @param options - how to fit; its `seed` and `clock` are told in the result.
 */
export async function runModel(setting: RunSetting, options: RunOptions): Promise<ModelRun> {
  const { db, plan, labels, visible } = setting;
  const { clock, seed = 0 } = options;
  const began = clock?.();
  const fit: Fit = await fitExpert(db, plan, labels, visible, options);
  const { expert } = fit;
  try {
    const heldOut = fit.heldOut ?? null;
    const test = judgePart(db, expert, labels, "test", visible, options);
    const seen = judgePart(db, expert, labels, "val", visible, options);
    const val = heldOut ? withOutputs(labels, seen, heldOut.outputs) : seen;
    const members = judgeMembers(setting, expert, { val, test }, heldOut?.members, options);
    const bounds = boundsOf(setting, fit, { val, test }, options.interval);
    const seconds = began === undefined || !clock ? null : (clock() - began) / 1000;
    const { warnings } = fit;
    return { seed, seconds, name: expert.name, parts: { val, test }, members, bounds, warnings };
  } finally {
    expert.dispose();
  }
}

/** Intervals as a predictor fits them. */
function boundsOf(
  { db, labels, visible }: RunSetting,
  { expert, heldOut }: Fit,
  parts: JudgedParts,
  level: number | undefined,
): ModelRun["bounds"] {
  const hasRows = parts.val.labels.targets.length > 0;
  if (labels.task.taskType !== "regression" || !hasRows) return null;
  const said = heldOut ?? { outputs: parts.val.outputs, members: {}, quantiles: null };
  const intervals = fitPredictionIntervals(said, labels, level);
  const bound = (part: JudgedPart): Bounds => {
    const seeds = partSeeds(labels, part, visible);
    return applyPredictionIntervals(intervals, expert, db, seeds, parts[part].outputs);
  };
  return { val: bound("val"), test: bound("test") };
}

/** The same rows with other outputs. */
function withOutputs(
  all: TrainingTable,
  { labels }: PartOutputs,
  outputs: Float64Array,
): PartOutputs {
  return { labels, outputs, metrics: scoreRows(all, labels.targets, outputs) };
}

function judgeMembers(
  { db, labels, visible }: RunSetting,
  expert: FittedExpert,
  parts: JudgedParts,
  heldOut: Readonly<Record<string, Float64Array>> | undefined,
  options: ExpertOptions,
): Record<string, JudgedParts> {
  if (!expert.predictMembers) return {};
  const says = (part: JudgedPart): Readonly<Record<string, Float64Array>> =>
    expert.predictMembers!(db, partSeeds(labels, part, visible), { signal: options.signal });
  const test = says("test");
  const val = heldOut ?? says("val");
  return Object.fromEntries(
    Object.keys(test).map((name) => [
      name,
      {
        val: withOutputs(labels, parts.val, val[name] ?? parts.val.outputs),
        test: withOutputs(labels, parts.test, test[name]!),
      },
    ]),
  );
}

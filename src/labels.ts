/** Labels of a query: which anchors, the labels at them, and their split. */
import { type LabelTable, runPlan } from "../pql/execute.js";
import type { TrainingTablePlan } from "../pql/plan.js";
import { ConfigError } from "./core/errors.js";
import type { WorkOptions } from "./core/progress.js";
import { type Duration, formatTime, type Timestamp } from "./core/time.js";
import type { Database } from "./data/database.js";
import type { SplitTimes } from "./task/regime.js";
import {
  type AnchorSplit,
  assignSplit,
  defaultAnchors,
  randomSplit,
  relbenchAnchors,
  splitAnchors,
  splitAtTimes,
  temporalSplit,
} from "./task/splits.js";

/** Which anchors to label, and how rows are split. */
export interface TimeOptions {
  /** Exactly these anchors. */
  readonly anchors?: readonly Timestamp[] | undefined;
  /** RelBench's protocol: when validation and test begin; both or none. */
  readonly val?: Timestamp | undefined;
  readonly test?: Timestamp | undefined;
  /** Validation and test anchors each; 1 by default. */
  readonly evalAnchors?: number | undefined;
  /** Distance of anchors; the length of the target's window by default. */
  readonly step?: Duration | undefined;
}

/** The labels of a query. */
export interface LabelSet {
  /** The rows; split, unless the anchors were too few to split. */
  readonly labels: LabelTable;
  /** When validation and test begin, where the protocol says so; `null` otherwise. */
  readonly splitTimes: SplitTimes | null;
  readonly warnings: readonly string[];
}

/**
 * Labels a query's training table.
 *
 * With `val` and `test` the anchors follow RelBench's protocol. Otherwise they step back from the latest whole window (or
 * are those given) and are split 0.8 / 0.1 / 0.1 by whole timeframes, each part's windows closed before the next begins.
 * Static targets are split by the rows' own times, or at random where there are none.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param times - anchors and split.
 * @param options - `seed` of a random split; progress, cancellation.
 * @throws {@link ConfigError} CFG17x if anchors and data do not fit, CFG180 if only one of `val` and `test` is given.
 */
export function computeLabels(
  db: Database,
  plan: TrainingTablePlan,
  times: TimeOptions = {},
  options: WorkOptions & { readonly seed?: number | undefined } = {},
): LabelSet {
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
  if (plan.horizon === null)
    return staticLabels(db, plan, times, { ...work, seed: options.seed ?? 0 });
  const { split, warnings } = chooseAnchors(db, plan, times);
  const anchors = split === null ? (times.anchors ?? []) : joined(split);
  const labels = runPlan(plan, db, anchors, work);
  const notes = [...warnings, ...labels.warnings.map((warning) => warning.message)];
  if (split === null) return { labels, splitTimes: null, warnings: notes };
  const splitTimes =
    times.val === undefined || times.test === undefined
      ? null
      : { val: times.val, test: times.test };
  return { labels: assignSplit(labels, split), splitTimes, warnings: notes };
}

/** Chooses the anchors of each part; `null` where explicit anchors are too few to split. */
function chooseAnchors(
  db: Database,
  plan: TrainingTablePlan,
  times: TimeOptions,
): { split: AnchorSplit | null; warnings: string[] } {
  const window = plan.task.window!;
  const { labelWindows } = plan;
  if (times.anchors) {
    const anchors = Float64Array.from(new Set(times.anchors)).sort();
    return splitOrAll(anchors, labelWindows);
  }
  const span = db.timeSpan(plan.timeTables);
  if (!span) {
    const message = `no row of ${plan.timeTables.map((name) => `\`${name}\``).join(", ")} has a time`;
    return { split: emptySplit(), warnings: [`${message}, so there are no anchors to learn from`] };
  }
  if (times.val !== undefined && times.test !== undefined) {
    const whole = db.timeSpan()!;
    const delta = times.step ?? { count: plan.horizon!.end, unit: window.unit };
    const split = relbenchAnchors({
      valTime: times.val,
      testTime: times.test,
      delta,
      ...(times.evalAnchors !== undefined && { evalAnchors: times.evalAnchors }),
      minTime: whole.min,
      maxTime: whole.max,
    });
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
    return splitOrAll(anchors, labelWindows);
  } catch (error) {
    // A history shorter than one window cannot teach anything, but its entities can still be predicted.
    if (!(error instanceof ConfigError) || error.code !== "CFG174") throw error;
    return { split: emptySplit(), warnings: [error.message] };
  }
}

function splitOrAll(
  anchors: Float64Array,
  labelWindows: TrainingTablePlan["labelWindows"],
): { split: AnchorSplit; warnings: string[] } {
  try {
    return { split: splitAnchors(anchors, labelWindows), warnings: [] };
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
  options: WorkOptions & { readonly seed: number },
): LabelSet {
  const labels = runPlan(plan, db, times.anchors ?? null, options);
  const warnings = labels.warnings.map((warning) => warning.message);
  const { anchorTimes } = labels;
  if (times.val !== undefined && times.test !== undefined) {
    const split = splitAtTimes(anchorTimes, times.val, times.test);
    const splitTimes = { val: times.val, test: times.test };
    return { labels: { ...labels, split }, splitTimes, warnings };
  }
  const timed = anchorTimes.length > 0 && anchorTimes.every((time) => Number.isFinite(time));
  const split = timed
    ? temporalSplit(anchorTimes)
    : randomSplit(anchorTimes.length, { seed: options.seed });
  return { labels: { ...labels, split }, splitTimes: null, warnings };
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

/** Checks that run by themselves: each finds a reason to doubt a score, and says so as a warning. */
import type { Seeds } from "../../graph/seeds.js";
import { formatNumber } from "../core/pretty.js";
import { createRng, shuffle } from "../core/random.js";
import type { ExpertOptions } from "../fit.js";
import { judgePart, type PartMetrics } from "../judge.js";
import { fitModel } from "../models/fit-model.js";
import { type MetricName, primaryMetric, type ValueTaskType } from "../task/metrics.js";
import { flatValues } from "../task/scored-values.js";
import { bestSignalScore, missingSignal, type SignalTargets } from "../task/single-signal.js";
import { splitWarnings } from "../task/split-checks.js";
import { hasLists } from "../task/task.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import type { RunSetting } from "./run.js";
import { bestBaseline } from "./summary.js";
import { visibleColumns } from "./visible-cells.js";

/** Which checks run: `quick` (default) those that fit nothing, `full` also a model on shuffled labels. */
export type CheckLevel = "none" | "quick" | "full";

/** A column that alone scores more is suspicious, where the naive baselines stay below {@link FAR_BELOW}. */
const SUSPICIOUS = 0.98;
const FAR_BELOW = 0.9;
/** Rows looked at per part, at most; with fewer judged rows than the least nothing can be said. */
const MOST_ROWS = 5000;
const LEAST_ROWS = 30;
/** How many standard errors from chance a model on shuffled labels may score. */
const CHANCE = 4;

/**
 * Runs the checks that fit nothing: the split, and every single column around the entity.
 *
 * @param setting - labelled rows and what they may see.
 * @param baselines - the scores of the naive baselines.
 * @param seed - of the rows that are looked at, where there are many.
 * @param isFolds - whether rows are in folds: then parts have no order in time.
 * @returns warnings, each with the name of its check in front.
 */
export function quickChecks(
  setting: RunSetting,
  baselines: Readonly<Record<string, PartMetrics>>,
  seed: number,
  isFolds: boolean,
): string[] {
  const { plan, labels } = setting;
  const isTemporal = plan.horizon !== null || plan.task.given?.timed === true;
  return [
    ...(isTemporal && !isFolds ? splitWarnings(labels, plan.labelWindows) : []),
    ...columnsThatKnow(setting, baselines, seed),
  ];
}

const SIGNAL_METRIC: Readonly<Record<ValueTaskType, MetricName | null>> = {
  binary_classification: "roc_auc",
  regression: "r2",
  forecasting: "r2",
  multiclass_classification: "accuracy",
  multilabel_classification: null,
};

/** Columns that alone tell nearly everything about the validation rows. */
function columnsThatKnow(
  { db, plan, labels, visible }: RunSetting,
  baselines: Readonly<Record<string, PartMetrics>>,
  seed: number,
): string[] {
  const { entityTable, hiddenColumns } = plan.task;
  const taskType = labels.task.taskType as ValueTaskType;
  const metric = SIGNAL_METRIC[taskType];
  // Lists have none.
  if (!metric) return [];
  const best = Math.max(0, ...Object.values(baselines).map(({ val }) => val[metric] ?? 0));
  const learn = sampleRows(splitRows(labels, "train"), seed);
  const judge = sampleRows(splitRows(labels, "val"), seed);
  if (best >= FAR_BELOW || judge.length < LEAST_ROWS) return [];
  const rows = Int32Array.from([...learn, ...judge]);
  const seeds: Seeds = {
    rows: rows.map((row) => labels.entityRows[row]!),
    anchorTimes: Float64Array.from(rows, (row) => labels.anchorTimes[row]!),
    visibleTimes: Float64Array.from(rows, (row) => visible[row]!),
  };
  const targets: SignalTargets = {
    learn: Float64Array.from(learn, (row) => labels.targets[row]!),
    judge: Float64Array.from(judge, (row) => labels.targets[row]!),
    classes: labels.classes?.length ?? 1,
  };
  const words = `${metric} ${formatNumber(best, 3)} by the best naive baseline`;
  const warnings: string[] = [];
  for (const { name, values, isCode } of visibleColumns(db, entityTable, seeds, hiddenColumns)) {
    const parts = {
      learn: values.subarray(0, learn.length),
      judge: values.subarray(learn.length),
      isCode,
    };
    const score = bestSignalScore(taskType, parts, targets);
    if (score === null || score < SUSPICIOUS) continue;
    const missing = bestSignalScore(taskType, missingSignal(parts), targets) ?? 0;
    const what = missing >= SUSPICIOUS ? `whether \`${name}\` is missing` : `\`${name}\``;
    warnings.push(
      `leak: ${what} alone scores ${metric} ${formatNumber(score, 3)} on validation, ${words}: does it know the future? Say when it is known (knownFrom) or exclude it`,
    );
  }
  return warnings;
}

function sampleRows(rows: Int32Array, seed: number): Int32Array {
  if (rows.length <= MOST_ROWS) return rows;
  const order = rows.slice();
  shuffle(order, createRng(seed).split("checks"));
  return order.slice(0, MOST_ROWS);
}

/**
 * Says whether a score is too good to be true: AUROC or accuracy above 0.99, or an error below a twentieth of the best
 * baseline's.
 *
 * @param taskType - the kind of answer.
 * @param model - the model's scores.
 * @param baselines - those of the naive baselines.
 */
export function tooGood(
  taskType: ValueTaskType,
  model: PartMetrics,
  baselines: Readonly<Record<string, PartMetrics>>,
): string[] {
  const { name, higherIsBetter } = primaryMetric(taskType);
  const value = model.test[name];
  const best = bestBaseline(taskType, baselines);
  const other = best === null ? null : (baselines[best]!.test[name] ?? null);
  if (value === null || value === undefined) return [];
  const suspicious = higherIsBetter
    ? value > 0.99 && (other ?? 0) < 0.99
    : other !== null && other > 0 && value < other / 20;
  if (!suspicious) return [];
  const beside = best === null ? "" : `, ${best} ${formatNumber(other, 3)}`;
  return [
    `too good: ${name} ${formatNumber(value, 4)} on test${beside}: look for a column that knows the target, or for rows written later than their time`,
  ];
}

/**
 * Fits a model on labels that were shuffled among rows of the same time: it must tell the shuffled test labels no better than
 * chance, or something of the rows' own labels reaches the model.
 *
 * @param setting - labelled rows and what they may see.
 * @param options - how models are fitted; this one is made small.
 * @returns a warning if it scores more than {@link CHANCE} standard errors from chance.
 * @see Ojala and Garriga 2010, Permutation tests for studying classifier performance.
 */
export async function shuffledLabels(
  setting: RunSetting,
  options: ExpertOptions,
): Promise<string[]> {
  const { db, plan, visible } = setting;
  // Popular items are found in shuffled lists as well.
  if (hasLists(setting.labels.task)) return [];
  const labels = shuffleLabels(setting.labels, options.seed ?? 0);
  const small = {
    ...options,
    experts: ["trees"] as const,
    epochs: 2,
    refit: false,
    quantiles: false,
  };
  const { model } = await fitModel(db, plan, labels, visible, small);
  try {
    const { values, labels: judged } = judgePart(db, model, labels, "test", visible, options);
    const z = distanceFromChance(judged, flatValues(values));
    if (Math.abs(z) <= CHANCE) return [];
    return [
      `shuffled: a model fitted on shuffled labels still tells the test labels, ${formatNumber(z, 2)} standard errors from chance: the labels leak into what the model sees`,
    ];
  } finally {
    model.dispose();
  }
}

/** Rows that count as being of one time, in the order of time: whole anchors, together until they are enough to shuffle. */
function timeGroups(labels: TrainingTable, rows: Int32Array): Int32Array[] {
  const { anchorTimes } = labels;
  const order = rows.slice().sort((a, b) => anchorTimes[a]! - anchorTimes[b]! || a - b);
  const groups: Int32Array[] = [];
  let from = 0;
  for (let i = 1; i <= order.length; i++) {
    const ends = i === order.length || anchorTimes[order[i]!] !== anchorTimes[order[i - 1]!];
    if (!ends || (i - from < 20 && i < order.length)) continue;
    groups.push(order.subarray(from, i));
    from = i;
  }
  return groups;
}

function shuffleLabels(labels: TrainingTable, seed: number): TrainingTable {
  const rng = createRng(seed).split("shuffled labels");
  const targets = labels.targets.slice();
  for (const part of ["train", "val", "test"] as const) {
    for (const group of timeGroups(labels, splitRows(labels, part))) {
      const drawn = group.slice();
      shuffle(drawn, rng);
      group.forEach((row, i) => {
        targets[row] = labels.targets[drawn[i]!]!;
      });
    }
  }
  return { ...labels, targets };
}

/**
 * Computes the correlation of predictions and targets within times, in standard errors of chance.
 *
 * @param labels - the rows.
 * @param outputs - `[rows]` or `[rows, classes]`, of the same rows.
 * @returns about standard normal where the targets were shuffled within times.
 */
export function distanceFromChance(labels: TrainingTable, outputs: Float64Array): number {
  const width = labels.classes?.length ?? 1;
  const { targets } = labels;
  // Of classes, the score of the first against whether it is true; one of them suffices.
  const truth = width === 1 ? targets : targets.map((target) => (target === 0 ? 1 : 0));
  const said = Float64Array.from(targets, (_, row) => outputs[row * width]!);
  let product = 0;
  let squares = 0;
  let others = 0;
  let degrees = 0;
  let size = 0;
  for (const group of timeGroups(labels, Int32Array.from(targets.keys()))) {
    const mean = (values: Float64Array): number =>
      group.reduce((sum, row) => sum + values[row]!, 0) / group.length;
    const [a, b] = [mean(said), mean(truth)];
    for (const row of group) {
      product += (said[row]! - a) * (truth[row]! - b);
      squares += (said[row]! - a) ** 2;
      others += (truth[row]! - b) ** 2;
      size += said[row]! ** 2;
    }
    degrees += group.length - 1;
  }
  // What is left of equal predictions is rounding.
  const isFlat = squares <= 1e-20 * size || others === 0;
  return isFlat ? 0 : (product / Math.sqrt(squares * others)) * Math.sqrt(degrees);
}

/** Learning curves: scores against the number of training rows, and losses along a training. */
import type { ProgressEvent } from "../core/progress.js";
import { createRng, shuffle } from "../core/random.js";
import type { Metrics } from "../task/metrics.js";
import { SPLITS, splitRows, type TrainingTable, takeTrainingRows } from "../task/training-table.js";
import type { RunSetting } from "./run.js";

/** Scores of a model that learned from a part of the training rows. */
export interface CurvePoint {
  /** The share of the training rows that was asked for. */
  readonly fraction: number;
  /** How many rows it learned from. */
  readonly rows: number;
  readonly val: Metrics;
  readonly test: Metrics;
  readonly seconds: number | null;
}

/** Scores against the number of training rows. */
export interface LearningCurve {
  /** Which rows stay when there are fewer. */
  readonly by: "newest anchors" | "random entities";
  /** From few rows to all. */
  readonly points: readonly CurvePoint[];
}

/** Figures of one training, step by step. */
export interface TrainingCurve {
  /** What was trained: `train` is the network, `trees` the trees. */
  readonly stage: string;
  readonly points: readonly {
    readonly step: number;
    readonly values: Readonly<Record<string, number>>;
  }[];
}

/** The shares of the training rows of a learning curve. */
export const FRACTIONS: readonly number[] = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/** Which rows a learning curve keeps, see {@link fewerRows}. */
export function curveOrder(labels: TrainingTable): LearningCurve["by"] {
  const times = new Set<number>();
  for (const row of splitRows(labels, "train")) times.add(labels.anchorTimes[row]!);
  const isTimed = labels.task.window !== null || labels.task.given?.timed === true;
  return isTimed && times.size > 1 ? "newest anchors" : "random entities";
}

/**
 * Leaves a share of the training rows: those of the newest anchors, whole anchors as far as they fit, or where there is one
 * time only those of randomly chosen entities; smaller shares lie inside larger ones.
 *
 * @param setting - all rows.
 * @param fraction - the share, in (0, 1].
 * @param seed - of the chosen entities.
 */
export function fewerRows(setting: RunSetting, fraction: number, seed: number): RunSetting {
  const { labels, visible } = setting;
  const train = splitRows(labels, "train");
  const wanted = Math.max(1, Math.round(train.length * fraction));
  const kept = new Set(
    curveOrder(labels) === "newest anchors"
      ? newestAnchors(labels, train, wanted)
      : randomEntities(labels, train, wanted, seed),
  );
  const rows = Int32Array.from(labels.targets.keys()).filter(
    (row) => SPLITS[labels.split![row]!] !== "train" || kept.has(row),
  );
  return {
    ...setting,
    labels: takeTrainingRows(labels, rows),
    visible: Float64Array.from(rows, (row) => visible[row]!),
  };
}

function newestAnchors(labels: TrainingTable, train: Int32Array, wanted: number): number[] {
  const { anchorTimes } = labels;
  const order = [...train].sort((a, b) => anchorTimes[b]! - anchorTimes[a]! || a - b);
  let count = wanted;
  // The anchor at the edge is kept whole: half an anchor would be a choice of entities.
  while (count < order.length && anchorTimes[order[count]!] === anchorTimes[order[count - 1]!])
    count++;
  return order.slice(0, count);
}

function randomEntities(
  { entityRows }: TrainingTable,
  train: Int32Array,
  wanted: number,
  seed: number,
): number[] {
  const entities = [...new Set(Array.from(train, (row) => entityRows[row]!))];
  shuffle(entities, createRng(seed).split("learning curve"));
  const place = new Map(entities.map((entity, i) => [entity, i]));
  const order = [...train].sort(
    (a, b) => place.get(entityRows[a]!)! - place.get(entityRows[b]!)! || a - b,
  );
  return order.slice(0, wanted);
}

/** Most points of a training curve. */
const MOST_POINTS = 200;

/**
 * Gathers training curves from progress events that carry figures; a training begins where steps begin anew.
 *
 * @param events - in the order in which they came.
 */
export function trainingCurves(events: readonly ProgressEvent[]): TrainingCurve[] {
  const curves: {
    stage: string;
    points: { step: number; values: Readonly<Record<string, number>> }[];
  }[] = [];
  for (const { stage, done, values } of events) {
    if (values === undefined || done === undefined) continue;
    const last = curves.findLast((curve) => curve.stage === stage);
    const isNext = last && last.points.at(-1)!.step < done;
    if (isNext) last.points.push({ step: done, values });
    else curves.push({ stage, points: [{ step: done, values }] });
  }
  return curves.map(({ stage, points }) => ({ stage, points: thinned(points) }));
}

function thinned<T>(points: readonly T[]): readonly T[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

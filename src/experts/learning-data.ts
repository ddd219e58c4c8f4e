/** Learning data: labelled rows as experts on signals take them, with stale copies where the database will lag behind. */

import { fitTargetScale } from "../../gnn/target.js";
import { type Seeds, takeSeeds } from "../../graph/seeds.js";
import type { Rng } from "../core/random.js";
import { addTime, approximateMs, type Duration } from "../core/time.js";
import { type SplitName, splitRows, type TrainingTable } from "../task/training-table.js";
import type { ScoreSpace } from "./score.js";

/** Labelled rows of one part. */
export interface LearningRows {
  readonly seeds: Seeds;
  /** float64 `[S]`: numbers, 0 or 1, or class indices. */
  readonly targets: Float64Array;
}

/** What experts on signals learn from. */
export interface LearningData {
  readonly space: ScoreSpace;
  readonly train: LearningRows;
  /** Rows to choose settings on, seen as the rows to predict will be; `null` where there are none. */
  readonly validation: LearningRows | null;
  /** Train and validation rows together, for the last fit. */
  readonly all: LearningRows;
}

/** Options of {@link learningData}. */
export interface LearningOptions {
  /** How far (ms) the database may lag behind the anchors to predict. */
  readonly maxLag: number;
  /** Lags are drawn in whole steps where the longest holds one, so that past targets stay on their grid. */
  readonly step: Duration | null;
  readonly rng: Rng;
}

/**
 * Prepares labelled rows.
 *
 * Where the database will lag behind (`maxLag`), each training row stands twice: seen fresh, and seen through a database that ended
 * earlier by a lag drawn evenly up to the longest, one a anchor, so that a model knows both.
 *
 * @param labels - labelled rows, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @see staleness matching: the freshness of training rows is that of the rows to predict.
 */
export function learningData(
  labels: TrainingTable,
  visibleTimes: Float64Array,
  { maxLag, step, rng }: LearningOptions,
): LearningData {
  const rowsOf = (part: SplitName): Int32Array => splitRows(labels, part);
  const seeds: Seeds = {
    rows: labels.entityRows,
    anchorTimes: labels.anchorTimes,
    visibleTimes,
  };
  const part = (rows: Int32Array): LearningRows => ({
    seeds: takeSeeds(seeds, rows),
    targets: Float64Array.from(rows, (row) => labels.targets[row]!),
  });
  const train = part(rowsOf("train"));
  const valRows = rowsOf("val");
  const validation = valRows.length === 0 ? null : part(valRows);
  const staled = (rows: LearningRows): LearningRows =>
    withStaleCopies(rows, maxLag, step, rng.split("lag"));
  // Learned from, validation rows are rows like others: their own staleness was for choosing.
  const fresh = validation && { ...validation, seeds: seeFresh(validation.seeds) };
  return {
    space: {
      scale: fitTargetScale(labels.task.taskType, train.targets),
      outputs: labels.classes?.length ?? 1,
    },
    train: staled(train),
    validation,
    all: staled(fresh === null ? train : concat(train, fresh)),
  };
}

/**
 * Weights that halve with every half-life before the newest anchor, because relations drift.
 *
 * @param anchorTimes - float64 `[S]`; infinite ones weigh 1.
 * @param halfLife - milliseconds; `Infinity` gives equal weights.
 * @returns float64 `[S]`, 1 for the newest.
 */
export function recencyWeights(anchorTimes: Float64Array, halfLife: number): Float64Array {
  const newest = anchorTimes.reduce((a, b) => Math.max(a, b), -Infinity);
  return anchorTimes.map((time) =>
    Number.isFinite(newest - time) && Number.isFinite(halfLife)
      ? 2 ** (-(newest - time) / halfLife)
      : 1,
  );
}

/** Puts rows one behind the other. */
function concat(first: LearningRows, second: LearningRows): LearningRows {
  const join = (a: Float64Array, b: Float64Array): Float64Array => {
    const joined = new Float64Array(a.length + b.length);
    joined.set(a);
    joined.set(b, a.length);
    return joined;
  };
  const rows = new Int32Array(first.targets.length + second.targets.length);
  rows.set(first.seeds.rows);
  rows.set(second.seeds.rows, first.targets.length);
  return {
    seeds: {
      rows,
      anchorTimes: join(first.seeds.anchorTimes, second.seeds.anchorTimes),
      visibleTimes: join(first.seeds.visibleTimes, second.seeds.visibleTimes),
    },
    targets: join(first.targets, second.targets),
  };
}

function seeFresh(seeds: Seeds): Seeds {
  return { ...seeds, visibleTimes: seeds.anchorTimes };
}

/** Each row fresh and stale; the fresh ones first. */
function withStaleCopies(
  rows: LearningRows,
  maxLag: number,
  step: Duration | null,
  rng: Rng,
): LearningRows {
  if (maxLag <= 0) return rows;
  const { seeds } = rows;
  const steps = step === null ? 0 : Math.floor(maxLag / approximateMs(step.count, step.unit));
  const visibleTimes = seeds.visibleTimes.map((time, i) => {
    if (!Number.isFinite(time)) return time;
    const share = rng.split(seeds.anchorTimes[i]!).next();
    if (steps === 0 || step === null) return time - share * maxLag;
    return addTime(time, -Math.floor(share * (steps + 1)) * step.count, step.unit);
  });
  return concat(rows, { ...rows, seeds: { ...seeds, visibleTimes } });
}

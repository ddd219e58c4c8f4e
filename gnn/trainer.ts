/** Training: one visible loop over epochs and batches, with early stopping on the validation rows. */
import type * as tf from "@tensorflow/tfjs-core";
import type { Seeds } from "../graph/seeds.js";
import { takeSeeds } from "../graph/seeds.js";
import { anyRank, checkSame, type Gang, gangPart } from "../src/core/gang.js";
import { checkAborted, type WorkOptions } from "../src/core/progress.js";
import { type Rng, shuffle } from "../src/core/random.js";
import { primaryMetric, type ValueTaskType } from "../src/task/metrics.js";
import { createEma } from "../src/tensor/ema.js";
import { binaryCrossEntropyWithLogits, l1Loss, softmaxCrossEntropy } from "../src/tensor/losses.js";
import { createAdamW, type Optimizer } from "../src/tensor/optimizer.js";
import type { NamedArrays, ParameterStore } from "../src/tensor/parameters.js";
import { cosineWithWarmup } from "../src/tensor/schedule.js";
import { trainStep } from "../src/tensor/train-step.js";
import type { HeteroBatch, NeighborLoader } from "./batch.js";
import { type Checkpoints, restoreCheckpoint, takeCheckpoint } from "./checkpoint.js";
import type { EpochReport } from "./epoch-report.js";
import type { RelationalGnn } from "./model.js";
import { scaleTarget, type TargetScale } from "./target.js";
import { type LabelledSeeds, limitRows, scoreRows } from "./validation.js";

/** Settings of a training run; see {@link DEFAULT_TRAINER_CONFIG}. */
export interface TrainerConfig {
  readonly epochs: number;
  /** Seeds per step; `null` takes about a hundred steps per epoch, with 32 to 512 seeds each. */
  readonly batchSize: number | null;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
  readonly clipNorm: number;
  readonly emaDecay: number;
  /** Seeds drawn at most per epoch. */
  readonly maxSeedsPerEpoch: number;
  /** Validation rows looked at, at most. */
  readonly maxValidationSeeds: number;
  /** Epochs without a better validation score before it stops. */
  readonly patience: number;
  /** Share of training anchors seen through a stale database; see {@link Staleness}. */
  readonly staleShare: number;
}

/**
 * The settings unless set otherwise; conservative, not searched.
 *
 * @see the recommended model, training (AdamW, cosine, warm-up, EMA, few epochs).
 */
export const DEFAULT_TRAINER_CONFIG: TrainerConfig = {
  epochs: 10,
  batchSize: null,
  learningRate: 3e-3,
  weightDecay: 0.05,
  warmupSteps: 20,
  clipNorm: 1,
  emaDecay: 0.99,
  maxSeedsPerEpoch: 20_000,
  maxValidationSeeds: 5_000,
  patience: 4,
  staleShare: 0.5,
};

/** What a training run is made of. */
export interface TrainingData {
  readonly taskType: ValueTaskType;
  readonly train: LabelledSeeds;
  /** Rows to choose the best epoch on, as stale as those to predict; `null` trains all epochs. */
  readonly validation: LabelledSeeds | null;
  readonly scale: TargetScale;
  /**
   * Staleness matching: how far (ms) the database may lag behind the anchor when predicting. Each epoch, a share of the
   * training anchors sees the database with a lag drawn evenly up to this; 0 trains on fresh data only.
   */
  readonly maxLag: number;
}

/** What a training run did. */
export interface TrainingReport {
  readonly epochs: readonly EpochReport[];
  /** The epoch whose weights were kept. */
  readonly bestEpoch: number;
  readonly steps: number;
}

/** Options of {@link trainModel}. */
export interface TrainOptions extends WorkOptions {
  readonly config?: Partial<TrainerConfig> | undefined;
  /** Tells whether the time the user gave is over; checked after each step. */
  readonly isTimeUp?: (() => boolean) | undefined;
  /** Where the run is kept after each epoch; a run that finds one goes on from there, to the same bytes. */
  readonly checkpoints?: Checkpoints | undefined;
  /**
   * Trains together with other processes, each on its part of every batch; all end with the same weights, which depend on how many
   * there are. Only rank 0 keeps checkpoints, and all go on from the same one.
   */
  readonly gang?: Gang | null | undefined;
}

/**
 * Trains a network; it ends with the weights of its best epoch.
 *
 * @param model - the network, changed in place.
 * @param loader - the database to read.
 * @param data - labelled rows.
 * @param rng - source of order, samples, lags and dropout.
 * @see nanoGPT `train.py` (one loop, no callbacks).
 */
export function trainModel(
  model: RelationalGnn,
  loader: NeighborLoader,
  data: TrainingData,
  rng: Rng,
  options: TrainOptions = {},
): TrainingReport {
  const config = { ...DEFAULT_TRAINER_CONFIG, ...options.config };
  const { learningRate, weightDecay } = config;
  const optimizer = createAdamW(model.store, { learningRate, weightDecay });
  try {
    return runEpochs(model, loader, data, rng, optimizer, config, options);
  } finally {
    optimizer.dispose();
  }
}

function runEpochs(
  model: RelationalGnn,
  loader: NeighborLoader,
  data: TrainingData,
  rng: Rng,
  optimizer: Optimizer,
  config: TrainerConfig,
  options: TrainOptions,
): TrainingReport {
  const { train } = data;
  const gang = options.gang && options.gang.size > 1 ? options.gang : null;
  const perEpoch = Math.min(train.seeds.rows.length, config.maxSeedsPerEpoch);
  const batchSize = config.batchSize ?? automaticBatchSize(perEpoch);
  const stepsPerEpoch = Math.ceil(perEpoch / batchSize);
  const totalSteps = config.epochs * stepsPerEpoch;
  const ema = createEma(model.store, config.emaDecay);
  const validation = data.validation && limitRows(data.validation, config.maxValidationSeeds, rng);
  const parts = { store: model.store, optimizer, ema };
  const run = options.checkpoints || gang ? nameRun(data, config, rng) : "";
  const kept = options.checkpoints?.load() ?? null;
  const before = kept && restoreCheckpoint(run, parts, kept);
  const epochs: EpochReport[] = [...(before?.epochs ?? [])];
  checkSame(gang, "data, settings and checkpoint", `${run} ${epochs.length}`);
  let best: { weights: NamedArrays; epoch: number; score: number } | null = before?.best ?? null;
  let step = before?.step ?? 0;
  let timeUp = false;
  const isOver = (epoch: number): boolean =>
    epoch >= config.epochs || (best !== null && epoch - 1 - best.epoch >= config.patience);

  for (let epoch = epochs.length; !isOver(epoch) && !timeUp; epoch++) {
    const epochRng = rng.split("epoch", epoch);
    const order = Int32Array.from({ length: train.seeds.rows.length }, (_, i) => i);
    shuffle(order, epochRng.split("order"));
    const visibleTimes = staleTimes(train.seeds, data.maxLag, config.staleShare, epochRng);
    const seeds: Seeds = { ...train.seeds, visibleTimes };
    let lossSum = 0;
    let steps = 0;
    for (let from = 0; from < perEpoch && !timeUp; from += batchSize) {
      checkAborted(options.signal, "training");
      const rows = order.subarray(from, Math.min(perEpoch, from + batchSize));
      const part = gangPart(gang, rows.length);
      const own = rows.subarray(part.from, part.to);
      const learningRate = cosineWithWarmup(
        step,
        totalSteps,
        config.warmupSteps,
        config.learningRate,
      );
      const dropout = epochRng.split("dropout", from);
      const dropoutRng = gang ? dropout.split("rank", gang.rank) : dropout;
      const lossOf = (): tf.Scalar => {
        const batch = loader.load(takeSeeds(seeds, own), epochRng.split("sample", from));
        const targets = Float32Array.from(own, (row) =>
          scaleTarget(data.scale, train.targets[row]!),
        );
        return batchLoss(model, batch, data.taskType, targets, dropoutRng);
      };
      const { loss } = trainStep(model.store, own.length === 0 ? null : lossOf, optimizer, {
        clipNorm: config.clipNorm,
        learningRate,
        shared: gang && { gang, weight: own.length / rows.length },
      });
      ema.update();
      lossSum += loss;
      steps++;
      step++;
      if (options.isTimeUp) timeUp = anyRank(gang, options.isTimeUp());
    }
    ema.swapIn();
    checkSame(gang, "weights", weightText(model.store));
    const score = validation ? scoreRows(model, loader, validation, data, rng, gang) : null;
    const loss = lossSum / Math.max(1, steps);
    epochs.push({ epoch, loss, score });
    options.onProgress?.({
      stage: "train",
      message: `epoch ${epoch + 1} of ${config.epochs}`,
      done: epoch + 1,
      total: config.epochs,
      values: score === null ? { loss } : { loss, validation: score },
    });
    const gain = score === null ? 0 : primaryMetric(data.taskType).higherIsBetter ? score : -score;
    if (best === null || score === null || gain > best.score) {
      best = { weights: model.store.toArrays(), epoch, score: gain };
    }
    ema.swapOut();
    // A run that ran out of time in the middle of an epoch is not the run that it would have been.
    if (!timeUp && (gang?.rank ?? 0) === 0)
      options.checkpoints?.save(takeCheckpoint(run, parts, { step, epochs, best }));
  }
  if (best) model.store.fromArrays(best.weights);
  return { epochs, bestEpoch: best?.epoch ?? -1, steps: step };
}

/** Tells a run from others: its settings, and what it learns from. */
function nameRun(
  { train, validation, taskType, maxLag }: TrainingData,
  config: TrainerConfig,
  rng: Rng,
): string {
  const digest = ({ seeds, targets }: LabelledSeeds): number => {
    let sum = seeds.rows.length;
    for (let i = 0; i < targets.length; i++) {
      sum = (sum * 31 + seeds.rows[i]! + targets[i]! * 17 + seeds.anchorTimes[i]! / 1e3) % 1e9;
    }
    return sum;
  };
  return JSON.stringify({
    taskType,
    maxLag,
    config,
    train: digest(train),
    validation: validation && digest(validation),
    stream: rng.split("checkpoint").int(2 ** 31),
  });
}

/** A power of two that makes about a hundred steps per epoch: few rows need many small steps, many rows large ones. */
function automaticBatchSize(perEpoch: number): number {
  const size = 2 ** Math.round(Math.log2(Math.max(1, perEpoch / 100)));
  return Math.min(512, Math.max(32, size));
}

/** The loss of a batch: L1 on the target's scale, or cross-entropy. */
function batchLoss(
  model: RelationalGnn,
  batch: HeteroBatch,
  taskType: ValueTaskType,
  targets: Float32Array,
  dropoutRng: Rng,
) {
  const { logits } = model.forward(batch, model.embed(batch), { dropoutRng });
  if (taskType === "regression") return l1Loss(logits, targets);
  if (taskType === "binary_classification") return binaryCrossEntropyWithLogits(logits, targets);
  return softmaxCrossEntropy(logits, Int32Array.from(targets));
}

/** Draws one lag per anchor time, so that rows of one anchor see the same database. */
function staleTimes(seeds: Seeds, maxLag: number, share: number, rng: Rng): Float64Array {
  if (maxLag <= 0 || share <= 0) return seeds.visibleTimes;
  return Float64Array.from(seeds.visibleTimes, (time, i) => {
    if (!Number.isFinite(time)) return time;
    const draw = rng.split("lag", seeds.anchorTimes[i]!);
    return draw.next() < share ? time - draw.next() * maxLag : time;
  });
}

/** The bytes of all weights as a text that differs where they do. */
function weightText(store: ParameterStore): string {
  return Object.values(store.toArrays())
    .map(({ values }) => {
      const words = new Int32Array(values.buffer, values.byteOffset, values.length);
      return words.reduce((hash, word) => Math.imul(hash ^ word, 0x01000193), 0);
    })
    .join();
}

/** Checkpoints: everything that a training run needs to go on as if it had never stopped. */
import { ModelError } from "../src/core/errors.js";
import type { Ema } from "../src/tensor/ema.js";
import type { Optimizer } from "../src/tensor/optimizer.js";
import type { NamedArray, NamedArrays, ParameterStore } from "../src/tensor/parameters.js";
import type { EpochReport } from "./epoch-report.js";

/** The state of a run after an epoch. */
export interface Checkpoint {
  /** Tells one run from another: data, seed and settings as text. */
  readonly run: string;
  readonly step: number;
  readonly epochs: readonly EpochReport[];
  readonly best: { readonly epoch: number; readonly score: number } | null;
  /** Weights, optimizer, average and best weights, by name. */
  readonly arrays: NamedArrays;
}

/** Where checkpoints are kept; the network room knows no files. */
export interface Checkpoints {
  /** The latest checkpoint; `null` at the start. */
  load(): Checkpoint | null;
  /** Keeps a checkpoint in place of the one before. */
  save(checkpoint: Checkpoint): void;
}

/** The parts of a run that change. */
export interface RunParts {
  readonly store: ParameterStore;
  readonly optimizer: Optimizer;
  readonly ema: Ema;
}

/** What is known of a run besides its parts. */
export interface RunProgress {
  readonly step: number;
  readonly epochs: readonly EpochReport[];
  readonly best: {
    readonly weights: NamedArrays;
    readonly epoch: number;
    readonly score: number;
  } | null;
}

/**
 * Takes a checkpoint.
 *
 * @param run - names the run.
 * @param parts - with the trained weights in place, not the averaged ones.
 * @param progress - steps, epochs, the best weights so far.
 */
export function takeCheckpoint(
  run: string,
  { store, optimizer, ema }: RunParts,
  { step, epochs, best }: RunProgress,
): Checkpoint {
  return {
    run,
    step,
    epochs,
    best: best && { epoch: best.epoch, score: best.score },
    arrays: {
      ...under("weights", store.toArrays()),
      ...under("optimizer", optimizer.toArrays()),
      ...under("average", ema.toArrays()),
      ...(best && under("best", best.weights)),
    },
  };
}

/**
 * Puts a run back to a checkpoint.
 *
 * @param run - names the run.
 * @throws {@link ModelError} MOD120 if the checkpoint is of another run.
 */
export function restoreCheckpoint(
  run: string,
  { store, optimizer, ema }: RunParts,
  checkpoint: Checkpoint,
): RunProgress {
  if (checkpoint.run !== run) {
    throw new ModelError(
      "MOD120",
      "the checkpoint is of another run: other data, seed or settings",
      {
        hint: "go on with what the run was started with, or name another file",
      },
    );
  }
  const { arrays, step, epochs, best } = checkpoint;
  store.fromArrays(part("weights", arrays));
  optimizer.fromArrays(part("optimizer", arrays));
  ema.fromArrays(part("average", arrays));
  return { step, epochs, best: best && { ...best, weights: part("best", arrays) } };
}

function under(prefix: string, arrays: NamedArrays): Record<string, NamedArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${prefix}:${name}`, array]),
  );
}

function part(prefix: string, arrays: NamedArrays): Record<string, NamedArray> {
  const start = `${prefix}:`;
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(start))
      .map(([name, array]) => [name.slice(start.length), array]),
  );
}

/** Keeps a file of predictions current while its data grows: looks, predicts anew where something changed, writes beside and renames. */
import { resolve, sep } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AbortedError, ConfigError, DataError, type RelError } from "./core/errors.js";
import { checkAborted, type WorkOptions } from "./core/progress.js";
import type { Timestamp } from "./core/time.js";
import { Database, type OpenOptions } from "./data/database.js";
import { type DataState, lookAtData } from "./data/io/data-state.js";
import { removeLeftovers } from "./data/io/leftovers.js";
import { writeTable } from "./data/io/write.js";
import { Predictor } from "./predictor.js";
import { predictionTableToTable } from "./task/result-tables.js";
import type { BackendName } from "./tensor/backends/recipes.js";
import { readWatchState, statePath, type WatchState, writeWatchState } from "./watch-state.js";

/** Options of {@link watchPredictions}. */
export interface WatchOptions extends WorkOptions {
  /** What `Database.open` takes: a folder that grows, a database file, an address. */
  readonly data: string;
  readonly open?: Omit<OpenOptions, keyof WorkOptions> | undefined;
  /** The model folder; a model that is fitted anew into it is taken up. */
  readonly model: string;
  /** The file of predictions. Beside it lies `FILE.state.json`, which tells what it was made from. */
  readonly out: string;
  readonly backend?: BackendName | undefined;
  /** Milliseconds between two looks. */
  readonly every: number;
  /** Looks once and returns. */
  readonly once?: boolean | undefined;
  /** The clock, milliseconds UTC. */
  readonly clock: () => Timestamp;
  /** Takes what each look found. */
  readonly onRound?: ((round: WatchRound) => void) | undefined;
}

/** What a look found. */
export type WatchRound =
  | {
      /** Predictions were written. */
      readonly kind: "written";
      /** Rows of each table that has more or fewer than at the last round, as differences. */
      readonly rows: Readonly<Record<string, number>>;
      readonly predictions: number;
      /** When the predictions were made for: the latest time of the data. */
      readonly anchor: Timestamp | null;
      /** Milliseconds from the latest time of the data to the clock. */
      readonly stale: number | null;
    }
  | {
      /** Nothing has changed since the file was written. */
      readonly kind: "unchanged";
      readonly stale: number | null;
    }
  | {
      /** The data cannot be read now, such as a file that is still being written; the file of predictions stays as it was. */
      readonly kind: "unready";
      readonly error: RelError;
    };

/**
 * Watches until it is cancelled. Each round reads the data as they are then, so no row is lost or taken twice, whenever the process was
 * killed: the file is the one that `predict` would write from those data. The file is renamed into place first, its state after; a kill
 * between the two makes the next start write the same file again. What a killed process had begun to write is removed at the start.
 *
 * @param options - places, pace, clock, progress, cancellation.
 * @returns after the first round with `once`; else it ends by its signal only.
 * @throws {@link AbortedError} CFG900 when cancelled; ConfigError CFG166 for a pace out of range, CFG167 for an `out` within the data; ModelError MOD2xx and MOD3xx for
 * a model that does not fit; DataError DAT3xx for a file that cannot be written; with `once` also DAT2xx.
 */
export async function watchPredictions(options: WatchOptions): Promise<void> {
  const { every, once = false, signal, onRound } = options;
  checkWatch(options);
  for (const path of [options.out, statePath(options.out)]) await removeLeftovers(path);
  let state = await readWatchState(options.out);
  for (;;) {
    checkAborted(signal, "watching");
    const round = await look(options, state);
    state = round.state;
    onRound?.(round.found);
    if (once) {
      if (round.found.kind === "unready") throw round.found.error;
      return;
    }
    await wait(every, undefined, signal ? { signal } : {}).catch(() => {
      throw new AbortedError("watching");
    });
  }
}

interface Look {
  readonly found: WatchRound;
  readonly state: WatchState | null;
}

async function look(options: WatchOptions, state: WatchState | null): Promise<Look> {
  const { data, model, out, every, clock } = options;
  const stale = (latest: Timestamp | null): number | null =>
    latest === null ? null : clock() - latest;
  try {
    const before = await settledState(data, clock(), every);
    const modelMark = (await lookAtData(model, clock(), 0))?.mark ?? model;
    const isSame = before !== null && state?.data === before.mark && state.model === modelMark;
    if (isSame) return { found: { kind: "unchanged", stale: stale(state.latest) }, state };
    const db = await openData(options);
    const after = before && (await lookAtData(data, clock(), 0));
    if (before?.mark !== after?.mark) throw changing(data, "they changed while they were read");
    const predictions = await predict(options, db);
    const latest = db.timeSpan()?.max ?? null;
    const rows = Object.fromEntries(db.tables.map(({ name, numRows }) => [name, numRows]));
    const made: WatchState = {
      version: 1,
      data: before?.mark ?? null,
      model: modelMark,
      rows,
      latest,
    };
    await writeWatchState(out, made);
    const changes = Object.entries(rows)
      .map(([name, count]) => [name, count - (state?.rows[name] ?? 0)] as const)
      .filter(([, count]) => count !== 0);
    return {
      found: {
        kind: "written",
        rows: Object.fromEntries(changes),
        predictions,
        anchor: latest,
        stale: stale(latest),
      },
      state: made,
    };
  } catch (error) {
    if (!(error instanceof DataError) || !error.code.startsWith("DAT2")) throw error;
    return { found: { kind: "unready", error }, state };
  }
}

/** Files whose last line has no end yet are left for the next round. */
async function settledState(data: string, now: number, every: number): Promise<DataState | null> {
  const state = await lookAtData(data, now, every);
  if (state === null || state.unfinished === null) return state;
  throw changing(data, `\`${state.unfinished}\` ends within a line`);
}

function changing(data: string, why: string): DataError {
  return new DataError("DAT220", `the data are being written to: ${why}`, {
    at: { file: data },
    hint: "they are read again at the next look; write files beside their place and rename them",
  });
}

function openData({ data, open, signal, onProgress }: WatchOptions): Promise<Database> {
  return Database.open(data, { ...open, signal, onProgress });
}

async function predict(options: WatchOptions, db: Database): Promise<number> {
  const { model, out, backend, signal, onProgress } = options;
  const predictor = await Predictor.load(model, db, { backend });
  try {
    const predictions = await predictor.predict({ signal, onProgress });
    const table = predictionTableToTable(predictions, db);
    await writeTable(table, out, { signal });
    return table.numRows;
  } finally {
    predictor.dispose();
  }
}

function checkWatch({ data, out, every }: WatchOptions): void {
  if (!(every >= 100 && every < 2 ** 31)) {
    throw new ConfigError("CFG166", `\`every\` expects 100 ms to 24 days, found ${every} ms`, {
      hint: "write --every 60s",
    });
  }
  if (!resolve(out).startsWith(resolve(data) + sep)) return;
  throw new ConfigError("CFG167", `\`${out}\` lies within the data that are watched`, {
    at: { file: out },
    hint: "write the predictions to another folder: here they would be read as a table",
  });
}

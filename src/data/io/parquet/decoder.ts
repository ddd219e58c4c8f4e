/** Decodes Parquet in a thread of its own where there is one, so that the caller works on one chunk while the next is made. */
import type { Worker } from "node:worker_threads";
import { startWorker } from "../../../core/worker.js";
import type { Column } from "../../column.js";
import {
  type ChunkReader,
  columnsOf,
  createSlot,
  type Filled,
  openChunkReader,
} from "./chunk-reader.js";
import type { DecodeAnswer, DecodeJob } from "./decode-worker.js";
import type { ParquetPlan } from "./parquet-plan.js";

/** A chunk: columns that hold until the next one, and whether all values fitted. */
export interface DecodedChunk {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** A column with an integer that does not fit; `null` = all fit. */
  readonly unfit: string | null;
}

/** Decodes files. */
export interface ParquetDecoder {
  /** Starts the thread, if it was not; without it, the caller's own thread decodes. */
  start(): void;
  /**
   * Reads a file chunk by chunk.
   *
   * @throws Error if it cannot be read or is damaged.
   */
  chunks(plan: ParquetPlan): AsyncGenerator<DecodedChunk, void, undefined>;
  /** Ends the thread. */
  close(): void;
}

/** Rows of a chunk, at most: few enough to stay in the cache. */
const CHUNK = 65_536;
/** Chunks that may be ready: about the rows of a common page, all of which are unpacked at once. */
const SLOTS = 16;

/** Makes a decoder; nothing runs yet. */
export function createParquetDecoder(): ParquetDecoder {
  let ready: Promise<Worker | null> | null = null;
  let isBusy = false;
  return {
    start() {
      if (ready) return;
      const started = startThread(() => {
        if (ready === started) ready = null;
      });
      ready = started;
    },
    async *chunks(plan) {
      if (isBusy) return yield* decodeHere(plan);
      isBusy = true;
      try {
        const worker = await ready;
        yield* worker ? decodeThere(worker, plan) : decodeHere(plan);
      } finally {
        isBusy = false;
      }
    },
    close() {
      void ready?.then((worker) => worker?.terminate());
      ready = null;
    },
  };
}

/** Starts the thread; `null` where it cannot be. It keeps no process alive while it has nothing to do. */
function startThread(ended: () => void): Promise<Worker | null> {
  return new Promise((resolve) => {
    const worker = startWorker(import.meta.url, "./decode-worker");
    worker.on("error", () => resolve(null));
    worker.once("exit", () => {
      resolve(null);
      ended();
    });
    worker.once("message", () => {
      worker.unref();
      resolve(worker);
    });
  });
}

async function* decodeHere(plan: ParquetPlan): AsyncGenerator<DecodedChunk> {
  const slot = createSlot(plan.columns, Math.min(CHUNK, plan.rows), false);
  const dictionaries = plan.columns.map((): string[] => []);
  const reader: ChunkReader = openChunkReader(plan, CHUNK);
  try {
    for (;;) {
      const filled = reader.fill(slot);
      if (filled.rows === 0) return;
      yield toChunk(plan, slot, filled, dictionaries);
      // Whoever wants to stop must have a turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  } finally {
    reader.close();
  }
}

async function* decodeThere(worker: Worker, plan: ParquetPlan): AsyncGenerator<DecodedChunk> {
  const rows = Math.min(CHUNK, plan.rows);
  const slots = Array.from({ length: SLOTS }, () => createSlot(plan.columns, rows, true));
  const used = new Int32Array(new SharedArrayBuffer(4));
  const dictionaries = plan.columns.map((): string[] => []);
  const answers = listen(worker);
  worker.postMessage({ plan, rows: CHUNK, slots, used } satisfies DecodeJob);
  let isDone = false;
  const next = async (): Promise<Filled | null> => {
    const answer = await answers.next();
    if (answer.type === "chunk") return answer.filled;
    isDone = true;
    if (answer.type === "end" && answer.error !== null) throw new Error(answer.error);
    return null;
  };
  try {
    for (let chunk = 0; ; chunk++) {
      const filled = await next();
      if (filled === null) return;
      yield toChunk(plan, slots[chunk % SLOTS]!, filled, dictionaries);
      Atomics.add(used, 0, 1);
      Atomics.notify(used, 0);
    }
  } finally {
    Atomics.store(used, 0, -1);
    Atomics.notify(used, 0);
    while (!isDone) await next().catch(() => null);
    answers.close();
  }
}

function toChunk(
  plan: ParquetPlan,
  slot: Parameters<typeof columnsOf>[1],
  filled: Filled,
  dictionaries: readonly string[][],
): DecodedChunk {
  filled.texts.forEach((added, c) => {
    for (const text of added) dictionaries[c]!.push(text);
  });
  const columns = columnsOf(plan.columns, slot, filled, dictionaries);
  return { columns, rows: filled.rows, unfit: filled.unfit };
}

/** Queues the answers of a thread; one that ends early answers with an error. The process lives on while one is awaited. */
function listen(worker: Worker): { next(): Promise<DecodeAnswer>; close(): void } {
  const queue: DecodeAnswer[] = [];
  let wake: (() => void) | null = null;
  const push = (answer: DecodeAnswer): void => {
    queue.push(answer);
    wake?.();
  };
  const fail = (): void => push({ type: "end", error: "the thread that reads it has ended" });
  worker.on("message", push);
  worker.on("error", fail);
  worker.on("exit", fail);
  return {
    async next() {
      worker.ref();
      while (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      worker.unref();
      return queue.shift()!;
    },
    close() {
      worker.off("message", push);
      worker.off("error", fail);
      worker.off("exit", fail);
    },
  };
}

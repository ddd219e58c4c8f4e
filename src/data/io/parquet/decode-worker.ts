/** A thread that decodes Parquet: for each job it fills slots of shared memory, in order, as they become free. */
import { parentPort } from "node:worker_threads";
import { type Filled, openChunkReader, type Slot } from "./chunk-reader.js";
import type { ParquetPlan } from "./parquet-plan.js";

/** What the thread is asked for. */
export interface DecodeJob {
  readonly plan: ParquetPlan;
  /** Rows of a chunk. */
  readonly rows: number;
  readonly slots: readonly Slot[];
  /** `[1]`, shared: how many chunks were used up; −1 stops the job. */
  readonly used: Int32Array;
}

/** What the thread answers: that it runs, a chunk, or the end of the job. */
export type DecodeAnswer =
  | { readonly type: "ready" }
  | { readonly type: "chunk"; readonly filled: Filled }
  | { readonly type: "end"; readonly error: string | null };

const answer = (message: DecodeAnswer): void => parentPort!.postMessage(message);

function decode({ plan, rows, slots, used }: DecodeJob): void {
  const reader = openChunkReader(plan, rows);
  try {
    for (let chunk = 0; ; chunk++) {
      let done = Atomics.load(used, 0);
      while (done >= 0 && chunk - done >= slots.length) {
        Atomics.wait(used, 0, done);
        done = Atomics.load(used, 0);
      }
      if (done < 0) return;
      const filled = reader.fill(slots[chunk % slots.length]!);
      if (filled.rows === 0) return;
      answer({ type: "chunk", filled });
    }
  } finally {
    reader.close();
  }
}

parentPort!.on("message", (job: DecodeJob) => {
  try {
    decode(job);
    answer({ type: "end", error: null });
  } catch (error) {
    answer({ type: "end", error: error instanceof Error ? error.message : String(error) });
  }
});
answer({ type: "ready" });

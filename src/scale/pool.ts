/** Gives tasks to workers, one at a time each, and takes their reports. */
import { AbortedError, ScaleError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import type { ShardReport, ShardTask } from "./shard-workers.js";

/** A worker that does one task at a time. */
export interface OneWorker {
  /** @throws {@link WorkerGone} if it died, another error if the task cannot be done. */
  do(task: ShardTask): Promise<ShardReport>;
  stop(): Promise<void>;
}

/** A worker that died: its task may succeed with another. */
export class WorkerGone extends Error {}

/** How often a task is given to another worker whose first one died. */
const MOST_DEATHS = 2;

/**
 * Runs tasks on a number of workers. A task whose worker died is given to a new one, twice at most.
 *
 * @param tasks - what is to be done.
 * @param count - how many workers at a time.
 * @param start - starts one.
 * @param options - progress, cancellation.
 * @returns reports in the order of the tasks.
 * @throws ScaleError SCL301 if workers die again and again, or what a worker threw; AbortedError CFG900.
 */
export async function runPool(
  tasks: readonly ShardTask[],
  count: number,
  start: () => OneWorker,
  { signal, onProgress }: WorkOptions = {},
): Promise<readonly ShardReport[]> {
  const reports = new Array<ShardReport>(tasks.length);
  const waiting = [...tasks.keys()].reverse();
  const deaths = new Uint8Array(tasks.length);
  const alive = new Set<OneWorker>();
  let done = 0;
  let over = false;
  const stopAll = async (): Promise<void> => {
    over = true;
    await Promise.all([...alive].map((worker) => worker.stop()));
  };
  const stop = (): void => void stopAll();
  signal?.addEventListener("abort", stop, { once: true });

  async function work(): Promise<void> {
    let worker: OneWorker | null = null;
    try {
      for (let at = waiting.pop(); at !== undefined && !over; at = waiting.pop()) {
        if (worker === null) alive.add((worker = start()));
        try {
          reports[at] = await worker.do(tasks[at]!);
        } catch (cause) {
          if (!(cause instanceof WorkerGone) || over) throw cause;
          if (++deaths[at]! > MOST_DEATHS) throw diedAgain(tasks[at]!, cause);
          alive.delete(worker);
          worker = null;
          waiting.push(at);
          continue;
        }
        const message = `shard ${++done} of ${tasks.length}`;
        onProgress?.({ stage: "shards", message, done, total: tasks.length });
      }
    } finally {
      if (worker !== null) {
        alive.delete(worker);
        await worker.stop();
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: Math.min(count, tasks.length) }, work));
  } catch (error) {
    await stopAll();
    if (signal?.aborted) throw new AbortedError("work on shards");
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  if (signal?.aborted) throw new AbortedError("work on shards");
  return reports;
}

function diedAgain({ input }: ShardTask, cause: Error): ScaleError {
  return new ScaleError(
    "SCL301",
    `workers died ${MOST_DEATHS + 1} times on a shard: ${cause.message}`,
    {
      at: { file: input },
      hint: "they may need more memory: make more shards, or run fewer workers at a time",
      cause,
    },
  );
}

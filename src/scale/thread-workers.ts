/** Workers as threads of this process. */
import type { Worker } from "node:worker_threads";
import { ScaleError } from "../core/errors.js";
import { type OneWorker, runPool } from "./pool.js";
import type { ShardReport, ShardTask, ShardWorkers } from "./shard-workers.js";

/** What a thread answers to a {@link ShardTask}. */
export type ThreadAnswer =
  | { readonly kind: "done"; readonly report: ShardReport }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    };

/**
 * Makes workers of threads.
 *
 * @param start - starts one: it takes a `ShardTask` as message and answers with a {@link ThreadAnswer}.
 * @param threads - how many at a time.
 */
export function threadWorkers(start: () => Worker, threads: number): ShardWorkers {
  return {
    name: `${threads} threads`,
    run: (tasks, work) => runPool(tasks, threads, () => startThread(start()), work),
  };
}

function startThread(worker: Worker): OneWorker {
  const broken = new Promise<never>((_, reject) => {
    worker.once("error", (cause) => reject(broke(cause.message, cause)));
    worker.once("exit", () => reject(broke("it ended")));
  });
  // Whoever waits for a task hears of it.
  broken.catch(() => undefined);
  return {
    async do(task: ShardTask) {
      const answer = new Promise<ThreadAnswer>((resolve) => worker.once("message", resolve));
      worker.postMessage(task);
      const found = await Promise.race([answer, broken]);
      if (found.kind === "done") return found.report;
      throw new ScaleError("SCL302", `a worker failed: ${found.message} (${found.code})`, {
        at: { file: task.input },
        ...(found.hint !== undefined && { hint: found.hint }),
      });
    },
    async stop() {
      await worker.terminate();
    },
  };
}

function broke(why: string, cause?: unknown): ScaleError {
  return new ScaleError("SCL302", `a thread broke: ${why}`, {
    hint: "it may need more memory: run fewer threads, or make more shards",
    cause,
  });
}

/** A thread that predicts shards: takes tasks as messages, answers each. */
import { parentPort, workerData } from "node:worker_threads";
import { RelError } from "../core/errors.js";
import type { ShardTask } from "../scale/shard-workers.js";
import type { ThreadAnswer } from "../scale/thread-workers.js";
import { openShardPredictor, type ShardPredictorOptions } from "./shard-predictor.js";

const port = parentPort!;
const opened = openShardPredictor(workerData as ShardPredictorOptions);
// Whoever asks for the first shard hears of it.
opened.catch(() => undefined);

port.on("message", async (task: ShardTask) => {
  port.postMessage(await answer(task));
});

async function answer(task: ShardTask): Promise<ThreadAnswer> {
  try {
    return { kind: "done", report: await (await opened).predict(task) };
  } catch (error) {
    const { code, hint } = error instanceof RelError ? error : { code: "INT001", hint: undefined };
    return { kind: "failed", code, message: (error as Error).message, hint };
  }
}

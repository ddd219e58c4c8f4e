/** Predicts shards by the protocol of lines: tasks in, reports out. */
import { ScaleError } from "../core/errors.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { readTaskLine, reportLine } from "../scale/shard-workers.js";
import {
  openShardPredictor,
  type ShardPredictor,
  type ShardPredictorOptions,
} from "./shard-predictor.js";

/**
 * Answers each line `INPUT<tab>OUTPUT` with `OUTPUT<tab>ROWS` once the output is there, until the lines end. Model and data are read with
 * the first one: an engine starts more programs than it has shards.
 *
 * @param options - model, data, moment.
 * @param lines - the tasks.
 * @param write - takes the answers, each with its line end.
 * @param work - cancellation.
 * @throws {@link ScaleError} SCL304 for a line that is no task, SCL310; ModelError, DataError; AbortedError CFG900.
 */
export async function serveShards(
  options: ShardPredictorOptions,
  lines: AsyncIterable<string>,
  write: (text: string) => void,
  work: WorkOptions = {},
): Promise<void> {
  let predictor: ShardPredictor | null = null;
  try {
    for await (const line of lines) {
      checkAborted(work.signal, "predicting shards");
      if (line.trim() === "") continue;
      const task = readTaskLine(line);
      if (task === null) {
        throw new ScaleError("SCL304", `\`${line.slice(0, 80)}\` is no task`, {
          hint: "write lines INPUT<tab>OUTPUT",
        });
      }
      predictor ??= await openShardPredictor(options, work);
      write(`${reportLine(await predictor.predict(task, work))}\n`);
    }
  } finally {
    predictor?.close();
  }
}

/** Workers next to the data: Spark starts a command on its machines and hands it the paths of shards. */

import { ScaleError } from "../../core/errors.js";
import { checkAborted } from "../../core/progress.js";
import { absolutePlace } from "../place.js";
import { quoteText } from "../shard-sql.js";
import { checkPaths, type ShardReport, type ShardWorkers } from "../shard-workers.js";
import { queryAll } from "../sql-engine.js";
import type { SparkEngine } from "./spark-engine.js";

/** Options of {@link sparkWorkers}. */
export interface SparkWorkerOptions {
  /** The command as a shell reads it, with its path on the machines of Spark, such as `node /opt/relgraph/worker.js …`. */
  readonly command: string;
  /** How many tasks the shards are spread over; each starts the command once. */
  readonly tasks: number;
}

/** Without it Spark's separator is no tab, and columns are wrong without a word. */
const FORMAT = "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' NULL DEFINED AS '\\\\N'";

/**
 * Makes workers that Spark starts by `TRANSFORM`. Paths travel, not rows; a task that fails is started again by Spark as often as
 * `spark.task.maxFailures` says.
 *
 * @param engine - the session.
 * @param options - command, number of tasks.
 *
 * Source: Apache Spark SQL reference, TRANSFORM.
 */
export function sparkWorkers(engine: SparkEngine, options: SparkWorkerOptions): ShardWorkers {
  return {
    name: `${options.tasks} tasks of ${engine.name}`,
    async run(tasks, { signal, onProgress } = {}) {
      checkAborted(signal, "work on shards");
      if (tasks.length === 0) return [];
      checkPaths(tasks);
      const lines = tasks.map(({ input, output }) => {
        const paths = [input, output].map((path) => quoteText("spark", absolutePlace(path)));
        return `(${paths.join(", ")})`;
      });
      const message = `${tasks.length} shards on ${engine.name}`;
      onProgress?.({ stage: "shards", message, done: 0, total: tasks.length });
      const sql = [
        `SELECT TRANSFORM(input, output) ${FORMAT}`,
        `  USING ${quoteText("spark", options.command)} AS (output STRING, row_count BIGINT) ${FORMAT}`,
        `FROM (SELECT /*+ REPARTITION(${options.tasks}) */ input, output`,
        `  FROM VALUES ${lines.join(", ")} AS shards(input, output))`,
      ].join("\n");
      const batches = await queryAll(engine, sql, { signal });
      const rows = new Map<unknown, unknown>(
        batches
          .flatMap((batch) => batch.toRecords())
          .map((record) => [record["output"], record["row_count"]]),
      );
      onProgress?.({ stage: "shards", message, done: tasks.length, total: tasks.length });
      return tasks.map(({ output }): ShardReport => {
        const count = rows.get(absolutePlace(output));
        if (typeof count === "number") return { output, rows: count };
        throw new ScaleError("SCL306", `a worker on ${engine.name} gave no report`, {
          at: { file: output },
          hint: "see the log of Spark's executor; the command must answer each line with OUTPUT<tab>ROWS",
        });
      });
    },
  };
}

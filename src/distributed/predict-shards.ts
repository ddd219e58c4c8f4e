/** Prediction of many entities in shards: their keys are spread, workers predict, the answers lie side by side. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkOptions } from "../core/progress.js";
import { startWorker } from "../core/worker.js";
import { absolutePlace } from "../scale/place.js";
import { quoteName } from "../scale/shard-sql.js";
import type { ShardReport, ShardWorkers } from "../scale/shard-workers.js";
import type { SqlEngine } from "../scale/sql-engine.js";
import { threadWorkers } from "../scale/thread-workers.js";
import type { ShardPredictorOptions } from "./shard-predictor.js";

/** Options of {@link predictShards}. */
export interface PredictShardsOptions extends WorkOptions {
  /** The entity table and its key's columns; the engine holds it. */
  readonly table: string;
  readonly key: readonly string[];
  /** A folder that engine, workers and this machine see. */
  readonly out: string;
  readonly shards: number;
}

/**
 * Makes workers of threads that predict; each holds the model and the data.
 *
 * @param options - model, data, moment.
 * @param threads - how many at a time.
 */
export function predictionThreads(options: ShardPredictorOptions, threads: number): ShardWorkers {
  const start = () => startWorker(import.meta.url, "./predict-thread", { workerData: options });
  return threadWorkers(start, threads);
}

/**
 * Predicts all entities of a table in shards: `OUT/entities/shard=K/` holds their keys, `OUT/predictions/shard-K.parquet` the answers, and
 * `OUT/predictions/_SUCCESS` says that all are there. Run again it writes the same.
 *
 * @param engine - spreads the keys.
 * @param workers - predict: {@link predictionThreads}, `processWorkers` or `sparkWorkers` of `relgraph worker`.
 * @param options - table, place, number of shards, progress, cancellation.
 * @returns a report per shard that has entities.
 * @throws {@link ScaleError} SCL2xx, SCL30x; AbortedError CFG900.
 */
export async function predictShards(
  engine: SqlEngine,
  workers: ShardWorkers,
  options: PredictShardsOptions,
): Promise<readonly ShardReport[]> {
  const { table, key, shards, signal, onProgress } = options;
  const out = absolutePlace(options.out);
  const answers = join(out, "predictions");
  await mkdir(answers, { recursive: true });
  await rm(join(answers, "_SUCCESS"), { force: true });
  const names = key.map((name) => quoteName(engine.dialect, name));
  const sql = `SELECT ${names.join(", ")} FROM ${quoteName(engine.dialect, table)} WHERE ${names
    .map((name) => `${name} IS NOT NULL`)
    .join(" AND ")}`;
  const entities = join(out, "entities");
  await engine.writeShards(sql, entities, { shards, by: key[0]!, signal });
  const folders = (await readdir(entities)).filter((name) => /^shard=\d+$/.test(name)).sort();
  const tasks = folders.map((name) => ({
    input: join(entities, name),
    output: join(answers, `${name.replace("=", "-")}.parquet`),
  }));
  const reports = await workers.run(tasks, { signal, onProgress });
  const wanted = new Set(tasks.map(({ output }) => output));
  for (const name of await readdir(answers)) {
    // Of a run with more shards.
    if (/^shard-\d+\.parquet$/.test(name) && !wanted.has(join(answers, name))) {
      await rm(join(answers, name));
    }
  }
  await writeFile(join(answers, "_SUCCESS"), "");
  return reports;
}

/** `relgraph/scale`: SQL engines, workers, launchers and gangs, for data and training beyond one machine. */

export type { Gang } from "../core/gang.js";
export { type DuckdbEngine, openDuckdb } from "../scale/duckdb-engine.js";
export { type GangOptions, joinGang } from "../scale/gang.js";
export type { Launcher, LaunchSpec, RankExit } from "../scale/launcher.js";
export {
  localLauncher,
  type SlurmOptions,
  type SshOptions,
  slurmLauncher,
  sshLauncher,
} from "../scale/launchers.js";
export { type ProcessWorkerOptions, processWorkers } from "../scale/process-workers.js";
export type { ShardReport, ShardTask, ShardWorkers } from "../scale/shard-workers.js";
export type { SparkOptions } from "../scale/spark/connect.js";
export { openSpark, type SparkEngine } from "../scale/spark/spark-engine.js";
export { type SparkLauncherOptions, sparkLauncher } from "../scale/spark/spark-launcher.js";
export { type SparkWorkerOptions, sparkWorkers } from "../scale/spark/spark-workers.js";
export {
  queryAll,
  type ShardOptions,
  type SqlEngine,
  type StatementOptions,
} from "../scale/sql-engine.js";
export { type LabelShardOptions, writeLabelShards } from "./label-shards.js";
export { mountFolder } from "./mount.js";
export { type PredictShardsOptions, predictionThreads, predictShards } from "./predict-shards.js";
export { rowNumbers, type SampleShardOptions, writeSampleShards } from "./sample-shards.js";
export type { ShardPredictorOptions } from "./shard-predictor.js";

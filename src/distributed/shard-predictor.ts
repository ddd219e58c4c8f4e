/** What a worker does: holds a model and its data, and predicts the entities of one shard after the other. */
import { stat } from "node:fs/promises";
import { ScaleError } from "../core/errors.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import type { Timestamp } from "../core/time.js";
import { cellValue, isValid } from "../data/column.js";
import { Database, type OpenOptions } from "../data/database.js";
import { readTable } from "../data/io/read-table.js";
import { writeTable } from "../data/io/write.js";
import type { Table } from "../data/table.js";
import { type EntityId, Predictor } from "../predictor.js";
import { openDuckdb } from "../scale/duckdb-engine.js";
import type { ShardReport, ShardTask } from "../scale/shard-workers.js";
import { queryAll } from "../scale/sql-engine.js";
import { predictionTableToTable } from "../task/result-tables.js";
import type { BackendName } from "../tensor/backend.js";

/** What a worker is started with. */
export interface ShardPredictorOptions {
  /** The model folder. */
  readonly model: string;
  /** What `Database.open` takes. */
  readonly data: string;
  readonly open?: Pick<OpenOptions, "tables" | "rows"> | undefined;
  /** When the prediction is made; by default as of `predict`. */
  readonly anchor?: Timestamp | undefined;
  readonly backend?: BackendName | undefined;
}

/** A model that waits for shards. */
export interface ShardPredictor {
  /**
   * Predicts the entities of a shard: those of its keys that `predict` would answer for, in the order of the entity table.
   *
   * @param task - a Parquet file or folder with the columns of the entity table's key; the file to write.
   * @throws {@link ScaleError} SCL310 if the shard has no such columns; DataError DAT2xx, DAT3xx.
   */
  predict(task: ShardTask, options?: WorkOptions): Promise<ShardReport>;
  close(): void;
}

/**
 * Loads a model and its data.
 *
 * @param options - where they are, when the prediction is made.
 * @throws {@link ModelError} MOD2xx, MOD3xx; DataError DAT2xx.
 */
export async function openShardPredictor(
  options: ShardPredictorOptions,
  work: WorkOptions = {},
): Promise<ShardPredictor> {
  const db = await Database.open(options.data, { ...options.open, ...work });
  const predictor = await Predictor.load(options.model, db, { backend: options.backend });
  const { entityTable } = predictor.task;
  return {
    async predict(task, { signal } = {}) {
      checkAborted(signal, "predicting a shard");
      const among = shardKeys(task, db, entityTable, await readShard(task.input));
      const predictions = await predictor.predict({ anchor: options.anchor, among, signal });
      const table = predictionTableToTable(predictions, db);
      await writeTable(table, task.output, { signal });
      return { output: task.output, rows: table.numRows };
    },
    close: () => predictor.dispose(),
  };
}

async function readShard(place: string): Promise<Table> {
  const info = await stat(place).catch(() => null);
  if (info?.isFile()) return readTable(place);
  const engine = await openDuckdb();
  try {
    await engine.mount("shard", place);
    return (await queryAll(engine, "SELECT * FROM shard"))[0]!;
  } finally {
    await engine.close();
  }
}

function shardKeys(
  { input }: ShardTask,
  db: Database,
  entityTable: string,
  shard: Table,
): EntityId[] {
  const names = db.tableSchema(entityTable).primaryKey ?? [];
  const columns = names.flatMap((name) => shard.find(name) ?? []);
  if (columns.length < names.length) {
    const found = shard.columns.map(({ name }) => name).join(", ");
    throw new ScaleError(
      "SCL310",
      `a shard has the columns ${found}, expected ${names.join(", ")}`,
      {
        at: { file: input, table: entityTable },
        hint: "write the keys of the entities under their names in the entity table",
      },
    );
  }
  const ids: EntityId[] = [];
  for (let row = 0; row < shard.numRows; row++) {
    if (columns.every((column) => isValid(column, row))) {
      ids.push(columns.map((column) => cellValue(column, row) as string | number));
    }
  }
  return ids;
}

/** Labels and predictions where the tables lie: on Spark, or on this machine's DuckDB. Run it with `npx tsx examples/06-beyond-one-machine.ts`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileQuery, Database, Predictor, writeSaas } from "relgraph";
import {
  mountFolder,
  openDuckdb,
  openSpark,
  predictionThreads,
  predictShards,
  queryAll,
  writeLabelShards,
} from "relgraph/scale";

const folder = await mkdtemp(join(tmpdir(), "relgraph-scale-"));
const data = join(folder, "data");
await writeSaas(data, { users: 200, seed: 6, truth: false });

// `examples/spark/start.sh`, then SPARK_REMOTE=sc://127.0.0.1:15002.
const address = process.env["SPARK_REMOTE"];
const engine = address === undefined ? await openDuckdb() : await openSpark(address);
const tables = await mountFolder(engine, data);
console.log(`${engine.name} holds ${tables.join(", ")}`);

// 1. Labels: one statement, Parquet in, shards of Parquet out.
const query = "PREDICT COUNT(SESSIONS.*, 0, 30, days) FOR EACH USERS.USER_ID";
const db = await Database.open(data); // of large tables: `openStreamed`, or a sample; the schema is what counts
const { plan } = compileQuery(db.schema, query);
const anchors = ["2025-02-01", "2025-03-01", "2025-04-01"].map(Date.parse);
const labels = join(folder, "labels");
await writeLabelShards(engine, plan, db.schema, anchors, {
  out: labels,
  shards: 4,
  split: (anchor) => (anchor < anchors[2]! ? "train" : "val"),
});
await engine.mount("labels", labels);
const byPart = `SELECT "SPLIT" AS PART, count(*) AS ENTITIES, round(avg("TARGET"), 2) AS MEAN FROM labels GROUP BY 1 ORDER BY 1`;
const sql = engine.dialect === "spark" ? byPart.replaceAll('"', "`") : byPart;
for (const batch of await queryAll(engine, sql)) console.log(batch.toString());

// 2. A model, fitted here on a sample. `relgraph fit` under `sparkLauncher` or ssh trains it on several machines.
const predictor = await Predictor.fit(db, query, { epochs: 1, maxRows: 1000 });
const model = join(folder, "model");
await predictor.save(model);

// 3. Predictions in shards. On Spark: `sparkWorkers(engine, { command: "relgraph worker --model … --data …", tasks: 8 })`.
const workers = predictionThreads({ model, data }, 2);
const reports = await predictShards(engine, workers, {
  table: "USERS",
  key: ["USER_ID"],
  out: folder,
  shards: 4,
});
const rows = reports.reduce((sum, report) => sum + report.rows, 0);
console.log(`${rows} predictions in ${reports.length} files`);
const whole = await predictor.predict();
console.log(`as many as at once: ${rows === whole.entityRows.length}`);

predictor.dispose();
await engine.close();
await rm(folder, { recursive: true });

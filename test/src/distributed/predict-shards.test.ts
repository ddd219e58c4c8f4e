/** Predictions made in shards are those of one prediction, bit for bit, wherever the workers run. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Database } from "../../../src/data/database.js";
import { readTable } from "../../../src/data/io/read-table.js";
import { mountFolder } from "../../../src/distributed/mount.js";
import { predictionThreads, predictShards } from "../../../src/distributed/predict-shards.js";
import { writeSaas } from "../../../src/generate/write.js";
import { Predictor } from "../../../src/predictor.js";
import { openDuckdb } from "../../../src/scale/duckdb-engine.js";
import { processWorkers } from "../../../src/scale/process-workers.js";
import type { ShardWorkers } from "../../../src/scale/shard-workers.js";
import { openSpark } from "../../../src/scale/spark/spark-engine.js";
import { sparkWorkers } from "../../../src/scale/spark/spark-workers.js";
import type { SqlEngine } from "../../../src/scale/sql-engine.js";
import { predictionTableToTable } from "../../../src/task/result-tables.js";
import { SPARK } from "../../support/engines.js";
import { relgraphWith } from "../cli/run.js";

let root: string;
let data: string;
let model: string;
let whole: readonly string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "relgraph-shards-"));
  data = join(root, "data");
  model = join(root, "model");
  await writeSaas(data, { users: 150, seed: 9, truth: false });
  const db = await Database.open(data);
  const predictor = await Predictor.fit(
    db,
    // Not everybody is predicted.
    "PREDICT COUNT(SESSIONS.*, 0, 30, days) FOR EACH USERS.USER_ID WHERE COUNT(SESSIONS.*, -60, 0, days) > 0",
    { epochs: 1, maxRows: 400, trees: { rounds: 20 } },
  );
  await predictor.save(model);
  whole = textsOf(predictionTableToTable(await predictor.predict(), db).toRecords());
  predictor.dispose();
}, 120_000);

afterAll(() => rm(root, { recursive: true, force: true }));

function textsOf(rows: readonly object[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

async function answersOf(out: string): Promise<readonly string[]> {
  const folder = join(out, "predictions");
  expect(existsSync(join(folder, "_SUCCESS"))).toBe(true);
  const names = readdirSync(folder).filter((name) => name.endsWith(".parquet"));
  const tables = await Promise.all(names.map((name) => readTable(join(folder, name))));
  return textsOf(tables.flatMap((table) => table.toRecords()));
}

async function predictWith(
  engine: SqlEngine,
  workers: ShardWorkers,
  out: string,
  shards = 5,
): Promise<void> {
  await mountFolder(engine, data);
  const what = { table: "USERS", key: ["USER_ID"], out, shards };
  const reports = await predictShards(engine, workers, what);
  expect(reports.reduce((sum, { rows }) => sum + rows, 0)).toBe(whole.length);
  expect(await answersOf(out)).toEqual(whole);
}

/** The command line from its sources, as Spark or ssh would start it. */
function workerCommand(): string[] {
  const hooks = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const main = resolve("src/cli/main.ts");
  const flags = ["worker", "--model", model, "--data", data, "--quiet"];
  return [process.execPath, "--import", hooks, main, ...flags];
}

describe("predictions in shards", () => {
  it("are those of one prediction: by threads, again with fewer shards, and by processes", async () => {
    expect(whole.length).toBeGreaterThan(50);
    expect(whole.length).toBeLessThan(150);
    const engine = await openDuckdb();
    const out = join(root, "threads");
    const threads = predictionThreads({ model, data }, 2);
    await predictWith(engine, threads, out);
    await predictWith(engine, threads, out, 2);
    const processes = processWorkers({ command: workerCommand(), processes: 1 });
    await predictWith(engine, processes, join(root, "processes"));
    await engine.close();
  }, 120_000);

  it.skipIf(SPARK === undefined)(
    "are those of one prediction on Spark's machines",
    async () => {
      const engine = await openSpark(SPARK!);
      const command = workerCommand().join(" ");
      await predictWith(engine, sparkWorkers(engine, { command, tasks: 2 }), join(root, "spark"));
      await engine.close();
    },
    240_000,
  );

  it("end with the worker's own words where the model is not there", async () => {
    const engine = await openDuckdb();
    await mountFolder(engine, data);
    const workers = predictionThreads({ model: join(root, "no-model"), data }, 1);
    const out = join(root, "failed");
    const what = { table: "USERS", key: ["USER_ID"], out, shards: 2 };
    await expect(predictShards(engine, workers, what)).rejects.toMatchObject({ code: "SCL302" });
    expect(existsSync(join(out, "predictions", "_SUCCESS"))).toBe(false);
    await engine.close();
  }, 60_000);
});

describe("relgraph worker", () => {
  const flags = (): string[] => ["worker", "--model", model, "--data", data];

  it("answers each line when its output is there, and passes over keys of nobody", async () => {
    const db = await Database.open(data);
    const keys = db.table("USERS").column("USER_ID");
    expect(keys.kind).toBe("string");
    const input = join(root, "some.csv");
    const ids = whole.slice(0, 3).map((row) => (JSON.parse(row) as { USER_ID: string }).USER_ID);
    await writeFile(input, `USER_ID\n${[...ids, "nobody"].join("\n")}\n`);
    const output = join(root, "some.ndjson");
    const { status, stdout } = await relgraphWith(
      {
        stdin: async function* () {
          yield `${input}\t${output}`;
          yield "";
        },
      },
      ...flags(),
    );
    expect([status, stdout]).toEqual([0, `${output}\t3\n`]);
    const rows = readFileSync(output, "utf8").trim().split("\n");
    expect(rows).toHaveLength(3);
  });

  it("refuses a line that is no task, and a shard without the key", async () => {
    const given = (line: string) => ({
      stdin: async function* () {
        yield line;
      },
    });
    const bad = await relgraphWith(given("only one"), ...flags());
    expect([bad.status, bad.stderr]).toEqual([2, expect.stringContaining("SCL304")]);
    const input = join(root, "other.csv");
    await writeFile(input, "name\nx\n");
    const other = await relgraphWith(given(`${input}\t${join(root, "other.parquet")}`), ...flags());
    expect(other.stderr).toContain("SCL310");
    expect(existsSync(join(root, "other.parquet"))).toBe(false);
  });
});

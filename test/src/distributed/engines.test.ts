/** Labels and samples computed where the tables lie are those of one machine, row by row. */
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeRelF1 } from "../../../benchmarks/rel-f1/build.js";
import { relF1Labels } from "../../../benchmarks/rel-f1/labels.js";
import { REL_F1_TASKS } from "../../../benchmarks/rel-f1/tasks.js";
import { buildGraph } from "../../../graph/build.js";
import { type PathPlan, planTables } from "../../../graph/path-plan.js";
import { samplePaths } from "../../../graph/path-sampler.js";
import { createRng } from "../../../src/core/random.js";
import { formatTime } from "../../../src/core/time.js";
import { cellValue } from "../../../src/data/column.js";
import { Database } from "../../../src/data/database.js";
import { writeLabelShards } from "../../../src/distributed/label-shards.js";
import { mountFolder } from "../../../src/distributed/mount.js";
import { rowNumbers, writeSampleShards } from "../../../src/distributed/sample-shards.js";
import { writeSaas } from "../../../src/generate/write.js";
import { computeLabels } from "../../../src/labels.js";
import { compileQuery } from "../../../src/query.js";
import { queryAll, type SqlEngine } from "../../../src/scale/sql-engine.js";
import { trainingTableToTable } from "../../../src/task/result-tables.js";
import type { TrainingTable } from "../../../src/task/training-table.js";
import { ENGINES } from "../../support/engines.js";

let root: string;
let f1: Database;
let saas: Database;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "relgraph-engines-"));
  await writeRelF1(join(root, "f1"));
  f1 = await Database.open(join(root, "f1"));
  await writeSaas(join(root, "saas"), { users: 300, seed: 3, format: "parquet", truth: false });
  saas = await Database.open(join(root, "saas"));
}, 120_000);

afterAll(() => rm(root, { recursive: true, force: true }));

/** What rows say, as texts that sort. */
type RowText = readonly string[];

/** Engines add fractions in other orders. */
function rowText(values: readonly unknown[]): string {
  return JSON.stringify(
    values.map((value) => (typeof value === "number" ? +value.toPrecision(13) : value)),
  );
}

function labelTexts(db: Database, labels: TrainingTable): RowText {
  const rows = trainingTableToTable(labels, db).toRecords();
  return rows.map((row) => rowText(Object.values(row).slice(0, 3))).sort();
}

async function engineTexts(engine: SqlEngine, sql: string): Promise<RowText> {
  const batches = await queryAll(engine, sql);
  const rows = batches.flatMap((batch) => batch.toRecords());
  return rows.map((row) => rowText(Object.values(row))).sort();
}

describe.each(ENGINES)("%s", (_, open) => {
  let engine: SqlEngine;
  beforeAll(async () => {
    engine = await open();
  }, 60_000);
  afterAll(() => engine.close());

  it("labels the tasks of rel-f1 as the sweep does", async () => {
    await mountFolder(engine, join(root, "f1"));
    for (const task of REL_F1_TASKS) {
      const labels = relF1Labels(f1, task);
      const { plan } = compileQuery(f1.schema, task.query);
      const anchors = [...new Set(labels.anchorTimes)];
      const out = join(root, `${engine.dialect}-${task.name}`);
      // Twice: an attempt that was made before is replaced.
      for (let attempt = 0; attempt < 2; attempt++) {
        await writeLabelShards(engine, plan, f1.schema, anchors, { out, shards: 4 });
      }
      await access(join(out, "_SUCCESS"));
      await engine.mount("labels", out);
      const found = await engineTexts(engine, "SELECT driverId, TIMESTAMP, TARGET FROM labels");
      expect(found).toEqual(labelTexts(f1, labels));
      const spread = await engineTexts(
        engine,
        "SELECT driverId FROM labels GROUP BY driverId HAVING count(DISTINCT shard) > 1",
      );
      expect(spread).toEqual([]);
    }
  }, 120_000);

  it("labels a company whose tables have other schemas, with the parts of the split", async () => {
    await mountFolder(engine, join(root, "saas"));
    for (const text of [
      "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID",
      "PREDICT COUNT(SUPPORT_TICKETS.*, 0, 30, days) > 0 FOR EACH COMPANIES.COMPANY_ID",
    ]) {
      const { plan } = compileQuery(saas.schema, text);
      const { labels } = computeLabels(saas, plan);
      const anchors = [...new Set(labels.anchorTimes)];
      const out = join(root, `${engine.dialect}-saas`);
      await writeLabelShards(engine, plan, saas.schema, anchors, {
        out,
        shards: 3,
        split: (anchor) => (anchor > anchors[0]! ? "train" : "test"),
      });
      await engine.mount("labels", out);
      const key = plan.entity.keys[0]!.name;
      const sql = `SELECT ${key}, TIMESTAMP, TARGET FROM labels WHERE SPLIT IN ('train', 'test')`;
      expect(await engineTexts(engine, sql)).toEqual(labelTexts(saas, labels));
    }
  }, 120_000);

  it("draws the samples of the path sampler: newest, drawn, peers, over parents", async () => {
    await mountFolder(engine, join(root, "f1"));
    const graph = buildGraph(f1);
    const typeOf = (name: string): number => graph.nodeTypes.findIndex((t) => t.name === name);
    const edgeOf = (key: string): number =>
      graph.edges.findIndex(
        (edge) => edge.childTable === typeOf("results") && edge.foreignKey.name === key,
      );
    const up = { direction: "parent", last: 0, uniform: 0, excludeSeed: false } as const;
    const down = { direction: "children", excludeSeed: false } as const;
    const [driver, race, team] = ["driverId", "raceId", "constructorId"].map(edgeOf) as [
      number,
      number,
      number,
    ];
    const plan: PathPlan = {
      seedTable: typeOf("drivers"),
      positions: [
        { parent: -1, edge: driver, ...down, last: 3, uniform: 4 },
        { parent: 0, edge: race, ...up },
        { parent: 1, edge: race, ...down, last: 0, uniform: 5 },
        { parent: 2, edge: driver, ...up, excludeSeed: true },
        { parent: 0, edge: team, ...up },
        { parent: 4, edge: team, ...down, last: 2, uniform: 2 },
        { parent: -1, edge: driver, ...down, last: Infinity, uniform: 0 },
      ],
    };
    const rows = Int32Array.from({ length: 120 }, (_, i) => i * 7);
    const anchorTimes = Float64Array.from(rows, (_, i) => Date.UTC(1955 + (i % 65), 5, 1));
    const keyOf = (type: number, row: number): unknown => {
      const { name } = graph.nodeTypes[type]!;
      return cellValue(f1.table(name).find(f1.tableSchema(name).primaryKey![0]!)!, row);
    };
    const type = engine.dialect === "spark" ? "TIMESTAMP_NTZ" : "TIMESTAMP";
    const seeds = [...rows].map(
      (row, i) => `(${keyOf(plan.seedTable, row)}, ${type} '${formatTime(anchorTimes[i]!)}')`,
    );
    await engine.run(
      `CREATE OR REPLACE TEMPORARY VIEW my_seeds AS SELECT * FROM (VALUES ${seeds.join(", ")}) AS t(seed_key, anchor)`,
    );
    const out = join(root, `${engine.dialect}-samples`);
    await writeSampleShards(engine, graph, f1.schema, plan, {
      seeds: "my_seeds",
      out,
      shards: 3,
      salt: 77,
    });
    const drawn = samplePaths(
      graph,
      plan,
      { rows, anchorTimes, visibleTimes: anchorTimes },
      createRng(1),
      { numbers: rowNumbers(f1, graph), salt: 77 },
    );
    const tables = planTables(graph, plan);
    const chain = (position: number, at: number): unknown[] => {
      const { rows: found, owners } = drawn[position]!;
      const { parent } = plan.positions[position]!;
      const key = keyOf(tables[position]!, found[at]!);
      return parent < 0 ? [key] : [...chain(parent, owners[at]!), key];
    };
    for (const [i, { seedOf }] of drawn.entries()) {
      const want = Array.from(seedOf, (seed, at) =>
        JSON.stringify([keyOf(plan.seedTable, rows[seed]!), anchorTimes[seed], ...chain(i, at)]),
      ).sort();
      const depth = (JSON.parse(want[0]!) as unknown[]).length - 2;
      const keys = Array.from({ length: depth }, (_, d) => `key_${d + 1}`).join(", ");
      expect(want.length).toBeGreaterThan(100);
      expect(
        await engineTexts(engine, `SELECT seed_key, anchor, ${keys} FROM relgraph_sample_${i}`),
      ).toEqual(want);
    }
  }, 120_000);
});

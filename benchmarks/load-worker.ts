/** A process of the load benchmark: every stage from files to predictions on one folder, with the memory each has reached. */
import {
  buildGraph,
  createSeeds,
  createSignalStore,
  graphBytes,
  NeighborSampler,
  planSignals,
} from "../graph/index.js";
import { createRng } from "../src/core/random.js";
import { MS_PER_DAY } from "../src/core/time.js";
import { Database } from "../src/data/database.js";
import { computeLabels } from "../src/labels.js";
import { Predictor } from "../src/predictor.js";
import { compileQuery } from "../src/query.js";
import { measureStage, type StageCost } from "./stage.js";

/** What a process is asked. */
export interface LoadTask {
  readonly folder: string;
  /** Whether a model is fitted and predicts, too. */
  readonly fit: boolean;
}

/** What it answers after each stage. */
export interface LoadStage extends StageCost {
  readonly name: string;
  /** Bytes of what the stage made, where they are counted. */
  readonly bytes?: number;
}

const QUERY = "PREDICT SUM(sessions.duration_min, 0, 30, days) FOR EACH users.user_id";
const ANCHORS = 12;
const SEEDS = 10_000;
const LAST = Date.UTC(2025, 0, 1);
const HORIZON = { count: 30, unit: "days" } as const;

const { folder, fit } = JSON.parse(process.argv[2]!) as LoadTask;

const db = await stage("load", () => Database.open(folder));
const graph = await stage("graph", () => buildGraph(db), graphBytes);
await stage(`labels at ${ANCHORS} anchors`, () => {
  const anchors = Array.from({ length: ANCHORS }, (_, i) => LAST - i * 30 * MS_PER_DAY);
  return computeLabels(db, compileQuery(db.schema, QUERY).plan, { anchors });
});
const rng = createRng(1);
const users = db.table("users").numRows;
const rows = Int32Array.from({ length: SEEDS }, () => rng.int(users));
const seeds = createSeeds({ entityRows: rows, anchorTimes: new Float64Array(SEEDS).fill(LAST) });
await stage(`samples of ${SEEDS.toLocaleString("en-US")} seeds`, () => {
  const sampler = new NeighborSampler(graph, {
    seedTable: "users",
    numNeighbors: [32, 32],
    strategy: "last",
  });
  return sampler.sample(seeds, createRng(2));
});
await stage(
  `signals of ${SEEDS.toLocaleString("en-US")} seeds`,
  () => {
    const plan = planSignals(db, graph, "users", { horizon: HORIZON, cutoff: LAST });
    const store = createSignalStore(db, graph);
    store.compute(plan.signals.slice(0, 100), seeds);
    return store;
  },
  (store) => store.bytes(),
);
if (fit) {
  const predictor = await stage("fit", () => Predictor.fit(db, QUERY, { seed: 1 }));
  await stage(`predict ${users.toLocaleString("en-US")} users`, () => predictor.predict());
  predictor.dispose();
}
process.disconnect();

async function stage<T>(
  name: string,
  work: () => T | Promise<T>,
  bytesOf?: (made: T) => number,
): Promise<T> {
  const { made, cost } = await measureStage(work);
  const bytes = bytesOf?.(made);
  process.send!({
    name,
    ...cost,
    ...(bytes !== undefined && { bytes }),
  } satisfies LoadStage);
  return made;
}

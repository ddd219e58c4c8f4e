/** Benchmark `peers`: our graph network and PyTorch Geometric's RelBench example on the same files and cores, in one run. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { trainModel } from "../../gnn/trainer.js";
import { takeSeeds } from "../../graph/seeds.js";
import { bindQuery, parseQuery, planTrainingTable } from "../../pql/index.js";
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../../src/cli/bench-report.js";
import { measureSteps } from "../../src/cli/bench-step.js";
import { createRng } from "../../src/core/random.js";
import { Database } from "../../src/data/database.js";
import { setUpGnn } from "../../src/experts/gnn-setup.js";
import { SPLITS, type TrainingTable } from "../../src/task/training-table.js";
import { initBackend } from "../../src/tensor/backend.js";
import { writeRelF1 } from "../rel-f1/build.js";
import { relF1Labels } from "../rel-f1/labels.js";
import { REL_F1_TASKS } from "../rel-f1/tasks.js";
import { missingPeer, type PeerRun, runPyg, type ScoreAt } from "./pyg.js";

/** Options of {@link runPeersBench}. */
export interface PeersOptions {
  /** Timed steps of each; 4 by default. */
  readonly steps?: number;
  /** Epochs of each; 10 by default, which take the peer five minutes or more. */
  readonly epochs?: number;
  /** Threads of the peer; all cores by default. */
  readonly threads?: number;
  readonly seed?: number;
  readonly onLine?: (line: string) => void;
}

/** One side of the comparison. */
type Side = Pick<PeerRun, "steps" | "gflop" | "scores">;

const BATCH = 512;
const PEER = "RelBench GNN on PyG";

/**
 * Trains both on driver-position at seed time: each validation row sees everything up to its own anchor, as RelBench's
 * validation does. The peer is passed over with a word where Python or one of its packages is missing.
 *
 * @returns time and arithmetic of a step of batch 512, the best validation score, and the time to the peer's best.
 */
export async function runPeersBench(options: PeersOptions = {}): Promise<BenchReport> {
  const { steps = 4, epochs = 10, seed = 0, onLine = () => {} } = options;
  const threads = options.threads ?? availableParallelism();
  const backend = await initBackend();
  const folder = await mkdtemp(join(tmpdir(), "relgraph-peers-"));
  try {
    await writeRelF1(folder);
    const db = await Database.open(folder);
    const labels = relF1Labels(db, REL_F1_TASKS[0]!);
    await writeFile(join(folder, "labels.csv"), labelsCsv(labels));
    const ours = runOurs(db, labels, { steps, epochs, seed, onLine });
    const missing = missingPeer();
    if (missing !== null) onLine(`no PyG: ${missing}`);
    const peer =
      missing === null ? await runPyg(folder, { threads, steps, epochs, seed, onLine }) : null;
    return benchReport("peers", backend, compare(ours, peer));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runOurs(
  db: Database,
  labels: TrainingTable,
  options: Required<Omit<PeersOptions, "threads">>,
): Side {
  const { steps, epochs, seed, onLine } = options;
  const now = (): number => performance.now();
  const plan = planTrainingTable(bindQuery(parseQuery(REL_F1_TASKS[0]!.query), db.schema));
  const fresh = () => setUpGnn(db, plan, labels, labels.anchorTimes, { seed });
  const timed = fresh();
  const { seeds } = timed.data.train;
  const rng = createRng(seed);
  const draw = () =>
    takeSeeds(
      seeds,
      Int32Array.from({ length: BATCH }, () => rng.int(seeds.rows.length)),
    );
  const times: number[] = [];
  let gflop = 0;
  for (let run = 0; run < steps; run++) {
    const results = measureSteps(timed.model, timed.loader, draw, { seed, runs: 1, now });
    times.push(results[0]!.median);
    gflop = results[3]!.median;
  }
  timed.model.store.dispose();

  const begin = now();
  const { model, loader, data, rng: stream } = fresh();
  const scores: ScoreAt[] = [];
  trainModel(model, loader, data, stream.split("training"), {
    config: { epochs, patience: epochs },
    onProgress: ({ stage, done = 0, values }) => {
      const score = values?.["validation"];
      if (stage !== "train" || score === undefined) return;
      scores.push({ epoch: done, seconds: (now() - begin) / 1000, score });
      onLine(`relgraph: ${JSON.stringify(scores.at(-1))}`);
    },
  });
  model.store.dispose();
  return { steps: times, gflop, scores };
}

function compare(ours: Side, peer: Side | null): BenchResult[] {
  const beside = (
    name: string,
    unit: string,
    of: (side: Side) => readonly number[],
  ): BenchResult[] => {
    const result = { name, unit, ...spread(of(ours)) };
    if (!peer) return [result];
    const other = spread(of(peer));
    const { median } = other;
    return [
      { ...result, compared: { to: PEER, median, ratio: result.median / median } },
      { name: `${PEER}, ${name}`, unit, ...other },
    ];
  };
  const best = ({ scores }: Side): number => Math.min(...scores.map(({ score }) => score));
  const results: BenchResult[] = [
    ...beside(`whole step, batch ${BATCH}`, "s", ({ steps }) => steps),
    ...beside("arithmetic of a step", "GFLOP", ({ gflop }) => [gflop]),
    ...beside("best validation score", "MAE", (side) => [best(side)]),
  ];
  const sides = [["relgraph", ours] as const, ...(peer ? [[PEER, peer] as const] : [])];
  for (const [name, { scores }] of sides) {
    for (const { epoch, seconds, score } of scores) {
      results.push({
        name: `${name}, epoch ${epoch}, time so far`,
        unit: "s",
        ...spread([seconds]),
      });
      results.push({
        name: `${name}, epoch ${epoch}, validation`,
        unit: "MAE",
        ...spread([score]),
      });
    }
  }
  return peer ? [...results, ...timeToBest(ours, peer, best(peer))] : results;
}

/** How long each takes to the peer's best score; nothing if ours does not reach it. */
function timeToBest(ours: Side, peer: Side, score: number): BenchResult[] {
  const reach = ({ scores }: Side) => scores.find((at) => at.score <= score)?.seconds;
  const [found, median] = [reach(ours), reach(peer)];
  if (found === undefined || median === undefined) return [];
  const compared = { to: PEER, median, ratio: found / median };
  return [{ name: `time to ${score.toFixed(2)}`, unit: "s", ...spread([found]), compared }];
}

/** The labels of both, as text: split, row of the entity's table, anchor in milliseconds, target. */
function labelsCsv({ entityRows, anchorTimes, targets, split }: TrainingTable): string {
  const lines = Array.from(
    entityRows,
    (row, i) => `${SPLITS[split![i]!]},${row},${anchorTimes[i]},${targets[i]}`,
  );
  return `${["split,row,time,target", ...lines].join("\n")}\n`;
}

/** Benchmark `step`: a training step of batch 512 on rel-f1's driver-position, beside PyTorch Geometric's RelBench model. */

import { takeSeeds } from "../graph/seeds.js";
import { bindQuery, parseQuery, planTrainingTable } from "../pql/index.js";
import { type BenchReport, benchReport } from "../src/cli/bench-report.js";
import { measureSteps } from "../src/cli/bench-step.js";
import { createRng } from "../src/core/random.js";
import { setUpGnn } from "../src/experts/gnn-setup.js";
import { initBackend } from "../src/tensor/backend.js";
import { openRelF1 } from "./rel-f1/database.js";
import { relF1Labels } from "./rel-f1/labels.js";
import { REL_F1_TASKS } from "./rel-f1/tasks.js";

/** Seconds of the reference's step (2 threads, PyTorch, the same batch size), measured on a machine like this one. */
const REFERENCE_SECONDS = 2.48;

const BATCH = 512;

/**
 * Measures a training step of the default network.
 *
 * @param options - `runs` timed steps, 10 by default.
 */
export async function runStepBench({
  runs = 10,
}: {
  readonly runs?: number;
}): Promise<BenchReport> {
  const backend = await initBackend();
  const db = await openRelF1();
  const task = REL_F1_TASKS[0]!;
  const plan = planTrainingTable(bindQuery(parseQuery(task.query), db.schema));
  const labels = relF1Labels(db, task);
  const { model, loader, data } = setUpGnn(db, plan, labels, labels.anchorTimes);
  const rng = createRng(0);
  const { seeds } = data.train;
  const draw = () =>
    takeSeeds(
      seeds,
      Int32Array.from({ length: BATCH }, () => rng.int(seeds.rows.length)),
    );
  const now = (): number => performance.now();
  const results = measureSteps(model, loader, draw, { seed: 0, runs, now });
  model.store.dispose();
  const [whole, ...parts] = results;
  const ratio = whole!.median / REFERENCE_SECONDS;
  const compared = { to: "RelBench GNN on PyG, 2 threads", median: REFERENCE_SECONDS, ratio };
  return benchReport("step", backend, [{ ...whole!, compared }, ...parts]);
}

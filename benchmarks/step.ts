/** Benchmark `step`: a training step of batch 512 on rel-f1's driver-position, beside PyTorch Geometric's RelBench model. */

import { takeSeeds } from "../graph/seeds.js";
import { bindQuery, parseQuery, planTrainingTable } from "../pql/index.js";
import { type BenchReport, type BenchResult, benchReport } from "../src/cli/bench-report.js";
import { measureSteps } from "../src/cli/bench-step.js";
import { createRng } from "../src/core/random.js";
import { setUpGnn } from "../src/experts/gnn-setup.js";
import { initBackend } from "../src/tensor/backend.js";
import { blasFromEnvironment } from "../src/tensor/backends/blas.js";
import { openRelF1 } from "./rel-f1/database.js";
import { relF1Labels } from "./rel-f1/labels.js";
import { REL_F1_TASKS } from "./rel-f1/tasks.js";

/** Seconds of the reference's step (2 threads, PyTorch, the same batch size), measured on a machine like this one. */
const REFERENCE_SECONDS = 2.48;

const BATCH = 512;

/** Measured in the same run where `koffi` and a library are found. */
const WITH_BLAS = { backend: "wasm", blas: blasFromEnvironment() ?? "auto" } as const;

/**
 * Measures a training step of the default network, with a BLAS too where the machine has one.
 *
 * @param options - `runs` timed steps, 10 by default.
 */
export async function runStepBench({
  runs = 10,
}: {
  readonly runs?: number;
}): Promise<BenchReport> {
  const backend = await initBackend({ blas: "" });
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
  const measure = (): readonly BenchResult[] => {
    const now = (): number => performance.now();
    const [whole, ...parts] = measureSteps(model, loader, draw, { seed: 0, runs, now });
    const [busy] = measureSteps(model, loader, draw, { seed: 0, runs, now: processorTime });
    return [whole!, { ...busy!, name: "the same in processor time" }, ...parts];
  };
  const [whole, ...parts] = measure();
  const native = backend.name === "wasm" ? await initBackend(WITH_BLAS) : null;
  const withBlas = native?.blas ? measure() : [];
  model.store.dispose();
  const ratio = whole!.median / REFERENCE_SECONDS;
  const compared = { to: "RelBench GNN on PyG, 2 threads", median: REFERENCE_SECONDS, ratio };
  const beside = withBlas.map((result) => ({ ...result, name: `with BLAS: ${result.name}` }));
  const about = native?.blas ? { ...backend, blas: native.blas } : backend;
  return benchReport("step", about, [{ ...whole!, compared }, ...parts, ...beside]);
}

/** Milliseconds of all cores that this process has used: what a busy machine does not change much. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

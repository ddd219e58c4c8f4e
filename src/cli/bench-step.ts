/** Benchmark `step`: one training step of the graph network on a generated company, and its arithmetic. */
import { createLoader, type NeighborLoader } from "../../gnn/batch.js";
import { fitTableEncoding } from "../../gnn/frame/fit-encoding.js";
import { seedContextEncoding } from "../../gnn/frame/seed-context.js";
import { createModel, type RelationalGnn } from "../../gnn/model.js";
import { layoutPaths } from "../../gnn/paths.js";
import { DEFAULT_MODEL_CONFIG, type ModelSpec } from "../../gnn/spec.js";
import { DEFAULT_TRAINER_CONFIG } from "../../gnn/trainer.js";
import { buildGraph } from "../../graph/build.js";
import type { Seeds } from "../../graph/seeds.js";
import { checkAborted } from "../core/progress.js";
import { createRng } from "../core/random.js";
import type { Database } from "../data/database.js";
import { generateSaasDatabase } from "../generate/database.js";
import { initBackend } from "../tensor/backend.js";
import { countFlops } from "../tensor/flops.js";
import { l1Loss } from "../tensor/losses.js";
import { createAdamW } from "../tensor/optimizer.js";
import { trainStep } from "../tensor/train-step.js";
import { type BenchReport, type BenchResult, benchReport, spread } from "./bench-report.js";
import type { BenchOptions } from "./benches.js";

const BATCH = 512;
const ENTITY = "USERS";

/**
 * Measures the parts of a training step on batches of 512 users: sampling and encoding a batch, and forward, backward
 * and update.
 *
 * @param options - size, seed, runs.
 * @returns seconds a batch and a step, GFLOP a step, and GFLOP a second.
 */
export async function benchStep(options: BenchOptions): Promise<BenchReport> {
  const { users, seed, signal, onProgress } = options;
  const backend = await initBackend();
  const db = await generateSaasDatabase({ users, seed, signal, onProgress });
  const rng = createRng(seed);
  const anchor = db.timeSpan(["SESSIONS"])?.max ?? 0;
  const graph = buildGraph(db);
  const spec = specOf(db, graph, anchor);
  const model = createModel(spec, rng.split("weights"));
  const loader = createLoader(db, graph, spec);
  const times = new Float64Array(BATCH).fill(anchor);
  const draw = (): Seeds => {
    const rows = Int32Array.from({ length: BATCH }, () => rng.int(users));
    return { rows, anchorTimes: times, visibleTimes: times };
  };
  const results = measureSteps(model, loader, draw, options);
  model.store.dispose();
  return benchReport("step", backend, results);
}

/**
 * Measures training steps of a network; one step warms up and is counted in FLOP.
 *
 * @param draw - draws the seeds of a batch.
 * @param options - seed, runs, clock.
 */
export function measureSteps(
  model: RelationalGnn,
  loader: NeighborLoader,
  draw: () => Seeds,
  options: Pick<BenchOptions, "seed" | "runs" | "now" | "signal" | "onProgress">,
): readonly BenchResult[] {
  const { runs, now, signal, onProgress } = options;
  const rng = createRng(options.seed).split("steps");
  const { learningRate, weightDecay, clipNorm } = DEFAULT_TRAINER_CONFIG;
  const optimizer = createAdamW(model.store, { learningRate, weightDecay });
  const loading: number[] = [];
  const stepping: number[] = [];
  let flops = 0;
  let size = 0;
  for (let run = -1; run < runs; run++) {
    checkAborted(signal, "the benchmark");
    const seeds = draw();
    size = seeds.rows.length;
    const targets = Float32Array.from({ length: size }, () => rng.normal());
    const start = now();
    const batch = loader.load(seeds, rng.split("sample", run));
    const loaded = now();
    const dropoutRng = rng.split("dropout", run);
    const step = (): void => {
      trainStep(
        model.store,
        () => l1Loss(model.forward(batch, model.embed(batch), { dropoutRng }).logits, targets),
        optimizer,
        { clipNorm },
      );
    };
    if (run < 0) {
      flops = countFlops(step).count.flops;
      continue;
    }
    step();
    loading.push((loaded - start) / 1000);
    stepping.push((now() - loaded) / 1000);
    onProgress?.({ stage: "bench", message: "training steps", done: run + 1, total: runs });
  }
  optimizer.dispose();
  const gflop = flops / 1e9;
  const whole = loading.map((seconds, i) => seconds + stepping[i]!);
  return [
    { name: `whole step, batch ${size}`, unit: "s", ...spread(whole) },
    { name: "sample and encode", unit: "s", ...spread(loading) },
    { name: "forward, backward, update", unit: "s", ...spread(stepping) },
    { name: "arithmetic of a step", unit: "GFLOP", ...spread([gflop]) },
    { name: "arithmetic", unit: "GFLOP/s", ...spread(stepping.map((seconds) => gflop / seconds)) },
  ];
}

function specOf(db: Database, graph: ReturnType<typeof buildGraph>, cutoff: number): ModelSpec {
  const layout = layoutPaths(graph, ENTITY);
  const tables = new Set([ENTITY, ...layout.positions.map(({ table }) => table)]);
  return {
    config: DEFAULT_MODEL_CONFIG,
    layout,
    encodings: [...tables].map((table) =>
      fitTableEncoding(db, table, cutoff, { hidden: new Set() }),
    ),
    context: seedContextEncoding(db, ENTITY, new Set()),
    outputs: 1,
  };
}

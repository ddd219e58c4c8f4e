/** Benchmark `sampler`: building the graph of a generated company, and sampling the neighbourhoods of its users. */
import { buildGraph } from "../../graph/build.js";
import { NeighborSampler } from "../../graph/neighbor-sampler.js";
import type { Seeds } from "../../graph/seeds.js";
import { checkAborted } from "../core/progress.js";
import { createRng } from "../core/random.js";
import { generateSaasDatabase } from "../generate/database.js";
import { type BenchReport, type BenchResult, benchReport, timeRuns } from "./bench-report.js";
import type { BenchOptions } from "./benches.js";

const BATCH = 512;
const BATCHES = 8;
const FAN_OUT = [16, 16];

/**
 * Measures the building of the graph and the sampler, with uniform and with last neighbours.
 *
 * @param options - size, seed, runs.
 * @returns seconds a graph, seeds a second.
 */
export async function benchSampler(options: BenchOptions): Promise<BenchReport> {
  const { users, seed, runs, now, signal, onProgress } = options;
  const db = await generateSaasDatabase({ users, seed, signal, onProgress });
  const rows = db.tables.reduce((sum, table) => sum + table.numRows, 0);
  let graph = buildGraph(db);
  const build = timeRuns(
    runs,
    () => {
      graph = buildGraph(db);
    },
    now,
  );
  const results: BenchResult[] = [
    { name: `build graph, ${rows.toLocaleString("en-US")} rows`, unit: "s", ...build },
  ];
  const latest = db.timeSpan(["SESSIONS"])?.max ?? 0;
  const rng = createRng(seed);
  const batches = Array.from({ length: BATCHES }, (): Seeds => {
    const times = new Float64Array(BATCH).fill(latest);
    const seeds = Int32Array.from({ length: BATCH }, () => rng.int(users));
    return { rows: seeds, anchorTimes: times, visibleTimes: times };
  });
  for (const strategy of ["uniform", "last"] as const) {
    checkAborted(signal, "the benchmark");
    onProgress?.({ stage: "bench", message: `sampling, ${strategy} neighbours` });
    const sampler = new NeighborSampler(graph, {
      seedTable: "USERS",
      numNeighbors: FAN_OUT,
      strategy,
    });
    const measured = timeRuns(
      runs,
      () => {
        for (const [i, batch] of batches.entries()) sampler.sample(batch, rng.split(i));
      },
      now,
    );
    const rate = (seconds: number): number => Math.round((BATCH * BATCHES) / seconds);
    results.push({
      name: `sample [${FAN_OUT.join(", ")}], ${strategy}`,
      unit: "seeds/s",
      median: rate(measured.median),
      min: rate(measured.max),
      max: rate(measured.min),
      runs: measured.runs,
    });
  }
  return benchReport("sampler", "none", results);
}

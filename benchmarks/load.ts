/** Benchmark `load`: files to predictions, stage by stage, at sizes that grow tenfold, with the memory of each. */
import { fork } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { initBackend } from "../src/tensor/backend.js";
import { writeLoadData } from "./load-data.js";
import type { LoadStage, LoadTask } from "./load-worker.js";

/** Options of {@link runLoadBench}. */
export interface LoadBenchOptions {
  /** Sessions of the largest size; default 10,000,000. Smaller ones are tenths of it, down to 100,000. */
  readonly sessions?: number | undefined;
  /** Users of every size, at most a tenth of the sessions; default 200,000. */
  readonly users?: number | undefined;
  /** Most sessions of a size at which a model is fitted and predicts, too; default 10,000,000. */
  readonly fit?: number | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

const SMALLEST = 100_000;

/**
 * Runs the benchmark. Each size is a process of its own, so that its peak memory is its own.
 *
 * @param options - sizes.
 * @returns seconds, processor seconds and peak memory of each stage; seconds beside those of a tenth of the rows, where a ratio
 * of 10 is linear.
 */
export async function runLoadBench(options: LoadBenchOptions = {}): Promise<BenchReport> {
  const {
    sessions: largest = 10_000_000,
    users: most = 200_000,
    fit = 10_000_000,
    onLine = () => {},
  } = options;
  const backend = await initBackend();
  const results: BenchResult[] = [];
  const folder = await mkdtemp(join(tmpdir(), "relgraph-load-"));
  let smaller: readonly LoadStage[] = [];
  try {
    for (const sessions of sizesUpTo(largest)) {
      const size = `${sessions / 1e6} M sessions`;
      const data = join(folder, String(sessions));
      await mkdir(data);
      onLine(`writing ${size}`);
      await writeLoadData(data, { users: Math.min(most, Math.ceil(sessions / 10)), sessions });
      const stages: LoadStage[] = [];
      await runStages({ folder: data, fit: sessions <= fit }, (stage) => {
        const made = resultsOf(size, stage, smaller[stages.length]);
        stages.push(stage);
        results.push(...made);
        for (const { name, median, unit } of made) {
          onLine(`${name}: ${Number(median.toPrecision(3))} ${unit}`);
        }
      });
      results.push(sumOf(`${size}: load, graph and labels`, stages.slice(0, 3)));
      smaller = stages;
      await rm(data, { recursive: true, force: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return benchReport("load", backend, results);
}

function sizesUpTo(largest: number): number[] {
  const sizes = [largest];
  while (sizes[0]! / 10 >= SMALLEST) sizes.unshift(sizes[0]! / 10);
  return sizes;
}

function resultsOf(size: string, stage: LoadStage, tenth: LoadStage | undefined): BenchResult[] {
  const { name, seconds, cpu, peak, bytes } = stage;
  const title = `${size}: ${name}`;
  const compared = tenth && {
    compared: { to: "a tenth", median: tenth.seconds, ratio: seconds / tenth.seconds },
  };
  return [
    { name: title, unit: "s", ...spread([seconds]), ...compared },
    { name: `${title}, all cores`, unit: "CPU s", ...spread([cpu]) },
    { name: `${title}, peak memory so far`, unit: "MiB", ...spread([peak]) },
    ...(bytes === undefined
      ? []
      : [{ name: `${title}, its own bytes`, unit: "MiB", ...spread([bytes / 2 ** 20]) }]),
  ];
}

function sumOf(name: string, stages: readonly LoadStage[]): BenchResult {
  return { name, unit: "s", ...spread([stages.reduce((sum, { seconds }) => sum + seconds, 0)]) };
}

function runStages(task: LoadTask, onStage: (stage: LoadStage) => void): Promise<void> {
  const worker = fileURLToPath(new URL("./load-worker.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(worker, [JSON.stringify(task)], {
      execArgv: ["--import", "tsx"],
    });
    child.on("message", (stage) => onStage(stage as LoadStage));
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`the process of ${task.folder} ended with ${code ?? signal}`));
    });
  });
}

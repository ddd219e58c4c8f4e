/** LightGBM beside our trees, through Python where it is installed there. */
import { spawn, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Matrix } from "./trees-data.js";

/** Settings that both know, under our names. */
export interface SharedSettings {
  readonly objective: "l2" | "logistic" | "poisson";
  readonly rounds: number;
  readonly leaves: number;
  readonly columnFraction: number;
  readonly threads: number;
}

/** Seconds of a run, `cpu` of the processor, and predictions of the rows held out. */
export interface LightGbmAnswer {
  readonly binning: number;
  readonly training: number;
  readonly cpu: number;
  readonly predicted: Float64Array;
}

/** A running LightGBM. */
export interface LightGbm {
  readonly version: string;
  /** Trains on all rows but the last `held`, which it predicts. `name` tells matrices apart. */
  train(
    name: string,
    matrix: Matrix,
    held: number,
    settings: SharedSettings,
  ): Promise<LightGbmAnswer>;
  stop(): void;
}

const OBJECTIVES = { l2: "regression", logistic: "binary", poisson: "poisson" } as const;

/**
 * Starts LightGBM.
 *
 * @param folder - where matrices and predictions are written.
 * @returns null if `python3` or its package `lightgbm` is missing.
 */
export async function startLightGbm(folder: string): Promise<LightGbm | null> {
  if (spawnSync("python3", ["-c", "import lightgbm"]).status !== 0) return null;
  const script = fileURLToPath(new URL("./trees-lightgbm.py", import.meta.url));
  const python = spawn("python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done) throw new Error("LightGBM ended");
    return JSON.parse(value) as Record<string, unknown>;
  };
  const { version } = await answer();
  const written = new Set<string>();
  return {
    version: String(version),
    async train(name, matrix, held, settings) {
      const files = { x: join(folder, `${name}.x`), y: join(folder, `${name}.y`) };
      const out = join(folder, `${name}.out`);
      if (!written.has(name)) await writeMatrix(files, matrix);
      written.add(name);
      const rows = matrix.targets.length;
      const features = matrix.features.length;
      const { rounds } = settings;
      const task = { ...files, out, rows, features, held, rounds, params: paramsOf(settings) };
      python.stdin.write(`${JSON.stringify(task)}\n`);
      const { binning, training, cpu } = await answer();
      const bytes = held > 0 ? await readFile(out) : new Uint8Array(0);
      const predicted = new Float64Array(new Uint8Array(bytes).buffer);
      const seconds = { binning: Number(binning), training: Number(training), cpu: Number(cpu) };
      return { ...seconds, predicted };
    },
    stop: () => python.kill(),
  };
}

function paramsOf({ objective, leaves, columnFraction, threads }: SharedSettings) {
  return {
    objective: OBJECTIVES[objective],
    num_leaves: leaves,
    max_bin: 255,
    learning_rate: 0.1,
    min_data_in_leaf: 20,
    feature_fraction: columnFraction,
    num_threads: threads,
    force_col_wise: true,
    seed: 1,
    verbose: -1,
  };
}

async function writeMatrix(
  files: { readonly x: string; readonly y: string },
  { features, targets }: Matrix,
): Promise<void> {
  const rows = targets.length;
  const all = new Float32Array(rows * features.length);
  features.forEach(({ values }, j) => {
    all.set(values, j * rows);
  });
  await writeFile(files.x, all);
  await writeFile(files.y, targets);
}

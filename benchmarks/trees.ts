/** Benchmark `trees`: training, accuracy and explaining of boosted trees, beside LightGBM where Python has it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { binFeatures } from "../src/trees/bins.js";
import { predictTrees } from "../src/trees/predict.js";
import { treeShap } from "../src/trees/shap.js";
import { trainTreesInThreads } from "../src/trees/threads.js";
import type { TreeEnsemble } from "../src/trees/types.js";
import { type Matrix, makeMatrix, rowsOf, scoreOf, type TargetKind } from "./trees-data.js";
import { type LightGbm, type SharedSettings, startLightGbm } from "./trees-lightgbm.js";

/** Options of {@link runTreesBench}. */
export interface TreesBenchOptions {
  /** Rows and columns of one size to train on; by default three sizes are. */
  readonly rows?: number | undefined;
  readonly features?: number | undefined;
  /** Timed runs of each way; default 3. The first warms up if there is more than one. */
  readonly runs?: number | undefined;
  /** Most threads; default 2. */
  readonly threads?: number | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

interface Size {
  readonly rows: number;
  readonly features: number;
  readonly rounds: number;
  readonly leaves: number;
  readonly columnFraction: number;
}

const STANDARD = { rounds: 100, leaves: 31, columnFraction: 1 };
const SIZES: readonly Size[] = [
  { rows: 10_000, features: 300, rounds: 200, leaves: 15, columnFraction: 0.5 },
  { rows: 50_000, features: 50, ...STANDARD },
  { rows: 500_000, features: 100, ...STANDARD },
];

/** Data sets of the comparison of scores: each is made with so many seeds. */
const SEEDS = [1, 2, 3, 4, 5];
const SCORED_ROWS = 20_000;

/**
 * Runs the benchmark. Both programs are asked in turn, so that the load of the machine meets them alike; they get the same
 * data and settings: 255 bins, learning rate 0.1, at least 20 rows a leaf, no penalty.
 *
 * @param options - sizes and runs.
 * @returns seconds of training with binning, scores of rows held out, processor milliseconds of explaining a row.
 */
export async function runTreesBench(options: TreesBenchOptions = {}): Promise<BenchReport> {
  const { rows, features, runs = 3, threads = 2, onLine = () => {} } = options;
  const own = rows !== undefined || features !== undefined;
  const sizes = own ? [{ rows: rows ?? 50_000, features: features ?? 50, ...STANDARD }] : SIZES;
  const folder = await mkdtemp(join(tmpdir(), "relgraph-trees-"));
  const rival = await startLightGbm(folder);
  onLine(rival ? `LightGBM ${rival.version}` : "LightGBM is not installed for python3: left out");
  try {
    const results: BenchResult[] = [];
    for (const size of sizes) results.push(...(await timeTraining(size, runs, threads, rival)));
    for (const kind of ["number", "binary", "count"] as const) {
      results.push(await compareScores(kind, threads, rival));
    }
    results.push(await timeExplaining(runs));
    for (const result of results) onLine(formatLine(result));
    return benchReport("trees", "none", results);
  } finally {
    rival?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function formatLine({ name, unit, median, min, max, compared }: BenchResult): string {
  const ratio = compared
    ? `, ${compared.ratio.toFixed(2)} of ${compared.to}'s ${compared.median.toFixed(3)}`
    : "";
  return `${name}: ${median.toFixed(3)} ${unit} (${min.toFixed(3)} to ${max.toFixed(3)})${ratio}`;
}

async function timeTraining(
  size: Size,
  runs: number,
  threads: number,
  rival: LightGbm | null,
): Promise<BenchResult[]> {
  const { rows, features, rounds, leaves, columnFraction } = size;
  const matrix = makeMatrix({ rows, features, kind: "number", seed: 11 });
  const results: BenchResult[] = [];
  for (let count = 1; count <= threads; count++) {
    const settings = { objective: "l2", rounds, leaves, columnFraction, threads: count } as const;
    const ours: Timed[] = [];
    const theirs: Timed[] = [];
    for (let run = runs > 1 ? -1 : 0; run < runs; run++) {
      const answers = [
        await timeOnce(matrix, settings),
        await rival?.train(`t${rows}x${features}`, matrix, 0, settings),
      ] as const;
      if (run < 0) continue;
      ours.push(answers[0]);
      if (answers[1]) theirs.push(answers[1]);
    }
    const name = `${rows} × ${features}, ${rounds} trees of ${leaves} leaves, ${count} thread${count > 1 ? "s" : ""}`;
    results.push(timeResult(name, ours, theirs, ({ binning, training }) => binning + training));
    results.push(timeResult(`${name}: of that binning`, ours, theirs, ({ binning }) => binning));
    results.push(timeResult(`${name}: processor time`, ours, theirs, ({ cpu }) => cpu));
  }
  return results;
}

/** Seconds of a run; `cpu` is the processor time of all threads, binning and training. */
interface Timed {
  readonly binning: number;
  readonly training: number;
  readonly cpu: number;
}

function timeResult(
  name: string,
  ours: readonly Timed[],
  theirs: readonly Timed[],
  seconds: (timed: Timed) => number,
): BenchResult {
  return { name, unit: "s", ...compare(ours.map(seconds), theirs.map(seconds)) };
}

function compare(ours: readonly number[], theirs: readonly number[]) {
  const own = spread(ours);
  if (theirs.length === 0) return own;
  const { median } = spread(theirs);
  return { ...own, compared: { to: "LightGBM", median, ratio: own.median / median } };
}

async function timeOnce(matrix: Matrix, settings: SharedSettings): Promise<Timed> {
  const before = process.cpuUsage();
  const start = performance.now();
  const binned = binFeatures(matrix.features);
  const middle = performance.now();
  await train({ binned, targets: matrix.targets }, settings);
  const end = performance.now();
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1e6;
  return { binning: (middle - start) / 1000, training: (end - middle) / 1000, cpu };
}

function train(
  data: Parameters<typeof trainTreesInThreads>[0],
  settings: SharedSettings,
): Promise<TreeEnsemble> {
  const { objective, ...rest } = settings;
  return trainTreesInThreads(data, { ...rest, objective: { kind: objective }, l2: 0 });
}

const SCORES = {
  number: { objective: "l2", unit: "R2" },
  binary: { objective: "logistic", unit: "AUROC" },
  count: { objective: "poisson", unit: "MAE" },
} as const;

async function compareScores(
  kind: TargetKind,
  threads: number,
  rival: LightGbm | null,
): Promise<BenchResult> {
  const { objective, unit } = SCORES[kind];
  const settings = { objective, ...STANDARD, threads };
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (const seed of SEEDS) {
    const matrix = makeMatrix({ rows: 2 * SCORED_ROWS, features: 20, kind, seed });
    const held = rowsOf(matrix, SCORED_ROWS, 2 * SCORED_ROWS);
    const model = await train(rowsOf(matrix, 0, SCORED_ROWS), settings);
    ours.push(scoreOf(kind, predictTrees(model, held.features), held.targets));
    const answer = await rival?.train(`${kind}${seed}`, matrix, SCORED_ROWS, settings);
    if (answer) theirs.push(scoreOf(kind, answer.predicted, held.targets));
  }
  const name = `${kind}: ${SCORED_ROWS} rows held out, ${SEEDS.length} data sets`;
  return { name, unit, ...compare(ours, theirs) };
}

async function timeExplaining(runs: number): Promise<BenchResult> {
  const matrix = makeMatrix({ rows: 5000, features: 300, kind: "number", seed: 12 });
  const settings = { objective: "l2", rounds: 400, leaves: 15, columnFraction: 0.5 } as const;
  const model = await train(matrix, { ...settings, threads: 1 });
  const rows = 200;
  const times = Array.from({ length: runs + 1 }, () => {
    const start = process.cpuUsage();
    for (let row = 0; row < rows; row++) treeShap(model, matrix.features, row);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / rows;
  });
  return {
    name: "explaining a row, 400 trees of 15 leaves",
    unit: "ms",
    ...spread(times.slice(1)),
  };
}

/** Sampler benchmark: the building of the graph and seeds per second of both samplers, one thread, data made here. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import {
  buildGraph,
  formatGraph,
  type HeteroGraph,
  NeighborSampler,
  type PathPlan,
  type PathPosition,
  type Seeds,
  samplePaths,
} from "../graph/index.js";
import { createRng } from "../src/core/random.js";
import { racingDatabase, sessionSeeds, sessionsDatabase } from "./sampler-data.js";

/** Options of {@link runSamplerBench}. */
export interface SamplerBenchOptions {
  /** Number of users; default 200,000. */
  readonly users?: number | undefined;
  /** Number of sessions; default 10,000,000. */
  readonly events?: number | undefined;
  /** Timed passes after three to warm up; default 9. */
  readonly repeat?: number | undefined;
  /** Told every line as it is known. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** One measured figure. */
export interface SamplerBenchResult {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  readonly compared?: { readonly to: string; readonly median: number; readonly ratio: number };
}

/** The report of `bench`. */
export interface SamplerBenchReport {
  readonly name: string;
  readonly version: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly node: string;
    readonly backend: string;
  };
  readonly results: readonly SamplerBenchResult[];
}

const BATCH = 512;

/**
 * Seeds per second of pyg-lib 0.9.0, one thread of a 2-core Xeon, best of its modes, measured apart from this run: the
 * racing figures on rel-f1 itself (299 and 89 edges a seed), the sessions on data of this shape (24.6 edges a seed).
 */
const PYG = { f1: 60_000, f1Small: 161_693, sessions: 213_003, sessionsLast: 227_814 };

/**
 * Runs the benchmark.
 *
 * @param options - sizes and repeats.
 * @returns medians with their range; `compared` holds pyg-lib's figure and our median divided by it.
 */
export function runSamplerBench(options: SamplerBenchOptions = {}): SamplerBenchReport {
  const { users = 200_000, events = 10_000_000, repeat = 9, onLine = () => {} } = options;
  const results: SamplerBenchResult[] = [];
  const add = (result: SamplerBenchResult): void => {
    results.push(result);
    onLine(formatResult(result));
  };

  const racing = racingDatabase(16 * BATCH, createRng(1));
  const f1 = buildGraph(racing.db);
  onLine(formatGraph(f1));
  for (const strategy of ["uniform", "last"] as const) {
    add(
      neighbors(
        "racing [128, 64]",
        f1,
        "drivers",
        racing.seeds,
        [128, 64],
        strategy,
        repeat,
        PYG.f1,
      ),
    );
    add(
      neighbors(
        "racing [16, 16]",
        f1,
        "drivers",
        racing.seeds,
        [16, 16],
        strategy,
        repeat,
        PYG.f1Small,
      ),
    );
  }
  add(paths("racing paths, last 24 + uniform 8", f1, driverPlan(f1), racing.seeds, repeat));

  const db = sessionsDatabase(users, events, createRng(2));
  const { foreignKeys } = db.tableSchema("sessions");
  const start = performance.now();
  db.link("sessions", foreignKeys[0]!);
  const linked = (performance.now() - start) / 1000;
  const size = `${events / 1e6} M sessions`;
  add({ name: `${size}: link keys`, unit: "s", median: linked, min: linked, max: linked, runs: 1 });
  let graph: HeteroGraph | undefined;
  const build = timed(3, () => {
    graph = buildGraph(db);
  });
  add({ name: `${size}: build graph`, unit: "s", ...build });
  onLine(formatGraph(graph!));
  const seeds = sessionSeeds(users, 64 * BATCH, createRng(3));
  for (const [strategy, peer] of [
    ["uniform", PYG.sessions],
    ["last", PYG.sessionsLast],
  ] as const) {
    add(neighbors(`${size} [32, 32]`, graph!, "users", seeds, [32, 32], strategy, repeat, peer));
  }
  const position = { parent: -1, edge: 0, direction: "children", excludeSeed: false } as const;
  const plan: PathPlan = { seedTable: 0, positions: [{ ...position, last: 24, uniform: 8 }] };
  add(paths(`${size} paths, last 24 + uniform 8`, graph!, plan, seeds, repeat));
  return { name: "sampler", version: version(), machine: machine(), results };
}

function neighbors(
  name: string,
  graph: HeteroGraph,
  seedTable: string,
  seeds: Seeds,
  numNeighbors: readonly number[],
  strategy: "uniform" | "last",
  repeat: number,
  peer: number,
): SamplerBenchResult {
  const sampler = new NeighborSampler(graph, { seedTable, numNeighbors, strategy });
  const batches = split(seeds);
  const rng = createRng(5);
  let nodes = 0;
  let edges = 0;
  const result = seedsPerSecond(seeds, repeat, () => {
    nodes = 0;
    edges = 0;
    batches.forEach((batch, i) => {
      const subgraph = sampler.sample(batch, rng.split(i));
      for (const { rows } of subgraph.nodes) nodes += rows.length;
      for (const { sources } of subgraph.edges) edges += sources.length;
    });
  });
  const each = (count: number): string => (count / seeds.rows.length).toFixed(1);
  return {
    name: `${name} ${strategy}, ${each(nodes)} nodes and ${each(edges)} edges a seed`,
    ...result,
    compared: { to: "pyg-lib, measured apart", median: peer, ratio: result.median / peer },
  };
}

function paths(
  name: string,
  graph: HeteroGraph,
  plan: PathPlan,
  seeds: Seeds,
  repeat: number,
): SamplerBenchResult {
  const batches = split(seeds);
  const rng = createRng(5);
  let rows = 0;
  const result = seedsPerSecond(seeds, repeat, () => {
    rows = 0;
    batches.forEach((batch, i) => {
      for (const sample of samplePaths(graph, plan, batch, rng.split(i)))
        rows += sample.rows.length;
    });
  });
  return { name: `${name}, ${(rows / seeds.rows.length).toFixed(1)} rows a seed`, ...result };
}

/** The paths a model takes from a driver: results, standings and qualifying, each with all of its parents. */
function driverPlan(graph: HeteroGraph): PathPlan {
  const positions: PathPosition[] = [];
  graph.edges.forEach((edge, index) => {
    if (edge.forward.target !== "drivers") return;
    const parent = positions.length;
    const fanOut = { last: 24, uniform: 8, excludeSeed: false };
    positions.push({ parent: -1, edge: index, direction: "children", ...fanOut });
    graph.edges.forEach((other, up) => {
      if (other.childTable !== edge.childTable || up === index) return;
      positions.push({ parent, edge: up, direction: "parent", ...fanOut });
    });
  });
  const seedTable = graph.nodeTypes.findIndex((type) => type.name === "drivers");
  return { seedTable, positions };
}

function split({ rows, anchorTimes, visibleTimes }: Seeds): Seeds[] {
  return Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, i) => ({
    rows: rows.subarray(i * BATCH, (i + 1) * BATCH),
    anchorTimes: anchorTimes.subarray(i * BATCH, (i + 1) * BATCH),
    visibleTimes: visibleTimes.subarray(i * BATCH, (i + 1) * BATCH),
  }));
}

type Figures = Pick<SamplerBenchResult, "median" | "min" | "max" | "runs">;

function seedsPerSecond(
  seeds: Seeds,
  repeat: number,
  pass: () => void,
): Figures & { readonly unit: string } {
  // The compiler needs a few passes to settle.
  for (let i = 0; i < 3; i++) pass();
  const { median, min, max, runs } = timed(repeat, pass);
  const rate = (seconds: number): number => Math.round(seeds.rows.length / seconds);
  return { unit: "seeds/s", median: rate(median), min: rate(max), max: rate(min), runs };
}

/** Times some runs, in seconds. */
function timed(runs: number, run: () => void): Figures {
  const seconds = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1000;
  }).sort((a, b) => a - b);
  return { median: seconds[runs >> 1]!, min: seconds[0]!, max: seconds.at(-1)!, runs };
}

function formatResult({ name, unit, median, min, max, compared }: SamplerBenchResult): string {
  const show = (value: number): string =>
    unit === "s" ? value.toFixed(3) : value.toLocaleString("en-US");
  const ratio = compared ? `, ${compared.ratio.toFixed(2)} x ${compared.to}` : "";
  return `${name}: ${show(median)} ${unit} (${show(min)}-${show(max)})${ratio}`;
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function machine(): SamplerBenchReport["machine"] {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    backend: "none",
  };
}

/** Benchmark `signals`: planning, indexing, computing and pruning signals of users from their events, one thread. */
import {
  buildGraph,
  createSignalStore,
  planSignals,
  pruneSignals,
  type Seeds,
  type Signal,
} from "../graph/index.js";
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { createRng } from "../src/core/random.js";
import { SIGNALS_CUTOFF, signalsDatabase, signalsSeeds } from "./signals-data.js";

/** Options of {@link runSignalsBench}. */
export interface SignalsBenchOptions {
  /** Number of users, and of seeds; default 10,000. */
  readonly users?: number | undefined;
  /** Number of events, with a tenth as many tickets; default 1,000,000. */
  readonly events?: number | undefined;
  /** Signals computed; default 400. */
  readonly signals?: number | undefined;
  /** Timed rounds after one that warms up; default 5. */
  readonly runs?: number | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Seeds by which signals are pruned. */
const SAMPLE = 2048;

/**
 * Runs the benchmark.
 *
 * @param options - sizes and rounds.
 * @returns seconds of processor time of this thread's process, and the bytes of the indexes.
 */
export function runSignalsBench(options: SignalsBenchOptions = {}): BenchReport {
  const {
    users = 10_000,
    events = 1_000_000,
    signals = 400,
    runs = 5,
    onLine = () => {},
  } = options;
  const results: BenchResult[] = [];
  const add = (name: string, unit: string, values: readonly number[]): void => {
    const result = { name, unit, ...spread(values) };
    results.push(result);
    onLine(`${name}: ${Number(result.median.toPrecision(3))} ${unit}`);
  };
  onLine(
    `making ${events.toLocaleString("en-US")} events of ${users.toLocaleString("en-US")} users`,
  );
  const db = signalsDatabase(users, events, createRng(1));
  const graph = buildGraph(db);
  const seeds = signalsSeeds(users, users, createRng(2));

  const planOptions = { horizon: { count: 30, unit: "days" }, cutoff: SIGNALS_CUTOFF } as const;
  const [plan, planned] = timed(() => planSignals(db, graph, "users", planOptions));
  add(`plan of ${plan.signals.length} signals`, "s", [planned]);
  const chosen = plan.signals.slice(0, signals);
  const size = `${users.toLocaleString("en-US")} seeds x ${chosen.length} signals`;

  const store = createSignalStore(db, graph);
  const [, indexed] = timed(() => store.compute(chosen, first(seeds, 1)));
  add(`indexes of ${chosen.length} signals, first answer`, "s", [indexed]);
  add("bytes of these indexes", "MiB", [store.bytes() / 2 ** 20]);
  const all: number[] = [];
  for (let run = 0; run <= runs; run++) all.push(timed(() => store.compute(chosen, seeds))[1]);
  add(size, "s", all.slice(1));
  const one = Array.from(
    { length: 50 },
    () => timed(() => store.compute(chosen, first(seeds, 1)))[1],
  );
  add(`1 seed x ${chosen.length} signals`, "s", one.slice(10));

  const sample = store.compute(chosen, first(seeds, SAMPLE));
  const target = Float64Array.from(sample.columns[countOf(chosen)]!);
  const pruned = Array.from(
    { length: runs + 1 },
    () => timed(() => pruneSignals(sample, { targets: target, limit: chosen.length >> 1 }))[1],
  );
  add(`pruning ${chosen.length} signals by ${sample.numRows} seeds`, "s", pruned.slice(1));
  add("peak memory of the process, data included", "MiB", [process.resourceUsage().maxRSS / 1024]);
  return benchReport("signals", "none", results);
}

/** Runs some work and returns its result with the processor seconds it took. */
function timed<T>(work: () => T): [T, number] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}

function first({ rows, anchorTimes, visibleTimes }: Seeds, count: number): Seeds {
  return {
    rows: rows.slice(0, count),
    anchorTimes: anchorTimes.slice(0, count),
    visibleTimes: visibleTimes.slice(0, count),
  };
}

function countOf(signals: readonly Signal[]): number {
  return signals.findIndex(({ primitive }) => primitive.kind === "count");
}

/** The benchmarks that the installed package can run: small, on generated data, named by what they measure. */
import type { WorkOptions } from "../core/progress.js";
import type { BenchReport } from "./bench-report.js";

/** Settings of a benchmark. */
export interface BenchOptions extends WorkOptions {
  readonly seed: number;
  readonly runs: number;
  /** Users of the generated company. */
  readonly users: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/** A benchmark by name. */
export interface Bench {
  readonly name: string;
  readonly what: string;
  run(options: BenchOptions): Promise<BenchReport>;
}

/** All of them, in the order they are listed. */
export const BENCHES: readonly Bench[] = [
  {
    name: "step",
    what: "one training step of the graph network",
    run: async (options) => (await import("./bench-step.js")).benchStep(options),
  },
  {
    name: "sampler",
    what: "building the graph and sampling neighbourhoods",
    run: async (options) => (await import("./bench-sampler.js")).benchSampler(options),
  },
];

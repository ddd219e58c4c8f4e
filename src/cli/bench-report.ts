/** The report of a benchmark: timed runs on a described machine, as people and programs read it. */
import { availableParallelism, cpus, totalmem } from "node:os";
import { formatNumber, textTable } from "../core/pretty.js";
import type { BackendInfo } from "../tensor/backend.js";
import { VERSION } from "../version.js";

/** One measured figure. */
export interface BenchResult {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  readonly compared?: { readonly to: string; readonly median: number; readonly ratio: number };
}

/** The report of one benchmark, in the documented form. */
export interface BenchReport {
  readonly name: string;
  readonly version: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly node: string;
    /** The tensor backend; `none` where no tensors are computed. */
    readonly backend: string;
    /** What else tells of an optional backend, as its `device`. */
    readonly [detail: string]: string | number | boolean;
  };
  readonly results: readonly BenchResult[];
}

/**
 * Puts a report together.
 *
 * @param name - the benchmark.
 * @param backend - the tensor backend, with what is known of it, or `none`.
 * @param results - its figures.
 */
export function benchReport(
  name: string,
  backend: string | BackendInfo,
  results: readonly BenchResult[],
): BenchReport {
  const machine: BenchReport["machine"] = {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    ...(typeof backend === "string" ? { backend } : describe(backend)),
  };
  return { name, version: VERSION, machine, results };
}

/** Everything that may change a figure, but not why the backend was chosen. */
function describe({ name, reason: _, ...details }: BackendInfo): { readonly backend: string } {
  return { backend: name, ...details };
}

/**
 * Times some runs after one that warms up.
 *
 * @param runs - how many, at least 1.
 * @param run - the work.
 * @param now - a clock in milliseconds.
 * @returns seconds a run.
 */
export function timeRuns(
  runs: number,
  run: (index: number) => void,
  now: () => number,
): Pick<BenchResult, "median" | "min" | "max" | "runs"> {
  run(-1);
  const seconds = Array.from({ length: runs }, (_, index) => {
    const start = now();
    run(index);
    return (now() - start) / 1000;
  });
  return spread(seconds);
}

/**
 * Sums up measured values.
 *
 * @param values - at least one.
 */
export function spread(
  values: readonly number[],
): Pick<BenchResult, "median" | "min" | "max" | "runs"> {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)!, runs: sorted.length };
}

/**
 * Prints reports.
 *
 * @param reports - at least one, of one machine.
 */
export function benchText(reports: readonly BenchReport[]): string {
  return reports
    .map(({ name, version, machine, results }) => {
      const { cpu, cores, memoryGiB, node } = machine;
      const { device } = machine;
      const backend = device === undefined ? machine.backend : `${machine.backend} (${device})`;
      const title = `${name}: relgraph ${version}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, backend ${backend}`;
      const rows = results.map((result) => [
        result.name,
        formatNumber(result.median),
        formatNumber(result.min),
        formatNumber(result.max),
        result.unit,
        String(result.runs),
      ]);
      const header = ["", "median", "min", "max", "unit", "runs"];
      return `${title}\n${textTable(header, rows, ["left", "right", "right", "right", "left", "right"])}`;
    })
    .join("\n\n");
}

/** The interface of workers: they do one kind of work on many shards, wherever they run. */
import { ScaleError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";

/** One piece of work: what is read, and the file that is written. */
export interface ShardTask {
  /** A Parquet file, or a folder of some. */
  readonly input: string;
  /** Written beside its place and renamed, so doing it twice does no harm. */
  readonly output: string;
}

/** What a worker did. */
export interface ShardReport {
  readonly output: string;
  readonly rows: number;
}

/** Workers that wait for shards. */
export interface ShardWorkers {
  /** What they are, for messages. */
  readonly name: string;
  /**
   * Does all tasks; when it returns every output is there.
   *
   * @param tasks - shards, in any order.
   * @returns a report per task, in the order of the tasks.
   * @throws ScaleError SCL30x if one failed, after the others were stopped; AbortedError CFG900.
   */
  run(tasks: readonly ShardTask[], options?: WorkOptions): Promise<readonly ShardReport[]>;
}

/** Whitespace of the protocol of lines: a path must hold none of it. */
const SEPARATORS = /[\t\n\r]/;

/** Writes a task as a line of the protocol, without its end. */
export function taskLine({ input, output }: ShardTask): string {
  return `${input}\t${output}`;
}

/** Reads a line of the protocol; `null` if it is none. */
export function readTaskLine(line: string): ShardTask | null {
  const [input, output, ...more] = line.replace(/\r$/, "").split("\t");
  return input && output && more.length === 0 ? { input, output } : null;
}

/** Writes a report as a line. */
export function reportLine({ output, rows }: ShardReport): string {
  return `${output}\t${rows}`;
}

/** Reads a report; `null` if it is none. */
export function readReportLine(line: string): ShardReport | null {
  const [output, rows, ...more] = line.split("\t");
  const count = Number(rows);
  return output && more.length === 0 && Number.isInteger(count) ? { output, rows: count } : null;
}

/**
 * Checks that paths can be told as lines.
 *
 * @throws {@link ScaleError} SCL305 for a path with a tab or a line break.
 */
export function checkPaths(tasks: readonly ShardTask[]): void {
  const bad = tasks
    .flatMap(({ input, output }) => [input, output])
    .find((path) => SEPARATORS.test(path));
  if (bad === undefined) return;
  throw new ScaleError("SCL305", "the path of a shard holds a tab or a line break", {
    at: { file: bad },
    hint: "choose another folder: shards are told to workers as lines",
  });
}

/** Benchmark `labels`: labels of many users at many anchors from columns in memory and from Parquet, beside DuckDB's SQL. */
import { type ChildProcess, fork } from "node:child_process";
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
import { CASES, type LabelsCase } from "./labels-cases.js";
import { writeClicks, writeSessions } from "./labels-data.js";
import { agrees, type WayTask } from "./labels-ways.js";
import type { WorkerAnswer } from "./labels-worker.js";

/** Options of {@link runLabelsBench}. */
export interface LabelsBenchOptions {
  /** Number of users; default 200,000. */
  readonly users?: number | undefined;
  /** Number of sessions and of clicks; default 10,000,000. */
  readonly events?: number | undefined;
  /** Timed rounds after one that warms up; default 5. */
  readonly runs?: number | undefined;
  /** Sessions of one more SUM, from columns and from Parquet alone; left out by default. */
  readonly large?: number | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

const ANCHORS = 12;

/**
 * Runs the benchmark. The ways of a case are processes of their own, asked in turn, so that the load of the machine meets
 * all of them alike and the peak memory of each is its own.
 *
 * @param options - sizes and rounds.
 * @returns seconds and peak memory of each way; the Parquet way is compared with DuckDB's best form on the same file.
 * @throws if two ways disagree: in the number of rows at all, in sums by more than 1e-9 of them.
 */
export async function runLabelsBench(options: LabelsBenchOptions = {}): Promise<BenchReport> {
  const { users = 200_000, events = 10_000_000, runs = 5, large, onLine = () => {} } = options;
  const results: BenchResult[] = [];
  const folder = await mkdtemp(join(tmpdir(), "relgraph-labels-"));
  try {
    for (const data of ["sessions", "clicks"] as const) {
      onLine(
        `writing ${events.toLocaleString("en-US")} ${data} of ${users.toLocaleString("en-US")} users`,
      );
      await mkdir(join(folder, data));
      const write = data === "sessions" ? writeSessions : writeClicks;
      await write(join(folder, data), { users, events });
    }
    for (const one of CASES) {
      results.push(
        ...(await runCase(one, { folder: join(folder, one.data), runs, sql: true, onLine })),
      );
    }
    if (large !== undefined) {
      onLine(`writing ${large.toLocaleString("en-US")} sessions`);
      await mkdir(join(folder, "large"));
      await writeSessions(join(folder, "large"), { users, events: large });
      const [sum] = CASES;
      const name = `${sum!.name} of ${large / 1e6} M sessions`;
      const place = { folder: join(folder, "large"), runs: Math.min(runs, 3), sql: false, onLine };
      results.push(...(await runCase(sum!, { ...place, name })));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return benchReport("labels", "none", results);
}

interface CaseOptions {
  readonly folder: string;
  readonly runs: number;
  readonly sql: boolean;
  readonly name?: string;
  readonly onLine: (line: string) => void;
}

interface NamedWay {
  readonly name: string;
  readonly task: WayTask;
}

async function runCase(one: LabelsCase, options: CaseOptions): Promise<BenchResult[]> {
  const { folder, runs, sql, name = one.name, onLine } = options;
  const task = { case: one.name, folder, anchors: ANCHORS, form: "" };
  const ways: NamedWay[] = [
    { name: "columns in time order", task: { ...task, way: "ascending" } },
    ...(sql ? [{ name: "columns in no order", task: { ...task, way: "shuffled" } as const }] : []),
    { name: "Parquet", task: { ...task, way: "parquet" } },
    ...(sql
      ? Object.keys(one.sql((table) => table)).map((form) => ({
          name: `DuckDB ${form} on Parquet`,
          task: { ...task, way: "sql", form } as const,
        }))
      : []),
  ];
  const answers = await askInTurn(ways, runs);
  checkAgreement(name, ways, answers);
  const seconds = answers.map((own) => spread(own.map((answer) => answer.seconds)));
  const rivals = ways.flatMap(({ name: to, task: { way } }, i) =>
    way === "sql" ? [{ to, median: seconds[i]!.median }] : [],
  );
  rivals.sort((a, b) => a.median - b.median);
  const results = ways.flatMap((way, i): BenchResult[] => {
    const [best] = rivals;
    const compared =
      best && way.task.way !== "sql"
        ? { compared: { ...best, ratio: seconds[i]!.median / best.median } }
        : {};
    const title = `${name}: ${way.name}`;
    const { peak, before } = answers[i]!.at(-1)!;
    const size = (value: number) => ({ median: value, min: value, max: value, runs: 1 });
    return [
      { name: title, unit: "s", ...seconds[i]!, ...compared },
      { name: `${title}, all cores`, unit: "CPU s", ...spread(answers[i]!.map(({ cpu }) => cpu)) },
      { name: `${title}, peak memory`, unit: "MiB", ...size(peak) },
      { name: `${title}, of that before`, unit: "MiB", ...size(before) },
    ];
  });
  results.forEach((result, i) => {
    if (result.unit === "s")
      onLine(`${formatLine(result)}; ${results[i + 1]!.median.toFixed(2)} CPU s`);
  });
  return results;
}

function formatLine({ name, median, min, max, compared }: BenchResult): string {
  const ratio = compared ? `, ${compared.ratio.toFixed(2)} of ${compared.to}` : "";
  return `${name}: ${median.toFixed(3)} s (${min.toFixed(3)} to ${max.toFixed(3)})${ratio}`;
}

/** Starts every way, lets each warm up, then asks one after the other, round after round. */
async function askInTurn(ways: readonly NamedWay[], runs: number): Promise<WorkerAnswer[][]> {
  const workers: ChildProcess[] = [];
  const answers: WorkerAnswer[][] = ways.map(() => []);
  try {
    for (const { task } of ways) {
      const path = fileURLToPath(new URL("./labels-worker.ts", import.meta.url));
      const worker = fork(path, [JSON.stringify(task)], { execArgv: ["--import", "tsx"] });
      workers.push(worker);
      await nextMessage(worker);
    }
    for (let round = -1; round < runs; round++) {
      for (const [i, worker] of workers.entries()) {
        worker.send("run");
        const answer = await nextMessage(worker);
        if (round >= 0) answers[i]!.push(answer as WorkerAnswer);
      }
    }
  } finally {
    for (const worker of workers) worker.kill();
  }
  return answers;
}

function nextMessage(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = (code: number | null): void =>
      reject(new Error(`a process of the benchmark ended with ${code}`));
    worker.once("exit", stop);
    worker.once("message", (message) => {
      worker.off("exit", stop);
      resolve(message);
    });
  });
}

function checkAgreement(
  name: string,
  ways: readonly NamedWay[],
  answers: readonly (readonly WorkerAnswer[])[],
): void {
  const [first] = answers[0]!;
  answers.flat().forEach((answer, i) => {
    if (agrees(answer, first!)) return;
    const { rows, sum } = answer;
    const way = ways[Math.floor(i / answers[0]!.length)]!.name;
    throw new Error(
      `${name}: ${way} gives ${rows} rows, sum ${sum}; expected ${first!.rows}, ${first!.sum}`,
    );
  });
}

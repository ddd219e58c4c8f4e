/** Workers as child processes that take tasks as lines and answer with lines; also on other machines, by a command such as ssh. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ScaleError } from "../core/errors.js";
import { type OneWorker, runPool, WorkerGone } from "./pool.js";
import {
  checkPaths,
  readReportLine,
  type ShardReport,
  type ShardTask,
  type ShardWorkers,
  taskLine,
} from "./shard-workers.js";

/** Options of {@link processWorkers}. */
export interface ProcessWorkerOptions {
  /** The program and its arguments, such as `relgraph worker --model DIR --data PATH`. */
  readonly command: readonly string[];
  /** How many at a time. */
  readonly processes: number;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Letters of what a process wrote to stderr that are kept for an error. */
const KEPT = 2000;

/**
 * Makes workers of processes. Each reads lines `INPUT<tab>OUTPUT` and answers each with `OUTPUT<tab>ROWS`.
 *
 * @param options - command, number, environment beside this process's own.
 */
export function processWorkers(options: ProcessWorkerOptions): ShardWorkers {
  const { command, processes } = options;
  return {
    name: `${processes} processes of ${command[0]}`,
    run: async (tasks, work) => {
      checkPaths(tasks);
      return runPool(tasks, processes, () => startProcess(options), work);
    },
  };
}

function startProcess({ command, env }: ProcessWorkerOptions): OneWorker {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    said = (said + text).slice(-KEPT);
  });
  // A process that is gone breaks the pipe; its exit says why.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise<Error>((resolve) => {
    child.on("error", (cause) => resolve(notStarted(program, cause)));
    child.on("close", (code, signal) => resolve(whyEnded(code, signal, said)));
  });
  return {
    async do(task) {
      const answer = new Promise<ShardReport>((resolve, reject) => {
        lines.once("line", (line) => {
          const report = readReportLine(line);
          if (report?.output === task.output) resolve(report);
          else reject(badAnswer(program, task, line));
        });
      });
      child.stdin.write(`${taskLine(task)}\n`);
      return Promise.race([
        answer,
        ended.then((error): never => {
          throw error;
        }),
      ]);
    },
    stop: () => stopChild(child, ended),
  };
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin?.end();
  child.kill("SIGKILL");
  await ended;
}

function whyEnded(code: number | null, signal: string | null, said: string): Error {
  const words = said.trim();
  // Killed, as by a machine that is out of memory: another one may do it. What ended by itself would end again.
  if (signal !== null) return new WorkerGone(`killed by ${signal}${words && `: ${words}`}`);
  return new ScaleError("SCL302", `a worker ended with status ${code}${words && `: ${words}`}`, {
    hint: "run the worker's command by hand with a line INPUT<tab>OUTPUT to see more",
  });
}

function notStarted(program: string, cause: Error): ScaleError {
  return new ScaleError("SCL303", `\`${program}\` cannot be started: ${cause.message}`, {
    hint: "give the program with its path",
    cause,
  });
}

function badAnswer(program: string, { output }: ShardTask, line: string): ScaleError {
  const found = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  return new ScaleError("SCL304", `\`${program}\` answered \`${found}\``, {
    hint: `a worker answers each task with its output, a tab and the number of rows: ${output}<tab>ROWS`,
  });
}

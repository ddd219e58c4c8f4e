/** Runs the processes of a gang on this machine: one that fails ends them all. */
import { type ChildProcess, spawn } from "node:child_process";
import { AbortedError, ScaleError } from "../core/errors.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import type { RankExit } from "./launcher.js";

/** A process to start. */
export interface GangProcess {
  /** What it is, for messages; `rank N` by default. */
  readonly name?: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Letters of a rank's words that are kept. */
const KEPT = 4000;
/** Its last lines that an error shows. */
const KEPT_LINES = 12;
/** Milliseconds from the polite end of a process to the other one. */
const GRACE_MS = 3000;

/**
 * Runs processes side by side to their end.
 *
 * @param processes - by rank.
 * @param options - `onProgress` takes each line that a rank writes, stage `rank`; cancellation.
 * @returns how each ended, all with status 0.
 * @throws {@link ScaleError} SCL320 if one failed, SCL321 if one cannot be started, after the others were ended; AbortedError CFG900.
 */
export async function runGang(
  processes: readonly GangProcess[],
  { signal, onProgress }: WorkOptions = {},
): Promise<readonly RankExit[]> {
  checkAborted(signal, "a gang");
  const children: ChildProcess[] = [];
  const tails = processes.map(() => "");
  let failure: ScaleError | null = null;
  const endAll = (): void => {
    for (const child of children) endProcess(child);
  };
  signal?.addEventListener("abort", endAll, { once: true });
  const ends = processes.map((one, rank) => {
    const { command, env, name = `rank ${rank}` } = one;
    const [program = "", ...args] = command;
    // A group of its own, so that what the program started ends with it.
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    children.push(child);
    const listen = (text: string): void => {
      tails[rank] = (tails[rank]! + text).slice(-KEPT);
      for (const line of text.split("\n")) {
        if (line.trim() !== "") onProgress?.({ stage: "rank", message: `[${rank}] ${line}` });
      }
    };
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    return new Promise<RankExit>((resolve) => {
      const fail = (error: ScaleError): void => {
        failure ??= error;
        endAll();
      };
      child.on("error", (cause) => {
        fail(notStarted(program, cause));
        resolve({ rank, code: -1, tail: "" });
      });
      child.on("close", (code, killed) => {
        if (code !== 0) fail(rankFailed(name, code, killed, tails[rank]!));
        resolve({ rank, code: code ?? -1, tail: tails[rank]! });
      });
    });
  });
  const exits = await Promise.all(ends);
  signal?.removeEventListener("abort", endAll);
  if (signal?.aborted) throw new AbortedError("a gang");
  if (failure !== null) throw failure;
  return exits;
}

function endProcess(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const { pid } = child;
  killGroup(pid, "SIGTERM");
  const timer = setTimeout(() => killGroup(pid, "SIGKILL"), GRACE_MS);
  child.once("exit", () => {
    clearTimeout(timer);
    killGroup(pid, "SIGKILL");
  });
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

function rankFailed(
  name: string,
  code: number | null,
  killed: string | null,
  tail: string,
): ScaleError {
  const how = killed === null ? `ended with status ${code}` : `was killed by ${killed}`;
  const said = tail.trim().split("\n").slice(-KEPT_LINES).join("\n");
  return new ScaleError("SCL320", `${name} ${how}${said && `: ${said}`}`, {
    hint: "the others were ended; started again with a checkpoint it goes on from there",
  });
}

function notStarted(program: string, cause: Error): ScaleError {
  return new ScaleError("SCL321", `\`${program}\` cannot be started: ${cause.message}`, {
    hint: "give the program with its path",
    cause,
  });
}

#!/usr/bin/env node
/** The `relgraph` command: streams, signals and exit status around the program. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { EXIT } from "./failure.js";
import type { CliIo } from "./io.js";

/** What the working thread tells the one that owns the streams. */
type Message =
  | { readonly kind: "stdout" | "stderr"; readonly text: string }
  | { readonly kind: "exit"; readonly status: number };

/** What the working thread is started with. */
interface WorkOrder {
  readonly argv: readonly string[];
  readonly isTerminal: boolean;
  readonly width: number;
  /** int32 `[1]`, shared: 1 once the user has interrupted. */
  readonly interrupted: Int32Array;
}

/** How long work may take to stop after an interrupt before it is cut off. */
const GRACE_MS = 10_000;

if (isMainThread) start();
else await work(workerData as WorkOrder);

/**
 * Owns streams and signals. The work itself runs in a thread of its own, because training and labelling do not return to
 * the event loop for minutes, and an interrupt must be seen meanwhile.
 */
function start(): void {
  const interrupted = new Int32Array(new SharedArrayBuffer(4));
  const order: WorkOrder = {
    argv: process.argv.slice(2),
    isTerminal: process.stderr.isTTY ?? false,
    width: process.stderr.columns || 80,
    interrupted,
  };
  const controller = new AbortController();
  process.on("SIGINT", () => {
    if (Atomics.exchange(interrupted, 0, 1) === 1) finish(EXIT.interrupted);
    controller.abort();
    setTimeout(() => finish(EXIT.interrupted), GRACE_MS).unref();
  });
  // Whoever reads our results may stop early, as `head` does: no failure, and nothing more to do.
  process.stdout.on("error", (error: { readonly code?: string }) => {
    finish(error.code === "EPIPE" ? EXIT.done : EXIT.ours);
  });
  process.stderr.on("error", () => {});
  // Loaders of TypeScript do not reach threads: from sources the work runs right here.
  if (import.meta.url.endsWith(".ts")) {
    run(order, controller.signal, show).catch(crash);
    return;
  }
  const worker = new Worker(new URL(import.meta.url), { workerData: order });
  controller.signal.addEventListener("abort", () => worker.postMessage("abort"));
  worker.on("message", show);
  worker.on("error", crash);
  worker.on("exit", () => {
    if (process.exitCode === undefined) crash(new Error("the working thread ended without a word"));
  });
}

function show(message: Message): void {
  if (message.kind === "exit") finish(message.status);
  else process[message.kind].write(message.text);
}

/** Ends the process once everything written has gone out; native handles must not keep it alive. */
function finish(status: number): void {
  process.exitCode = status;
  process.stdout.write("", () => process.stderr.write("", () => process.exit(status)));
}

function crash(error: Error & { readonly code?: string }): void {
  const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
  const hint = memory
    ? "the data is too large for this process: NODE_OPTIONS=--max-old-space-size=16384 gives more"
    : "this is a bug in relgraph: report it with the command and the data's schema";
  process.stderr.write(`error[INT001]: ${error.message}\n  hint: ${hint}\n`);
  finish(EXIT.ours);
}

/** Runs the command in the working thread. */
async function work(order: WorkOrder): Promise<void> {
  const port = parentPort!;
  const controller = new AbortController();
  port.once("message", () => controller.abort());
  const { signal } = controller;
  // Between two turns of the event loop the signal reads the shared flag, so that work that never waits sees it too.
  Object.defineProperty(signal, "aborted", { get: () => Atomics.load(order.interrupted, 0) === 1 });
  await run(order, signal, (message) => port.postMessage(message));
}

async function run(
  order: WorkOrder,
  signal: AbortSignal,
  tell: (message: Message) => void,
): Promise<void> {
  const io: CliIo = {
    stdout: (text) => tell({ kind: "stdout", text }),
    stderr: (text) => tell({ kind: "stderr", text }),
    isTerminal: order.isTerminal,
    width: order.width,
    // Of the process itself: a thread's own stdin is not connected.
    stdin: () => createInterface({ input: createReadStream("", { fd: 0, autoClose: false }) }),
    env: process.env,
    signal,
    now: () => performance.now(),
    clock: () => Date.now(),
  };
  const { runCli } = await import("./program.js");
  tell({ kind: "exit", status: await runCli(order.argv, io) });
}

/** Chooses and starts the tensor backend, once per process, and says which one and why. */
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../core/errors.js";
import { blasFromEnvironment } from "./backends/blas.js";
import { registerOurKernels } from "./backends/embedded.js";
import { locatePackage } from "./backends/locate.js";
import { type BackendName, BEST_FIRST, isEmbedded, RECIPES } from "./backends/recipes.js";
import { finishTensorFlow, prepareTensorFlow } from "./backends/tensorflow.js";
import { startWebGpu } from "./backends/webgpu.js";
import { registerStockGradients } from "./gradients/stock.js";

export type { BackendName } from "./backends/recipes.js";

/** The backend in use. */
export interface BackendInfo {
  readonly name: BackendName;
  /** Why this one, as a clause for a person: "the embedded default". */
  readonly reason: string;
  /** Whether our SIMD matrix product runs. */
  readonly simd: boolean;
  /** What computes, for an optional backend: the adapter of WebGPU, or libtensorflow's device. */
  readonly device?: string;
  /** The system's BLAS that multiplies, with its speed. */
  readonly blas?: string;
  /** Why no BLAS multiplies although one was asked for. */
  readonly noBlas?: string;
}

/** Settings of {@link initBackend}. */
export interface BackendOptions {
  /** Which backend; `auto` takes the first of cuda, webgpu, wasm, node, cpu that starts. Absent: `RELGRAPH_BACKEND`, else `wasm`. */
  readonly backend?: BackendName | "auto";
  /**
   * Lets the wasm matrix product fuse multiplication and addition: a fifth faster, but results differ in the last bits
   * between machines. Off by default, so that the same seed gives the same bytes everywhere.
   */
  readonly relaxedSimd?: boolean;
  /**
   * Lets a BLAS of the system multiply on the wasm backend where it is right and faster: the path of a shared library, or
   * `auto`; empty: none. Needs the package `koffi`. Absent: `RELGRAPH_BLAS`, else none, since bits differ between machines.
   */
  readonly blas?: string;
}

/** A backend as `relgraph info` lists it. */
export interface BackendChoice {
  readonly name: BackendName;
  readonly available: boolean;
  /** What it is, or the command that installs it. */
  readonly reason: string;
}

/** How a backend is started. */
interface StartOptions {
  readonly relaxedSimd: boolean;
  readonly blas: string | undefined;
  /** Refuse a GPU that is imitated in software. */
  readonly hardwareOnly: boolean;
}

/**
 * Starts a backend with our kernels and gradients. Calling it again is cheap and may switch backends; tensors move by
 * themselves. Optional packages are found in the folders of `RELGRAPH_BACKEND_PATH`, in relgraph's own tree and in the
 * project of the working directory. `auto` passes over a WebGPU adapter in software; asked for by name it is taken.
 *
 * @returns which backend runs and why.
 * @throws {@link ConfigError} CFG201 for an unknown name, CFG202 if its package is not installed, CFG203 if it does not start.
 */
export async function initBackend({
  backend,
  relaxedSimd = false,
  blas = blasFromEnvironment(),
}: BackendOptions = {}): Promise<BackendInfo> {
  silence();
  registerStockGradients();
  const wished = backend ?? backendFromEnvironment();
  const options = { relaxedSimd, blas, hardwareOnly: wished === "auto" };
  if (wished === "auto")
    return startFirst(BEST_FIRST, `the first of ${BEST_FIRST.join(", ")} that starts`, options);
  if (wished === undefined) return startFirst(["wasm", "cpu"], "the embedded default", options);
  if (!(wished in RECIPES)) throw unknownBackend(wished);
  const reason = backend === undefined ? "RELGRAPH_BACKEND asks for it" : "the caller asks for it";
  return start(wished, reason, options);
}

/**
 * Lists the backends, best first, with what is installed here.
 *
 * @returns one entry per backend; nothing is started.
 */
export async function listBackends(): Promise<readonly BackendChoice[]> {
  return BEST_FIRST.map((name) => {
    const { what, install } = RECIPES[name];
    const available = missingPackage(name) === undefined;
    return { name, available, reason: available ? what : `${what}; install: ${install}` };
  });
}

/** Reads `RELGRAPH_BACKEND`, the only place that does; an empty value counts as unset. */
export function backendFromEnvironment(): BackendName | "auto" | undefined {
  return (process.env["RELGRAPH_BACKEND"] || undefined) as BackendName | "auto" | undefined;
}

function unknownBackend(found: string): ConfigError {
  return new ConfigError("CFG201", `option \`backend\` knows no \`${found}\``, {
    hint: `one of: auto, ${BEST_FIRST.join(", ")}`,
  });
}

async function startFirst(
  names: readonly BackendName[],
  reason: string,
  options: StartOptions,
): Promise<BackendInfo> {
  const failures: string[] = [];
  for (const name of names) {
    try {
      const skipped = failures.length > 0 ? ` (${failures.join("; ")})` : "";
      return await start(name, reason + skipped, options);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      failures.push(`no ${name}: ${error.message}`);
    }
  }
  throw new ConfigError("CFG203", `no backend starts: ${failures.join("; ")}`);
}

async function start(
  name: BackendName,
  reason: string,
  options: StartOptions,
): Promise<BackendInfo> {
  const { install } = RECIPES[name];
  const missing = missingPackage(name);
  if (missing !== undefined) {
    throw new ConfigError("CFG202", `backend \`${name}\` needs the package \`${missing}\``, {
      hint: install || "reinstall relgraph: this package is one of its dependencies",
    });
  }
  try {
    return { name, reason, ...(await keepProcessHandlers(() => startPackages(name, options))) };
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!.trim();
    throw new ConfigError("CFG203", `backend \`${name}\` does not start: ${why}`, {
      hint: 'try { backend: "wasm" } or RELGRAPH_BACKEND=wasm, which needs nothing but Node',
      cause,
    });
  }
}

function missingPackage(name: BackendName): string | undefined {
  const own = isEmbedded(name);
  return RECIPES[name].packages.find((module) => locatePackage(module, own) === null);
}

async function startPackages(
  name: BackendName,
  { hardwareOnly, ...embedded }: StartOptions,
): Promise<Pick<BackendInfo, "simd" | "device" | "blas" | "noBlas">> {
  const { tfjsName, packages } = RECIPES[name];
  const load = (module: string): Promise<unknown> =>
    import(locatePackage(module, isEmbedded(name))!);
  if (name === "webgpu") return { simd: false, device: await startWebGpu(load, hardwareOnly) };
  const native = name === "node" || name === "cuda";
  if (native) prepareTensorFlow(name === "cuda");
  for (const module of packages) await load(module);
  if (!(await tf.setBackend(tfjsName))) throw new Error("tfjs refuses it");
  await tf.ready();
  return native
    ? { simd: false, device: finishTensorFlow(name === "cuda") }
    : registerOurKernels(name, embedded);
}

/**
 * Runs a start and takes away the process-wide handlers it leaves behind. The wasm backend's rethrow every uncaught error of
 * the whole program, which prints its minified source, a page of 60,000 characters, before the error.
 */
async function keepProcessHandlers<T>(start: () => Promise<T>): Promise<T> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listeners(event as "uncaughtException"));
  try {
    return await start();
  } finally {
    for (const [i, event] of events.entries()) {
      for (const listener of process.listeners(event as "uncaughtException")) {
        if (!before[i]!.includes(listener)) process.removeListener(event, listener);
      }
    }
  }
}

/** Keeps tfjs from printing its greeting and its registration warnings: a library does not print. */
function silence(): void {
  tf.env().set("PROD", true);
}

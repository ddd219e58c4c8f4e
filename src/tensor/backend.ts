/** Chooses and starts the tensor backend, once per process, and says which one and why. */
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../core/errors.js";
import { registerStockGradients } from "./gradients/stock.js";
import { allKernels, type Loops, PLAIN_LOOPS } from "./kernels/all.js";
import { registerKernels, type WasmBackend } from "./kernels/kernel.js";
import { createWasmDropout } from "./wasm/dropout.js";
import { createWasmProduct } from "./wasm/gemm.js";
import { createWasmNorm } from "./wasm/norm.js";
import { createWasmAccumulate } from "./wasm/rows.js";

/** A backend by our name: `wasm` is embedded, `cpu` works everywhere, the others are optional packages. */
export type BackendName = "wasm" | "cpu" | "node" | "cuda" | "webgpu";

/** The backend in use. */
export interface BackendInfo {
  readonly name: BackendName;
  /** Why this one, as a clause for a person: "the embedded default". */
  readonly reason: string;
  /** Whether our SIMD matrix product runs. */
  readonly simd: boolean;
}

/** Settings of {@link initBackend}. */
export interface BackendOptions {
  /** Which backend; `auto` tries the fastest first. Absent: `RELGRAPH_BACKEND`, else `wasm`. */
  readonly backend?: BackendName | "auto";
  /**
   * Lets the wasm matrix product fuse multiplication and addition: a fifth faster, but results differ in the last bits
   * between machines. Off by default, so that the same seed gives the same bytes everywhere.
   */
  readonly relaxedSimd?: boolean;
}

/** A backend as `relgraph info` lists it. */
export interface BackendChoice {
  readonly name: BackendName;
  readonly available: boolean;
  /** What it is, or the command that installs it. */
  readonly reason: string;
}

interface BackendRecipe {
  readonly tfjsName: string;
  readonly what: string;
  readonly packages: readonly string[];
  /** Command that installs it; empty for the embedded ones. */
  readonly install: string;
}

const RECIPES: Readonly<Record<BackendName, BackendRecipe>> = {
  cuda: {
    tfjsName: "tensorflow",
    what: "libtensorflow on an NVIDIA GPU",
    packages: ["@tensorflow/tfjs-node-gpu"],
    install: "npm install @tensorflow/tfjs-node-gpu@4.22.0",
  },
  webgpu: {
    tfjsName: "webgpu",
    what: "WebGPU (Vulkan, Metal, D3D12)",
    packages: ["webgpu", "@tensorflow/tfjs-backend-webgpu"],
    install: "npm install webgpu @tensorflow/tfjs-backend-webgpu@4.22.0",
  },
  node: {
    tfjsName: "tensorflow",
    what: "libtensorflow on the CPU",
    packages: ["@tensorflow/tfjs-node"],
    install: "npm install @tensorflow/tfjs-node@4.22.0",
  },
  wasm: {
    tfjsName: "wasm",
    what: "WebAssembly SIMD, embedded",
    packages: ["@tensorflow/tfjs-backend-wasm"],
    install: "",
  },
  cpu: {
    tfjsName: "cpu",
    what: "plain JavaScript, embedded",
    packages: ["@tensorflow/tfjs-backend-cpu"],
    install: "",
  },
};

const BEST_FIRST: readonly BackendName[] = ["cuda", "webgpu", "node", "wasm", "cpu"];

/**
 * Starts a backend with our kernels and gradients. Calling it again is cheap and may switch backends; tensors move by
 * themselves.
 *
 * @returns which backend runs and why.
 * @throws {@link ConfigError} CFG201 for an unknown name, CFG202 if its package is not installed, CFG203 if it does not start.
 */
export async function initBackend({
  backend,
  relaxedSimd = false,
}: BackendOptions = {}): Promise<BackendInfo> {
  silence();
  registerStockGradients();
  const wished = backend ?? backendFromEnvironment();
  if (wished === "auto") return startFirst(BEST_FIRST, "the fastest that starts here", relaxedSimd);
  if (wished === undefined) return startFirst(["wasm", "cpu"], "the embedded default", relaxedSimd);
  if (!(wished in RECIPES)) throw unknownBackend(wished);
  return start(
    wished,
    backend === undefined ? "RELGRAPH_BACKEND asks for it" : "the caller asks for it",
    relaxedSimd,
  );
}

/**
 * Lists the backends, best first, with what is installed here.
 *
 * @returns one entry per backend; nothing is started.
 */
export async function listBackends(): Promise<readonly BackendChoice[]> {
  return BEST_FIRST.map((name) => {
    const { what, install, packages } = RECIPES[name];
    const available = packages.every(isInstalled);
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
  relaxedSimd: boolean,
): Promise<BackendInfo> {
  const failures: string[] = [];
  for (const name of names) {
    try {
      const skipped = failures.length > 0 ? ` (${failures.join("; ")})` : "";
      return await start(name, reason + skipped, relaxedSimd);
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
  relaxedSimd: boolean,
): Promise<BackendInfo> {
  const recipe = RECIPES[name];
  const missing = recipe.packages.filter((module) => !isInstalled(module));
  if (missing.length > 0) {
    throw new ConfigError("CFG202", `backend \`${name}\` needs the package \`${missing[0]}\``, {
      hint: recipe.install || "reinstall relgraph: this package is one of its dependencies",
    });
  }
  try {
    if (name === "webgpu") await prepareWebGpu();
    await keepProcessHandlers(async () => {
      for (const module of recipe.packages) await import(module);
      if (!(await tf.setBackend(recipe.tfjsName))) throw new Error("tfjs refuses it");
      await tf.ready();
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError("CFG203", `backend \`${name}\` does not start: ${why}`, {
      hint: 'try { backend: "wasm" } or RELGRAPH_BACKEND=wasm, which needs nothing but Node',
      cause,
    });
  }
  if (name !== "wasm" && name !== "cpu") return { name, reason, simd: false };
  const fast = name === "wasm" ? wasmLoops(relaxedSimd) : null;
  registerKernels(name, allKernels(fast ?? PLAIN_LOOPS));
  return { name, reason, simd: fast !== null };
}

/**
 * Runs a start and takes away the process-wide handlers it leaves behind. The wasm backend's rethrow every uncaught error of
 * the whole program, which prints its minified source, a page of 60,000 characters, before the error.
 */
async function keepProcessHandlers(start: () => Promise<void>): Promise<void> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listeners(event as "uncaughtException"));
  try {
    await start();
  } finally {
    for (const [i, event] of events.entries()) {
      for (const listener of process.listeners(event as "uncaughtException")) {
        if (!before[i]!.includes(listener)) process.removeListener(event, listener);
      }
    }
  }
}

function wasmLoops(relaxed: boolean): Loops | null {
  const backend = tf.backend() as unknown as WasmBackend;
  const accumulate = createWasmAccumulate(backend);
  // Node 20 has relaxed SIMD behind this flag; later versions ignore it.
  if (relaxed) setFlagsFromString("--experimental-wasm-relaxed-simd");
  const product =
    (relaxed ? createWasmProduct(backend, true) : null) ?? createWasmProduct(backend, false);
  const norm = createWasmNorm(backend);
  const dropout = createWasmDropout(backend);
  return product && accumulate && norm && dropout
    ? { product, accumulate, dropout, ...norm }
    : null;
}

function isInstalled(module: string): boolean {
  try {
    createRequire(import.meta.url).resolve(module);
    return true;
  } catch {
    return false;
  }
}

/** Puts the `webgpu` package where a browser would have it, before tfjs looks. */
async function prepareWebGpu(): Promise<void> {
  const module: string = "webgpu";
  const { create, globals } = (await import(module)) as {
    create(options: readonly string[]): unknown;
    globals: object;
  };
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu: create([]) },
    configurable: true,
  });
}

/** Keeps tfjs from printing its greeting and its registration warnings: a library does not print. */
function silence(): void {
  tf.env().set("PROD", true);
}

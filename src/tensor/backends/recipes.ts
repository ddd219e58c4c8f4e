/** The backends by our name: what each is, which packages it needs and how to get them. */

/** A backend by our name: `wasm` is embedded, `cpu` works everywhere, the others are optional packages. */
export type BackendName = "wasm" | "cpu" | "node" | "cuda" | "webgpu";

/** What it takes to start a backend. */
export interface BackendRecipe {
  /** Its name in the tfjs registry. */
  readonly tfjsName: string;
  /** What it is, as a clause for a person. */
  readonly what: string;
  /** Packages to import, in order. */
  readonly packages: readonly string[];
  /** Command that installs it; empty for the embedded ones. */
  readonly install: string;
}

/**
 * All backends, the fastest first as far as training our networks goes. libtensorflow on the CPU stands behind wasm: our kernels
 * do not run on it.
 */
export const BEST_FIRST: readonly BackendName[] = ["cuda", "webgpu", "wasm", "node", "cpu"];

/** Tells whether relgraph depends on a backend's packages, so that it has them always. */
export function isEmbedded(name: BackendName): boolean {
  return RECIPES[name].install === "";
}

/** How to start each backend; versions are those of our own `@tensorflow/tfjs-core`. */
export const RECIPES: Readonly<Record<BackendName, BackendRecipe>> = {
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
    install: "npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0",
  },
  node: {
    tfjsName: "tensorflow",
    what: "libtensorflow on the CPU; slower than wasm, so only by name",
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

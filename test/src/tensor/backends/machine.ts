/** Which backends this machine has, and how far each may be from exact numbers. */
import { initBackend } from "../../../../src/tensor/backend.js";
import { type BackendName, BEST_FIRST } from "../../../../src/tensor/backends/recipes.js";

/** A backend as found on this machine. */
export interface FoundBackend {
  readonly name: BackendName;
  /** Why it cannot be tested here, or `null`. */
  readonly missing: string | null;
  /** How far values may be from float64 references, absolutely below 1 and relatively above. */
  readonly tolerance: number;
}

/** Plain float32 everywhere, but on GPUs: tensor cores cut the factors of products to 10 bits, shaders approximate `exp`. */
const TOLERANCES: Readonly<Record<BackendName, number>> = {
  wasm: 1e-5,
  cpu: 1e-5,
  node: 1e-5,
  webgpu: 1e-4,
  cuda: 4e-3,
};

/** Starts each backend once. */
export async function findBackends(): Promise<readonly FoundBackend[]> {
  const found: FoundBackend[] = [];
  for (const name of BEST_FIRST) {
    const missing = await initBackend({ backend: name }).then(
      () => null,
      (error: Error) => error.message,
    );
    found.push({ name, missing, tolerance: TOLERANCES[name] });
  }
  return found;
}

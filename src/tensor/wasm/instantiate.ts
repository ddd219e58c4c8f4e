/** Compiles our emitted modules against the memory of the tfjs wasm backend. */
import type { WasmBackend } from "../kernels/kernel.js";

/** The part of the global WebAssembly object that we use; Node's types leave it out. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/**
 * Compiles a module whose only import is the backend's memory.
 *
 * @param bytes - the module.
 * @returns its functions, or null where the machine does not know an instruction of it.
 */
export function instantiate<Functions>(bytes: Uint8Array, backend: WasmBackend): Functions | null {
  const api = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
  if (!api.validate(bytes)) return null;
  const imports = { env: { memory: backend.wasm.asm.memory } };
  return new api.Instance(new api.Module(bytes), imports).exports as Functions;
}

/** Workers: starts a module of this package in a thread of its own, from source and from `dist` alike. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a worker thread that runs a module.
 *
 * @param base - `import.meta.url` of the caller.
 * @param name - the module beside it, without its ending (`"./histogram-worker"`).
 * @param options - data handed to the worker, arrays to transfer.
 * @returns the worker; end it with `terminate()`.
 */
export function startWorker(
  base: string,
  name: string,
  options: Pick<WorkerOptions, "workerData" | "transferList"> = {},
): Worker {
  if (!base.endsWith(".ts")) return new Worker(new URL(`${name}.js`, base), options);
  // A checkout runs its sources through tsx, whose hooks a thread does not inherit.
  const hooks = pathToFileURL(createRequire(base).resolve("tsx/esm/api")).href;
  const module = new URL(`${name}.ts`, base).href;
  const start = `import(${JSON.stringify(hooks)}).then(({ register }) => { register(); return import(${JSON.stringify(module)}); })`;
  return new Worker(start, { ...options, eval: true });
}

/** `relgraph info`: version, backends that work here, cores, memory. */
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { RelError } from "../../core/errors.js";
import { formatNumber, textTable } from "../../core/pretty.js";
import { VERSION } from "../../version.js";
import { withWork } from "../flags.js";
import type { WorkFlags } from "../session.js";
import type { Register } from "./command.js";

/** A backend as tried on this machine. */
interface TriedBackend {
  readonly name: string;
  readonly works: boolean;
  readonly note: string;
}

/** What a program gets that leaves the choice to us. */
interface Choice {
  readonly asked: string;
  readonly name: string;
  readonly reason: string;
}

/** Registers `relgraph info`. */
export const registerInfo: Register = (program, open) => {
  const command = program.command("info").description("show version, backends, cores and memory");
  withWork(command).action(async (flags: WorkFlags) => {
    const session = open(flags);
    const gib = (bytes: number): number => Number((bytes / 2 ** 30).toFixed(1));
    const info = {
      version: VERSION,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryGiB: gib(totalmem()),
      freeMemoryGiB: gib(freemem()),
      backends: await tryBackends(),
      choices: [await choose("auto"), await choose(undefined)],
    };
    const rows = info.backends.map(({ name, works, note }) => [name, works ? "works" : "-", note]);
    const chosen = info.choices.map(({ asked, name, reason }) => `${asked}: ${name}, ${reason}`);
    session.result(
      () =>
        [
          `relgraph ${info.version}, Node ${info.node}, ${info.platform}`,
          `${info.cpu}, ${info.cores} cores, ${formatNumber(info.memoryGiB)} GiB memory (${formatNumber(info.freeMemoryGiB)} free)`,
          "",
          textTable(["backend", "here", "what"], rows),
          "",
          ...chosen,
        ].join("\n"),
      () => info,
    );
  });
};

/** Starts the backend of `auto`, or of no wish at all; the last call's stays. */
async function choose(backend: "auto" | undefined): Promise<Choice> {
  const { initBackend } = await import("../../tensor/backend.js");
  const asked = backend ?? "default";
  try {
    const { name, reason } = await initBackend(backend === undefined ? {} : { backend });
    return { asked, name, reason };
  } catch (error) {
    if (!(error instanceof RelError)) throw error;
    return { asked, name: "none", reason: error.message };
  }
}

/** Starts each installed backend in turn. */
async function tryBackends(): Promise<TriedBackend[]> {
  const { initBackend, listBackends } = await import("../../tensor/backend.js");
  const tried: TriedBackend[] = [];
  for (const { name, available, reason } of await listBackends()) {
    if (!available) {
      tried.push({ name, works: false, note: reason });
      continue;
    }
    try {
      const { simd, device, blas, noBlas } = await initBackend({ backend: name });
      const details = [
        ...(simd ? ["our SIMD kernels"] : []),
        device,
        blas && `BLAS: ${blas}`,
        noBlas,
      ];
      tried.push({ name, works: true, note: [reason, ...details.filter(Boolean)].join(", ") });
    } catch (error) {
      tried.push({
        name,
        works: false,
        note: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return tried;
}

/** `relgraph info`: version, backends that work here, cores, memory. */
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
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
    };
    const rows = info.backends.map(({ name, works, note }) => [name, works ? "works" : "-", note]);
    session.result(
      () =>
        [
          `relgraph ${info.version}, Node ${info.node}, ${info.platform}`,
          `${info.cpu}, ${info.cores} cores, ${formatNumber(info.memoryGiB)} GiB memory (${formatNumber(info.freeMemoryGiB)} free)`,
          "",
          textTable(["backend", "here", "what"], rows),
        ].join("\n"),
      () => info,
    );
  });
};

/** Starts each installed backend in turn; the default one last, so that it stays. */
async function tryBackends(): Promise<TriedBackend[]> {
  const { initBackend, listBackends } = await import("../../tensor/backend.js");
  const tried: TriedBackend[] = [];
  for (const { name, available, reason } of await listBackends()) {
    if (!available) {
      tried.push({ name, works: false, note: reason });
      continue;
    }
    try {
      const { simd } = await initBackend({ backend: name });
      tried.push({ name, works: true, note: simd ? `${reason}, our SIMD kernels` : reason });
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

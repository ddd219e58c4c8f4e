/** A launcher on Spark: a barrier job, started by spark-submit, in which each task runs one rank. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGang } from "../gang-processes.js";
import type { Launcher } from "../launcher.js";
import { LAUNCH_SCRIPT } from "./launch-script.js";

/** Options of {@link sparkLauncher}. */
export interface SparkLauncherOptions {
  /** The program; `spark-submit` by default. */
  readonly submit?: string | undefined;
  /** Further options of spark-submit, such as `--master yarn` or `--conf spark.executor.memory=8g`. */
  readonly flags?: readonly string[] | undefined;
  /** Where rank 0 listens on its machine. */
  readonly port?: number | undefined;
}

/** Beside torchrun's, so that both can run on a machine. */
const PORT = 29_511;

/**
 * Starts gangs on Spark. All ranks start together or the job waits; one that fails fails the job, and Spark ends the tasks of the others, which
 * end their processes.
 *
 * @param options - the program, its flags, the port.
 *
 * Source: Apache Spark, barrier execution mode; TorchDistributor.
 */
export function sparkLauncher(options: SparkLauncherOptions = {}): Launcher {
  const { submit = "spark-submit", flags = [], port = PORT } = options;
  return {
    name: "a barrier job of Spark",
    run: async ({ ranks, command, env = {} }, work) => {
      const folder = await mkdtemp(join(tmpdir(), "relgraph-launch-"));
      try {
        const script = join(folder, "launch.py");
        await writeFile(script, LAUNCH_SCRIPT);
        const names = Object.keys(env).flatMap((name) => [
          "--conf",
          // Tasks run on other machines, which know nothing of our own variables.
          `spark.executorEnv.${name}=${env[name]}`,
        ]);
        const line = [submit, ...flags, ...names, script, String(port), String(ranks), ...command];
        const [exit] = await runGang([{ name: "the job", command: line, env }], work);
        return Array.from({ length: ranks }, (_, rank) => ({ rank, code: 0, tail: exit!.tail }));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

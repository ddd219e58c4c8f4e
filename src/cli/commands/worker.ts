/** `relgraph worker`: predicts shards that it is told of on stdin, for Spark and other engines that start programs next to the data. */
import type { Timestamp } from "../../core/time.js";
import type { BackendName } from "../../tensor/backends/recipes.js";
import { type DataFlags, openOptions, withData, withWork } from "../flags.js";
import { time } from "../values.js";
import type { Register } from "./command.js";

interface WorkerFlags extends DataFlags {
  readonly model: string;
  readonly anchor?: Timestamp;
  readonly backend?: BackendName;
}

/** Registers `relgraph worker`. */
export const registerWorker: Register = (program, open) => {
  const command = program
    .command("worker")
    .description("predict shards: reads lines INPUT<tab>OUTPUT, answers each with OUTPUT<tab>ROWS")
    .requiredOption("--model <folder>", "a folder that `relgraph fit` saved")
    .option(
      "--anchor <time>",
      "when the prediction is made (default: the latest time)",
      time("--anchor"),
    )
    .option("--backend <name>", "wasm, webgpu, cuda, node, cpu or auto");
  withWork(withData(command)).action(async (flags: WorkerFlags) => {
    const session = open(flags);
    const { readModelFolder } = await import("../../model-folder.js");
    await readModelFolder(flags.model);
    const { serveShards } = await import("../../distributed/serve-shards.js");
    const { tables, rows } = openOptions(flags);
    const { model, data, anchor, backend } = flags;
    await serveShards(
      { model, data, anchor, backend, open: { tables, rows } },
      session.io.stdin(),
      session.io.stdout,
      session.work,
    );
  });
};

/** `relgraph watch`: keeps a file of predictions current while its data grows. */
import { approximateMs, type Duration, formatTime } from "../../core/time.js";
import type { BackendName } from "../../tensor/backends/recipes.js";
import type { WatchRound } from "../../watch.js";
import { type DataFlags, openOptions, withData, withWork } from "../flags.js";
import { checkTableFile } from "../output.js";
import { duration } from "../values.js";
import type { Register } from "./command.js";

interface WatchFlags extends DataFlags {
  readonly model: string;
  readonly out: string;
  readonly every: Duration;
  readonly once?: boolean;
  readonly backend?: BackendName;
}

const ONE_MINUTE: Duration = { count: 60, unit: "seconds" };

/** Registers `relgraph watch`. */
export const registerWatch: Register = (program, open) => {
  const command = program
    .command("watch")
    .description("keep predictions current while the data grows; survives restarts")
    .requiredOption("--model <folder>", "a folder that `relgraph fit` saved")
    .requiredOption("--out <file>", "a .csv, .parquet, .json, .ndjson or .arrow file")
    .option(
      "--every <duration>",
      "how often to look, such as 60s or 5min",
      duration("--every"),
      ONE_MINUTE,
    )
    .option("--once", "look once and end")
    .option("--backend <name>", "wasm, webgpu, cuda, node, cpu or auto");
  withWork(withData(command)).action(async (flags: WatchFlags) => {
    const session = open(flags);
    await checkTableFile(flags.out);
    const { readModelFolder } = await import("../../model-folder.js");
    await readModelFolder(flags.model);
    const { watchPredictions } = await import("../../watch.js");
    await watchPredictions({
      ...session.work,
      data: flags.data,
      open: openOptions(flags),
      model: flags.model,
      out: flags.out,
      backend: flags.backend,
      every: approximateMs(flags.every.count, flags.every.unit),
      once: flags.once,
      clock: session.io.clock,
      onRound: (round) => {
        if (round.kind === "unready") session.warn(round.error.message);
        else session.note(`${formatTime(session.io.clock())}: ${tellRound(round)}`);
      },
    });
  });
};

/** Says in a line what a look found. */
function tellRound(round: Exclude<WatchRound, { readonly kind: "unready" }>): string {
  const age = round.stale === null ? "" : `; the newest row is ${ageText(round.stale)} old`;
  if (round.kind === "unchanged") return `nothing new${age}`;
  const rows = Object.entries(round.rows).map(([name, count]) => {
    const sign = count > 0 ? "+" : "";
    return `${name} ${sign}${count.toLocaleString("en-US")}`;
  });
  const changes = rows.length === 0 ? "changed rows" : rows.join(", ");
  const count = round.predictions.toLocaleString("en-US");
  const at = round.anchor === null ? "" : ` at ${formatTime(round.anchor)}`;
  return `${changes}: ${count} predictions written${at}${age}`;
}

function ageText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} days`;
}

/** `relgraph inspect`: what is in the data, and what is suspicious about it. */
import { formatTime } from "../../core/time.js";
import type { Inspection } from "../../data/inspect.js";
import { type DataFlags, readData, withData, withWork } from "../flags.js";
import type { Register } from "./command.js";

/** Registers `relgraph inspect`. */
export const registerInspect: Register = (program, open) => {
  const command = program
    .command("inspect")
    .description("show tables, keys, times, types and links, and what looks suspicious");
  withWork(withData(command)).action(async (flags: DataFlags) => {
    const session = open(flags);
    const db = await readData(session, flags);
    const { inspectDatabase } = await import("../../data/inspect.js");
    const { formatInspection } = await import("../../data/format-inspection.js");
    const inspection = inspectDatabase(db);
    session.result(
      () => formatInspection(inspection),
      () => inspectionDocument(inspection),
    );
  });
};

/** The inspection with its times as ISO 8601. */
function inspectionDocument({ tables, ...rest }: Inspection): unknown {
  return {
    tables: tables.map(({ timeSpan, ...table }) => ({
      ...table,
      timeSpan: timeSpan && { min: formatTime(timeSpan.min), max: formatTime(timeSpan.max) },
    })),
    ...rest,
  };
}

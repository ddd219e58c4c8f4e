/** Commands that a later version brings: known by name, refused with a hint. */
import { withWork } from "../flags.js";
import { notYet } from "../usage.js";
import type { Register } from "./command.js";

/** Registers `relgraph score`. */
export const registerLater: Register = (program) => {
  refuse(
    program,
    "score",
    "engagement scores (later version)",
    "use `relgraph predict` for predictions",
  );
};

function refuse(program: Parameters<Register>[0], name: string, what: string, hint: string): void {
  withWork(program.command(name).description(what))
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw notYet(`\`relgraph ${name}\``, hint);
    });
}
